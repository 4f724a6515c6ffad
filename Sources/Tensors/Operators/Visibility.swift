/// Which keys a query sees: those of its segment below its limit; and which weights are dropped. The tensors of an `AttentionMask`.
public struct Visibility {
    /// Query i of a sequence sees keys 0 ..< i + 1 + offset; nil: all keys. Not used where `limits` is given.
    public var causalOffset: Int?
    /// [B, Tq] int32: how many keys, from the first on, each query may see.
    public var limits: Tensor?
    /// [B, Tq] int32; given together with `keySegments`: a query sees keys of its own segment only.
    public var querySegments: Tensor?
    /// [B, Tk] int32, negative for padding.
    public var keySegments: Tensor?
    /// Weights that are dropped in training (Srivastava et al. 2014); nil for none.
    public var dropout: Dropout?

    /// What the parts given allow; without any, every query sees every key.
    public init(
        causalOffset: Int? = nil, limits: Tensor? = nil, querySegments: Tensor? = nil, keySegments: Tensor? = nil
    ) {
        self.causalOffset = causalOffset
        self.limits = limits
        self.querySegments = querySegments
        self.keySegments = keySegments
    }

    /// For kernels.
    var mask: AttentionMask {
        AttentionMask(
            causalOffset: causalOffset, limits: limits?.operand, querySegments: querySegments?.operand,
            keySegments: keySegments?.operand, dropout: dropout)
    }

    /// Throws unless the parts fit `shape`.
    func check(_ operation: String, _ shape: AttentionShape) throws(TensorError) {
        let (queries, keys) = (shape.sequences * shape.queries, shape.sequences * shape.keys)
        if let limits { try Tensors.check(operation, indices: limits, queries, "limits") }
        if let querySegments { try Tensors.check(operation, indices: querySegments, queries, "querySegments") }
        if let keySegments { try Tensors.check(operation, indices: keySegments, keys, "keySegments") }
        if let dropout {
            try Tensors.check(
                operation, dropout.rate >= 0 && dropout.rate < 1, "a dropout rate of \(dropout.rate) is not in 0 ..< 1")
        }
        try Tensors.check(
            operation, (querySegments == nil) == (keySegments == nil),
            "segments of queries and of keys are given together or not at all")
    }
}
