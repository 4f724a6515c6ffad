import Distribution
import Foundation
import Tensors
import ZooKit

/// Every operation of a group, against numbers that are known.
struct Operations {
    let communicator: any Communicator
    var rank: Int { communicator.rank }
    var size: Int { communicator.size }

    init(_ communicator: any Communicator) { self.communicator = communicator }

    func check() throws {
        try figures()
        try gradients()
        try bytes()
        try onRank0()
        try traffic()
    }

    private func expect(_ isTrue: Bool, _ what: String) throws {
        guard isTrue else { throw Failure(text: "rank \(rank) of \(size): \(what)") }
    }

    private func figures() throws {
        for count in [0, 1, 7, 100, 1000] {
            var numbers = (0..<count).map { Double($0 * (rank + 1)) }
            try communicator.sum(&numbers)
            let ranks = Double(size * (size + 1) / 2)
            try expect(numbers == (0..<count).map { Double($0) * ranks }, "sums of \(count) figures")
        }
        // The order of ranks: a number that the largest one swallows when it comes late.
        var numbers = [rank == 0 ? 1e16 : 1.0]
        try communicator.sum(&numbers)
        try expect(numbers[0] == (1..<max(size, 1)).reduce(1e16) { sum, _ in sum + 1 }, "the order of figures")
    }

    /// Numbers of a rank, of all sizes and with rounding in every sum.
    private func numbers(_ count: Int, of rank: Int) -> [Double] {
        (0..<count).map { (index: Int) -> Double in
            let wave = sin(Double(index + 1) * Double(rank + 3))
            return Double(Float(wave * exp(Double(index % 17))))
        }
    }

    private func gradients() throws {
        let kernels = try CPUKernels(threads: 1)
        let workspace = try Workspace(kernels: kernels, precision: .fp32)
        for count in [1, 2, 3, 17, 1000, 4099] {
            let tensor = try workspace.numbers(numbers(count + 5, of: rank), [count + 5])
            try communicator.sum(
                [
                    (tensor.operand.advanced(by: 5), count / 3),
                    (tensor.operand.advanced(by: 5 + count / 3), count - count / 3),
                ], kernels)
            let found = try workspace.values(tensor)
            try expect(found.prefix(5) == numbers(5, of: rank)[...], "what stands before the sums")
            let exact = (0..<size).map { numbers(count + 5, of: $0) }
            for index in 5..<count + 5 {
                let parts = exact.map { $0[index] }
                let bound = parts.reduce(0) { $0 + abs($1) } * 1e-7 * Double(size)
                try expect(abs(found[index] - parts.reduce(0, +)) <= bound, "sum \(index) of \(count)")
            }
            // Bit for bit the same everywhere.
            var first = found.suffix(count).flatMap { withUnsafeBytes(of: $0.bitPattern) { Array($0) } }
            let own = first
            try communicator.broadcast(&first)
            try expect(first == own, "rank 0 has other sums of \(count)")
        }
    }

    private func bytes() throws {
        for count in [0, 1, 63, 64, 65, 10_000] {
            var bytes = rank == 0 ? (0..<count).map { UInt8($0 % 251) } : [7]
            try communicator.broadcast(&bytes)
            try expect(bytes == (0..<count).map { UInt8($0 % 251) }, "\(count) bytes of rank 0")
            let all = try communicator.gather([UInt8](repeating: UInt8(rank), count: count * rank + count / 2))
            let wanted = (0..<size).map { [UInt8](repeating: UInt8($0), count: count * $0 + count / 2) }
            try expect(all == (rank == 0 ? wanted : []), "\(count) bytes of every rank")
        }
    }

    private func onRank0() throws {
        var calls = 0
        try communicator.onRank0 { calls += 1 }
        try expect(calls == (rank == 0 ? 1 : 0), "what rank 0 does")
        do {
            try communicator.onRank0 { throw Failure(text: "a full disk") }
            try expect(false, "a failure of rank 0 that nobody heard of")
        } catch { try expect("\(error)".contains("a full disk"), "\(error)") }
        try communicator.barrier()
    }

    /// Bytes that the ranks send for a sum, all together, are the least that there is.
    private func traffic() throws {
        guard let group = communicator as? MPIProcesses else {
            return try expect(size == 1, "\(size) ranks without MPI")
        }
        let count = 1200
        let kernels = try CPUKernels(threads: 1)
        let workspace = try Workspace(kernels: kernels, precision: .fp32)
        let tensor = try workspace.numbers(numbers(count, of: rank), [count])
        let before = group.bytesSent
        try communicator.sum([(tensor.operand, count)], kernels)
        var sent = [Double(group.bytesSent - before)]
        try communicator.sum(&sent)
        try expect(sent[0] == Double(2 * (size - 1) * count * 4), "\(sent[0]) bytes were sent")
    }
}
