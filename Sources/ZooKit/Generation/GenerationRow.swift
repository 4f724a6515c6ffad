import Corpora
import Tensors

/// A text on its way.
struct GenerationRow {
    let request: GenerationRequest
    var result: Generation
    /// Its sequence in the cache.
    var sequence = 0
    /// The tokens of prompt and text, each once, where a penalty needs them.
    private var distinct: [Int32] = []
    private var known: Set<Int32> = []
    private let ends: [Int32]
    private let key: RandomKey
    private var decoder: StreamingDecoder?
    private var stop: StopText
    private var text = ""

    init(_ request: GenerationRequest, sample: Int, ends: [Int32], tokenizer: (any Tokenizer)?, records: Bool) {
        self.request = request
        self.ends = ends
        result = Generation(id: request.id, sample: sample)
        if records { result.steps = [] }
        key = RandomKey(seed: request.options.seed).with("generate").with(request.id).with(sample)
        decoder = tokenizer.map { StreamingDecoder($0) }
        stop = StopText(request.options.stop)
        if request.options.repetitionPenalty != 1 { for id in request.prompt { note(id) } }
    }

    private mutating func note(_ id: Int32) {
        if known.insert(id).inserted { distinct.append(id) }
    }

    /// Whether the next token is the likeliest one as the model has it.
    var isPlain: Bool { request.options.isGreedy && banned.isEmpty && distinct.isEmpty }

    /// Tokens that may not come now.
    private var banned: [Int32] { result.tokens.count < request.options.minNewTokens ? ends : [] }

    /// Tokens that may still come, of a model of so many positions.
    func left(positions: Int) -> Int {
        let most = min(request.options.maxNewTokens, max(positions - request.prompt.count, 0))
        return max(most - result.tokens.count, 0) + 1
    }

    /// Chooses the next token by logits [1, V].
    func choose(_ logits: Tensor, in workspace: Workspace) throws(TensorError) -> Int32 {
        let place = result.tokens.count
        let distribution = try TokenDistribution.of(
            logits, request.options, distinct: distinct, banned: banned, step: place, in: workspace)
        return distribution.token(at: key.uniform(at: place))
    }

    /// Takes a token of a model of so many positions. The event says what became certain, and whether the text ends.
    mutating func take(_ id: Int32, positions: Int) -> GenerationEvent {
        result.tokens.append(id)
        if request.options.repetitionPenalty != 1 { note(id) }
        var fresh = ""
        var reason: Generation.Reason?
        if ends.contains(id) {
            reason = .end
        } else if decoder != nil {
            fresh = stop.add(decoder?.add(id) ?? "")
            if stop.hasStopped { reason = .stop }
        }
        if reason == nil, result.tokens.count >= request.options.maxNewTokens { reason = .length }
        if reason == nil, request.prompt.count + result.tokens.count > positions { reason = .positions }
        if let reason {
            result.reason = reason
            if reason != .stop { fresh += stop.add(decoder?.finish() ?? "") + stop.finish() }
        }
        text += fresh
        if decoder != nil { result.text = text }
        return GenerationEvent(
            id: request.id, sample: result.sample, token: id, text: fresh, reason: reason)
    }
}
