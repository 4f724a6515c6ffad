public import Foundations

/// What can go wrong in an operator.
public enum TensorError: Error, Equatable, CustomStringConvertible, CategorisedError {
    /// Operands do not fit together.
    case shape(operation: String, expected: String, got: String)
    /// An element type the operator does not take.
    case type(operation: String, expected: String, got: ElementType)
    /// A setting out of its range.
    case value(operation: String, what: String)
    /// Indices that the host knows to be out of range.
    case index(operation: String, index: Int, limit: Int)
    /// The kernel set cannot compute in this precision.
    case precision(Precision, kernels: String)
    /// The system gave no memory.
    case outOfMemory(bytes: Int)
    /// A tensor holds values that are infinite or not a number.
    case nonFinite(tensor: String, step: Int, count: Int)

    /// The kind of failure.
    public var category: ErrorCategory { if case .nonFinite = self { .notFinite } else { .badData } }

    /// One sentence with the operator, what it wants and what it got.
    public var description: String {
        switch self {
        case .shape(let operation, let expected, let got): "\(operation): wants \(expected), got \(got)"
        case .type(let operation, let expected, let got): "\(operation): wants \(expected), got \(got.rawValue)"
        case .value(let operation, let what): "\(operation): \(what)"
        case .index(let operation, let index, let limit): "\(operation): index \(index) is not in 0..<\(limit)"
        case .precision(let precision, let kernels): "\(kernels) does not compute in \(precision.name)"
        case .outOfMemory(let bytes): "no memory: the system refused \(bytes) bytes; take a smaller batch or model"
        case .nonFinite(let tensor, let step, let count):
            "\(tensor) holds \(count) values that are not finite at step \(step)"
        }
    }
}
