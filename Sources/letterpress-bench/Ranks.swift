import ArgumentParser
import Distribution
import Foundation
import Tensors
import ZooKit

/// Measures what ranks under `mpirun` do together: meeting, and sums of float32 numbers of several sizes.
struct Ranks: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Time of sums over ranks; run it under mpirun.")

    @Option(help: "Largest sum in MB of 2^20 bytes.") var largest = 64
    @Option(help: "Repetitions; the first one does not count.") var repetitions = 8
    @Option(help: "Bytes of a sum that are under way at once.") var pieceBytes = 1 << 24

    func run() throws {
        guard largest >= 1, repetitions >= 2, pieceBytes >= 64 else {
            throw ValidationError("--largest is at least 1, --repetitions 2, --piece-bytes 64")
        }
        let group = try MPIProcesses.joined(pieceBytes: pieceBytes)
        let kernels = try CPUKernels(threads: 1)
        let workspace = try Workspace(kernels: kernels, precision: .fp32)
        let meeting = try time(group, 200) { try group.barrier() }
        var sums: [[String: Double]] = []
        var bytes = 4 * group.size
        while bytes <= largest << 20 {
            let tensor = try workspace.full([bytes / 4], .float32, 1)
            let seconds = try time(group, repetitions) {
                try group.sum([(tensor.operand, tensor.count)], kernels)
            }
            let sent = 2 * Double(group.size - 1) / Double(group.size) * Double(bytes)
            sums.append(["bytes": Double(bytes), "seconds": seconds, "sent_mb_per_second": sent / seconds / 1e6])
            bytes *= 8
        }
        guard group.rank == 0 else { return }
        try printJSON([
            "ranks": group.size, "meeting_seconds": meeting, "sums": sums, "piece_bytes": pieceBytes,
            "host": (group as? MPIProcesses)?.host ?? "",
        ])
    }

    /// The median of seconds, each from a meeting on.
    private func time(_ group: any Communicator, _ count: Int, _ body: () throws -> Void) throws -> Double {
        var seconds: [Double] = []
        for _ in 0..<count {
            try group.barrier()
            let begin = ContinuousClock.now
            try body()
            seconds.append(begin.duration(to: .now) / .seconds(1))
        }
        return median(Array(seconds.dropFirst()))
    }
}
