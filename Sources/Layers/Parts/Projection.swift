public import Tensors

/// A linear map of rows that a model can exchange after construction: a plain matrix, one with a low-rank side path, one with
/// routed experts.
public protocol Projection: Part {
    /// Columns of what goes in.
    var inputs: Int { get }
    /// Columns of what comes out.
    var outputs: Int { get }
    /// Maps x [..., inputs] to [..., outputs], added to `residual` where one is given. `path` names the place for taps.
    func callAsFunction(
        _ x: Tensor, adding residual: Tensor?, _ context: ForwardContext
    ) throws(TensorError) -> Tensor
}

extension Projection {
    /// Maps x without adding to anything.
    public func callAsFunction(_ x: Tensor, _ context: ForwardContext) throws(TensorError) -> Tensor {
        try self(x, adding: nil, context)
    }
}

/// y = x W' (+ b).
public final class Linear: Projection {
    /// [outputs, inputs].
    public let weight: Parameter
    /// [outputs].
    public let bias: Parameter?

    /// A matrix drawn as `initial` says; a bias begins at 0.
    public init(
        _ builder: ParameterBuilder, inputs: Int, outputs: Int, initial: Initial, hasBias: Bool = false
    ) throws(TensorError) {
        weight = try builder.parameter("weight", [outputs, inputs], initial)
        bias = hasBias ? try builder.parameter("bias", [outputs], .constant(0), decays: false) : nil
    }

    /// A projection over parameters that exist, for instance those of an embedding.
    public init(weight: Parameter, bias: Parameter? = nil) {
        self.weight = weight
        self.bias = bias
    }

    /// Columns of what goes in.
    public var inputs: Int { weight.shape[1] }
    /// Columns of what comes out.
    public var outputs: Int { weight.shape[0] }
    /// Weight and bias.
    public var ownParameters: [Parameter] { [weight] + (bias.map { [$0] } ?? []) }

    /// x W' (+ b) (+ residual).
    public func callAsFunction(
        _ x: Tensor, adding residual: Tensor?, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        let tape = context.tape
        let b: Tensor?
        if let bias { b = try tape.leaf(bias, tape.precision.stream) } else { b = nil }
        return try tape.linear(x, weight: tape.leaf(weight), bias: b, adding: residual)
    }
}
