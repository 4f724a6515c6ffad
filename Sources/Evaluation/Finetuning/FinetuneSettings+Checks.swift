import Foundations
import Layers
public import ZooKit

extension FinetuneCourse {
    /// The section of settings files.
    public static let section = "finetune"
    /// The optimiser's defaults.
    public static let optimiser = OptimiserSettings(learningRate: 3e-5, warmUp: 10, weightDecay: 0)
    /// All keys.
    public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }
    /// Keys that may differ when a run resumes.
    public static let mayChange: Set = ["save_every"]

    /// Checks ranges and combinations. Throws `badSetting` with the key.
    public func check() throws(PretrainingError) {
        try SettingCheck<CodingKeys>.counts([
            (.length, length, 2...1 << 20), (.batch, batch, 1...1 << 20),
            (.microBatch, microBatch, 1...1 << 20), (.steps, steps, 1...1 << 40), (.seed, seed, 0...Int.max),
            (.evalEvery, evalEvery, 1...1 << 40), (.evalBatch, evalBatch, 1...1 << 20),
            (.patience, patience, 0...1 << 20), (.trainLimit, trainLimit, 1...1 << 40),
            (.evalLimit, evalLimit, 1...1 << 40), (.saveEvery, saveEvery, 0...1 << 40),
        ])
        try SettingCheck<CodingKeys>.numbers([(.epochs, epochs, 1e-6...1e6), (.dropout, dropout, 0...0.99)])
        guard steps == nil || epochs == nil else {
            throw .badSetting(key: "epochs", reason: "steps are given, too; give one of the two")
        }
        guard channelAdapt == nil || modality != .text else {
            throw .badSetting(key: "channel_adapt", reason: "texts have no channels; take it away, or read images")
        }
    }

    /// Steps of a run over `examples`: those given, or the epochs, of which the default are three.
    public func stepCount(examples: Int) -> Int {
        if let steps { return steps }
        let perEpoch = Double((examples + batch - 1) / batch)
        return max(1, Int((perEpoch * (epochs ?? 3)).rounded()))
    }

    /// Steps between evaluations over `examples`.
    public func evaluationInterval(examples: Int) -> Int { evalEvery ?? max(1, (examples + batch - 1) / batch) }

    /// The longest example of a model of `positions`.
    public func exampleLength(positions: Int) -> Int { length ?? min(positions, 256) }
}

extension FinetuneSettings {
    /// Takes the settings of a task's preset; where it names a grid for batch or learning rate, these stay as they are.
    public mutating func apply(_ preset: TaskPreset) {
        course.batch = preset.batch ?? course.batch
        (course.steps, course.epochs, course.length) = (preset.steps, nil, preset.length)
        (course.dropout, course.evalEvery, course.patience) = (
            preset.dropout, preset.evaluationInterval, preset.patience
        )
        optimiser.learningRate = preset.learningRate ?? optimiser.learningRate
        optimiser.schedule = preset.schedule == "cosine" ? .cosine : .linear
        optimiser.warmUp = preset.warmupSteps
    }
}
