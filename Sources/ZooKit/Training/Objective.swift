public import Layers
public import Tensors

/// What a model is trained for: the terms of a micro-batch's loss, and what each of them counts, which is known before the
/// forward pass. The trainer sums what is counted over all micro-batches and ranks of a step first, so that cutting a batch
/// differently changes nothing.
public protocol Objective {
    /// What one forward pass reads.
    associatedtype MicroBatch

    /// Names of the terms that it may give, the same on every rank and in every step.
    var termNames: [String] { get }
    /// What a micro-batch is in reports: "text", "image".
    func kind(of batch: MicroBatch) -> String
    /// What each term of scope `step` counts in a micro-batch, by name; none for a term that is not there. O(rows).
    func weights(of batch: MicroBatch) -> [String: Double]
    /// The terms of a micro-batch. Their weights are those that `weights` gave.
    func terms(of batch: MicroBatch, _ context: ForwardContext) throws(TensorError) -> [LossTerm]
}

/// What a term came to.
public struct TermTotal: Sendable, Equatable {
    /// The sum over all that it counts.
    public var sum: Double
    /// How much it counted.
    public var weight: Double

    /// A total.
    public init(sum: Double = 0, weight: Double = 0) {
        self.sum = sum
        self.weight = weight
    }

    /// The mean; nil where nothing was counted.
    public var mean: Double? { weight > 0 ? sum / weight : nil }

    /// Both parts added.
    public static func += (total: inout TermTotal, other: TermTotal) {
        total.sum += other.sum
        total.weight += other.weight
    }
}

/// What the terms of a step, or of an evaluation, came to over all micro-batches and ranks.
public struct StepLoss: Sendable, Equatable {
    /// By the term's name.
    public var terms: [String: TermTotal] = [:]
    /// By kind of micro-batch, then by the term's name; this rank's own.
    public var kinds: [String: [String: TermTotal]] = [:]
    /// Sum over terms of coefficient times mean.
    public var value: Double = 0

    /// Nothing yet.
    public init() {}
}
