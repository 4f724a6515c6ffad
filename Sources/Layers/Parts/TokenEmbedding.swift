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
