import Layers
import Tensors
import TestSupport
import Testing
import ZooKit

/// Section 6 of the specification, 1: counts, names and shapes follow from the configuration.
@Suite struct CountTests {
    private func config(_ name: String) throws -> DecoderConfig {
        try ModelPresets.config(name, in: Repository.root + "/models")
    }

    /// A model of which no number is drawn or touched.
    private func model(_ name: String, _ heads: LanguageModel.Heads? = nil) throws -> LanguageModel {
        let builder = ParameterBuilder(
            workspace: try KernelChoice.single.workspace(threads: 1), seed: 0, drawsValues: false)
        return try LanguageModel(builder, config: config(name), heads: heads)
    }

    @Test(arguments: ["pixelgpt", "monogpt", "dualgpt"]) func theOfficialModelHasThePublishedCounts(
        _ method: String
    ) throws {
        let workspace = try KernelChoice.single.workspace(threads: 1)
        let description = try ModelDescription(config("\(method)/official"), length: 1024, workspace: workspace)
        #expect(description.base.parameters == 316_723_200)
        #expect(description.total.parameters == 350_277_632)
        let layers = try #require(description.rows.first { $0.part == "layers (each)" })
        #expect(layers.count == 24 && layers.cost.parameters == 11_798_528)
        #expect(try model("\(method)/official", .init(labels: 3)).cost(length: 1024).parameters == 316_726_272)
        #expect(description.weightBytes == 4 * 350_277_632 && description.optimiserBytes == 8 * 350_277_632)
        // 24 layers of 8 key and 8 value heads of 64 numbers, 2 bytes each, 1024 rows.
        #expect(description.cacheBytes == 24 * 2 * 8 * 64 * 2 * 1024)
    }

    @Test func theTinyModelHasItsCounts() throws {
        let workspace = try KernelChoice.single.workspace(threads: 1)
        let description = try ModelDescription(config("pixelgpt/tiny"), length: 128, workspace: workspace)
        let layers = try #require(description.rows.first { $0.part == "layers (each)" })
        #expect(layers.count == 4 && layers.cost.parameters == 184_576)
        #expect(description.base.parameters == 870_400 && description.total.parameters == 1_001_984)
        let sum = description.rows.reduce(0) { $0 + $1.count * $1.cost.parameters }
        #expect(sum == description.total.parameters)
        // Per layer and row: twice the matrices, and queries by keys and weights by values over half the sequence.
        let matrices = 184_576 - 2 * 128
        #expect(layers.cost.operations == Double(2 * matrices + 2 * 128 * 128))
        #expect(layers.cost.cachedNumbers == 2 * 2 * 32)
        #expect(description.trainingOperations == 3 * 128 * description.total.operations)
        let table = description.table.joined(separator: "\n")
        for number in ["184,576", "870,400", "1,001,984"] { #expect(table.contains(number)) }
    }

    /// Section 3.2 of the specification.
    @Test func theOfficialTensorsHaveTheirNamesAndShapes() throws {
        let patch = "model.embed_patches.patch_embeddings."
        var expected: [String: [Int]] = [
            "model.embed_tokens.weight": [32000, 1024], patch + "projection.weight": [1024, 3, 16, 16],
            patch + "projection.bias": [1024], patch + "norm.weight": [1024], patch + "norm.bias": [1024],
            "model.norm.weight": [1024], "lm_token_head.weight": [32000, 1024], "lm_pixel_head.weight": [768, 1024],
        ]
        for layer in (0..<24).map({ "model.layers.\($0)." }) {
            for name in ["q", "o"] { expected["\(layer)self_attn.\(name)_proj.weight"] = [1024, 1024] }
            for name in ["k", "v"] { expected["\(layer)self_attn.\(name)_proj.weight"] = [512, 1024] }
            for name in ["gate", "up"] { expected["\(layer)mlp.\(name)_proj.weight"] = [2816, 1024] }
            expected["\(layer)mlp.down_proj.weight"] = [1024, 2816]
            expected["\(layer)input_layernorm.weight"] = [1024]
            expected["\(layer)post_attention_layernorm.weight"] = [1024]
        }
        func shapes(_ model: LanguageModel) -> [String: [Int]] {
            Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.path, $0.shape) })
        }
        #expect(shapes(try model("dualgpt/official")) == expected)
        // A classifier has its scores instead of the heads of pretraining.
        expected["lm_token_head.weight"] = nil
        expected["lm_pixel_head.weight"] = nil
        expected["score.weight"] = [3, 1024]
        #expect(shapes(try model("dualgpt/official", .init(labels: 3))) == expected)
        // TextGPT is a plain Llama.
        expected["score.weight"] = nil
        for name in expected.keys where name.hasPrefix(patch) { expected[name] = nil }
        expected["lm_head.weight"] = [32000, 1024]
        #expect(shapes(try model("textgpt/official")) == expected)
    }
}
