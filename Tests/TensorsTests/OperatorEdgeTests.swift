import ReferenceKernels
import Tensors
import Testing

/// Operands at the edge of what operators take.
@Suite struct OperatorEdgeTests {
    @Test func partsOfOneSlabThatOverlap() throws {
        let check = try GradientCheck()
        let x = try check.parameter([3, 9], path: "x")
        let slab = try check.parameter([8, 7], path: "slab")
        let bias = try check.parameter([8], path: "bias")
        let stream = try check.parameter([3, 6], path: "stream")
        let flaws = try check.flaws { tape in
            let (x, slab, stream) = try (tape.leaf(x), tape.leaf(slab), tape.leaf(stream))
            let y = try tape.linear(
                x.columns(2..<6), weight: slab.rows(2..<7).columns(1..<5), bias: tape.leaf(bias).columns(1..<6),
                adding: stream.columns(1..<6))
            return [y, try tape.linear(x.columns(0..<7), weight: slab.rows(0..<4))]
        }
        #expect(flaws == [])
    }

    @Test func aResultAsInputWeightAndResidual() throws {
        let check = try GradientCheck()
        let x = try check.parameter([4, 4], path: "x")
        let weight = try check.parameter([4, 4], path: "weight")
        let flaws = try check.flaws { tape in
            let first = try tape.linear(tape.leaf(x), weight: tape.leaf(weight), adding: tape.leaf(x))
            return [first, try tape.linear(first, weight: first, adding: first)]
        }
        #expect(flaws == [])
    }

    @Test func noRows() throws {
        let check = try GradientCheck()
        let x = try check.parameter([0, 4], path: "x")
        let weight = try check.parameter([5, 4], path: "weight")
        let scale = try check.parameter([4], path: "scale")
        let flaws = try check.flaws { tape in
            [
                try tape.linear(
                    tape.rmsNorm(tape.leaf(x), weight: tape.leaf(scale), epsilon: 1), weight: tape.leaf(weight))
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
}
