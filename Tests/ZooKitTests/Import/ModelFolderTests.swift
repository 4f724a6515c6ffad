import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import ZooKit

/// What is kept of a folder, what may lack, and what is refused.
@Suite struct ModelFolderTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func path(_ name: String) -> String { FixturePage.path("folders/\(name)") }

    /// A folder with the tensors of `name` under other names (nil leaves one out) and some keys of its configuration changed.
    private func copy(
        _ name: String, keys: [String: JSONValue] = [:], _ rename: (String) -> String? = { $0 },
        adding: [SafetensorsItem] = []
    ) throws -> String {
        let config = try CheckpointFolder(path(name)).config()
        guard case .object(var fields) = config else { throw FixtureError("config.json is no object") }
        fields.merge(keys) { $1 }
        try folder.write(JSONValue.object(fields).encoded(), to: "config.json")
        let items = try SafetensorsFolder(folder: path(name)).tensors.compactMap { tensor in
            rename(tensor.name).map { name in
                var item = SafetensorsItem(tensor)
                item.name = name
                return item
            }
        }
        try SafetensorsFile.write(items + adding, to: folder.file("model.safetensors"))
        return folder.path
    }

    private func ones(_ name: String, _ shape: [Int]) -> SafetensorsItem {
        SafetensorsItem(name: name, type: .float32, shape: shape) { sink in
            let numbers = [Float](repeating: 1, count: shape.reduce(1, *))
            try sink.append(numbers.span.bytes)
        }
    }

    @Test func frozenNumbersAreKeptOnceInTheTypeThatReadsThem() throws {
        // F32 in single precision stands in the file, all of it.
        let single = try KernelChoice.single.workspace()
        let mapped = try ModelFolder.load(path("tied"), workspace: single)
        #expect(mapped.report.copied == [] && mapped.report.mapped.count == mapped.model.parameters.count)
        // BF16 with products of bf16 too, but for the norms.
        let half = try KernelChoice.half.workspace()
        let stored = try ModelFolder.load(path("bfloat16"), workspace: half)
        #expect(stored.report.copied.allSatisfy { $0.contains("norm") })
        // Everywhere a parameter has the bytes of one copy, also after it was used.
        for (name, workspace) in [("tied", half), ("bfloat16", half), ("float16", half), ("bfloat16", single)] {
            let model = try ModelFolder.load(path(name), workspace: workspace).model
            let context = ForwardContext(tape: Tape(workspace, mode: .inference))
            let input = try ModelInput.text([[3, 4, 5]], vocabulary: 61, workspace: workspace)
            _ = try model.tokenLogits(model.hidden(input, context), context)
            for parameter in model.parameters {
                let isTable = parameter.path == "model.embed_tokens.weight" && name != "tied"
                let type = parameter.shape.count < 2 ? workspace.precision.stream : workspace.precision.compute
                #expect(isTable || parameter.type == type, "\(name): \(parameter.path) is \(parameter.type)")
                #expect(parameter.byteCount == parameter.count * parameter.type.byteCount, "\(name) \(parameter.path)")
            }
        }
    }

    @Test func aTiedHeadAndTablesOfRotationsArePassedOver() throws {
        let workspace = try KernelChoice.single.workspace()
        let copy = try copy(
            "tied",
            adding: [ones("lm_head.weight", [61, 24]), ones("model.layers.0.self_attn.rotary_emb.inv_freq", [5])])
        let (model, report, _) = try ModelFolder.load(copy, workspace: workspace)
        #expect(report.ignored.sorted() == ["lm_head.weight", "model.layers.0.self_attn.rotary_emb.inv_freq"])
        #expect(try TransformersFolderTests.distance(model, path("tied"), workspace) < 2e-5)
    }

    @Test func aMissingHeadIsAnErrorOrDrawnAsForANewModel() throws {
        let workspace = try KernelChoice.single.workspace()
        #expect(throws: CheckpointError.self) {
            try ModelFolder.load(path("base"), heads: .init(token: true), workspace: workspace)
        }
        let (model, report, _) = try ModelFolder.load(
            path("base"), heads: .init(token: true, labels: 5), workspace: workspace, trainable: true, newHeads: 9)
        #expect(report.lacking == ["lm_head.weight", "score.weight"])
        let fresh = try LanguageModel(
            ModelFolder.open(path("base")).config, heads: .init(token: true, labels: 5), seed: 9, workspace: workspace)
        for name in report.lacking {
            let values = try #require(model.parameters.first { $0.path == name }).hostValues()
            #expect(try #require(fresh.parameters.first { $0.path == name }).hostValues() == values)
        }
    }

    @Test func aHeadThatIsNotWantedIsPassedOverAndAStrangerIsNot() throws {
        let workspace = try KernelChoice.single.workspace()
        let report = try ModelFolder.load(path("classifier"), heads: .init(), workspace: workspace).report
        #expect(report.ignored == ["score.weight"])
        let strange = try copy("tied", adding: [ones("model.layers.0.mlp.gate.weight", [4])])
        #expect {
            try ModelFolder.load(strange, workspace: workspace)
        } throws: { "\($0)".contains("unexpected: model.layers.0.mlp.gate.weight [4]") }
    }

    @Test func whatIsStoredTellsTheHeads() throws {
        #expect(try ModelFolder.open(path("base")).heads == .init())
        #expect(try ModelFolder.open(path("classifier")).heads == .init(labels: 3))
        #expect(try ModelFolder.open(path("tied")).heads == .init(token: true))
        #expect(try ModelFolder.open(path("biases")).ends == [2, 5])
        let changed = try copy("tied", keys: ["novel": .bool(true)])
        try folder.write("{\"eos_token_id\": [4, 9]}", to: "generation_config.json")
        let opened = try ModelFolder.open(changed)
        #expect(opened.ends == [4, 9] && opened.warnings.count == 1)
    }

    /// A folder's dropout of attention weights changes what a training pass computes and nothing else, until it is set to 0.
    @Test func attentionDropoutIsThatOfTheFolder() throws {
        let workspace = try KernelChoice.single.workspace()
        let dropping = try copy("tied", keys: ["attention_dropout": .number(0.5)])
        let model = try ModelFolder.load(dropping, workspace: workspace, trainable: true).model
        let input = try ModelInput.text(
            [[1, 2, 3, 4, 5, 6, 7]], vocabulary: model.base.config.vocabulary, workspace: workspace)
        func hidden(isTraining: Bool) throws -> [Double] {
            let context = ForwardContext(
                tape: Tape(workspace, mode: .inference), isTraining: isTraining, key: RandomKey(seed: 4))
            return try workspace.values(model.hidden(input, context))
        }
        let plain = try hidden(isTraining: false)
        let dropped = try hidden(isTraining: true)
        let again = try hidden(isTraining: true)
        #expect(dropped != plain && dropped == again)
        model.setAttentionDropout(0)
        let without = try hidden(isTraining: true)
        #expect(without == plain)
    }

    @Test func whatIsNoModelIsRefused() throws {
        #expect(throws: CheckpointError.self) { try ModelFolder.open(folder.file("nothing")) }
        #expect(throws: CheckpointError.self) { try ModelFolder.open(folder.path) }
        try folder.write("{", to: "config.json")
        #expect(throws: CheckpointError.self) { try ModelFolder.open(folder.path) }
    }
}
