import Layers
import ReferenceKernels
import Tensors
import Testing
import ZooKit

/// The stream between blocks and the rules of black patches against PyTorch in double precision.
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
