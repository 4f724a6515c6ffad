import ReferenceKernels
import Tensors
import Testing

/// What a test runs on.
enum KernelChoice: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// Scalar loops in double precision.
    case double

    /// An empty workspace.
    func workspace() throws -> Workspace {
        switch self {
        case .double: try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        }
    }

    /// What numbers of size 1 may differ by where sums are taken in another order.
    var tolerance: Double {
        switch self {
        case .double: 1e-12
        }
    }

    var testDescription: String { rawValue }
}
