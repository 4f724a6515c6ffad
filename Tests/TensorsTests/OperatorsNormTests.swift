import ReferenceKernels
import Tensors
import Testing

@Suite struct OperatorsNormTests {
    @Test(arguments: [1e-6, 0.5])
    func rmsNorm(epsilon: Double) throws {
        let check = try GradientCheck()
        let x = try check.parameter([2, 3, 5], path: "x")
        let weight = try check.parameter([5], path: "weight", shift: 1)
        let flaws = try check.flaws { tape in
            [try tape.rmsNorm(tape.leaf(x), weight: tape.leaf(weight), epsilon: epsilon)]
        }
        #expect(flaws == [])
    }

    @Test func rmsNormOfViews() throws {
        let check = try GradientCheck()
        let x = try check.parameter([4, 8], path: "x")
        let weight = try check.parameter([7], path: "weight", shift: 1)
        let flaws = try check.flaws { tape in
            let x = try tape.leaf(x)
            let weight = try tape.leaf(weight)
            return [
                try tape.rmsNorm(x.columns(1..<6), weight: weight.columns(2..<7), epsilon: 1e-5),
                try tape.rmsNorm(x.rows(1..<3).columns(4..<8), weight: weight.columns(0..<4), epsilon: 1e-5),
            ]
        }
        #expect(flaws == [])
    }

    @Test func aRowOfZerosHasAFiniteNorm() throws {
        let workspace = try reference()
        let x = try workspace.parameter("x", [1, 3], [0, 0, 0])
        let tape = Tape(workspace)
        let y = try tape.rmsNorm(tape.leaf(x), weight: workspace.full([3], .float64, 1), epsilon: 1e-4)
        try workspace.walkBack(tape, y, [1, 2, 3])
        #expect(try workspace.values(y) == [0, 0, 0])
        let gradient = try workspace.gradient(x) ?? []
        #expect(Deviation.between(gradient, [100, 200, 300], relative: 1e-12) == nil)
    }

    @Test func aWeightThatDoesNotFitIsRefused() throws {
        let workspace = try reference()
        #expect(throws: TensorError.self) {
            try Tape(workspace).rmsNorm(
                workspace.full([3, 4], .float64, 1), weight: workspace.full([5], .float64, 1), epsilon: 0)
        }
    }
}
