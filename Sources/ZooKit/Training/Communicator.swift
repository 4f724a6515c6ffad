public import Tensors

/// The processes that train a model together. One alone is the plain case of the same code.
public protocol Communicator: AnyObject {
    /// This process, from 0 on.
    var rank: Int { get }
    /// How many there are.
    var size: Int { get }
    /// Replaces the numbers by their sums over all ranks; every rank gives as many. Sums are the same on every rank.
    func sum(_ numbers: inout [Double]) throws
    /// Replaces numbers of the stream type, `count` of them close together, by their sums over all ranks.
    func sum(_ numbers: Operand, count: Int, _ kernels: any KernelSet) throws
    /// Gives everyone what rank 0 has.
    func broadcast(_ bytes: inout [UInt8]) throws
    /// Returns when every rank has come here.
    func barrier() throws
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
    public func sum(_ numbers: Operand, count: Int, _ kernels: any KernelSet) {}
    /// Changes nothing.
    public func broadcast(_ bytes: inout [UInt8]) {}
    /// Returns at once.
    public func barrier() {}
}
