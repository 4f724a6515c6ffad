public import Tensors

/// The inside of a sublayer: from normalised rows to what is added to the residual stream.
public protocol SublayerCore: Part {
    /// Maps x [B*T, D]; adds to `residual` where one is given, so that a final product can write there directly.
    func callAsFunction(
        _ x: Tensor, adding residual: Tensor?, rows: Rows, _ context: ForwardContext
    ) throws(TensorError) -> Tensor
}

/// A step of the residual stream: norm, core and residual together. A method wraps one or takes its place.
public protocol Sublayer: Part {
    /// Maps the residual stream h [B*T, D].
    func callAsFunction(_ h: Tensor, rows: Rows, _ context: ForwardContext) throws(TensorError) -> Tensor
}

/// h + core(norm(h)).
public final class ResidualSublayer: Sublayer {
    /// The norm in front.
    public var norm: any Norm
    /// What is added.
    public var core: any SublayerCore
    private let names: (norm: String, core: String)

    /// A sublayer whose norm and core bear `names` under the block.
    public init(norm: any Norm, core: any SublayerCore, names: (norm: String, core: String)) {
        self.norm = norm
        self.core = core
        self.names = names
    }

    /// Norm and core.
    public var children: [Child] {
        [
            Child(names.core, core) { [unowned self] part in
                guard let core = part as? any SublayerCore else { return false }
                self.core = core
                return true
            },
            Child(names.norm, norm) { [unowned self] part in
                guard let norm = part as? any Norm else { return false }
                self.norm = norm
                return true
            },
        ]
    }

    /// h + core(norm(h)).
    public func callAsFunction(_ h: Tensor, rows: Rows, _ context: ForwardContext) throws(TensorError) -> Tensor {
        try core(norm(h, context), adding: h, rows: rows, context)
    }
}

/// Attention and feed-forward, each with its norm and residual. It may be called many times in a pass, on any rows; gradients of
/// its weights add up.
public final class DecoderBlock: Part {
    /// The attention sublayer.
    public var attention: any Sublayer
    /// The feed-forward sublayer.
    public var feedForward: any Sublayer
    /// Its place in the model, from 0 on.
    public let index: Int
    /// The dotted path, for taps.
    public let path: String

    /// A block of two sublayers.
    public init(index: Int, path: String, attention: any Sublayer, feedForward: any Sublayer) {
        self.index = index
        self.path = path
        self.attention = attention
        self.feedForward = feedForward
    }

    /// The sublayers; their parts bear Hugging Face's names under the block.
    public var children: [Child] {
        [Child("attention", of: self, \.attention), Child("feed_forward", of: self, \.feedForward)]
    }

    /// Maps the residual stream h [B*T, D], residuals included.
    public func callAsFunction(_ h: Tensor, rows: Rows, _ context: ForwardContext) throws(TensorError) -> Tensor {
        var context = context
        context.slot.layer = index
        return try feedForward(attention(h, rows: rows, context), rows: rows, context)
    }
}
