import Layers
import ReferenceKernels
import Tensors
import Testing
import ZooKit

/// Terms and numbers that parts add to a step, however the step is cut; options that a model sets for every pass.
@Suite struct AuxiliaryTests {
    /// A sublayer that adds a term over all rows of a step, and reports a number a row.
    private final class Watched: Sublayer, AuxiliaryPart {
        let inner: any Sublayer
        init(_ inner: any Sublayer) { self.inner = inner }
        var children: [Child] { inner.children }
        var auxiliaryTerms: [String] { ["size"] }
        func auxiliaryWeights(_ rows: Rows) -> [String: Double] { ["size": Double(rows.count)] }

        func callAsFunction(_ h: Tensor, rows: Rows, _ context: ForwardContext) throws(TensorError) -> Tensor {
            let y = try inner(h, rows: rows, context)
            let tape = context.tape
            let scale = context.options.usesAdapters ? context.options.knobs["scale"] ?? 1 : 0
            context.report("watched.rows", try tape.rowDots(y.detached, y.detached))
            context.add(
                LossTerm(
                    "size", sum: try tape.scale(tape.sumOfSquares(y), by: scale), weight: Double(rows.count),
                    coefficient: 0.25))
            return y
        }
    }

    private func model(_ workspace: Workspace) throws -> LanguageModel {
        let model = try LanguageModel(Small.config(.llama), seed: 4, workspace: workspace)
        try model.replace(at: "model.layers.1.feed_forward") { old in
            guard let sublayer = old as? any Sublayer else { throw PartError.unfit(path: "watched", got: "\(old)") }
            return Watched(sublayer)
        }
        return model
    }

    private func loss(
        _ micro: Int, trains: Bool = true, _ prepare: (LanguageModel) -> Void = { _ in }
    ) throws -> (loss: StepLoss, gradients: [[Double]]) {
        let workspace = try reference()
        let model = try model(workspace)
        prepare(model)
        let texts = (0..<6).map { Small.text(7, UInt64($0)) }
        let batches = try stride(from: 0, to: 6, by: micro).map {
            try Small.texts(Array(texts[$0..<min(6, $0 + micro)]), workspace)
        }
        let accumulation = GradientAccumulation(
            Pretraining(model), communicator: SoleProcess(), workspace: workspace)
        let loss = try trains ? accumulation(batches, key: RandomKey(seed: 1)) : accumulation.evaluate(batches)
        return (loss, try model.parameters.map { try $0.gradient.map(workspace.values) ?? [] })
    }

    @Test func aTermOverTheStepIsTheSameHoweverTheBatchIsCut() throws {
        let whole = try loss(6)
        #expect(whole.loss.terms["size"]?.weight == 42 && whole.loss.reports["watched.rows"]?.weight == 42)
        for micro in [1, 2, 4] {
            let cut = try loss(micro)
            #expect(abs(cut.loss.value - whole.loss.value) < 1e-12)
            let (a, b) = (cut.loss.reports["watched.rows"]?.mean, whole.loss.reports["watched.rows"]?.mean)
            #expect(abs((a ?? .nan) - (b ?? 0)) < 1e-12)
            for (own, other) in zip(cut.gradients, whole.gradients) {
                #expect(own.count == other.count && zip(own, other).allSatisfy { abs($0 - $1) < 1e-12 })
            }
        }
        #expect(abs(try loss(3, trains: false).loss.value - whole.loss.value) < 1e-12)
    }

    @Test func optionsOfTheModelReachEveryPass() throws {
        let plain = try loss(6).loss
        let twice = try loss(6) { $0.options.knobs["scale"] = 2 }.loss
        let off = try loss(6) { $0.options.usesAdapters = false }.loss
        let (size, doubled) = (plain.terms["size"]?.sum ?? 0, twice.terms["size"]?.sum ?? 0)
        #expect(size > 0 && abs(doubled - 2 * size) < 1e-9 * size && off.terms["size"]?.sum == 0)
        #expect(plain.terms["next_token"] == twice.terms["next_token"])
        // A generator's policy is the model's.
        let model = try model(reference())
        let generator = TextGenerator(model, in: try reference())
        #expect(generator.policy is FullCachePolicy && model.options.cachePolicy == nil)
        generator.policy = try SlidingWindowPolicy(sinks: 1, window: 3)
        #expect(model.options.cachePolicy is SlidingWindowPolicy)
        var pass = PassOptions()
        pass.knobs = ["scale": 3]
        model.options.knobs = ["scale": 2, "other": 1]
        #expect(model.options.under(pass).knobs == ["scale": 3, "other": 1])
    }
}
