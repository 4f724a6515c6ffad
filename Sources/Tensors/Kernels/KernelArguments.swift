/// Functions of one number.
public enum Unary: String, Sendable, CaseIterable {
    /// x sigmoid(x).
    case silu
    /// 1 / (1 + e^-x).
    case sigmoid
    /// The hyperbolic tangent.
    case tanh
    /// max(x, 0).
    case relu
    /// e^x.
    case exp
    /// The natural logarithm.
    case log
    /// x^2.
    case square
    /// The square root.
    case squareRoot
    /// 1 / x.
    case reciprocal
    /// -x.
    case negate
    /// |x|.
    case absolute
    /// log(1 + e^x).
    case softplus
    /// x Phi(x), with the error function.
    case gelu
    /// GELU by the hyperbolic tangent.
    case geluTanh
}

/// How a predicted patch is compared with the true one, t in [0,1]. Source: PixelGPT, section 3.4 of the specification;
/// PIXAR for `bernoulli`.
public enum PatchLoss: String, Sendable, CaseIterable {
    /// (x - (t - mean t) / sqrt(unbiased variance of t + 1e-6))^2.
    case normalised
    /// (x - t)^2.
    case raw
    /// Binary cross-entropy of the logit x against t.
    case bernoulli
}

/// Sizes of an attention: B sequences, Tq queries and Tk keys each, H query heads of width d over nK key and nV value heads.
public struct AttentionShape: Sendable, Equatable {
    /// B.
    public var sequences: Int
    /// Tq, rows of q a sequence.
    public var queries: Int
    /// Tk, rows of k and v a sequence.
    public var keys: Int
    /// For each query head the key head it reads; its count is H.
    public var keyHead: [Int]
    /// For each query head the value head it reads.
    public var valueHead: [Int]
    /// nK: k is [B*Tk, nK*d].
    public var keyHeads: Int
    /// nV: v is [B*Tk, nV*dv].
    public var valueHeads: Int
    /// d.
    public var width: Int
    /// dv.
    public var valueWidth: Int
    /// What products of queries and keys are multiplied by.
    public var scale: Double

    /// H.
    public var heads: Int { keyHead.count }

    /// Grouped heads: H/groups adjacent query heads share a key and value head, scale 1/sqrt(d).
    public init(sequences: Int, queries: Int, keys: Int, heads: Int, groups: Int, width: Int) {
        precondition(groups > 0 && heads % groups == 0, "attention: \(heads) heads do not share \(groups) groups")
        self.sequences = sequences
        self.queries = queries
        self.keys = keys
        keyHead = (0..<heads).map { $0 / (heads / groups) }
        valueHead = keyHead
        keyHeads = groups
        valueHeads = groups
        self.width = width
        valueWidth = width
        scale = 1 / Double(width).squareRoot()
    }
}

/// Which keys a query sees: those of its segment below its limit.
public struct AttentionMask {
    /// Query i of a sequence sees keys 0 ..< i + 1 + offset; nil: all keys. Not used where `limits` is given.
    public var causalOffset: Int?
    /// [B,Tq] int32: how many keys, from the first on, each query may see.
    public var limits: Operand?
    /// [B,Tq] int32; given together with `keySegments`: a query sees keys of its own segment only.
    public var querySegments: Operand?
    /// [B,Tk] int32, negative for padding, which no query sees.
    public var keySegments: Operand?
    /// Weights that are dropped after the softmax, the others divided by 1 - rate; the weight of key j for query i of head h of
    /// sequence b draws number ((firstRow + b H + h) Tq + i) Tk + j.
    public var dropout: Dropout?

    /// A mask of the parts given.
    public init(
        causalOffset: Int? = nil, limits: Operand? = nil, querySegments: Operand? = nil, keySegments: Operand? = nil,
        dropout: Dropout? = nil
    ) {
        self.dropout = dropout
        self.causalOffset = causalOffset
        self.limits = limits
        self.querySegments = querySegments
        self.keySegments = keySegments
    }
}

/// Where attention's backward pass writes.
public struct AttentionGradients {
    /// [B*Tq, H*d].
    public var q: Operand?
    /// [B*Tk, nK*d].
    public var k: Operand?
    /// [B*Tk, nV*dv].
    public var v: Operand?
    /// Whether to add to what stands in q, k, v.
    public var accumulate: (q: Bool, k: Bool, v: Bool)

    /// The three results.
    public init(q: Operand?, k: Operand?, v: Operand?, accumulate: (q: Bool, k: Bool, v: Bool)) {
        self.q = q
        self.k = k
        self.v = v
        self.accumulate = accumulate
    }
}

/// Constants of one AdamW step (Loshchilov and Hutter 2019): g' = g * factor; m = b1 m + (1-b1) g'; v = b2 v + (1-b2) g'^2;
/// w = w (1 - rate * decay) - rate * (m / correction1) / (sqrt(v / correction2) + epsilon), in PyTorch's order.
public struct AdamWStep: Sendable, Equatable {
    /// Learning rate of this step; negative ascends.
    public var rate: Double
    /// b1.
    public var beta1: Double
    /// b2.
    public var beta2: Double
    /// Added to the root.
    public var epsilon: Double
    /// Decoupled decay.
    public var decay: Double
    /// 1 - b1^t.
    public var correction1: Double
    /// 1 - b2^t.
    public var correction2: Double

    /// Step number `step`, from 1 on.
    public init(rate: Double, beta1: Double, beta2: Double, epsilon: Double, decay: Double, step: Int) {
        self.rate = rate
        self.beta1 = beta1
        self.beta2 = beta2
        self.epsilon = epsilon
        self.decay = decay
        correction1 = 1 - power(beta1, step)
        correction2 = 1 - power(beta2, step)
    }
}

/// x^n by repeated squaring.
private func power(_ x: Double, _ n: Int) -> Double {
    var result = 1.0
    var base = x
    var rest = n
    while rest > 0 {
        if rest & 1 == 1 { result *= base }
        base *= base
        rest >>= 1
    }
    return result
}

/// What ran in a kernel set since the counts were last set to 0.
public struct KernelCounters: Sendable, Equatable {
    /// Calls of `product`, `productBatch` (one a product) and the two of groups (one a group).
    public var products = 0
    /// Multiplications and additions in them: 2 M N K each.
    public var productOperations = 0
    /// Bytes of buffers asked for by `allocate`.
    public var allocatedBytes = 0
    /// Calls of `allocate`.
    public var allocations = 0

    /// Nothing yet.
    public init() {}
}
