import ReferenceKernels
import Tensors
import Testing

@Suite struct ViewTests {
    private let workspace: Workspace

    init() throws { workspace = try reference() }

    @Test func viewsShowTheNumbersOfTheirTensor() throws {
        let x = try workspace.numbers((0..<12).map(Double.init), [3, 4])
        #expect(try workspace.values(x.columns(1..<3)) == [1, 2, 5, 6, 9, 10])
        #expect(try workspace.values(x.rows(1..<3)) == [4, 5, 6, 7, 8, 9, 10, 11])
        #expect(try workspace.values(x.rows(1..<3).columns(3..<4)) == [7, 11])
        #expect(try workspace.values(x.columns(1..<3).rows(2..<3).reshaped([2, 1])) == [9, 10])
        #expect(try workspace.values(x.reshaped([2, 3, 2]).rows(1..<3)) == [2, 3, 4, 5])
        #expect(try x.columns(2..<2).count == 0)
    }

    @Test func rowsThatLieApartAreNotJoined() throws {
        let x = try workspace.numbers((0..<12).map(Double.init), [3, 4])
        let part = try x.columns(0..<2)
        #expect(throws: TensorError.self) { try part.reshaped([6]) }
        #expect(throws: TensorError.self) { try part.reshaped([4, 2]) }
        #expect(throws: TensorError.self) { try x.columns(3..<5) }
        #expect(throws: TensorError.self) { try x.rows(2..<4) }
        #expect(throws: TensorError.self) { try x.rows(-1..<2) }
        #expect(try part.reshaped([3, 1, 2]).shape == [3, 1, 2])
    }

    /// Sum of r times the parts, whose gradients are known: each number of x gets the sum of what all views of it get.
    @Test func overlappingViewsGatherInOneGradient() throws {
        for throughTape in [false, true] {
            let x = try workspace.ramp("x", [3, 4])
            let tape = Tape(workspace)
            let leaf = try tape.leaf(x)
            let tensor = try throughTape ? tape.test(leaf, times: 1) : leaf
            let left = try tape.test(tensor.columns(0..<3), times: 2)
            let right = try tape.test(tensor.columns(2..<4), times: 10)
            let below = try tape.test(tensor.rows(1..<3).columns(1..<3), times: 100)
            let ones = { [Double](repeating: 1, count: $0) }
            try tape.backward(from: [
                (tensor: left, gradient: workspace.numbers(ones(9), [3, 3])),
                (tensor: right, gradient: workspace.numbers(ones(6), [3, 2])),
                (tensor: below, gradient: workspace.numbers(ones(4), [2, 2])),
            ])
            #expect(try workspace.gradient(x) == [2, 2, 12, 10, 2, 102, 112, 10, 2, 102, 112, 10])
        }
    }

    @Test func aViewAndTheWholeGatherInOneGradient() throws {
        let x = try workspace.ramp("x", [2, 2])
        for wholeFirst in [false, true] {
            x.clearGradient()
            let tape = Tape(workspace)
            let tensor = try tape.test(tape.leaf(x), times: 1)
            var outputs: [Tensor] = []
            if wholeFirst { outputs.append(try tape.test(tensor, times: 3)) }
            outputs.append(try tape.test(tensor.columns(1..<2), times: 5))
            if !wholeFirst { outputs.append(try tape.test(tensor, times: 3)) }
            try tape.backward(
                from: outputs.map { output in
                    (tensor: output, gradient: try workspace.full(output.shape, .float64, 1))
                })
            #expect(try workspace.gradient(x) == [3, 8, 3, 8])
        }
    }

    @Test func reshapedTensorsShareTheGradient() throws {
        let x = try workspace.ramp("x", [2, 6])
        let tape = Tape(workspace)
        let tensor = try tape.test(tape.leaf(x), times: 1)
        let threes = try tape.test(tensor.reshaped([4, 3]), times: 2)
        let part = try tape.test(tensor.reshaped([2, 2, 3]).columns(1..<2), times: 10)
        let flat = try tape.test(tensor.reshaped([12]), plus: tensor.reshaped([12]))
        try tape.backward(
            from: [threes, part, flat].map { output in
                (tensor: output, gradient: try workspace.full(output.shape, .float64, 1))
            })
        #expect(try workspace.gradient(x) == [4, 14, 4, 4, 14, 4, 4, 14, 4, 4, 14, 4])
    }

    @Test func aGradientMayBeHandedOnThroughAReshape() throws {
        let (x, y) = (try workspace.ramp("x", [2, 6]), try workspace.ramp("y", [3, 4]))
        let tape = Tape(workspace)
        let tensor = try tape.test(tape.leaf(x), times: 1)
        let sum = try tape.test(tensor.reshaped([3, 4]), plus: tape.leaf(y))
        let more = try tape.test(tensor, times: 2)
        try tape.backward(from: [
            (tensor: sum, gradient: workspace.numbers((0..<12).map(Double.init), [3, 4])),
            (tensor: more, gradient: workspace.full([2, 6], .float64, 1)),
        ])
        #expect(try workspace.gradient(x) == (0..<12).map { Double($0) + 2 })
        #expect(try workspace.gradient(y) == (0..<12).map(Double.init))
    }

    @Test func whatIsDetachedGetsNoGradient() throws {
        let x = try workspace.parameter("x", [2], [3, 5])
        let tape = Tape(workspace)
        let leaf = try tape.leaf(x)
        try workspace.walkBack(tape, tape.test(leaf, times: leaf.detached), [1, 1])
        #expect(try workspace.gradient(x) == [3, 5])
        #expect(try !leaf.detached.columns(0..<1).needsGradient)
    }
}
