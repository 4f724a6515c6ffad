import Layers
import Tensors
import Testing

@Suite struct ForwardContextTests {
    /// What a pass through one block, recomputed or not, did.
    private struct Run {
        var gradient: [Double] = []
        var losses: [LossTerm] = []
        var sums: [Double] = []
        var metrics: [String] = []
        var taps: [[Double]] = []
        var updates = 0
        var made = 0
        var runs = 0
    }

    /// y = (x w) * m with m drawn once, a loss sum(y^2) of weight 5, a metric, an update and a tap, `depth` blocks deep.
    private func run(depth: Int, isTraining: Bool = true) throws -> Run {
        let workspace = try reference()
        let weight = try workspace.parameter("w", [3, 3], numbers(9, 1))
        let x = try workspace.numbers(numbers(6, 2), [2, 3])
        let tape = Tape(workspace, mode: isTraining ? .recording : .inference)
        var context = ForwardContext(tape: tape, isTraining: isTraining)
        var run = Run()
        context.taps["block.output"] = { run.taps.append((try? workspace.values($0)) ?? []) }
        func block(_ context: ForwardContext, _ x: Tensor) throws(TensorError) -> Tensor {
            run.runs += 1
            let tape = context.tape
            let factors = try context.once("block.factors") { () throws(TensorError) in
                run.made += 1
                return [try workspace.numbers([Double(run.made), 2], [2])]
            }
            let y = try tape.scaleRows(tape.linear(x, weight: tape.leaf(weight)), by: factors[0])
            context.tap("block.output", y)
            context.tap("nobody.looks", y)
            context.add(LossTerm("squares", sum: try tape.sumOfSquares(y), weight: 5, coefficient: 0.5))
            context.report("rows", y)
            context.afterwards { run.updates += 1 }
            return y
        }
        func nested(_ context: ForwardContext, _ x: Tensor, _ depth: Int) throws(TensorError) -> Tensor {
            if depth == 0 { return try block(context, x) }
            return try context.recomputing([x]) { context, inputs throws(TensorError) in
                [try nested(context, inputs[0], depth - 1)]
            }[0]
        }
        let y = try nested(context, x, depth)
        run.losses = context.losses
        run.sums = try context.losses.map { try workspace.values($0.sum)[0] }
        if isTraining {
            let total = try tape.weightedSum(tape.rowDots(y, workspace.numbers(numbers(6, 3), [2, 3])))
            try tape.backward([(total, 1)] + context.losses.map { ($0.sum, $0.coefficient / $0.weight) })
            run.gradient = try #require(try workspace.gradient(weight))
        }
        run.metrics = context.metrics.map(\.name)
        try context.runUpdates()
        try context.runUpdates()
        return run
    }

    @Test(arguments: [1, 2, 3]) func recomputedBlocksReportEverythingOnce(_ depth: Int) throws {
        let plain = try run(depth: 0)
        let again = try run(depth: depth)
        #expect(plain.runs == 1 && again.runs > 1)
        #expect(again.gradient == plain.gradient && plain.gradient.contains { abs($0) > 0.1 })
        for run in [plain, again] {
            #expect(run.made == 1 && run.updates == 1 && run.metrics == ["rows"] && run.taps.count == 1)
            #expect(run.losses.count == 1 && run.losses[0].name == "squares" && run.losses[0].scope == .step)
            #expect(run.losses[0].weight == 5 && run.losses[0].coefficient == 0.5)
        }
        #expect(again.sums == plain.sums && again.taps == plain.taps)
    }

    @Test func withoutATapeOfGradientsABlockRunsOnce() throws {
        let run = try run(depth: 2, isTraining: false)
        #expect(run.runs == 1 && run.made == 1 && run.updates == 1 && run.losses.count == 1 && run.taps.count == 1)
    }

    /// Blocks that are visited twice decide anew at the second visit.
    @Test func everyRecomputedBlockHasAMemoryOfItsOwn() throws {
        let workspace = try reference()
        let weight = try workspace.parameter("w", [1, 1], [1])
        let tape = Tape(workspace)
        let context = ForwardContext(tape: tape)
        var made = 0.0
        var x = try workspace.numbers([1], [1, 1])
        for _ in 0..<2 {
            x = try context.recomputing([x]) { context, inputs throws(TensorError) in
                let factor = try context.once("place") { () throws(TensorError) in
                    made += 1
                    return [try workspace.numbers([10 * made], [1])]
                }
                let tape = context.tape
                return [try tape.scaleRows(tape.linear(inputs[0], weight: tape.leaf(weight)), by: factor[0])]
            }[0]
        }
        #expect(try workspace.values(x) == [200] && made == 2)
        try tape.backward(from: [(tensor: x, gradient: workspace.numbers([1], [1, 1]))])
        // x = (1 w 10) w 20: its slope is 400 w.
        #expect(try workspace.gradient(weight) == [400] && made == 2)
    }

    /// A body that visits a place twice gets what each visit made, in order, when it runs again.
    @Test func everyVisitOfAPlaceIsRemembered() throws {
        let workspace = try reference()
        let weight = try workspace.parameter("w", [1, 1], [2])
        var made = 0.0
        let tape = Tape(workspace)
        let context = ForwardContext(tape: tape, isTraining: true)
        func visit(_ context: ForwardContext, _ x: Tensor) throws(TensorError) -> Tensor {
            let factor = try context.once("factor") { () throws(TensorError) in
                made += 1
                return [try workspace.numbers([made * 10], [1])]
            }[0]
            return try context.tape.scaleRows(
                context.tape.linear(x, weight: context.tape.leaf(weight)), by: factor)
        }
        let x = try workspace.numbers([1], [1, 1])
        let y = try context.recomputing([x]) { context, inputs throws(TensorError) in
            [try visit(context, visit(context, inputs[0]))]
        }[0]
        try tape.backward(from: [(tensor: y, gradient: workspace.numbers([1], [1, 1]))])
        // y = (1 w 10) w 20: its slope is 400 w.
        #expect(try workspace.gradient(weight) == [800] && made == 2)
    }

    /// A tape that is never walked back over goes with its last user, also with recomputed blocks on it.
    @Test func anUnusedTapeGoes() throws {
        let workspace = try reference()
        let weight = try workspace.parameter("w", [1, 1], [2])
        weak var left: Tape?
        do {
            let tape = Tape(workspace)
            left = tape
            let context = ForwardContext(tape: tape, isTraining: true)
            let x = try workspace.numbers([1], [1, 1])
            _ = try context.recomputing([x]) { context, inputs throws(TensorError) in
                [try context.tape.linear(inputs[0], weight: context.tape.leaf(weight))]
            }
            #expect(tape.recordCount == 1)
        }
        #expect(left == nil)
        #expect(workspace.arena.usedBytes == 0)
    }

    @Test func aContextIsAValueButGathersInOnePlace() throws {
        let workspace = try reference()
        let context = ForwardContext(tape: Tape(workspace), key: RandomKey(seed: 3))
        var other = context
        other.isTraining = true
        other.options.usesAdapters = false
        other.options.knobs["ratio"] = 0.5
        other.key = other.key.with("layer")
        other.taps["a"] = { _ in }
        #expect(
            !context.isTraining && context.options.usesAdapters && context.options.knobs.isEmpty && context.taps.isEmpty
        )
        #expect(context.key == RandomKey(seed: 3) && other.key != context.key)
        other.add(LossTerm("from the copy", sum: try workspace.full([], .float64, 1), weight: 1))
        #expect(context.losses.map(\.name) == ["from the copy"])
    }

    /// What a context is told reaches the inside of recomputed blocks.
    @Test func settingsReachRecomputedBlocks() throws {
        let workspace = try reference()
        let weight = try workspace.parameter("w", [1, 1], [2])
        var context = ForwardContext(tape: Tape(workspace), isTraining: true, key: RandomKey(seed: 8))
        context.options.usesAdapters = false
        context.options.knobs["ratio"] = 0.25
        context.recomputesBlocks = true
        var seen = 0
        let y = try context.recomputing([workspace.numbers([3], [1, 1])]) { inner, inputs throws(TensorError) in
            let same = inner.key == RandomKey(seed: 8) && inner.options.knobs == ["ratio": 0.25]
            if same && inner.isTraining && !inner.options.usesAdapters && inner.recomputesBlocks { seen += 1 }
            return [try inner.tape.linear(inputs[0], weight: inner.tape.leaf(weight))]
        }[0]
        try context.tape.backward(from: [(tensor: y, gradient: workspace.numbers([1], [1, 1]))])
        #expect(seen == 2)
    }
}
