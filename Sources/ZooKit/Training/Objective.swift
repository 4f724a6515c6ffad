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
    /// The tree whose parts may add terms of their own; nil for none.
    var root: (any Part)? { get }
    /// The rows of a micro-batch, which parts weigh their terms by; nil where no part does.
    func rows(of batch: MicroBatch) -> Rows?
}

extension Objective {
    /// None.
    public var root: (any Part)? { nil }
    /// Not known.
    public func rows(of batch: MicroBatch) -> Rows? { nil }

    /// Parts that announce terms of scope `step`.
    var auxiliaryParts: [any AuxiliaryPart] {
        root?.descendants.compactMap { $0.part as? any AuxiliaryPart } ?? []
    }
}

/// An accumulated loss term.
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

/// Accumulated loss terms of a step, or of an evaluation, over all micro-batches and ranks.
public struct StepLoss: Sendable, Equatable {
    /// By the term's name; terms that parts added among them.
    public var terms: [String: TermTotal] = [:]
    /// Numbers that parts reported, by name: their sum and how many there were.
    public var reports: [String: TermTotal] = [:]
    /// By kind of micro-batch, then by the term's name; this rank's own.
    public var kinds: [String: [String: TermTotal]] = [:]
    /// Sum over terms of coefficient times mean.
    public var value: Double = 0

    /// Nothing yet.
    public init() {}
}
