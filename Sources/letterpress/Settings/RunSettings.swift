import Foundation
import Foundations

/// The settings of the section `run`: how the work is done. They change no byte of the output.
struct RunSettings: Codable {
    /// Worker threads; `nil` is one a core.
    var workers: Int?
    /// Threads that compute; `nil` is one a core.
    var threads: Int?

    /// What `--workers` and every other place may ask for.
    static let workerRange = 0...1024

    /// Decodes the section. Throws `ConfigError` naming where a wrong value comes from.
    static func read(_ settings: MergedSettings) throws -> RunSettings {
        let found = try settings.decode("run", over: RunSettings())
        if let workers = found.workers, !workerRange.contains(workers) {
            throw ConfigError.invalidValue(
                source: settings.origins["run.workers"] ?? "settings", keyPath: "run.workers",
                reason: "\(workers) is out of range; expected 0 to \(workerRange.upperBound)")
        }
        if let threads = found.threads, !(1...1024).contains(threads) {
            throw ConfigError.invalidValue(
                source: settings.origins["run.threads"] ?? "settings", keyPath: "run.threads",
                reason: "\(threads) is out of range; expected 1 to 1024")
        }
        return found
    }

    /// Worker threads that start.
    var renderingThreads: Int { workers ?? min(ProcessInfo.processInfo.activeProcessorCount, 64) }

    /// Threads that train: without a wish, the cores' share of each process that a launcher started on this machine.
    var trainingThreads: Int {
        let environment = ProcessInfo.processInfo.environment
        let local =
            ["OMPI_COMM_WORLD_LOCAL_SIZE", "SLURM_NTASKS_PER_NODE"].lazy.compactMap { environment[$0] }
            .compactMap { Int($0) }.first ?? 1
        return threads ?? max(1, min(ProcessInfo.processInfo.activeProcessorCount, 64) / max(1, local))
    }
}
