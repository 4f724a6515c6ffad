/// Settings of a fine-tuning run that a paper or its scripts used.
public struct TaskPreset: Codable, Sendable, Equatable {
    /// Examples of an optimiser step.
    public var batch: Int?
    /// The highest learning rate.
    public var learningRate: Double?
    /// Values that were searched, where no single one is known: keys are `batch` and `learning_rate`.
    public var grid: [String: [Double]]?
    /// Optimiser steps, at most.
    public var steps: Int
    /// `linear` or `cosine`.
    public var schedule: String
    /// Steps over which the learning rate rises.
    public var warmupSteps: Int
    /// Patches or tokens of an example, at most.
    public var length: Int
    /// Dropout of attention.
    public var dropout: Double
    /// Steps between evaluations.
    public var evaluationInterval: Int
    /// Evaluations without a rise after which a run ends.
    public var patience: Int
    /// A remark on where the values come from.
    public var note: String?

    enum CodingKeys: String, CodingKey {
        case batch, grid, steps, schedule, length, dropout, patience, note
        case learningRate = "learning_rate"
        case warmupSteps = "warmup_steps"
        case evaluationInterval = "evaluation_interval"
    }

    /// What is wrong with it; `nil` when nothing is.
    var flaw: String? {
        let known = Set(["batch", "learning_rate"])
        if let stranger = (grid ?? [:]).keys.first(where: { !known.contains($0) }) {
            return "grid.\(stranger) is neither batch nor learning_rate"
        }
        if (grid ?? [:]).values.contains(where: { $0.isEmpty || $0.contains { !($0 > 0) } }) {
            return "a grid needs values above 0"
        }
        if let flaw = grid?["batch"]?.first(where: { $0 != $0.rounded() || $0 > 0x1p20 }) {
            return "grid.batch has \(flaw), expected whole numbers of at most \(1 << 20)"
        }
        if batch == nil, grid?["batch"] == nil { return "batch is missing, as a value or in grid" }
        if learningRate == nil, grid?["learning_rate"] == nil {
            return "learning_rate is missing, as a value or in grid"
        }
        if let batch, batch < 1 { return "batch is \(batch), expected 1 or more" }
        if let learningRate, !(learningRate > 0 && learningRate < 1) {
            return "learning_rate is \(learningRate), expected above 0 and below 1"
        }
        if schedule != "linear", schedule != "cosine" { return "schedule is '\(schedule)', expected linear or cosine" }
        if !(dropout >= 0 && dropout < 1) { return "dropout is \(dropout), expected 0 or more and below 1" }
        for (key, value, least) in [
            ("steps", steps, 1), ("warmup_steps", warmupSteps, 0), ("length", length, 1),
            ("evaluation_interval", evaluationInterval, 1), ("patience", patience, 1),
        ] where value < least { return "\(key) is \(value), expected \(least) or more" }
        return nil
    }
}
