import Foundations

/// What is asked of a model: how examples are read, and which metrics can be told.
///
/// A kind is a value in the list ``all``, not a case of a closed enumeration: another kind joins by one more entry.
public struct TaskKind: Sendable, Equatable, CustomStringConvertible {
    /// What a task of a kind must say.
    public enum Need: String, Sendable {
        /// The names of its classes, and a column `label`.
        case classes
        /// A column `label` that holds numbers.
        case number
        /// A column `text_a`.
        case text
        /// A column `text_b`.
        case pair
        /// Columns `words` and `labels`, and the names of the labels.
        case words
        /// A prompt with choices, and how the right one is told.
        case choices
        /// A prompt with a target.
        case target
        /// A prompt with a context, and a column `answers` unless a script judges.
        case answers
    }

    /// The name in task files.
    public let name: String
    /// One line for people.
    public let summary: String
    /// What a task of this kind must say.
    public let needs: [Need]
    /// Names of the metrics that fit, the usual one first.
    public let metrics: [String]
    /// Whether a head is trained for it.
    public let isFineTuned: Bool

    /// A kind from its parts.
    public init(name: String, summary: String, needs: [Need], metrics: [String], isFineTuned: Bool) {
        self.name = name
        self.summary = summary
        self.needs = needs
        self.metrics = metrics
        self.isFineTuned = isFineTuned
    }

    /// Its name.
    public var description: String { name }

    /// One class for one or two texts.
    public static let classification = TaskKind(
        name: "classification", summary: "one class for one or two texts, by a fine-tuned head",
        needs: [.text, .classes],
        metrics: ["accuracy", "f1", "f1_macro", "f1_micro", "matthews", "balanced_accuracy"], isFineTuned: true)
    /// One number for one or two texts.
    public static let regression = TaskKind(
        name: "regression", summary: "one number for one or two texts, by a fine-tuned head", needs: [.text, .number],
        metrics: ["spearman", "pearson", "mse"], isFineTuned: true)
    /// The likeliest of several continuations.
    public static let multipleChoice = TaskKind(
        name: "multiple_choice", summary: "the likeliest of several continuations, as they are and by their length",
        needs: [.choices], metrics: ["accuracy", "accuracy_norm"], isFineTuned: false)
    /// One continuation: its likelihood, and whether it is the likeliest of all.
    public static let cloze = TaskKind(
        name: "cloze", summary: "the likelihood of one continuation, and whether it is the likeliest of all",
        needs: [.target], metrics: ["accuracy", "perplexity"], isFineTuned: false)
    /// Perplexity of text.
    public static let perplexity = TaskKind(
        name: "perplexity", summary: "perplexity of text", needs: [.text], metrics: ["perplexity"], isFineTuned: false)
    /// The normalised loss of the next patch of rendered text.
    public static let patchLoss = TaskKind(
        name: "patch_loss", summary: "normalised next-patch loss of rendered text", needs: [.text],
        metrics: ["patch_loss"], isFineTuned: false)
    /// Text generated from a prompt, compared with answers or judged by a script.
    public static let generation = TaskKind(
        name: "generation", summary: "text generated from a prompt, against answers or a script",
        needs: [.answers], metrics: ["exact_match", "token_f1", "rouge_l", "pass_rate"], isFineTuned: false)

    /// One label for each word of a list.
    public static let tokenLabelling = TaskKind(
        name: "token_labelling", summary: "one label for each word, by a fine-tuned head", needs: [.words],
        metrics: [
            "accuracy", "f1_macro", "f1_entities", "precision_entities", "recall_entities", "f1_entities_strict",
        ], isFineTuned: true)

    /// The cosine of two texts' vectors, by a pretrained model.
    public static let similarity = TaskKind(
        name: "similarity", summary: "how alike two texts are, by the cosine of their vectors",
        needs: [.text, .pair, .number], metrics: ["spearman", "pearson"], isFineTuned: false)
    /// The text B, of all, that belongs to a text A, by a pretrained model's vectors.
    public static let retrieval = TaskKind(
        name: "retrieval", summary: "the rank of text B among all of the split, by the cosine of vectors",
        needs: [.text, .pair], metrics: ["mrr", "recall@1", "recall@5", "recall@10"], isFineTuned: false)

    /// True if texts are compared by their vectors.
    var isOfVectors: Bool { self == .similarity || self == .retrieval }

    /// Every kind.
    public static let all: [TaskKind] = [
        classification, regression, tokenLabelling, multipleChoice, cloze, perplexity, patchLoss, generation,
        similarity, retrieval,
    ]
}

extension TaskKind: Codable {
    /// The kind of a name. Throws a `ConfigError` that lists near names.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        let name = try container.decode(String.self)
        guard let kind = Self.all.first(where: { $0.name == name }) else {
            let names = Self.all.map(\.name)
            let near = NearNames.of(name, among: names)
            throw DecodingError.dataCorruptedError(
                in: container,
                debugDescription: "there is no kind of task '\(name)'; "
                    + (near.isEmpty
                        ? "there are: \(names.joined(separator: ", "))" : "near: \(near.joined(separator: ", "))"))
        }
        self = kind
    }

    /// Writes the name.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        try container.encode(name)
    }
}
