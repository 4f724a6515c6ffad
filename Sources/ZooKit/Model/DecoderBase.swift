public import Layers
public import Tensors

/// The decoder without heads: embeddings of tokens and patches, blocks, final norm. Names are those under "model." in a
/// Hugging Face folder.
public final class DecoderBase: Part {
    /// Its shape; see ``treeConfig``.
    public var config: DecoderConfig
    /// Vectors of tokens.
    public let tokens: TokenEmbedding
    /// Vectors of patches; nil in a model of tokens alone.
    public let patches: PatchEmbedding?
    /// The blocks, in order.
    public let blocks: [DecoderBlock]
    /// The final norm.
    public let norm: RMSNorm
    /// The order in which the stream visits the blocks.
    public var schedule: any DepthSchedule = SequentialSchedule()
    /// The dotted path, for taps.
    public let path: String
    /// Position angles.
    public let rotary: RotaryTable

    /// A decoder with first values as the specification's section 3.5 has them.
    public init(_ builder: ParameterBuilder, config: DecoderConfig) throws(TensorError) {
        self.config = config
        path = builder.path
        let width = config.width
        tokens = try TokenEmbedding(
            builder.at("embed_tokens"), vocabulary: config.vocabulary, width: width, deviation: config.deviation)
        patches =
            config.modelType == .erniePixel
            ? try PatchEmbedding(
                builder.at("embed_patches"), width: width, patchSize: config.patchSize, channels: config.channels,
                form: config.patchInput,
                mean: config.patchMean.map { $0.map { Double($0) / Double(DecoderConfig.meanUnit) } },
                normWeight: config.patchNorm)
            : nil
        rotary = try RotaryTable(
            width: config.headWidth, limit: config.positions, theta: config.theta, scaling: config.scaling,
            workspace: builder.workspace)
        var blocks: [DecoderBlock] = []
        for index in 0..<config.layerCount {
            blocks.append(
                try Self.block(builder.at("layers.\(index)"), index: index, config: config, rotary: rotary))
        }
        self.blocks = blocks
        norm = try RMSNorm(builder.at("norm"), width: width, epsilon: config.epsilon)
    }

    private static func block(
        _ builder: ParameterBuilder, index: Int, config: DecoderConfig, rotary: RotaryTable
    ) throws(TensorError) -> DecoderBlock {
        let own = config.layers?[index]
        let plain = try HeadMap(width: config.headWidth, heads: config.heads, groups: config.groups)
        let map = try HeadMap(
            width: config.headWidth, keyHead: own?.keyHead ?? plain.keyHead,
            valueHead: own?.valueHead ?? plain.valueHead)
        let core = try Attention(
            builder.at("self_attn"), width: config.width, map: map, rotary: rotary, deviation: config.deviation,
            hasBias: config.hasAttentionBias)
        core.dropout = config.attentionDropout
        let attention = ResidualSublayer(
            norm: try RMSNorm(builder.at("input_layernorm"), width: config.width, epsilon: config.epsilon),
            core: core,
            names: ("input_layernorm", "self_attn"))
        let feedForward = ResidualSublayer(
            norm: try RMSNorm(
                builder.at("post_attention_layernorm"), width: config.width, epsilon: config.epsilon),
            core: try FeedForward(
                builder.at("mlp"), width: config.width, inner: own?.innerWidth ?? config.innerWidth,
                deviation: config.deviation),
            names: ("post_attention_layernorm", "mlp"))
        return DecoderBlock(index: index, path: builder.path, attention: attention, feedForward: feedForward)
    }

    /// Embeddings, blocks, norm, schedule.
    public var children: [Child] {
        [Child("embed_tokens", tokens)] + (patches.map { [Child("embed_patches", $0)] } ?? [])
            + blocks.map { Child("layers.\($0.index)", $0) }
            + [
                Child("norm", norm),
                Child("schedule", schedule) { [unowned self] part in
                    guard let schedule = part as? any DepthSchedule else { return false }
                    self.schedule = schedule
                    return true
                },
            ]
    }

    /// ``config`` with the head maps and inner widths that the blocks have by now.
    public var treeConfig: DecoderConfig {
        var tree = config
        var layers = config.layers ?? [LayerConfig](repeating: LayerConfig(), count: config.layerCount)
        let plain = (0..<config.heads).map { $0 / (config.heads / config.groups) }
        for (index, block) in blocks.enumerated() {
            let parts = block.descendants.map(\.part)
            if let map = parts.lazy.compactMap({ $0 as? Attention }).first?.map {
                if map.keyHead != layers[index].keyHead ?? plain { layers[index].keyHead = map.keyHead }
                if map.valueHead != layers[index].valueHead ?? plain { layers[index].valueHead = map.valueHead }
            }
            if let inner = parts.lazy.compactMap({ $0 as? FeedForward }).first?.gate.outputs,
                inner != layers[index].innerWidth ?? config.innerWidth
            {
                layers[index].innerWidth = inner
            }
        }
        if config.layers != nil || layers.contains(where: { $0 != LayerConfig() }) { tree.layers = layers }
        return tree
    }

    /// The stream before the first block: [B*T, D] of the stream type. Patches stand before tokens in each sequence.
    public func embed(_ input: ModelInput, _ context: ForwardContext) throws(TensorError) -> Tensor {
        var parts: [Tensor] = []
        if let given = input.patches {
            guard let patches else {
                throw .value(operation: "embed", what: "this model reads tokens alone, and the batch holds patches")
            }
            let embedded = try patches(given.pixels, context)
            parts.append(try embedded.reshaped([given.sequences, given.length, config.width]))
        }
        if let given = input.tokens {
            let embedded = try tokens(given.ids, context)
            parts.append(try embedded.reshaped([given.sequences, given.length, config.width]))
        }
        let joined = parts.count == 2 ? try context.tape.concatenateSequences(parts[0], parts[1]) : parts[0]
        let rows = try joined.reshaped([joined.rows, config.width])
        context.tap("\(path).embeddings", rows)
        return rows
    }

    /// The stream after the last block and the final norm: [B*T, D] of the products' type.
    public func callAsFunction(_ input: ModelInput, _ context: ForwardContext) throws(TensorError) -> Tensor {
        let h = try schedule(embed(input, context), blocks: blocks, rows: input.rows, context)
        let hidden = try norm(h, context)
        context.tap("\(path).hidden", hidden)
        return hidden
    }
}
