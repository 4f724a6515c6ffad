import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import ZooKit

/// Folders that are written are read again, here and by `transformers` (`Tests/Peers/checkpoints.py`).
@Suite struct FolderWritingTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func path(_ name: String) -> String { FixturePage.path("folders/\(name)") }

    @Test(arguments: ["tied", "biases", "linear", "llama3", "mistral", "bfloat16", "float16", "base", "classifier"])
    func aConvertedFolderGivesTheSame(_ name: String) throws {
        let workspace = try KernelChoice.single.workspace()
        #expect(try ModelFolder.convert(path(name), to: folder.file("copy"), workspace: workspace) == [])
        let (first, _, _) = try ModelFolder.load(path(name), workspace: workspace)
        let (second, _, warnings) = try ModelFolder.load(folder.file("copy"), workspace: workspace)
        #expect(warnings == [] && first.heads == second.heads)
        #expect(first.parameters.map(\.path) == second.parameters.map(\.path))
        for (a, b) in zip(first.parameters, second.parameters) { #expect(try a.hostValues() == b.hostValues()) }
        let (before, after) = (try ModelFolder.open(path(name)), try ModelFolder.open(folder.file("copy")))
        #expect(before.ends == after.ends)
        var config = before.config
        config.architectures = after.config.architectures
        #expect(after.config == config && after.config.architectures != nil)
        // Sixteen bits stay sixteen bits.
        #expect(before.tensors.tensors.first?.type == after.tensors.tensors.first?.type)
    }

    @Test func aModelIsWrittenInTheTypeAskedFor() throws {
        let workspace = try KernelChoice.single.workspace()
        let model = try ModelFolder.load(path("tied"), workspace: workspace).model
        let exact = try model.parameters.map { try $0.hostValues() }
        for (type, bits) in [(SafetensorsType.float32, 24), (.float16, 11), (.bfloat16, 8)] {
            try ModelFolder.write(
                model, files: ["tokenizer.json": Array("{}".utf8)], to: folder.file("out"), type: type,
                workspace: workspace)
            #expect(try folder.read("out/tokenizer.json") == Array("{}".utf8))
            let stored = try ModelFolder.open(folder.file("out"))
            #expect(stored.tensors.tensors.allSatisfy { $0.type == type })
            let again = try ModelFolder.load(stored, workspace: workspace).model
            for (parameter, values) in zip(again.parameters, exact) {
                for (got, wanted) in zip(try parameter.hostValues(), values) {
                    // Half of the last place, and of the least number of F16.
                    let bound = abs(wanted) * Double(sign: .plus, exponent: -bits, significand: 1) + 0x1p-25
                    #expect(abs(got - wanted) <= (type == .float32 ? 0 : bound), "\(parameter.path)")
                }
            }
            // What was rounded once is not rounded again.
            try ModelFolder.write(again, to: folder.file("again"), type: type, workspace: workspace)
            #expect(try folder.read("again/model.safetensors") == folder.read("out/model.safetensors"))
        }
    }

    @Test func aModelWithoutMarksStaysWithoutThem() throws {
        let workspace = try KernelChoice.single.workspace()
        let model = try LanguageModel(Small.config(.llama), seed: 1, workspace: workspace)
        try ModelFolder.write(model, to: folder.file("out"), workspace: workspace)
        let opened = try ModelFolder.open(folder.file("out"))
        #expect(opened.config.begin == nil && opened.config.end == nil && opened.ends == [])
        // transformers takes an absent mark for Llama 2's.
        let text = String(decoding: try folder.read("out/config.json"), as: UTF8.self)
        #expect(text.contains("\"eos_token_id\": null") && text.contains("\"bos_token_id\": null"))
    }

    @Test func whatF16DoesNotHoldIsAnErrorAndLeavesNothing() throws {
        let workspace = try KernelChoice.single.workspace()
        let model = try ModelFolder.load(path("tied"), workspace: workspace, trainable: true).model
        let norm = try #require(model.parameters.first { $0.path == "model.norm.weight" })
        try norm.set([Double](repeating: 65520, count: 24))
        #expect {
            try ModelFolder.write(model, to: folder.file("out"), type: .float16, workspace: workspace)
        } throws: { "\($0)".contains("model.norm.weight") && "\($0)".contains("65504") }
        #expect(folder.names == [])
    }

    /// Section 3.2's names and shapes, with fewer layers and a smaller vocabulary.
    @Test(arguments: [LanguageModel.Heads(token: true, patch: true), .init(labels: 3), .init()])
    func pixelModelsBearTheirOfficialNames(_ heads: LanguageModel.Heads) throws {
        let workspace = try KernelChoice.single.workspace()
        var config = DecoderConfig(
            modelType: .erniePixel, width: 1024, layerCount: 1, innerWidth: 2816, heads: 16, groups: 8, vocabulary: 7)
        (config.imageSize, config.begin, config.end) = ([16, 16384], 1, 2)
        let model = try LanguageModel(config, heads: heads, seed: 3, workspace: workspace)
        try ModelFolder.write(model, to: folder.file("pixel"), workspace: workspace)
        var official: [String: [Int]] = [
            "model.embed_tokens.weight": [7, 1024],
            "model.embed_patches.patch_embeddings.projection.weight": [1024, 3, 16, 16],
            "model.embed_patches.patch_embeddings.projection.bias": [1024],
            "model.embed_patches.patch_embeddings.norm.weight": [1024],
            "model.embed_patches.patch_embeddings.norm.bias": [1024],
            "model.layers.0.self_attn.q_proj.weight": [1024, 1024],
            "model.layers.0.self_attn.o_proj.weight": [1024, 1024],
            "model.layers.0.self_attn.k_proj.weight": [512, 1024],
            "model.layers.0.self_attn.v_proj.weight": [512, 1024],
            "model.layers.0.mlp.gate_proj.weight": [2816, 1024], "model.layers.0.mlp.up_proj.weight": [2816, 1024],
            "model.layers.0.mlp.down_proj.weight": [1024, 2816], "model.layers.0.input_layernorm.weight": [1024],
            "model.layers.0.post_attention_layernorm.weight": [1024], "model.norm.weight": [1024],
        ]
        if heads.token { official["lm_token_head.weight"] = [7, 1024] }
        if heads.patch { official["lm_pixel_head.weight"] = [768, 1024] }
        if heads.labels != nil { official["score.weight"] = [3, 1024] }
        let opened = try ModelFolder.open(folder.file("pixel"))
        let stored = opened.tensors.tensors
        #expect(Dictionary(uniqueKeysWithValues: stored.map { ($0.name, $0.shape) }) == official)
        #expect(opened.heads == heads && opened.architecture.hasPrefix("ErniePixel"))
        #expect(opened.config.imageSize == [16, 16384] && opened.config.patchHead == .regressionNorm)
        // Back in, bit for bit.
        let again = try ModelFolder.load(opened, workspace: workspace).model
        for (a, b) in zip(model.parameters, again.parameters) { #expect(try a.hostValues() == b.hostValues()) }
    }

    /// The official folder's configuration (section 3.1) with a head named as a Llama's.
    @Test func anOfficialPixelFolderIsRead() throws {
        let workspace = try KernelChoice.single.workspace()
        var config = DecoderConfig(
            modelType: .erniePixel, width: 32, layerCount: 2, innerWidth: 48, heads: 4, groups: 2, vocabulary: 9)
        config.patchSize = 4
        let model = try LanguageModel(config, seed: 3, workspace: workspace)
        let items = model.parameters.map { parameter in
            let name = parameter.path == "lm_token_head.weight" ? "lm_head.weight" : parameter.path
            return SafetensorsItem(parameter, name: name, in: workspace)
        }
        try folder.write(
            """
            {"architectures": ["ErniePixelForCausalLM"], "attention_bias": false, "attention_dropout": 0.0,
             "bos_token_id": 1, "eos_token_id": 2, "hidden_act": "silu", "hidden_size": 32, "image_size": [4, 4096],
             "initializer_range": 0.02, "intermediate_size": 48, "max_position_embeddings": 1024,
             "model_type": "ernie-pixel", "norm_pix_loss": true, "num_attention_heads": 4, "num_channels": 3,
             "num_hidden_layers": 2, "num_key_value_heads": 2, "patch_size": 4, "pretraining_tp": 1,
             "rms_norm_eps": 1e-05, "rope_scaling": null, "rope_theta": 10000.0, "tie_word_embeddings": false,
             "torch_dtype": "float32", "transformers_version": "4.36.2", "use_cache": true, "vocab_size": 9}
            """, to: "config.json")
        try SafetensorsFile.write(items, to: folder.file("model.safetensors"))
        let (again, report, warnings) = try ModelFolder.load(folder.path, workspace: workspace)
        #expect(warnings == [] && report.ignored == [] && again.heads == .init(token: true, patch: true))
        let input = try ModelInput.text([[1, 4, 2, 8]], vocabulary: 9, workspace: workspace)
        let (a, b) = (try SmallRun(model, input, workspace), try SmallRun(again, input, workspace))
        #expect(a.logits == b.logits && !a.logits.isEmpty)
    }

    @Test func aFolderOfOthersIsNotReplaced() throws {
        let workspace = try KernelChoice.single.workspace()
        let model = try ModelFolder.load(path("tied"), workspace: workspace).model
        try folder.write("mine", to: "out/notes.txt")
        #expect(throws: CheckpointError.self) {
            try ModelFolder.write(model, to: folder.file("out"), workspace: workspace)
        }
        #expect(try folder.read("out/notes.txt") == Array("mine".utf8))
    }
}
