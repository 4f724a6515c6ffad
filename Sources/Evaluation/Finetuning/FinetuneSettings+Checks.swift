import Foundations
import Layers
public import ZooKit

extension FinetuneSettings {
    /// Keys that may differ between a run and its continuation without changing what is computed.
    static let mayChange: Set<CodingKeys> = [.saveEvery, .onNonFinite]

    /// Checks ranges. Throws `badSetting` with the key.
    public func validate() throws(PretrainingError) {
        let counts: [(CodingKeys, Int?, ClosedRange<Int>)] = [
            (.length, length, 2...1 << 20), (.batch, batch, 1...1 << 20), (.microBatch, microBatch, 1...1 << 20),
            (.steps, steps, 1...1 << 40), (.seed, seed, 0...Int.max), (.warmUp, warmUp, 0...1 << 40),
            (.evalEvery, evalEvery, 1...1 << 40), (.evalBatch, evalBatch, 1...1 << 20),
            (.patience, patience, 0...1 << 20), (.trainLimit, trainLimit, 1...1 << 40),
            (.evalLimit, evalLimit, 1...1 << 40), (.saveEvery, saveEvery, 0...1 << 40),
        ]
        for (key, value, range) in counts {
            if let value, !range.contains(value) { throw Self.outside(key, "\(value)", range) }
        }
        let numbers: [(CodingKeys, Double?, ClosedRange<Double>)] = [
            (.epochs, epochs, 1e-6...1e6), (.learningRate, learningRate, 0...10), (.weightDecay, weightDecay, 0...10),
            (.beta1, beta1, 0...0.999999), (.beta2, beta2, 0...0.999999), (.epsilon, epsilon, 1e-30...1),
            (.clip, clip, 1e-12...1e12), (.dropout, dropout, 0...0.99),
        ]
        for (key, value, range) in numbers {
            if let value, !range.contains(value) { throw Self.outside(key, "\(value)", range) }
        }
        let words: [(CodingKeys, String, [String])] = [
            (.precision, precision, ["fp32", "bf16"]), (.onNonFinite, onNonFinite, ["stop", "skip"]),
            (.frozen, frozen, ["none", "backbone"]),
        ]
        for (key, value, known) in words where !known.contains(value) {
            throw .badSetting(key: key.rawValue, reason: "'\(value)' is not one of \(known.joined(separator: ", "))")
        }
        guard steps == nil || epochs == nil else {
            throw .badSetting(key: "epochs", reason: "steps are given, too; give one of the two")
        }
        guard channelAdapt == nil || modality != .text else {
            throw .badSetting(key: "channel_adapt", reason: "texts have no channels; take it away, or read images")
        }
    }

    private static func outside<Bound>(
        _ key: CodingKeys, _ value: String, _ range: ClosedRange<Bound>
    ) -> PretrainingError {
        .badSetting(key: key.rawValue, reason: "\(value) is not in \(range.lowerBound) to \(range.upperBound)")
    }

    /// Keys in which a continuation differs from its run though it must not, with both values; O(keys).
    func differences(from run: FinetuneSettings) throws -> [String] {
        let (own, other) = (try StrictJSON.encodedValue(self), try StrictJSON.encodedValue(run))
        return CodingKeys.allCases.filter { !Self.mayChange.contains($0) }.compactMap { key in
            let (new, old) = (own[key.rawValue] ?? .null, other[key.rawValue] ?? .null)
            func text(_ value: JSONValue) -> String { String(decoding: value.encoded(), as: UTF8.self) }
            return new == old ? nil : "\(key.rawValue) was \(text(old)) and is \(text(new))"
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

    /// What is trained.
    public var adaptation: Adaptation {
        frozen == "backbone" ? .head(decay: weightDecay) : .all(decay: weightDecay)
    }

    /// Takes what a task's preset says; where it names a grid for batch or learning rate, these stay as they are.
    public mutating func apply(_ preset: TaskPreset) {
        batch = preset.batch ?? batch
        learningRate = preset.learningRate ?? learningRate
        (steps, epochs, length, warmUp) = (preset.steps, nil, preset.length, preset.warmupSteps)
        schedule = preset.schedule == "cosine" ? .cosine : .linear
        (dropout, evalEvery, patience) = (preset.dropout, preset.evaluationInterval, preset.patience)
    }
}
