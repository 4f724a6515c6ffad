public import Tensors

/// One named part of a loss: its sum over what it counts, how much that is, and how strongly it enters.
///
/// The loss of an optimiser step is the sum over terms of coefficient * (sum over micro-batches and ranks) / (weight over the
/// same), so that splitting a batch changes nothing. Terms that are no sums (products of batch means) say so by `scope`.
public struct LossTerm {
    /// Over what a term is normalised.
    public enum Scope: String, Sendable {
        /// Over the whole optimiser step.
        case step
        /// Over each micro-batch by itself; the step takes the mean over micro-batches.
        case microbatch
    }

    /// The name in logs.
    public let name: String
    /// One number on the tape.
    public let sum: Tensor
    /// What the sum counts: patches, tokens, sequences. Known to the host before the backward pass.
    public let weight: Double
    /// How strongly the term enters.
    public let coefficient: Double
    /// Over what it is normalised.
    public let scope: Scope

    /// A term; `weight` 0 makes it count nothing.
    public init(_ name: String, sum: Tensor, weight: Double, coefficient: Double = 1, scope: Scope = .step) {
        self.name = name
        self.sum = sum
        self.weight = weight
        self.coefficient = coefficient
        self.scope = scope
    }
}
