import Foundations
public import Tensors

/// Adds gradients up over all ranks in buckets: the trained parameters of the moment, in their order, joined until a bucket is
/// full. Source: bucketed all-reduce as in PyTorch's DistributedDataParallel (Li et al. 2020).
public struct GradientReduction {
    /// Numbers of a bucket at most; a larger parameter has one of its own.
    public let bucketCount: Int
    private let communicator: any Communicator
    private let workspace: Workspace

    /// Buckets of `bucketCount` numbers.
    public init(_ communicator: any Communicator, bucketCount: Int = 1 << 22, workspace: Workspace) {
        self.communicator = communicator
        self.bucketCount = bucketCount
        self.workspace = workspace
    }

    /// Parameters in the buckets that they travel in. O(parameters).
    public func buckets(of parameters: [Parameter]) -> [[Parameter]] {
        var buckets: [[Parameter]] = []
        var room = 0
        for parameter in parameters {
            if parameter.count > room || buckets.isEmpty {
                buckets.append([])
                room = max(bucketCount, parameter.count)
            }
            buckets[buckets.count - 1].append(parameter)
            room -= parameter.count
        }
        return buckets
    }

    /// Replaces the gradients of `parameters` by their sums over all ranks; one that nothing reached counts 0. Every rank gives
    /// the same parameters. Throws: `disagreement` if they do not, and what the communicator throws.
    public func sum(_ parameters: [Parameter]) throws {
        guard communicator.size > 1 else { return }
        try agree(on: parameters)
        for parameter in parameters { try parameter.fillUntouchedGradient() }
        for bucket in buckets(of: parameters) {
            try communicator.sum(bucket.compactMap(\.gradient).map { ($0.operand, $0.count) }, workspace.kernels)
        }
    }

    /// Throws unless all ranks name the same parameters of the same sizes.
    private func agree(on parameters: [Parameter]) throws {
        let own = parameters.reduce(RandomKey(seed: 0)) { $0.with($1.path).with($1.count) }.bits
        // Sums of four 16-bit parts and of their squares are exact, and tell equal numbers from others.
        let parts = (0..<4).map { Double(own >> UInt64(16 * $0) & 0xFFFF) }
        var sums = parts + parts.map { $0 * $0 }
        try communicator.sum(&sums)
        let size = Double(communicator.size)
        guard sums == parts.map({ $0 * size }) + parts.map({ $0 * $0 * size }) else {
            throw TrainingError.disagreement(
                what:
                    "rank \(communicator.rank) trains \(counted(parameters.count, "parameter")) that are not those of the others"
            )
        }
    }
}
