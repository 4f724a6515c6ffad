public import Tensors

/// What attention computed on the way, for those who look at its stages.
public struct AttentionState {
    /// [B*T, H*d], rotated.
    public var query: Tensor
    /// [B*T, nK*d], rotated.
    public var key: Tensor
    /// [B*T, nV*d].
    public var value: Tensor

    /// Queries and keys rotated, values as they are.
    public init(query: Tensor, key: Tensor, value: Tensor) {
        self.query = query
        self.key = key
        self.value = value
    }
}

/// Exchanges keys and values between projection and rotation, for instance to mix heads. Gives keys and values in the map's
/// head counts.
public protocol HeadMixing: Part {
    /// key [R, .], value [R, .] as projected.
    func callAsFunction(
        key: Tensor, value: Tensor, _ context: ForwardContext
    ) throws(TensorError) -> (key: Tensor, value: Tensor)
}

/// Causal self-attention in stages: project, (mix), rotary, core, output. Each stage can be called alone.
public final class Attention: SublayerCore {
    /// D to H*d.
    public var query: any Projection
    /// D to nK*d, or what `mixing` wants.
    public var key: any Projection
    /// D to nV*d, or what `mixing` wants.
    public var value: any Projection
    /// H*d to D.
    public var output: any Projection
    /// Between projection and rotation; nil for none.
    public var mixing: (any HeadMixing)?
    /// Which query head reads which heads.
    public var map: HeadMap
    /// The share of weights that are dropped in training, 0 ..< 1.
    public var dropout = 0.0
    /// Position angles, shared with other layers.
    public let rotary: RotaryTable
    /// The dotted path, for taps.
    public let path: String

    /// Matrices drawn from N(0, deviation), without biases unless asked for.
    public init(
        _ builder: ParameterBuilder, width: Int, map: HeadMap, rotary: RotaryTable, deviation: Double,
        hasBias: Bool = false
    ) throws(TensorError) {
        let initial = Initial.normal(deviation: deviation)
        let inner = map.heads * map.width
        query = try Linear(
            builder.at("q_proj"), inputs: width, outputs: inner, initial: initial, hasBias: hasBias)
        key = try Linear(
            builder.at("k_proj"), inputs: width, outputs: map.keyHeads * map.width, initial: initial,
            hasBias: hasBias)
        value = try Linear(
            builder.at("v_proj"), inputs: width, outputs: map.valueHeads * map.width, initial: initial,
            hasBias: hasBias)
        output = try Linear(builder.at("o_proj"), inputs: inner, outputs: width, initial: initial, hasBias: hasBias)
        self.map = map
        self.rotary = rotary
        path = builder.path
    }

    /// The four projections and the mixing, if any.
    public var children: [Child] {
        [
            Child("q_proj", of: self, \.query), Child("k_proj", of: self, \.key),
            Child("v_proj", of: self, \.value), Child("o_proj", of: self, \.output),
        ] + (mixing.map { [Child("mixing", $0)] } ?? [])
    }

    /// Stages one to three: projections, mixing, rotation.
    public func project(_ x: Tensor, rows: Rows, _ context: ForwardContext) throws(TensorError) -> AttentionState {
        context.tap("\(path).input", x)
        let q = try query(x, context)
        var k = try key(x, context)
        var v = try value(x, context)
        if let mixing { (k, v) = try mixing(key: k, value: v, context) }
        let state = AttentionState(
            query: try rotary.rotate(q, heads: map.heads, rows: rows, context),
            key: try rotary.rotate(k, heads: map.keyHeads, rows: rows, context), value: v)
        context.tap("\(path).query", state.query)
        context.tap("\(path).key", state.key)
        context.tap("\(path).value", state.value)
        return state
    }

    /// Stage four: what each query reads, [B*T, H*d], and the logarithms of its sums [B, H, T].
    public func core(
        _ state: AttentionState, rows: Rows, visibility: Visibility? = nil, _ context: ForwardContext
    ) throws(TensorError) -> (read: Tensor, logSums: Tensor) {
        let shape = map.shape(
            sequences: rows.sequences, queries: rows.length, keys: state.key.rows / max(rows.sequences, 1))
        var visibility = visibility ?? rows.visibility
        if context.isTraining, dropout > 0 {
            visibility.dropout = Dropout(rate: dropout, key: context.key.with(path).with("dropout"))
        }
        let (read, logSums) = try context.tape.attention(
            shape, q: state.query, k: state.key, v: state.value, visibility: visibility)
        return (read, logSums)
    }

    /// All stages: x [B*T, D] normalised; added to `residual` where one is given. With a cache queries read what it holds too.
    public func callAsFunction(
        _ x: Tensor, adding residual: Tensor?, rows: Rows, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        let state = try project(x, rows: rows, context)
        let read: Tensor
        if let cache = context.cache {
            read = try cache.attend(state, map: map, rows: rows, context)
        } else {
            read = try core(state, rows: rows, context).read
        }
        return try output(read, adding: residual, context)
    }
}
