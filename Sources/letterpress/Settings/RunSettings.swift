import Foundation
import Foundations

/// The settings of the section `run`: how the work is done. They change no byte of the output.
struct RunSettings: Codable {
    /// Worker threads; `nil` is one a core.
    var workers: Int?

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
        return found
    }

    /// Worker threads that start.
    var threads: Int { workers ?? min(ProcessInfo.processInfo.activeProcessorCount, 64) }
}
