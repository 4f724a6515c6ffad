public import Foundations

/// The events of a run, in order.
public enum RunEvent: Sendable {
    /// Before the first step.
    case started(RunPlan)
    /// After a step that was made or skipped.
    case stepped(StepRecord)
    /// Lines of a method for a person: a table of what it trains from now on, for instance.
    case notice(step: Int, lines: [String])
    /// While an evaluation runs: examples that are done.
    case evaluating(done: Int, of: Int)
    /// After an evaluation.
    case evaluated(EvaluationRecord)
    /// A checkpoint, or the model of the best evaluation, was written.
    case saved(CheckpointRecord)
}

/// The plan, known before the first step.
public struct RunPlan: Codable, Sendable, Equatable {
    /// The kind of training: "pretraining".
    public var kind: String
    /// Numbers in the parameters of the model, those of embeddings and heads among them.
    public var parameters: Int
    /// Of those, numbers that are trained at the first step.
    public var trained: Int
    /// The names of the heads that the model has.
    public var heads: [String]
    /// Rows of a step at most, over all ranks: patches and tokens.
    public var rowsPerStep: Int
    /// Bytes of parameters, and of gradients and moments of those that are trained.
    public var stateBytes: Int
    /// Bytes of activations of a micro-batch, estimated.
    public var activationBytes: Int
    /// Operations of a step at most: forward, backward to inputs, and gradients of trained matrices.
    public var operationsPerStep: Double
    /// The step that the run resumes after.
    public var firstStep: Int
    /// Steps in all, unless patience ends the run before.
    public var steps: Int
    /// Steps between evaluations; 0 for none.
    public var evalEvery: Int
    /// Processes.
    public var ranks: Int
    /// The name of the adaptation: "all".
    public var adaptation: String
    /// Settings changed since the checkpoint, then planned events of hooks, in their order.
    public var events: [String]
    /// The best evaluation before a resume; nil for none.
    public var best: EvaluationRecord?
    /// The last evaluation before a resume; nil for none.
    public var evaluated: EvaluationRecord?
    /// Facts of this kind of training by name.
    public var details: [String: JSONValue]

    enum CodingKeys: String, CodingKey {
        case kind, parameters, trained, heads, steps, ranks, adaptation, events, best, evaluated, details
        case rowsPerStep = "rows_per_step"
        case stateBytes = "state_bytes"
        case activationBytes = "activation_bytes"
        case operationsPerStep = "operations_per_step"
        case firstStep = "first_step"
        case evalEvery = "eval_every"
    }

    /// The plan as one flat object, details among the other keys. Throws `ConfigError`.
    public func flat() throws -> JSONValue {
        guard case .object(var fields) = try StrictJSON.encodedValue(self) else { return .null }
        fields["details"] = nil
        return .object(details.merging(fields) { $1 })
    }
}

/// How a call of `TrainingRun.run` ended.
public struct RunOutcome: Sendable, Equatable {
    /// Steps made or skipped, those before a resume included.
    public var steps: Int
    /// False where a stop was asked for before the end; a checkpoint stands then.
    public var isComplete: Bool
    /// True where patience ended the run before its last step.
    public var endedEarly: Bool
}

/// When a run evaluates, keeps and ends.
public struct RunCadence: Sendable, Equatable {
    /// Steps in all.
    public var steps: Int
    /// Steps between evaluations, and one after the last step; 0 for none.
    public var evalEvery = 0
    /// True if the model is evaluated before the first step too.
    public var evaluatesFirst = false
    /// Steps between checkpoints; 0 for none but at a stop, and at the end where ``keepsLast``.
    public var saveEvery = 0
    /// Checkpoints that stay beside the best and the pinned ones.
    public var keep = 1
    /// Steps whose checkpoints are written and stay.
    public var pin: [Int] = []
    /// Evaluations in a row without a better one that end the run; 0 for none.
    public var patience = 0
    /// True if the checkpoint of the last step is the result. False if the model of the best evaluation is: it is kept in `best/`, and
    /// checkpoints go at the end.
    public var keepsLast = true

    /// A run of so many steps that evaluates nothing.
    public init(steps: Int) { self.steps = steps }
}
