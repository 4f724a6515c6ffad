public import Layers
public import Tensors

/// A decoder with its heads: next token, next patch, and, where asked for, a classifier or a scalar.
public final class LanguageModel: Part {
    /// Which heads a model has.
    public struct Heads: Sendable, Equatable {
        /// Predicts the next token.
        public var token: Bool
        /// Predicts the next patch.
        public var patch: Bool
        /// Classes of a classifier; nil for none. One is a regression.
        public var labels: Int?
        /// One number a row.
        public var scalar: Bool

        /// A choice of heads.
        public init(token: Bool = false, patch: Bool = false, labels: Int? = nil, scalar: Bool = false) {
            self.token = token
            self.patch = patch
            self.labels = labels
            self.scalar = scalar
        }

        /// The objective that a model of this shape is pretrained with.
        public static func pretraining(_ config: DecoderConfig) -> Heads {
            Heads(token: true, patch: config.modelType == .erniePixel)
        }
    }

    /// Embeddings, blocks, final norm.
    public let base: DecoderBase
    /// D to V; without parameters of its own where embeddings are tied.
    public var tokenHead: (any Projection)?
    /// D to P*P*channels, row-major with channels together.
    public var patchHead: (any Projection)?
    /// D to labels.
    public var score: (any Projection)?
    /// D to 1.
    public var scalar: (any Projection)?
    /// Options of every pass: adapters, knobs, the cache's policy.
    public var options = PassOptions()
    /// The structures that were installed, in their order; folders keep them.
    public internal(set) var structures: [StructureRecord] = []

    /// A model with first values drawn from `seed` (section 3.5).
    public convenience init(
        _ config: DecoderConfig, heads: Heads? = nil, seed: UInt64, workspace: Workspace
    ) throws(TensorError) {
        try self.init(ParameterBuilder(workspace: workspace, seed: seed), config: config, heads: heads)
    }

    /// A model below `builder`'s path.
    public init(_ builder: ParameterBuilder, config: DecoderConfig, heads: Heads? = nil) throws(TensorError) {
        let heads = heads ?? .pretraining(config)
        base = try DecoderBase(builder.at("model"), config: config)
        let initial = Initial.normal(deviation: config.deviation)
        let width = config.width
        if heads.token {
            tokenHead =
                config.tiesEmbeddings
                ? Linear(weight: base.tokens.weight)
                : try Linear(
                    builder.at(Self.tokenHeadName(config)), inputs: width, outputs: config.vocabulary,
                    initial: initial)
        }
        if heads.patch {
            patchHead = try Linear(
                builder.at("lm_pixel_head"), inputs: width,
                outputs: config.patchSize * config.patchSize * config.channels, initial: initial)
        }
        if let labels = heads.labels {
            score = try Linear(builder.at("score"), inputs: width, outputs: labels, initial: initial)
        }
        if heads.scalar {
            scalar = try Linear(builder.at("value_head"), inputs: width, outputs: 1, initial: initial)
        }
    }

    private static func tokenHeadName(_ config: DecoderConfig) -> String {
        config.modelType == .llama ? "lm_head" : "lm_token_head"
    }

    /// The base and the heads.
    public var children: [Child] {
        let heads: [(String, ReferenceWritableKeyPath<LanguageModel, (any Projection)?>)] = [
            (Self.tokenHeadName(base.config), \.tokenHead), ("lm_pixel_head", \.patchHead), ("score", \.score),
            ("value_head", \.scalar),
        ]
        return [Child("model", base)]
            + heads.compactMap { name, place in
                self[keyPath: place].map { head in
                    Child(name, head) { [unowned self] part in
                        guard let head = part as? any Projection else { return false }
                        self[keyPath: place] = head
                        return true
                    }
                }
            }
    }

    /// Sets the share of attention weights that every layer drops in training, 0 ..< 1. Until then it is the configuration's.
    public func setAttentionDropout(_ rate: Double) {
        for case let attention as Attention in base.descendants.map(\.part) { attention.dropout = rate }
    }

    /// The stream after the final norm: [B*T, D].
    public func hidden(_ input: ModelInput, _ context: ForwardContext) throws(TensorError) -> Tensor {
        try base(input, scoped(context))
    }

    /// The context with the model's options under the pass's own.
    func scoped(_ context: ForwardContext) -> ForwardContext {
        var context = context
        context.options = options.under(context.options)
        return context
    }

    /// Logits of next tokens after rows of `hidden` [R, D]: [R, V].
    public func tokenLogits(_ hidden: Tensor, _ context: ForwardContext) throws(TensorError) -> Tensor {
        guard let tokenHead else { throw .value(operation: "token logits", what: "the model has no token head") }
        return try tokenHead(hidden, scoped(context))
    }

    /// Class scores [B, labels] of rows of `hidden`, for each of B sequences of the mean over some.
    public func classLogits(
        _ hidden: Tensor, rows: PooledRows, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        guard let score else { throw .value(operation: "class logits", what: "the model has no classifier") }
        return try score(rows.means(of: hidden, context), scoped(context))
    }

    /// For each sequence the row of its last place that is no padding, by the lengths of the batch; never by looking for an id.
    public func poolingPlaces(_ input: ModelInput) -> [Int32] {
        if let tokens = input.tokens {
            return (0..<tokens.sequences).map { b in
                let padding = tokens.isPadding[b * tokens.length..<(b + 1) * tokens.length]
                let last = padding.lastIndex(of: false).map { $0 - padding.startIndex } ?? 0
                return input.row(ofToken: last, b)
            }
        }
        guard let patches = input.patches else { return [] }
        return (0..<patches.sequences).map { b in
            let padding = patches.isPadding[b * patches.length..<(b + 1) * patches.length]
            let last = padding.lastIndex(of: false).map { $0 - padding.startIndex } ?? 0
            return input.row(ofPatch: last, b)
        }
    }

    /// The matrix of a plain token head; nil where a part of another kind stands in its place.
    var tokenHeadWeight: Parameter? {
        guard let head = tokenHead as? Linear, head.bias == nil else { return nil }
        return head.weight
    }
}
