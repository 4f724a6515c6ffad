/// One step of a run.
public struct StepRecord: Codable, Sendable, Equatable {
    /// Its number, from 1.
    public var step: Int
    /// The loss before it; not a number where the step was skipped for that.
    public var loss: Double
    /// Means of the loss's terms over all ranks, terms that parts added among them.
    public var terms: [String: Double]
    /// Means by kind of micro-batch and term: "pair.next_token".
    public var kinds: [String: Double]
    /// The learning rate; nil for a skipped step.
    public var rate: Double?
    /// The norm of all gradients before clipping; nil for a skipped step.
    public var gradientNorm: Double?
    /// Examples that were read over all ranks; nil where sequences are packed.
    public var examples: Int?
    /// Examples that were truncated; nil where nothing is.
    public var truncated: Int?
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
    /// Means of the numbers that parts and hooks reported, over all ranks, by name; nil for none.
    public var reports: [String: Double]?
    /// Operations over all ranks, by ``TrainingCost``; nil where they are not counted.
    public var operations: Double?

    enum CodingKeys: String, CodingKey {
        case step, loss, terms, kinds, rate, examples, truncated, rows, seconds, skipped, reports, operations
        case gradientNorm = "gradient_norm"
        case computedRows = "computed_rows"
        case dataSeconds = "data_seconds"
    }
}

/// Losses and scores on held-out data.
public struct EvaluationRecord: Codable, Sendable, Equatable {
    /// After so many steps.
    public var step: Int
    /// Mean loss; where there are several kinds of data, the sum over kinds.
    public var loss: Double
    /// Means by kind and term: "image.next_patch".
    public var kinds: [String: Double]
    /// The task's metrics; those that are not defined are left out.
    public var metrics: [String: Double]
    /// True if no evaluation before was better.
    public var isBest: Bool
    /// Seconds it took.
    public var seconds: Double

    enum CodingKeys: String, CodingKey {
        case step, loss, kinds, metrics, seconds
        case isBest = "is_best"
    }

    /// An evaluation that is not compared with others yet.
    public init(step: Int, loss: Double, kinds: [String: Double] = [:], metrics: [String: Double] = [:]) {
        (self.step, self.loss, self.kinds, self.metrics) = (step, loss, kinds, metrics)
        isBest = false
        seconds = 0
    }

    /// Decodes a record; kinds and metrics are empty where they are absent.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        step = try values.decode(Int.self, forKey: .step)
        loss = try values.decode(Double.self, forKey: .loss)
        kinds = try values.decodeIfPresent([String: Double].self, forKey: .kinds) ?? [:]
        metrics = try values.decodeIfPresent([String: Double].self, forKey: .metrics) ?? [:]
        isBest = try values.decode(Bool.self, forKey: .isBest)
        seconds = try values.decode(Double.self, forKey: .seconds)
    }

    /// Encodes a record; empty metrics are left out.
    public func encode(to encoder: any Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(step, forKey: .step)
        try values.encode(loss, forKey: .loss)
        try values.encode(kinds, forKey: .kinds)
        try values.encodeIfPresent(metrics.isEmpty ? nil : metrics, forKey: .metrics)
        try values.encode(isBest, forKey: .isBest)
        try values.encode(seconds, forKey: .seconds)
    }
}

/// A checkpoint that was written.
public struct CheckpointRecord: Codable, Sendable, Equatable {
    /// After so many steps.
    public var step: Int
    /// Its path; in `metrics.jsonl` within the run's folder.
    public var path: String
    /// Paths of the checkpoints that were removed for it.
    public var removed: [String]

    /// A record from its parts.
    public init(step: Int, path: String, removed: [String] = []) {
        self.step = step
        self.path = path
        self.removed = removed
    }
}
