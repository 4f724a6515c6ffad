public import Tensors

/// A table of token vectors.
public final class TokenEmbedding: Part {
    /// [V, D].
    public let weight: Parameter

    /// Vectors drawn from N(0, deviation).
    public init(
        _ builder: ParameterBuilder, vocabulary: Int, width: Int, deviation: Double
    ) throws(TensorError) {
        weight = try builder.parameter("weight", [vocabulary, width], .normal(deviation: deviation))
    }

    /// The table.
    public var ownParameters: [Parameter] { [weight] }
    /// V.
    public var vocabulary: Int { weight.shape[0] }

    /// Rows of the table: ids [R] int32, each in 0 ..< V (callers check on the host); gives [R, D] of the stream type. A frozen
    /// table is read in the type that it is kept in.
    public func callAsFunction(_ ids: Tensor, _ context: ForwardContext) throws(TensorError) -> Tensor {
        let type = weight.isTrainable ? context.tape.precision.stream : weight.type
        return try context.tape.embedding(context.tape.leaf(weight, type), ids: ids)
    }
}

/// Patches of pixels as vectors: a convolution whose kernel and stride are the patch, then a LayerNorm (the specification's
/// section 3.3).
public final class PatchEmbedding: Part {
    /// [D, channels, P, P].
    public let weight: Parameter
    /// [D].
    public let bias: Parameter
    /// Over D.
    public let norm: LayerNorm
    /// 3 for RGB.
    public let channels: Int
    /// P.
    public let patchSize: Int

    /// Xavier-uniform weights on the [D, channels P P] view, bias U(+-1/sqrt(channels P P)) (section 3.5).
    public init(
        _ builder: ParameterBuilder, width: Int, patchSize: Int, channels: Int, epsilon: Double = 1e-5
    ) throws(TensorError) {
        let inside = builder.at("patch_embeddings")
        let fan = channels * patchSize * patchSize
        weight = try inside.at("projection").parameter(
            "weight", [width, channels, patchSize, patchSize],
            .uniform(bound: (6 / Double(width + fan)).squareRoot()))
        bias = try inside.at("projection").parameter(
            "bias", [width], .uniform(bound: 1 / Double(fan).squareRoot()), decays: false)
        norm = try LayerNorm(inside.at("norm"), width: width, epsilon: epsilon)
        self.channels = channels
        self.patchSize = patchSize
    }

    /// Projection and bias.
    public var ownParameters: [Parameter] { [weight, bias] }
    /// The norm.
    public var children: [Child] { [Child("patch_embeddings.norm", norm)] }

    /// Pixels uint8 [R, P*P*channels], each patch row-major with channels together, as shards hold them; gives [R, D] of the
    /// stream type.
    public func callAsFunction(_ pixels: Tensor, _ context: ForwardContext) throws(TensorError) -> Tensor {
        let tape = context.tape
        let projected = try tape.patches(
            pixels, weight: tape.leaf(weight).reshaped([weight.shape[0], pixels.columns]),
            bias: tape.leaf(bias, tape.precision.stream), channels: channels)
        return try norm(projected, to: tape.precision.stream, context)
    }
}
