import ReferenceKernels
import Tensors
import Testing

/// One use of an operator whose gradients are compared with differences.
struct OperatorCase: Sendable, CustomTestStringConvertible {
    /// The operator, as `Tape` calls it.
    let operation: String
    /// What is particular to this use.
    let name: String
    /// The name it is recorded under where that is another.
    var recorded: String?
    /// How far numbers are moved.
    var step = 1e-4
    /// How far gradients may differ.
    var tolerance = 1e-8
    /// Makes the parameters and gives the function of them.
    let build: @Sendable (GradientCheck) throws -> GradientCheck.Function

    init(
        _ operation: String, _ name: String, recorded: String? = nil,
        _ build: @escaping @Sendable (GradientCheck) throws -> GradientCheck.Function
    ) {
        self.operation = operation
        self.name = name
        self.recorded = recorded
        self.build = build
    }

    var testDescription: String { "\(operation), \(name)" }

    /// Expects the operator on the tape and no flaw.
    func verify() throws {
        let check = try GradientCheck()
        let function = try build(check)
        do {
            let tape = Tape(check.workspace)
            let outputs = try function(tape)
            #expect(tape.recordNames.contains(recorded ?? operation))
            for output in outputs {
                #expect(try check.workspace.values(output).contains { $0 != 0 }, "the output is all zeros")
            }
        }
        let flaws = try check.flaws(step: step, tolerance: tolerance, function)
        #expect(flaws == [])
    }
}

extension Tape {
    /// `parameter` in the stream type.
    func stream(_ parameter: Parameter) throws -> Tensor { try leaf(parameter, precision.stream) }

    /// `parameter` as a tensor of the tape, in the products' type or `type`.
    func node(_ parameter: Parameter, _ type: ElementType? = nil) throws -> Tensor {
        try scale(leaf(parameter, type), by: 1)
    }

    /// All but the first and the last two columns of `parameter`, as a view of a tensor of the tape.
    func inner(_ parameter: Parameter, _ type: ElementType? = nil) throws -> Tensor {
        let whole = try node(parameter, type)
        return try whole.columns(1..<whole.columns - 2)
    }
}
