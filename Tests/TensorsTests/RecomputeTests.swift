import ReferenceKernels
import Tensors
import Testing

@Suite struct RecomputeTests {
    private let workspace: Workspace

    init() throws { workspace = try reference() }

    /// The gradients of x and w, and the outputs' values, of a block with dropout run `blocks` times.
    private func run(recompute: Bool, nested: Bool = false) throws -> [[Double]] {
        let x = try workspace.ramp("x", [4, 6])
        let w = try workspace.ramp("w", [6, 6])
        let tape = Tape(workspace)
        let key = RandomKey(seed: 3)
        func block(_ tape: Tape, _ input: Tensor, _ layer: Int) throws(TensorError) -> [Tensor] {
            let hidden = try tape.linear(tape.leaf(x), weight: tape.leaf(w))
            let dropped = try tape.test(hidden, droppedAt: 0.4, key.with(layer))
            let product = try tape.test(dropped, times: input)
            return [try tape.test(product, plus: input), product]
        }
        var outputs: [Tensor] = []
        var stream = try tape.test(tape.leaf(x), times: 1)
        for layer in 0..<3 {
            let results: [Tensor]
            if recompute {
                results = try tape.recomputing([stream]) { tape, inputs throws(TensorError) in
                    guard nested else { return try block(tape, inputs[0], layer) }
                    return try tape.recomputing(inputs) { tape, inputs throws(TensorError) in
                        try block(tape, inputs[0], layer)
                    }
                }
            } else {
                results = try block(tape, stream, layer)
            }
            stream = results[0]
            outputs.append(results[1])
        }
        let all = outputs + [stream]
        try tape.backward(from: all.map { (tensor: $0, gradient: try workspace.full($0.shape, .float64, 0.3)) })
        return try all.map { try workspace.values($0) }
            + [workspace.gradient(x), workspace.gradient(w)].map { $0 ?? [] }
    }

    @Test func recomputingGivesTheSameBits() throws {
        let plain = try run(recompute: false)
        #expect(plain.allSatisfy { !$0.isEmpty })
        #expect(plain[0].contains(0) && plain[0].contains { $0 != 0 }, "dropout drops some and keeps some")
        #expect(try run(recompute: true) == plain)
        #expect(try run(recompute: true, nested: true) == plain)
    }

    @Test func betweenThePassesOnlyInputsAndOutputsStand() throws {
        let x = try workspace.ramp("x", [1024])
        let tape = Tape(workspace)
        let input = try tape.test(tape.leaf(x), times: 1)
        let before = workspace.arena.usedBytes
        let outputs = try tape.recomputing([input]) { tape, inputs throws(TensorError) in
            var y = inputs[0]
            for _ in 0..<5 { y = try tape.test(y, times: y) }
            return [y]
        }
        #expect(workspace.arena.usedBytes == before + 1024 * 8)
        #expect(tape.recordCount == 2)
        try workspace.walkBack(tape, outputs[0], [Double](repeating: 1, count: 1024))
        let expected = try x.hostValues().map { value in
            32 * power(value, 31)
        }
        let gradient = try workspace.gradient(x) ?? []
        #expect(Deviation.between(gradient, expected, relative: 1e-12) == nil)
    }

    private func power(_ x: Double, _ n: Int) -> Double { (0..<n).reduce(1.0) { product, _ in product * x } }

    /// Taps and losses look at the tape's mode: they must see each part once as itself and once as a replay.
    @Test func theTapeTellsTheSecondRunFromTheFirst() throws {
        let x = try workspace.ramp("x", [2])
        let tape = Tape(workspace)
        var modes: [Tape.Mode] = []
        let outputs = try tape.recomputing([tape.leaf(x)]) { tape, inputs throws(TensorError) in
            modes.append(tape.mode)
            return [try tape.test(inputs[0], times: 2)]
        }
        try workspace.walkBack(tape, outputs[0], [1, 1])
        #expect(modes == [.rehearsal, .replay])
        #expect(try workspace.gradient(x) == [2, 2])
    }

    @Test func outputsMayBeViewsOrInputs() throws {
        let x = try workspace.ramp("x", [3, 4])
        let tape = Tape(workspace)
        let outputs = try tape.recomputing([tape.test(tape.leaf(x), times: 1)]) { tape, inputs throws(TensorError) in
            let y = try tape.test(inputs[0], times: 2)
            return [try y.columns(1..<3), inputs[0]]
        }
        // A row of a view that is an output.
        let z = try tape.test(outputs[0].rows(1..<2), times: 10)
        try tape.backward(from: [
            (tensor: z, gradient: workspace.full([1, 2], .float64, 1)),
            (tensor: outputs[1], gradient: workspace.full([3, 4], .float64, 1)),
        ])
        #expect(try workspace.gradient(x) == [1, 1, 1, 1, 1, 21, 21, 1, 1, 1, 1, 1])
    }

    @Test func outputsWithoutGradientAreSkipped() throws {
        let (x, frozen) = (try workspace.ramp("x", [2]), try workspace.ramp("frozen", [2], isTrainable: false))
        let tape = Tape(workspace)
        let outputs = try tape.recomputing([tape.leaf(x)]) { tape, inputs throws(TensorError) in
            [
                try tape.test(tape.leaf(frozen), times: 2), try tape.test(inputs[0], times: 3),
                try tape.test(inputs[0], times: 5),
            ]
        }
        #expect(outputs.map(\.needsGradient) == [false, true, true])
        try workspace.walkBack(tape, outputs[2], [1, 1])
        #expect(try workspace.gradient(x) == [5, 5])
    }
}
