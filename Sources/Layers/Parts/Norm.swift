public import Tensors

/// A normalisation of rows: from the residual stream's type to that of products.
public protocol Norm: Part {
    /// Normalises each row of x [..., C].
    func callAsFunction(_ x: Tensor, _ context: ForwardContext) throws(TensorError) -> Tensor
}

/// x / sqrt(mean(x^2) + epsilon) * weight.
public final class RMSNorm: Norm {
    /// [C].
    public let weight: Parameter
    /// Added to the mean square.
    public let epsilon: Double

    /// Weights of 1.
    public init(_ builder: ParameterBuilder, width: Int, epsilon: Double) throws(TensorError) {
        weight = try builder.parameter("weight", [width], .constant(1), decays: false)
        self.epsilon = epsilon
    }

    /// The weight.
    public var ownParameters: [Parameter] { [weight] }

    /// Normalises each row.
    public func callAsFunction(_ x: Tensor, _ context: ForwardContext) throws(TensorError) -> Tensor {
        let tape = context.tape
        return try tape.rmsNorm(x, weight: tape.leaf(weight, tape.precision.stream), epsilon: epsilon)
    }
}

/// (x - mean) / sqrt(variance + epsilon) * weight + bias, biased variance.
public final class LayerNorm: Norm {
    /// [C].
    public let weight: Parameter
    /// [C].
    public let bias: Parameter
    /// Added to the variance.
    public let epsilon: Double

    /// Weights that begin at `weight`, biases of 0.
    public init(
        _ builder: ParameterBuilder, width: Int, epsilon: Double, weight: Double = 1
    ) throws(TensorError) {
        self.weight = try builder.parameter("weight", [width], .constant(weight), decays: false)
        bias = try builder.parameter("bias", [width], .constant(0), decays: false)
        self.epsilon = epsilon
    }

    /// Weight and bias.
    public var ownParameters: [Parameter] { [weight, bias] }

    /// Normalises each row.
    public func callAsFunction(_ x: Tensor, _ context: ForwardContext) throws(TensorError) -> Tensor {
        try self(x, to: context.tape.precision.compute, context)
    }

    /// Normalises each row, to numbers of `type`.
    public func callAsFunction(
        _ x: Tensor, to type: ElementType, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        let tape = context.tape
        return try tape.layerNorm(
            x, weight: tape.leaf(weight, tape.precision.stream), bias: tape.leaf(bias, tape.precision.stream),
            epsilon: epsilon, to: type)
    }
}
