public import Tensors
public import ZooKit

/// One of two processes, whose other one gives nothing.
public final class LoneRank: Communicator {
    /// 0 or 1.
    public let rank: Int
    /// 2.
    public let size = 2

    /// The process of a rank, 0 or 1.
    public init(_ rank: Int) { self.rank = rank }
    /// Changes nothing.
    public func sum(_ numbers: inout [Double]) {}
    /// Changes nothing.
    public func sum(_ parts: [(numbers: Operand, count: Int)], _ kernels: any KernelSet) {}
    /// Changes nothing.
    public func broadcast(_ bytes: inout [UInt8]) {}
    /// What it was given and nothing of the other, on rank 0.
    public func gather(_ bytes: [UInt8]) -> [[UInt8]] { rank == 0 ? [bytes, []] : [] }
    /// Returns at once.
    public func barrier() {}
}
