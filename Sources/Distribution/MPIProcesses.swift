public import Foundation
public import Patches
public import ZooKit

/// The processes that `mpirun` or `srun` started together, one of which is this one. They speak through Open MPI, which is opened
/// only when there are several.
///
/// Sums depend on the number of ranks alone: not on the network, the machines or the version of Open MPI. All ranks must call the
/// same operations in the same order, from one thread at a time. An operation that fails leaves the group unusable; a process that
/// then exits with another code than 0 ends all others with that code, and one that exits with 0 waits for them.
public final class MPIProcesses: Communicator, RenderGroup {
    /// This process, from 0 on.
    public var rank: Int { transfers.place.rank }
    /// How many there are.
    public var size: Int { transfers.place.size }
    /// The machine's name.
    public var host: String { transfers.place.host }
    /// Bytes of sums and gathers that this rank sent to others so far.
    public var bytesSent: Int { transfers.bytesSent }

    let transfers: Transfers
    let pieceBytes: Int
    /// Bytes of a sum that go round at once: 256 KiB for each rank, which stay in the cache of a core until they are added.
    var sumBytes: Int { min(pieceBytes, size << 18) }

    /// The group of this process: that of its launcher, or itself alone. Called once in a process.
    ///
    /// `patience` is how many seconds a rank waits for others before it gives up; `pieceBytes` (64 to 2^30) the most that is
    /// under way at once, for which there is memory twice.
    ///
    /// Throws ``CommunicationError/library(reason:)`` where Open MPI is missing, and ``CommunicationError/apart(tasks:remedy:)``
    /// where a launcher started processes that cannot find each other.
    public static func joined(
        environment: [String: String] = ProcessInfo.processInfo.environment, patience: Int = 1800,
        pieceBytes: Int = 1 << 24
    ) throws(CommunicationError) -> any Communicator {
        switch Launch(environment) {
        case .alone: SoleProcess()
        case .together: try MPIProcesses(patience: patience, pieceBytes: pieceBytes)
        case .apart(let tasks, let remedy): throw .apart(tasks: tasks, remedy: remedy)
        }
    }

    private init(patience: Int, pieceBytes: Int) throws(CommunicationError) {
        self.pieceBytes = min(max(pieceBytes, 64), 1 << 30)
        transfers = try Transfers(pieceBytes: self.pieceBytes, patience: patience)
    }

    /// Replaces the numbers by their sums over all ranks, added in the order of ranks. O(numbers x ranks).
    public func sum(_ numbers: inout [Double]) throws {
        let width = MemoryLayout<Double>.stride
        for piece in numbers.indices.pieces(of: max(1, pieceBytes / width / size)) {
            let (own, other) = unsafe (transfers.own.assumingMemoryBound(to: Double.self), transfers.other)
            for (place, index) in piece.enumerated() { unsafe own[place] = numbers[index] }
            try transfers.share(piece.count * width, doing: "added up figures")
            let all = unsafe other.assumingMemoryBound(to: Double.self)
            for (place, index) in piece.enumerated() {
                numbers[index] = (0..<size).reduce(0) { unsafe $0 + all[$1 * piece.count + place] }
            }
        }
    }

    /// Gives everyone what rank 0 has, of whatever length.
    public func broadcast(_ bytes: inout [UInt8]) throws {
        let doing = "spread what rank 0 has"
        let width = MemoryLayout<Int>.stride
        unsafe transfers.own.storeBytes(of: bytes.count, as: Int.self)
        try transfers.broadcast(width, doing: doing)
        let count = unsafe transfers.own.load(as: Int.self)
        if rank != 0 { bytes = [UInt8](repeating: 0, count: count) }
        for piece in (0..<count).pieces(of: pieceBytes) {
            if rank == 0 { unsafe transfers.own.copyBytes(from: bytes[piece]) }
            try transfers.broadcast(piece.count, doing: doing)
            if rank != 0 { unsafe bytes.replaceSubrange(piece, with: transfers.own.prefix(piece.count)) }
        }
    }

    /// What every rank gives, by rank, on rank 0; nothing elsewhere.
    public func gather(_ bytes: [UInt8]) throws -> [[UInt8]] {
        guard rank == 0 else {
            try send(bytes)
            return []
        }
        return try [bytes] + (1..<max(size, 1)).map { try receive(from: $0) }
    }

    /// Gives bytes to rank 0; called by the others. May wait until rank 0 takes them.
    public func send(_ bytes: [UInt8]) throws {
        let doing = "sent bytes to rank 0"
        unsafe transfers.own.storeBytes(of: bytes.count, as: Int.self)
        try transfers.send(MemoryLayout<Int>.stride, to: 0, doing: doing)
        for piece in bytes.indices.pieces(of: pieceBytes) {
            unsafe transfers.own.copyBytes(from: bytes[piece])
            try transfers.send(piece.count, to: 0, doing: doing)
        }
    }

    /// The next bytes that a rank gave; called by rank 0.
    public func receive(from origin: Int) throws -> [UInt8] {
        let doing = "waited for bytes of rank \(origin)"
        try transfers.receive(MemoryLayout<Int>.stride, from: origin, doing: doing)
        let count = unsafe transfers.other.load(as: Int.self)
        var found: [UInt8] = []
        found.reserveCapacity(count)
        for piece in (0..<count).pieces(of: pieceBytes) {
            try transfers.receive(piece.count, from: origin, doing: doing)
            unsafe found.append(contentsOf: transfers.other.prefix(piece.count))
        }
        return found
    }

    /// Returns when every rank has come here.
    public func barrier() throws { try transfers.meet(doing: "waited for all") }

    /// Parts from the others when all ranks do so; nothing can be called afterwards, and each may exit with any code.
    public func leave() throws { try transfers.leave() }
}

extension Range<Int> {
    /// The range cut into parts of at most `count`.
    func pieces(of count: Int) -> [Range<Int>] {
        stride(from: lowerBound, to: upperBound, by: count).map { $0..<Swift.min($0 + count, upperBound) }
    }
}
