import Corpora
public import Tensors
public import ZooKit

/// Makes scorers for a model: one for each task, by the task's kind.
///
/// Kinds for which a head is trained are answered by ``ClassifierScorer``. Another kind joins by an entry in ``makers``.
public struct TaskScorers {
    /// Makes the scorer of a task. `folder` is that of the task's file.
    public typealias Maker =
        @Sendable (_ scorers: TaskScorers, _ task: TaskDefinition, _ folder: String) throws -> any TaskScorer

    /// The model.
    public let model: LanguageModel
    /// Where tensors live.
    public let workspace: Workspace
    /// Texts as tokens; nil for a model that reads pictures alone.
    public var tokens: PromptTokens?
    /// The encoding of texts whose vectors are wanted; nil for a model that reads pictures alone.
    public var encoding: TextEncoding?
    /// Tokens that end generated texts besides those of the tokenizer.
    public var ends: [Int32] = []
    /// Fonts, and how text becomes pixels and patches for this model; nil where no pictures are drawn.
    public var pictures: ExampleOptions?
    /// How examples are computed.
    public var options: ScorerOptions
    /// What makes the scorers of a kind, by its name.
    public var makers: [String: Maker] = Self.known

    /// Scorers on `model`, which is loaded with all its heads.
    public init(
        _ model: LanguageModel, tokens: PromptTokens? = nil, pictures: ExampleOptions? = nil,
        options: ScorerOptions = ScorerOptions(), workspace: Workspace
    ) {
        self.model = model
        self.tokens = tokens
        self.pictures = pictures
        self.options = options
        self.workspace = workspace
    }

    /// Scorers on a model that was loaded from `folder`: texts begin as the model was trained, and end where its folder says.
    public init(
        _ model: LanguageModel, of folder: ModelFolder, tokenizer: ModelTokenizer?,
        pictures: ExampleOptions? = nil, options: ScorerOptions = ScorerOptions(), workspace: Workspace
    ) {
        self.init(
            model, tokens: tokenizer.map { PromptTokens($0) }, pictures: pictures, options: options,
            workspace: workspace)
        encoding = tokenizer?.encoding
        ends = folder.ends.compactMap { Int32(exactly: $0) }
    }

    /// The scorer of a task. `folder` is that of the task's file, where its script is looked for.
    ///
    /// Throws ``ScorerError`` for what the model cannot do, settings that make no sense and scripts that may not or cannot be run;
    /// `GenerationError`, `TensorError`; what renderers throw. Nothing is computed.
    public func scorer(of task: TaskDefinition, folder: String = ".") throws -> any TaskScorer {
        guard let make = makers[task.kind.name] else {
            throw ScorerError.kind(task: task.name, kind: task.kind.name, known: makers.keys.sorted())
        }
        guard options.batch >= 1 else {
            throw ScorerError.option(name: "batch", got: "\(options.batch)", wanted: "1 or more")
        }
        return try make(self, task, folder)
    }

    /// The kinds that are answered without training.
    public static let known: [String: Maker] = [
        TaskKind.multipleChoice.name: { scorers, task, _ in try LikelihoodScorer(scorers, task) },
        TaskKind.cloze.name: { scorers, task, _ in try LikelihoodScorer(scorers, task) },
        TaskKind.perplexity.name: { scorers, task, _ in try PerplexityScorer(scorers, task) },
        TaskKind.patchLoss.name: { scorers, task, _ in try PatchLossScorer(scorers, task) },
        TaskKind.similarity.name: { scorers, task, _ in try EmbeddingScorer(scorers, task) },
        TaskKind.retrieval.name: { scorers, task, _ in try EmbeddingScorer(scorers, task) },
        TaskKind.generation.name: { scorers, task, folder in try GenerationScorer(scorers, task, folder: folder) },
    ]

    /// Tokens for a task that asks for the probabilities of text. Throws ``ScorerError``.
    func needTokens(_ task: TaskDefinition) throws(ScorerError) -> PromptTokens {
        guard model.tokenHead != nil else {
            throw .model(task: task.name, kind: task.kind.name, lacks: "a head of tokens")
        }
        guard let tokens else {
            throw .missing(
                task: task.name, what: "the model's tokenizer",
                remedy: "put its files into the model's folder, or name another with --tokenizer")
        }
        let (own, size) = (tokens.tokenizer.vocabularySize, model.base.config.vocabulary)
        guard own <= size else { throw .vocabulary(task: task.name, tokenizer: own, model: size) }
        return tokens
    }
}
