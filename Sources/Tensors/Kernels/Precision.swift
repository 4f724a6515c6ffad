/// What a run computes in: a property of the run, not of the model's code.
public struct Precision: Sendable, Equatable {
    /// The name on the command line and in checkpoints.
    public let name: String
    /// Type of the residual stream, of norms' statistics, losses, parameters, their gradients and moments.
    public let stream: ElementType
    /// Type of the operands of matrix products and of what lies between them.
    public let compute: ElementType

    /// Single precision throughout.
    public static let fp32 = Precision(name: "fp32", stream: .float32, compute: .float32)
    /// Products of bfloat16 operands summed in single precision; weights, norms, losses and the residual stream in single.
    public static let bf16 = Precision(name: "bf16", stream: .float32, compute: .bfloat16)
    /// Double precision throughout, for reference kernels.
    public static let fp64 = Precision(name: "fp64", stream: .float64, compute: .float64)
}
