import Layers
import ReferenceKernels
import Tensors
import Testing
import ZooKit

/// Training and the rules of black patches against PyTorch in double precision.
@Suite struct OracleTrainingTests {
    @Test(arguments: OracleTests.cases) func everyBlockGivesPyTorchsStream(_ name: String) throws {
        let workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        let oracle = try OracleModel(ModelFixture(name), workspace: workspace)
        let input = try OracleModel.input(oracle.fixture, workspace: workspace)
        var context = ForwardContext(tape: Tape(workspace, mode: .inference))
        var streams: [Int: Tensor] = [:]
        for layer in oracle.model.base.blocks.indices.dropFirst() {
            context.taps["model.layers.\(layer).input"] = { streams[layer - 1] = $0 }
        }
        _ = try oracle.model.hidden(input, context)
        #expect(streams.count == oracle.model.base.blocks.count - 1)
        let segments = try FixtureError.unwrap(oracle.fixture.inputs["segments"], "no segments")
        for (layer, stream) in streams {
            let expected = try FixtureError.unwrap(oracle.fixture.outputs["layers.\(layer)"], "no layer \(layer)")
            var values = try workspace.values(stream)
            for place in values.indices where segments.values[place / stream.columns] < 0 { values[place] = 0 }
            #expect(FixturePage.Distance(of: values, from: expected.values).max < 1e-12, "layer \(layer)")
        }
    }

    @Test(arguments: ["llama", "pixel"]) func trainingFollowsPyTorchs(_ name: String) throws {
        let page = try FixturePage.shared.get()
        let (curve, constants) = (try FixtureError.unwrap(page.curves[name], "no curve"), page.adamw)
        let workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        let fixtures = try curve.batches.map { try ModelFixture($0) }
        let model = try OracleModel(fixtures[0], workspace: workspace).model
        let inputs = try fixtures.map { try OracleModel.input($0, workspace: workspace) }
        let unit = OptimisationUnit(
            groups: [ParameterGroup("all", model.parameters, decay: constants.weightDecay, decaysAll: true)],
            optimiser: AdamW(
                .init(beta1: constants.betas[0], beta2: constants.betas[1], epsilon: constants.eps),
                workspace: workspace),
            schedule: Schedule(.linear, warmUp: constants.warmupSteps, steps: constants.steps),
            peakRate: constants.lr, clipLimits: ["default": constants.clip], workspace: workspace)
        for step in 0..<constants.steps {
            unit.clearGradients()
            let loss = try Self.backward(model, inputs[step % inputs.count], workspace)
            let report = try unit.step()
            let norm = try FixtureError.unwrap(report.gradientNorms["default"], "no norm")
            #expect(abs(loss / curve.float64.losses[step] - 1) < 1e-11, "step \(step)")
            #expect(abs(norm / curve.float64.norms[step] - 1) < 1e-10, "step \(step)")
            #expect(abs(report.rate - curve.rates[step]) < 1e-15)
        }
        for parameter in model.parameters {
            let norm = try parameter.hostValues().reduce(0) { $0 + $1 * $1 }.squareRoot()
            let path = OracleModel.name(parameter.path)
            let expected = try FixtureError.unwrap(curve.parameterNormsAfter[path], path)
            #expect(abs(norm / expected - 1) < 1e-10, "\(path)")
        }
    }

    /// Gradients of the sum of a batch's losses gather in the parameters; gives the sum.
    private static func backward(
        _ model: LanguageModel, _ input: ModelInput, _ workspace: Workspace
    ) throws -> Double {
        let tape = Tape(workspace)
        let context = ForwardContext(tape: tape, isTraining: true)
        let hidden = try model.hidden(input, context)
        var terms: [LossTerm] = []
        if input.patches != nil { terms.append(try model.nextPatchLoss(hidden, input, context)) }
        if input.tokens != nil { terms.append(try model.nextTokenLoss(hidden, input, context)) }
        var total = 0.0
        for term in terms { total += try workspace.values(term.sum)[0] / term.weight }
        try tape.backward(terms.map { ($0.sum, 1 / $0.weight) })
        return total
    }

    @Test func blackPatchesAreSeenAndPredictedAsAsked() throws {
        let workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        let oracle = try OracleModel(ModelFixture("pixel-pair"), workspace: workspace)
        let facts = oracle.fixture.facts
        let flags = try FixtureError.unwrap(facts.flags, "no flags")
        let lengths = try FixtureError.unwrap(facts.imageLengths, "no images")
        // What nobody sees is no target either: the fourth combination is not to be had.
        let possible = flags.filter { $0.eosAttended || !$0.eosInLoss }
        #expect(possible.count == 3)
        for flag in possible {
            var fixture = oracle.fixture
            if !flag.eosAttended {
                let segments = try FixtureError.unwrap(fixture.inputs["segments"], "no segments")
                var values = segments.values
                for (b, n) in lengths.enumerated() { values[b * segments.shape[1] + n] = -1 }
                fixture.inputs["segments"] = FixtureTensor(shape: segments.shape, type: segments.type, values: values)
            }
            let input = try OracleModel.input(fixture, workspace: workspace)
            let context = ForwardContext(tape: Tape(workspace, mode: .inference))
            let hidden = try oracle.model.hidden(input, context)
            let countsEnd = flag.eosInLoss || !flag.eosAttended
            let patch = try oracle.model.nextPatchLoss(hidden, input, countsEnd: countsEnd, context)
            let token = try oracle.model.nextTokenLoss(hidden, input, context)
            for (term, known) in [(patch, flag.losses.npp), (token, flag.losses.ntp)] {
                let known = try FixtureError.unwrap(known, term.name)
                #expect(term.weight == known.weight)
                #expect(abs(try workspace.values(term.sum)[0] / known.sum - 1) < 1e-12)
            }
        }
    }

    @Test func blackPatchesBetweenPackedPicturesAreLeftOutToo() throws {
        let workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        let oracle = try OracleModel(ModelFixture("pixel-packed"), workspace: workspace)
        let input = try OracleModel.input(oracle.fixture, workspace: workspace)
        let context = ForwardContext(tape: Tape(workspace, mode: .inference))
        let hidden = try oracle.model.hidden(input, context)
        let documents = try FixtureError.unwrap(oracle.fixture.facts.documents, "no documents").joined()
        let term = try oracle.model.nextPatchLoss(hidden, input, countsEnd: false, context)
        #expect(term.weight == Double(documents.reduce(0) { $0 + $1 - 2 }))
    }
}
