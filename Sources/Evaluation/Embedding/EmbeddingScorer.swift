import Foundations
import ZooKit

/// Answers pairs of texts with a pretrained model's vectors, without training: the cosine of both, or the rank of text B among all.
public final class EmbeddingScorer: TaskScorer {
    private let embedder: TextEmbedder
    private let isRetrieval: Bool
    /// Vectors by the bytes of their texts.
    private var known: [[UInt8]: Embedding] = [:]
    /// The texts B by language, each once.
    private var pools: [String: [[UInt8]]] = [:]
    /// For each example of the last call, true if it had no room for all of their text.
    public private(set) var truncations: [Bool] = []

    /// Examples between two stops.
    public let window = 32

    /// A scorer of a task of the kind `similarity` or `retrieval`. Throws ``ScorerError`` for a model that cannot read texts, and as
    /// `TextEmbedder`.
    init(_ scorers: TaskScorers, _ task: TaskDefinition) throws {
        var reading = scorers.pictures ?? ExampleOptions(length: scorers.model.base.config.positions, channels: 1)
        if reading.encoding == nil { reading.encoding = scorers.encoding }
        guard scorers.pictures != nil || reading.encoding != nil else {
            throw ScorerError.missing(
                task: task.name, what: "the model's tokenizer",
                remedy: "put its files into the model's folder, or name another with --tokenizer")
        }
        reading.length = scorers.model.base.config.positions
        embedder = try TextEmbedder(
            scorers.model, scorers.pictures == nil ? .text : .image, reading, scorers.options.embedding,
            workspace: scorers.workspace)
        isRetrieval = task.kind == .retrieval
    }

    /// Computes the vectors that ranks are told among.
    public func begin(_ examples: [TaskExample]) throws {
        known = [:]
        pools = [:]
        guard isRetrieval else { return }
        var seen: [String: Set<[UInt8]>] = [:]
        for example in examples {
            let (language, text) = (example.language ?? "", Array((example.textB ?? "").utf8))
            if seen[language, default: []].insert(text).inserted { pools[language, default: []].append(text) }
            _ = try embedding(text)
        }
    }

    /// The cosine, or the rank, of each example, in their order; it depends on no batch. Throws as `TextEmbedder`. O(rows² + pool).
    public func answers(to examples: [TaskExample]) throws -> [GivenAnswer] {
        var answers: [GivenAnswer] = []
        truncations = []
        for example in examples {
            let first = try embedding(Array(example.textA.utf8))
            let own = Array((example.textB ?? "").utf8)
            let second = try embedding(own)
            truncations.append(first.isTruncated || second.isTruncated)
            let cosine = first.vector.cosine(second.vector)
            guard isRetrieval else {
                answers.append(.number(cosine))
                continue
            }
            let pool = pools[example.language ?? ""] ?? [own]
            // Equals stand before: a model to which all texts are alike finds none.
            let before = try pool.count { try $0 != own && embedding($0).vector.cosine(first.vector) >= cosine }
            answers.append(.rank(before + 1, of: max(pool.count, before + 1)))
        }
        return answers
    }

    private func embedding(_ text: [UInt8]) throws -> Embedding {
        if let found = known[text] { return found }
        let made = try embedder.embedding(of: text)
        known[text] = made
        return made
    }
}
