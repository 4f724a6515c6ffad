public import Tensors

/// The processes that train a model together. One alone is the plain case of the same code.
public protocol Communicator: AnyObject {
    /// This process, from 0 on.
    var rank: Int { get }
    /// How many there are.
    var size: Int { get }
    /// Replaces the numbers by their sums over all ranks; every rank gives as many. Sums are the same on every rank.
    func sum(_ numbers: inout [Double]) throws
    /// Replaces numbers of one stream type, `count` of them close together in each part, by their sums over all ranks; every rank
    /// gives as many. Parts travel as one row of numbers.
    func sum(_ parts: [(numbers: Operand, count: Int)], _ kernels: any KernelSet) throws
    /// Gives everyone what rank 0 has, of whatever length.
    func broadcast(_ bytes: inout [UInt8]) throws
    /// What every rank gives, by rank, on rank 0; nothing elsewhere.
    func gather(_ bytes: [UInt8]) throws -> [[UInt8]]
    /// Returns when every rank has come here.
    func barrier() throws
}

extension Communicator {
    /// Runs `body` on rank 0 alone; no rank goes on before it is done. Throws what it throws, and on other ranks
    /// `elsewhere` with its message.
    public func onRank0(_ body: () throws -> Void) throws {
        var failure: (any Error)?
        var message: [UInt8] = []
        if rank == 0 {
            do { try body() } catch {
                failure = error
                message = Array("\(error)".utf8)
            }
        }
        try broadcast(&message)
        if let failure { throw failure }
        if !message.isEmpty {
            throw TrainingError.elsewhere(message: String(decoding: message, as: UTF8.self))
        }
    }
}

/// One process alone: sums are what they were.
public final class SoleProcess: Communicator {
    /// A process that knows of no other.
    public init() {}
    /// 0.
    public var rank: Int { 0 }
    /// 1.
    public var size: Int { 1 }
    /// Changes nothing.
    public func sum(_ numbers: inout [Double]) {}
    /// Changes nothing.
    public func sum(_ parts: [(numbers: Operand, count: Int)], _ kernels: any KernelSet) {}
    /// Changes nothing.
    public func broadcast(_ bytes: inout [UInt8]) {}
    /// What it was given.
    public func gather(_ bytes: [UInt8]) -> [[UInt8]] { [bytes] }
    /// Returns at once.
    public func barrier() {}
}
