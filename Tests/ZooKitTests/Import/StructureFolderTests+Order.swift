import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import ZooKit

/// Structures that replace what earlier ones made: shapes of before are nobody's, those of the end are the file's.
extension StructureFolderTests {
    private func shared(inner: Int, heads: [Int]) -> SharedHeads.Config {
        SharedHeads.Config(layer: 1, keyHead: heads, valueHead: heads, inner: inner)
    }

    @Test func aPartMayBeReplacedTwice() throws {
        let model = try LanguageModel(Small.config(.llama), seed: 1, workspace: workspace)
        let builder = ParameterBuilder(workspace: workspace, seed: 2)
        try model.install(SharedHeads.self, shared(inner: 20, heads: [0, 1, 2, 3]), builder: builder)
        try model.install(SharedHeads.self, shared(inner: 28, heads: [0, 0, 1, 1]), builder: builder)
        try Checkpoint(model: ModelFolder.checkpoint(model, kind: .pretraining, workspace: workspace))
            .write(to: folder.file("m"))
        let again = try ModelFolder.load(folder.file("m"), catalogue, workspace: workspace).model
        let input = try Small.texts([Small.text(9, 1)], workspace)
        #expect(try SmallRun(again, input, workspace).logits == SmallRun(model, input, workspace).logits)
        #expect(try ModelFolder.open(folder.file("m"), catalogue).emptyModel(workspace).parameters.count > 0)
    }

    @Test func theLastShapesAreTheFiles() throws {
        let model = try LanguageModel(Small.config(.llama), seed: 1, workspace: workspace)
        let builder = ParameterBuilder(workspace: workspace, seed: 2)
        try model.install(SharedHeads.self, shared(inner: 20, heads: [0, 0, 1, 1]), builder: builder)
        try Checkpoint(model: ModelFolder.checkpoint(model, kind: .pretraining, workspace: workspace))
            .write(to: folder.file("m"))
        guard case .object(var fields) = try CheckpointFolder(folder.file("m")).config() else {
            throw FixtureError("no object")
        }
        var records = try ModelFolder.open(folder.file("m"), catalogue).structures
        records[0] = try StructureRecord(SharedHeads.self, shared(inner: 21, heads: [0, 0, 1, 1]))
        fields["structure"] = try StrictJSON.encodedValue(records)
        try folder.write(JSONValue.object(fields).encoded(), to: "c/config.json")
        try folder.write(try folder.read("m/model.safetensors"), to: "c/model.safetensors")
        #expect {
            try ModelFolder.open(folder.file("c"), catalogue).emptyModel(workspace)
        } throws: { "\($0)".contains("mlp.gate_proj.weight [20, 16], as stored") }
    }
}
