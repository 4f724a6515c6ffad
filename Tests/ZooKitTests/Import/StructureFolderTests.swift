import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import ZooKit

/// A model whose parts a method exchanged is written and opens again, shapes, parameters and all.
@Suite struct StructureFolderTests {
    let folder: TemporaryFolder
    let workspace: Workspace
    let catalogue = StructuredMethod.catalogue

    init() throws {
        folder = try TemporaryFolder()
        workspace = try KernelChoice.single.workspace()
    }

    /// A model with all structures, its side path grown by one rank.
    private func bent() throws -> LanguageModel {
        let model = try LanguageModel(Small.config(.llama), seed: 1, workspace: workspace)
        let builder = ParameterBuilder(workspace: workspace, seed: 2)
        let path = "model.layers.0.self_attn.q_proj"
        try model.install(SidePath.self, .init(path: path, rank: 2), builder: builder)
        try model.install(
            SharedHeads.self, .init(layer: 1, keyHead: [0, 0, 0, 0], valueHead: [0, 1, 1, 2], inner: 20),
            builder: builder)
        try model.install(SecondVisit.self, .init(block: 1), builder: builder)
        try SidePath.grow(model, at: path, workspace: workspace)
        return model
    }

    private func unit(_ model: LanguageModel) -> OptimisationUnit {
        OptimisationUnit(
            groups: [ParameterGroup("all", model.parameters, decay: 0.1)], optimiser: AdamW(workspace: workspace),
            schedule: Schedule(.linear, warmUp: 1, steps: 9), peakRate: 1e-2, workspace: workspace)
    }

    private func step(_ model: LanguageModel, _ unit: OptimisationUnit) throws {
        unit.clearGradients()
        let input = try Small.texts([Small.text(9, 3), Small.text(7, 4)], workspace)
        let context = ForwardContext(tape: Tape(workspace), isTraining: true)
        let term = try model.nextTokenLoss(model.hidden(input, context), input, context)
        try context.tape.backward([(term.sum, 1 / term.weight)])
        _ = try unit.step()
    }

    private func logits(_ model: LanguageModel) throws -> [[Double]] {
        try SmallRun(model, Small.texts([Small.text(11, 5)], workspace), workspace).logits
    }

    private func values(_ model: LanguageModel) throws -> [String: [Double]] {
        var values: [String: [Double]] = [:]
        for parameter in model.parameters { values[parameter.path] = try parameter.hostValues() }
        return values
    }

    @discardableResult private func save(
        _ model: LanguageModel, _ unit: OptimisationUnit? = nil, as name: String = "m"
    ) throws -> String {
        try Checkpoint(
            model: ModelFolder.checkpoint(
                model, kind: .pretraining, optimizer: unit?.optimiser.items(in: workspace), workspace: workspace)
        ).write(to: folder.file(name))
        return folder.file(name)
    }

    @Test func aTrainedModelOpensAgainBitForBitAndTrainsOn() throws {
        let (model, plain) = (try bent(), try LanguageModel(Small.config(.llama), seed: 1, workspace: workspace))
        #expect(SmallRun.distance(try logits(model), try logits(plain)) > 1e-2)
        let unit = unit(model)
        for _ in 0..<3 { try step(model, unit) }
        let path = try save(model, unit)
        let frozen = try ModelFolder.load(path, catalogue, workspace: workspace).model
        #expect(try logits(frozen) == logits(model))
        let again = try ModelFolder.load(path, catalogue, workspace: workspace, trainable: true).model
        #expect(try values(again) == values(model) && logits(again) == logits(model))
        #expect(again.structures.map(\.name) == model.structures.map(\.name) && again.structures.count == 3)
        var config = again.base.config
        // A model of tokens keeps no size of patches.
        (config.architectures, config.patchSize) = (nil, model.base.config.patchSize)
        #expect(config == model.base.treeConfig && model.base.config.layers?[1].innerWidth == 20)
        #expect(again.base.config.layers?[1].valueHead == [0, 1, 1, 2])
        let resumed = self.unit(again)
        let moments = try FixtureError.unwrap(CheckpointFolder(path).optimizer(), "no moments")
        try resumed.optimiser.load(moments, for: again.parameters, in: workspace)
        resumed.stepCount = unit.stepCount
        #expect(resumed.optimiser.states.keys.contains("model.schedule.gate.weight"))
        try step(model, unit)
        try step(again, resumed)
        #expect(try values(again) == values(model))
    }

    @Test func aPassThroughACacheIsTheSame() throws {
        let path = try save(try bent())
        let model = try ModelFolder.load(path, catalogue, workspace: workspace).model
        let ids = Small.text(9, 6)
        let whole = try SmallRun(model, Small.texts([ids], workspace), workspace).logits
        let cache = try model.cache(sequences: 1, in: workspace)
        var last = try model.prefill([Array(ids[..<4])], into: cache)
        for id in ids[4...] { last = try model.decode([id], cache) }
        #expect(SmallRun.distance([try workspace.values(last)], [whole[8]]) < 1e-4)
    }

    @Test func itsFolderNamesItselfAsNoOtherProgramsModel() throws {
        let model = try bent()
        let path = try save(model)
        let config = try CheckpointFolder(path).config()
        #expect(config["architectures"] == .array([.string("LetterpressForCausalLM")]))
        #expect(config["model_type"] == .string("letterpress-llama"))
        let opened = try ModelFolder.open(path, catalogue)
        #expect(opened.architecture == "LetterpressForCausalLM" && opened.warnings == [])
        #expect(opened.structures.map(\.version) == [2, 1, 1] && opened.config.modelType == .llama)
        let warnings = try ModelFolder.convert(path, catalogue, to: folder.file("copy"), workspace: workspace)
        #expect(warnings.count == 1 && warnings[0].contains("second-visit") && warnings[0].contains("transformers"))
        let copy = try ModelFolder.load(folder.file("copy"), catalogue, workspace: workspace).model
        #expect(try logits(copy) == logits(model))
        try ModelFolder.write(copy, to: folder.file("written"), workspace: workspace)
        #expect(try folder.read("written/model.safetensors") == folder.read("copy/model.safetensors"))
        let description = try ModelDescription(opened.emptyModel(workspace), length: 8)
        #expect(description.total.parameters == model.parameters.reduce(0) { $0 + $1.count })
        #expect(description.rows.contains { $0.part == "schedule" && $0.cost.parameters == 16 * 16 })
        // Only its shape cannot be had.
        #expect { try ModelPresets.config(path, in: "nowhere") } throws: { "\($0)".contains("side-path") }
    }

    /// The folder with another list of structures, or other keys.
    private func changed(_ keys: [String: JSONValue] = [:], _ change: (inout StructureRecord) -> Void) throws -> String
    {
        let path = try save(try bent())
        guard case .object(var fields) = try CheckpointFolder(path).config() else { throw FixtureError("no object") }
        var records = try ModelFolder.open(path, catalogue).structures
        change(&records[0])
        fields["structure"] = try StrictJSON.encodedValue(records)
        fields.merge(keys) { $1 }
        let tensors = try folder.read("m/model.safetensors")
        try folder.write(JSONValue.object(fields).encoded(), to: "c/config.json")
        try folder.write(tensors, to: "c/model.safetensors")
        return folder.file("c")
    }

    @Test func whatIsNotKnownIsNamed() throws {
        #expect(throws: CatalogueError.unknown(kind: "structure", name: "side-path", near: [], known: [])) {
            try ModelFolder.open(save(bent()))
        }
        let misspelt = try changed { $0.name = "side-paths" }
        #expect { try ModelFolder.open(misspelt, catalogue) } throws: { "\($0)".contains("near: side-path;") }
        let newer = try changed { $0.version = 3 }
        #expect(throws: CatalogueError.version(structure: "side-path", got: 3, known: 2)) {
            try ModelFolder.open(newer, catalogue)
        }
        let broken = try changed { $0.config = .object(["path": .string("x"), "ranks": .integer(2)]) }
        #expect {
            try ModelFolder.load(broken, catalogue, workspace: workspace)
        } throws: { "\($0)".contains("structure side-path") && "\($0)".contains("rank") }
    }

    @Test func aRecordAsksForNoMoreThanTheFileHolds() throws {
        let vast = try changed {
            $0.config = .object(["path": .string("model.layers.0.self_attn.q_proj"), "rank": .integer(1 << 24)])
        }
        #expect {
            try ModelFolder.load(vast, catalogue, workspace: workspace)
        } throws: { "\($0)".contains("model.layers.0.self_attn.q_proj.side_a [3, 16]") }
        let wide = try changed(["intermediate_size": .integer(1 << 24)]) { _ in }
        #expect {
            try ModelFolder.load(wide, catalogue, workspace: workspace)
        } throws: { "\($0)".contains("mlp.gate_proj.weight") }
    }
}
