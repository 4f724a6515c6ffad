import Foundations
public import Tensors
public import ZooKit

/// Answers examples with a model that has a head of classes, without gradients.
public final class ClassifierScorer: TaskScorer {
    /// The model; it may go on being trained between calls.
    public let model: LanguageModel
    /// What makes examples of texts.
    public let encoder: ClassifierEncoder
    /// The encoder of words; nil where texts are classified.
    let wordEncoder: WordEncoder?
    private let input: ClassifierInput
    let batch: Int
    private let workspace: Workspace
    /// For each example of the last call, true if it had no room for all of their text.
    public private(set) var truncations: [Bool] = []

    /// Examples that are encoded together and cut by length: eight batches.
    public var window: Int { batch * 8 }

    /// A scorer that computes at most `batch` examples at once; lengths are those of `options`. With `words` the head labels words, each by
    /// that row.
    ///
    /// Throws `PretrainingError` for a model without such a head or without patches, and where fonts or tokenizer are missing.
    public init(
        _ model: LanguageModel, _ kind: ExampleKind, _ options: ExampleOptions, pooling: Pooling = Pooling(),
        words: WordRow? = nil, batch: Int = 64, workspace: Workspace
    ) throws {
        guard model.score != nil else {
            throw PretrainingError.badSetting(
                key: "model", reason: "it has no classifier; fine-tune it, or name a folder that a fine-tuning wrote")
        }
        guard kind == .text || model.base.patches != nil else {
            throw PretrainingError.badSetting(
                key: "modality", reason: "the model reads text alone, not \(kind.rawValue); take text")
        }
        self.model = model
        var options = options
        options.channels = model.base.config.channels
        encoder = try ClassifierEncoder(kind, options)
        wordEncoder = try words.map { [options] in try WordEncoder(kind, options, row: $0) }
        guard encoder.patchLimit + encoder.tokenLimit <= model.base.config.positions else {
            throw PretrainingError.badSetting(
                key: "length",
                reason: "\(encoder.patchLimit + encoder.tokenLimit) is more than the "
                    + "\(counted(model.base.config.positions, "position")) of the model")
        }
        input = ClassifierInput(model.base.config, encoder, pooling: pooling, workspace: workspace)
        self.batch = batch
        self.workspace = workspace
    }

    /// Examples as the model reads them, with what is right. Throws what the renderer throws. O(bytes).
    public func encode(_ examples: [TaskExample]) throws -> [ClassifierExample] {
        try examples.map { example in
            if let wordEncoder { return try example.encoded(by: wordEncoder) }
            var encoded = try encoder.encode(Array(example.textA.utf8), example.textB.map { Array($0.utf8) })
            encoded.target = example.target
            return encoded
        }
    }

    /// Micro-batches of encoded examples, at most `limit` in each. Throws `TensorError`.
    func microBatches(_ examples: [ClassifierExample], limit: Int) throws(TensorError) -> [ClassifierBatch] {
        try input.microBatches(examples, limit: limit)
    }

    /// Scores of the classes, or the number, of each example, in their order; what an answer is depends on no other example but
    /// within 1e-5. Throws `TensorError.nonFinite` where the model gives no numbers, and what the renderer throws. O(rows).
    public func answers(to examples: [TaskExample]) throws -> [GivenAnswer] {
        let objective = Classification(model)
        var scores: [[Double]] = []
        var cuts: [Bool] = []
        var words: [GivenAnswer] = []
        for start in stride(from: 0, to: examples.count, by: window) {
            let part = try encode(Array(examples[start..<min(examples.count, start + window)]))
            cuts += part.map(\.isTruncated)
            let found = try objective.scores(of: input.microBatches(part, limit: batch), workspace)
            scores += found
            if wordEncoder != nil { words += part.wordAnswers(found) }
        }
        truncations = cuts
        let broken = scores.count { !$0.allSatisfy(\.isFinite) }
        guard broken == 0 else { throw TensorError.nonFinite(tensor: "class scores", step: 0, count: broken) }
        if wordEncoder != nil { return words }
        return scores.map { objective.isRegression ? .number($0[0]) : .classes(scores: $0) }
    }
}

extension TaskExample {
    /// What a classifier should answer.
    var target: ExampleTarget? {
        switch label {
        case .index(let index)?: .label(index)
        case .value(let value)?: .value(value)
        case .indices, nil: nil
        }
    }
}
