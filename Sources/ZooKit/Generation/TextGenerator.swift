public import Corpora
public import Layers
public import Tensors

/// Continues prompts on a live model, without gradients.
///
/// Rows of a batch do not depend on each other: each prompt is read alone, draws are keyed by the request's name, the sample and
/// the place, and a row that ends makes room for the next prompt. What comes out is the same alone, in any batch and in any order,
/// up to ties within the kernels' rounding.
public final class TextGenerator {
    /// The model; it may go on being trained between calls.
    public let model: LanguageModel
    /// Where tensors live.
    public let workspace: Workspace
    /// Makes text of tokens; nil for tokens alone.
    public let tokenizer: (any Tokenizer)?
    /// Which rows of the cache stay.
    public var policy: any CachePolicy {
        get { model.options.cachePolicy ?? FullCachePolicy() }
        set { model.options.cachePolicy = newValue }
    }
    /// How many rows are decoded at once.
    public var batch = 8
    /// Tokens that end texts: the tokenizer's, unless set.
    public var ends: [Int32]
    /// Whether results record each token's probability and rank.
    public var recordsSteps = false

    /// A generator on `model`.
    public init(_ model: LanguageModel, tokenizer: (any Tokenizer)? = nil, in workspace: Workspace) {
        self.model = model
        self.tokenizer = tokenizer
        self.workspace = workspace
        ends = tokenizer?.special.ends ?? []
    }

    /// All continuations of `requests`, in the order of these and of their samples. `onToken` sees every token when it is chosen,
    /// `onEnd` every text when it is done, in the order in which they end. Throws: `GenerationError` before anything is computed;
    /// `TensorError`; what the functions throw.
    public func generate(
        _ requests: [GenerationRequest], onToken: @escaping (GenerationEvent) throws -> Void = { _ in },
        onEnd: @escaping (Generation) throws -> Void = { _ in }
    ) throws -> [Generation] {
        for request in requests { try check(request) }
        return try GenerationRun(self, requests, onToken: onToken, onEnd: onEnd).run()
    }

    private func check(_ request: GenerationRequest) throws(GenerationError) {
        guard model.tokenHead != nil else { throw .noHead("token") }
        try request.options.check()
        if !request.options.stop.isEmpty, tokenizer == nil { throw .noTokenizer }
        if request.prompt.isEmpty { throw .emptyPrompt(id: request.id) }
        let positions = model.base.config.positions
        if request.prompt.count > positions {
            throw .longPrompt(id: request.id, tokens: request.prompt.count, positions: positions)
        }
    }
}
