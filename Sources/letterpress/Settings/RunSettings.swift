import Foundation
import Foundations
import Layers
import Tensors
import ZooKit

/// The settings of the section `run`: how the work is done. They change no byte of the output.
struct RunSettings: Codable {
    /// Worker threads; `nil` is one a core of the process.
    var workers: Int?
    /// Threads that compute; `nil` is one a core of the process.
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

    /// Kernels and memory of a training.
    func workspace(_ precision: Precision) throws -> Workspace {
        try Workspace(kernels: CPUKernels(threads: trainingThreads), precision: precision)
    }

    /// Worker threads that start.
    var renderingThreads: Int { workers ?? min(Self.ownCores, 64) }

    /// Threads that train.
    var trainingThreads: Int { threads ?? min(Self.ownCores, 64) }

    /// The cores that the process is bound to, at most its share of all where a launcher started several on this machine.
    private static var ownCores: Int {
        let all = ProcessInfo.processInfo.activeProcessorCount
        let environment = ProcessInfo.processInfo.environment
        let local =
            ["OMPI_COMM_WORLD_LOCAL_SIZE", "SLURM_NTASKS_PER_NODE"].lazy.compactMap { environment[$0] }
            .compactMap { Int($0) }.first ?? 1
        return max(1, min(boundCores ?? all, all / max(1, local)))
    }

    /// The cores that the kernel lets the process use, as taskset and mpirun set them.
    private static var boundCores: Int? {
        let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
        let line = status.split(separator: "\n").first { $0.hasPrefix("Cpus_allowed_list:") }
        let ranges = line?.drop { !$0.isNumber }.split(separator: ",").map {
            $0.split(separator: "-").compactMap { Int($0) }
        }
        return ranges?.reduce(0) { sum, range in
            guard let first = range.first, let last = range.last else { return sum }
            return sum + last - first + 1
        }
    }
}
