import Layers
import ReferenceKernels
import Tensors

/// A workspace in double precision.
func reference() throws -> Workspace { try Workspace(kernels: ReferenceKernels(), precision: .fp64) }

/// `count` numbers of -scale ..< scale.
func numbers(_ count: Int, _ seed: UInt64, scale: Double = 1) -> [Double] {
    let key = RandomKey(seed: seed)
    return (0..<count).map { scale * (2 * key.uniform(at: $0) - 1) }
}

extension Workspace {
    /// A parameter of given numbers.
    func parameter(_ path: String, _ shape: [Int], _ values: [Double]) throws -> Parameter {
        let parameter = try Parameter(path: path, shape: shape, workspace: self)
        try parameter.set(values)
        return parameter
    }

    /// The numbers of a gradient.
    func gradient(_ parameter: Parameter) throws -> [Double]? { try parameter.gradient.map { try values($0) } }

    /// Gives `parameter` the gradient `numbers` by walking back over a tape.
    func give(_ parameter: Parameter, gradient numbers: [Double]) throws {
        parameter.clearGradient()
        let tape = Tape(self)
        let leaf = try tape.leaf(parameter)
        try tape.backward(from: [(tensor: leaf, gradient: self.numbers(numbers, parameter.shape))])
    }
}
