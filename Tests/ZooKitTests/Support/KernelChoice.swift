import ReferenceKernels
import Tensors
import Testing

/// What a test runs on.
enum KernelChoice: String, CaseIterable, Sendable, CustomTestStringConvertible {
    /// Scalar loops in double precision.
    case double
    /// The processor's kernels in single precision.
    case single
    /// The processor's kernels with products of bfloat16.
    case half

    /// The choices whose numbers are close to the exact ones.
    static let exact: [KernelChoice] = [.double, .single]

    /// An empty workspace.
    func workspace(threads: Int = 2) throws -> Workspace {
        switch self {
        case .double: try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        case .single: try Workspace(kernels: CPUKernels(threads: threads), precision: .fp32)
        case .half: try Workspace(kernels: CPUKernels(threads: threads), precision: .bf16)
        }
    }

    /// What numbers of size 1 may differ by where sums are taken in another order.
    var tolerance: Double {
        switch self {
        case .double: 1e-12
        case .single: 1e-5
        case .half: 0.05
        }
    }

    var testDescription: String { rawValue }
}
