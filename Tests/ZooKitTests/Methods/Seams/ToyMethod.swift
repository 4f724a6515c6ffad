import Layers
import Tensors
import ZooKit

/// A method that bends everything a method may bend, from outside the engine and the model: a router around a sublayer with a
/// loss of its own, a block run again on picked rows, half of the parameters frozen and the halves changed in mid-run, a router
/// that grows. With a gain of 0 it is the base model.
final class ToyMethod {
    let model: LanguageModel
    let router: ToyRouter
    private let gain: Double

    /// Bends `model`: the feed-forward of block 1 gets the router, block 0 is run twice.
    init(_ model: LanguageModel, seed: UInt64, gain: Double, routerRows: Int = 1, workspace: Workspace) throws {
        self.model = model
        self.gain = gain
        let builder = ParameterBuilder(workspace: workspace, seed: seed).at("model.layers.1.toy")
        let width = model.base.config.width
        var made: ToyRouter?
        try model.replace(at: "model.layers.1.feed_forward") { old in
            guard let sublayer = old as? any Sublayer else { throw PartError.unfit(path: "toy", got: "\(old)") }
            let router = try ToyRouter(builder, around: sublayer, width: width, rows: routerRows, gain: gain)
            made = router
            return router
        }
        router = try FixtureError.unwrap(made, "no router")
        model.base.schedule = ToySchedule(again: 0, keeping: 3, gain: gain)
    }

    /// Trains every second parameter, from the first or the second on.
    func freezeHalf(from first: Int) {
        for (index, parameter) in model.parameters.enumerated() { parameter.isTrainable = index % 2 == first }
        router.weight.isTrainable = true
    }

    /// The router gets a second row, a copy of the first, and so does what the optimiser knows of it.
    func grow(_ optimiser: AdamW, workspace: Workspace) throws {
        func doubled(_ values: [Double]) throws -> Tensor {
            try workspace.numbers(values + values, [2, values.count])
        }
        let path = router.weight.path
        let state = try FixtureError.unwrap(optimiser.states[path], "no state of \(path)")
        try router.weight.replace(with: doubled(router.weight.hostValues()))
        try optimiser.set(
            path, first: doubled(state.first.hostValues()), second: doubled(state.second.hostValues()),
            step: state.step)
    }
}

/// y = inner(h); y + gain * sigmoid(mean of router y) * y, and the squares of the gates as a loss.
final class ToyRouter: Sublayer {
    let inner: any Sublayer
    /// [rows, D].
    let weight: Parameter
    private let gain: Double

    init(
        _ builder: ParameterBuilder, around inner: any Sublayer, width: Int, rows: Int, gain: Double
    ) throws(TensorError) {
        self.inner = inner
        self.gain = gain
        weight = try builder.parameter("router.weight", [rows, width], .normal(deviation: 0.5))
    }

    var ownParameters: [Parameter] { [weight] }
    var children: [Child] { inner.children }

    func callAsFunction(_ h: Tensor, rows: Rows, _ context: ForwardContext) throws(TensorError) -> Tensor {
        let tape = context.tape
        let y = try inner(h, rows: rows, context)
        let votes = try tape.linear(tape.cast(y, to: tape.precision.compute), weight: tape.leaf(weight))
        let equally = try tape.workspace.full(votes.shape, votes.type, 1 / Double(votes.columns))
        let mean = try tape.rowDots(votes, equally)
        let gates = try tape.unary(.sigmoid, mean)
        context.report("toy.gate", gates)
        context.add(
            LossTerm(
                "toy.balance", sum: try tape.sumOfSquares(gates), weight: Double(rows.count), coefficient: gain,
                scope: .microbatch))
        return try tape.add(y, tape.scale(tape.scaleRows(y, by: gates), by: gain))
    }
}

/// Every block in order; after one of them the rows it made largest go through it again, at their own positions.
final class ToySchedule: DepthSchedule {
    let again: Int
    let keeping: Int
    let gain: Double

    init(again: Int, keeping: Int, gain: Double) {
        self.again = again
        self.keeping = keeping
        self.gain = gain
    }

    func callAsFunction(
        _ h: Tensor, blocks: [DecoderBlock], rows: Rows, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        var h = h
        for block in blocks {
            func run(_ context: ForwardContext, _ h: Tensor) throws(TensorError) -> Tensor {
                let once = try block(h, rows: rows, context)
                return block.index == again ? try twice(once, block, rows, context) : once
            }
            if context.recomputesBlocks {
                h = try context.recomputing([h]) { context, inputs throws(TensorError) in
                    [try run(context, inputs[0])]
                }[0]
            } else {
                h = try run(context, h)
            }
        }
        return h
    }

    private func twice(
        _ h: Tensor, _ block: DecoderBlock, _ rows: Rows, _ context: ForwardContext
    ) throws(TensorError) -> Tensor {
        let tape = context.tape
        let chosen = try context.once("toy.rows") { () throws(TensorError) in
            let size = try tape.rowDots(h.detached, h.detached).reshaped([rows.sequences, rows.length])
            let best = try tape.topK(size, count: keeping).indices
            return [try tape.sortIndices(best, rowStep: rows.length).reshaped([rows.sequences * keeping])]
        }[0]
        let positions = try tape.gatherRows(rows.positions.reshaped([rows.count, 1]), indices: chosen)
        let picked = Rows(
            pickedFrom: rows, length: keeping, positions: try positions.reshaped([chosen.count]),
            querySegments: nil, keySegments: nil)
        let z = try block(tape.gatherRows(h, indices: chosen), rows: picked, context)
        return try tape.scatterAddRows(tape.scale(z, by: gain), indices: chosen, into: h)
    }
}
