public import Tensors

/// How a parameter begins.
public enum Initial: Sendable, Equatable {
    /// All numbers equal.
    case constant(Double)
    /// N(0, deviation).
    case normal(deviation: Double)
    /// U(-bound, bound).
    case uniform(bound: Double)
}

/// Makes the parameters of a model. First values are a function of seed and path, so that a part added to a model changes the
/// values of no other.
public struct ParameterBuilder {
    /// Where parameters live.
    public let workspace: Workspace
    /// The stream of first values.
    public let key: RandomKey
    /// The dotted path of the part being made.
    public let path: String
    private let drawsValues: @Sendable (String) -> Bool
    /// Throws for a parameter that may not be made.
    private var check: (@Sendable (_ path: String, _ shape: [Int]) throws(TensorError) -> Void)?

    /// A builder at the root of a model. Without `drawsValues` all values stay 0, which costs no memory until they are written:
    /// for a model whose values come from a file, or of which only the shape is wanted.
    public init(workspace: Workspace, seed: UInt64, drawsValues: Bool = true) {
        self.init(workspace: workspace, seed: seed) { _ in drawsValues }
    }

    /// A builder that draws the values of parameters whose paths `draws` tells; the others stay 0.
    public init(workspace: Workspace, seed: UInt64, draws: @escaping @Sendable (String) -> Bool) {
        self.workspace = workspace
        key = RandomKey(seed: seed).with("initial values")
        path = ""
        drawsValues = draws
    }

    private init(_ other: ParameterBuilder, path: String) {
        workspace = other.workspace
        key = other.key
        self.path = path
        drawsValues = other.drawsValues
        check = other.check
    }

    /// The same, where `check` may throw for path and shape of a parameter before it is made.
    public func checking(
        _ check: @escaping @Sendable (_ path: String, _ shape: [Int]) throws(TensorError) -> Void
    ) -> ParameterBuilder {
        var builder = self
        builder.check = check
        return builder
    }

    /// A builder for the part `name` below.
    public func at(_ name: String) -> ParameterBuilder { ParameterBuilder(self, path: fullPath(name)) }

    /// A parameter of this part. Norm weights and biases do not decay: give `decays` false.
    public func parameter(
        _ name: String, _ shape: [Int], _ initial: Initial, decays: Bool = true
    ) throws(TensorError) -> Parameter {
        let path = fullPath(name)
        try check?(path, shape)
        let parameter = try Parameter(path: path, shape: shape, workspace: workspace, decays: decays)
        guard drawsValues(path) else { return parameter }
        let (rows, columns) = (shape.dropLast().reduce(1, *), shape.last ?? 1)
        let key = key.with(path)
        try parameter.write { operand, kernels throws(TensorError) in
            switch initial {
            case .constant(let value): kernels.fill(operand, rows: rows, columns: columns, value: value)
            case .normal(let deviation):
                kernels.fillNormal(operand, rows: rows, columns: columns, deviation: deviation, key: key)
            case .uniform(let bound):
                kernels.fillUniform(operand, rows: rows, columns: columns, low: -bound, high: bound, key: key)
            }
        }
        return parameter
    }

    private func fullPath(_ name: String) -> String { path.isEmpty ? name : "\(path).\(name)" }
}
