import ReferenceKernels
import Tensors
import Testing

@Suite struct OperatorsLinearTests {
    @Test(arguments: [false, true], [false, true])
    func linearInAllItsForms(bias: Bool, residual: Bool) throws {
        let check = try GradientCheck()
        let x = try check.parameter([2, 3, 4], path: "x")
        let weight = try check.parameter([5, 4], path: "weight")
        let offset = try bias ? check.parameter([5], path: "bias") : nil
        let stream = try residual ? check.parameter([2, 3, 5], path: "residual") : nil
        let flaws = try check.flaws { tape in
            let y = try tape.linear(
                tape.leaf(x), weight: tape.leaf(weight), bias: offset.map { try tape.leaf($0) },
                adding: stream.map { try tape.leaf($0) })
            #expect(y.shape == [2, 3, 5])
            return [y]
        }
        #expect(flaws == [])
    }

    @Test func linearOfViews() throws {
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
            // A weight whose rows overlap the first one's.
            let z = try tape.linear(x.columns(0..<7), weight: slab.rows(0..<4))
            return [y, z]
        }
        #expect(flaws == [])
    }

    @Test func oneTensorAsInputAndResidual() throws {
        let check = try GradientCheck()
        let x = try check.parameter([3, 4], path: "x")
        let weight = try check.parameter([4, 4], path: "weight")
        let flaws = try check.flaws { tape in
            let first = try tape.linear(tape.leaf(x), weight: tape.leaf(weight), adding: tape.leaf(x))
            let second = try tape.linear(first, weight: tape.leaf(weight), adding: first)
            return [first, try tape.linear(second, weight: second, adding: nil)]
        }
        #expect(flaws == [])
    }

    @Test func linearOfNoRows() throws {
        let check = try GradientCheck()
        let x = try check.parameter([0, 4], path: "x")
        let weight = try check.parameter([5, 4], path: "weight")
        let flaws = try check.flaws { tape in [try tape.linear(tape.leaf(x), weight: tape.leaf(weight))] }
        #expect(flaws == [])
    }

    @Test func whatDoesNotFitIsRefused() throws {
        let workspace = try reference()
        let tape = Tape(workspace)
        let x = try workspace.full([3, 4], .float64, 1)
        let weight = try workspace.full([5, 4], .float64, 1)
        func refused(_ body: () throws(TensorError) -> Tensor) -> Bool {
            do { _ = try body() } catch { return true }
            return false
        }
        for shape in [[5, 3], [4], [1, 5, 4]] {
            let wrong = try workspace.full(shape, .float64, 1)
            #expect(refused { () throws(TensorError) in try tape.linear(x, weight: wrong) }, "weight \(shape)")
        }
        for shape in [[4], [5, 1], [6]] {
            let wrong = try workspace.full(shape, .float64, 1)
            #expect(
                refused { () throws(TensorError) in try tape.linear(x, weight: weight, bias: wrong) }, "bias \(shape)")
        }
        for shape in [[3, 4], [2, 5], [5]] {
            let wrong = try workspace.full(shape, .float64, 1)
            #expect(
                refused { () throws(TensorError) in try tape.linear(x, weight: weight, adding: wrong) },
                "residual \(shape)")
        }
        let single = try workspace.full([5, 4], .float32, 1)
        #expect(refused { () throws(TensorError) in try tape.linear(x, weight: single) })
    }
}
