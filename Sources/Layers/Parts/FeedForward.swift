public import Tensors

/// SwiGLU: (silu(x G') * (x U')) D' (Shazeer 2020).
public final class FeedForward: SublayerCore {
    /// D to F.
    public var gate: any Projection
    /// D to F.
    public var up: any Projection
    /// F to D.
    public var down: any Projection
    /// The dotted path, for taps.
    public let path: String

    /// Matrices drawn from N(0, deviation), without biases.
    public init(
        _ builder: ParameterBuilder, width: Int, inner: Int, deviation: Double
    ) throws(TensorError) {
        let initial = Initial.normal(deviation: deviation)
        gate = try Linear(builder.at("gate_proj"), inputs: width, outputs: inner, initial: initial)
        up = try Linear(builder.at("up_proj"), inputs: width, outputs: inner, initial: initial)
        down = try Linear(builder.at("down_proj"), inputs: inner, outputs: width, initial: initial)
        path = builder.path
    }

    /// The three projections.
    public var children: [Child] {
        [
            Child("gate_proj", of: self, \.gate), Child("up_proj", of: self, \.up),
            Child("down_proj", of: self, \.down),
        ]
    }

    /// x [R, D] normalised; added to `residual` where one is given.
    public func callAsFunction(
        _ x: Tensor, adding residual: Tensor?, rows: Rows, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        context.tap("\(path).input", x)
        let hidden = try context.tape.swiglu(gate: gate(x, context), up: up(x, context))
        context.tap("\(path).hidden", hidden)
        return try down(hidden, adding: residual, context)
    }
}
