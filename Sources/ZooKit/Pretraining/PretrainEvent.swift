/// What a pretraining tells while it runs.
public enum PretrainEvent: Sendable {
    /// Before the first step.
    case started(PretrainPlan)
    /// After a step that was made or skipped.
    case stepped(StepRecord)
    /// After an evaluation.
    case evaluated(EvaluationRecord)
    /// A checkpoint stands at `path`; `removed` are those that went for it.
    case saved(step: Int, path: String, removed: [String])
}

/// What is known before the first step.
public struct PretrainPlan: Codable, Sendable, Equatable {
    /// Numbers that are trained.
    public var parameters: Int
    /// Rows of a step at most: patches and tokens.
    public var rowsPerStep: Int
    /// Bytes of parameters, gradients and moments.
    public var stateBytes: Int
    /// Bytes of activations of a micro-batch, estimated.
    public var activationBytes: Int
    /// Operations of a step at most, by 6 operations a parameter and row and causal attention.
    public var operationsPerStep: Double
    /// Where the run goes on.
    public var firstStep: Int
    /// Steps in all.
    public var steps: Int
    /// Processes.
    public var ranks: Int
    /// Planned events of hooks, in their order.
    public var events: [String]

    enum CodingKeys: String, CodingKey {
        case parameters, steps, ranks, events
        case rowsPerStep = "rows_per_step"
        case stateBytes = "state_bytes"
        case activationBytes = "activation_bytes"
        case operationsPerStep = "operations_per_step"
        case firstStep = "first_step"
    }
}

/// One step.
public struct StepRecord: Codable, Sendable, Equatable {
    /// Its number, from 1.
    public var step: Int
    /// The loss before it; not a number where the step was skipped for that.
    public var loss: Double
    /// Means of the loss's terms over all ranks.
    public var terms: [String: Double]
    /// Means by kind and term, of this rank: "pair.next_token".
    public var kinds: [String: Double]
    /// The learning rate; nil for a skipped step.
    public var rate: Double?
    /// The norm of all gradients before clipping; nil for a skipped step.
    public var gradientNorm: Double?
    /// Rows that were read over all ranks, padding left out.
    public var rows: Int
    /// Rows that were computed, padding included.
    public var computedRows: Int
    /// Seconds since the step before ended.
    public var seconds: Double
    /// Seconds of them that went to reading data.
    public var dataSeconds: Double
    /// Why the step was skipped.
    public var skipped: String?

    enum CodingKeys: String, CodingKey {
        case step, loss, terms, kinds, rate, rows, seconds, skipped
        case gradientNorm = "gradient_norm"
        case computedRows = "computed_rows"
        case dataSeconds = "data_seconds"
    }
}

/// Losses on held-out data; black end patches do not count.
public struct EvaluationRecord: Codable, Sendable, Equatable {
    /// After so many steps.
    public var step: Int
    /// Sum over kinds of their losses' means.
    public var loss: Double
    /// Means by kind and term: "image.next_patch".
    public var kinds: [String: Double]
    /// Whether no evaluation before was better.
    public var isBest: Bool
    /// Seconds it took.
    public var seconds: Double

    enum CodingKeys: String, CodingKey {
        case step, loss, kinds, seconds
        case isBest = "is_best"
    }
}
