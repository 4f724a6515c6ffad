import Foundation
import Foundations
import Patches
import Tensors

/// The machine, as results record it.
enum Machine {
    /// SHA-256 of the program that runs.
    static func code() throws -> String { try hash.get() }

    private static let kernels = (try? CPUKernels(threads: 1))?.name ?? "unknown"
    private static let hash = Result { try SHA256Digest.ofFile(at: "/proc/self/exe").hex }

    /// Processor, system, libraries, threads, and the time.
    static func environment(threads: Int) -> JSONValue {
        let lines = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8))?.split(separator: "\n") ?? []
        let model = lines.first { $0.hasPrefix("model name") }?.split(separator: ":").last
        let format = ISO8601DateFormatter()
        return .object([
            "processor": .string(model?.trimmingCharacters(in: .whitespaces) ?? "unknown"),
            "cores": .integer(ProcessInfo.processInfo.processorCount),
            "system": .string(ProcessInfo.processInfo.operatingSystemVersionString), "kernels": .string(kernels),
            "libraries": .object(JobSettings.currentVersions.mapValues { .string($0) }), "threads": .integer(threads),
            "time": .string(format.string(from: Date())),
        ])
    }
}
