public import ZooKit

/// What a fine-tuning tells while it runs.
public enum FinetuneEvent: Sendable {
    /// Before the first step.
    case started(FinetunePlan)
    /// After a step that was made or skipped.
    case stepped(FinetuneStep)
    /// While an evaluation runs: examples that are done.
    case evaluating(done: Int, of: Int)
    /// After an evaluation.
    case evaluated(FinetuneEvaluation)
    /// The model of the best evaluation stands at `path`, or a checkpoint to go on from.
    case saved(step: Int, path: String)
}

/// What is known before the first step.
public struct FinetunePlan: Codable, Sendable, Equatable {
    /// The task.
    public var task: String
    /// Numbers that are trained.
    public var trained: Int
    /// Numbers of the model.
    public var parameters: Int
    /// Examples of the training split.
    public var trainExamples: Int
    /// Examples of the split that evaluations use.
    public var evalExamples: Int
    /// That split.
    public var evalSplit: String
    /// The metric that decides.
    public var metric: String
    /// The longest example.
    public var length: Int
    /// Where the run goes on.
    public var firstStep: Int
    /// Steps in all, if nothing ends it before.
    public var steps: Int
    /// Steps between evaluations.
    public var evalEvery: Int
    /// Planned events of hooks, in their order.
    public var events: [String]

    enum CodingKeys: String, CodingKey {
        case task, trained, parameters, metric, length, steps, events
        case trainExamples = "train_examples"
        case evalExamples = "eval_examples"
        case evalSplit = "eval_split"
        case firstStep = "first_step"
        case evalEvery = "eval_every"
    }
}

/// One step.
public struct FinetuneStep: Codable, Sendable, Equatable {
    /// Its number, from 1.
    public var step: Int
    /// The loss before it; not a number where the step was skipped for that.
    public var loss: Double
    /// The learning rate; nil for a skipped step.
    public var rate: Double?
    /// The norm of all gradients before clipping; nil for a skipped step.
    public var gradientNorm: Double?
    /// Examples that were read.
    public var examples: Int
    /// Examples some of whose text had no room.
    public var truncated: Int
    /// Rows that hold something.
    public var rows: Int
    /// Rows that were computed, padding included.
    public var computedRows: Int
    /// Seconds since the step before ended.
    public var seconds: Double
    /// Seconds of them that went to rendering and encoding.
    public var dataSeconds: Double
    /// Why the step was skipped.
    public var skipped: String?

    enum CodingKeys: String, CodingKey {
        case step, loss, rate, examples, truncated, rows, seconds, skipped
        case gradientNorm = "gradient_norm"
        case computedRows = "computed_rows"
        case dataSeconds = "data_seconds"
    }
}

/// Scores on the split that evaluations use.
public struct FinetuneEvaluation: Codable, Sendable, Equatable {
    /// After so many steps.
    public var step: Int
    /// Mean loss.
    public var loss: Double
    /// The task's metrics; those that are not defined are left out.
    public var metrics: [String: Double]
    /// Whether no evaluation before was better.
    public var isBest: Bool
    /// Seconds it took.
    public var seconds: Double

    enum CodingKeys: String, CodingKey {
        case step, loss, metrics, seconds
        case isBest = "is_best"
    }
}

/// What a finished run came to: `result.json`.
public struct FinetuneResult: Codable, Sendable, Equatable {
    /// The task.
    public var task: String
    /// The task's version.
    public var version: Int
    /// The metric that decides.
    public var metric: String
    /// The split that it is of.
    public var split: String
    /// Its best value; nil where it was never defined.
    public var value: Double?
    /// After so many steps.
    public var bestStep: Int
    /// Steps that were made.
    public var steps: Int
    /// Whether evaluations that were not better ended it.
    public var endedEarly: Bool
    /// All evaluations.
    public var evaluations: [FinetuneEvaluation]
    /// The settings.
    public var settings: FinetuneSettings

    enum CodingKeys: String, CodingKey {
        case task, version, metric, split, value, steps, evaluations, settings
        case bestStep = "best_step"
        case endedEarly = "ended_early"
    }
}
