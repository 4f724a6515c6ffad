import Corpora
import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import ZooKit

/// GGUF files of the package `gguf` (`Tests/Peers/gguf_files.py`) become the models that they were made of.
@Suite struct GGUFModelTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// The parts of a small model that a test changes.
    private func builder(heads: Int = 2) -> GGUFBuilder {
        var builder = GGUFBuilder()
        builder.metadata = [
            ("general.architecture", .string(Array("llama".utf8))), ("llama.context_length", .integer(16)),
            ("llama.embedding_length", .integer(4)), ("llama.block_count", .integer(1)),
            ("llama.feed_forward_length", .integer(6)), ("llama.attention.head_count", .integer(heads)),
            ("llama.attention.layer_norm_rms_epsilon", .float(1e-6)),
        ]
        func add(_ name: String, _ shape: [Int]) {
            builder.add(name, shape, (0..<shape.reduce(1, *)).map { Float($0) })
        }
        add("token_embd.weight", [5, 4])
        for name in ["attn_q", "attn_k", "attn_v", "attn_output"] { add("blk.0.\(name).weight", [4, 4]) }
        for name in ["ffn_gate", "ffn_up"] { add("blk.0.\(name).weight", [6, 4]) }
        add("blk.0.ffn_down.weight", [4, 6])
        for name in ["blk.0.attn_norm", "blk.0.ffn_norm", "output_norm"] { add("\(name).weight", [4]) }
        return builder
    }

    private func open(_ builder: GGUFBuilder) throws -> GGUFModel {
        try GGUFModel(
            path: folder.write(builder.bytes, to: "x.gguf"), workspace: KernelChoice.single.workspace())
    }

    private func refusal(_ change: (inout GGUFBuilder) -> Void) -> String {
        var builder = builder()
        change(&builder)
        do { _ = try open(builder) } catch { return "\(error)" }
        return "nothing"
    }

    @Test(arguments: ["tied", "biases"]) func aConvertedFileIsTheModelItWasMadeOf(_ name: String) throws {
        let converted = folder.file("model")
        let workspace = try KernelChoice.single.workspace()
        #expect(try ModelFolder.convert(FixturePage.path("\(name).gguf"), to: converted, workspace: workspace) == [])
        let original = try SafetensorsFolder(folder: FixturePage.path("folders/\(name)"))
        let written = try SafetensorsFolder(folder: converted)
        #expect(written.tensors.map(\.name).sorted() == original.tensors.map(\.name).sorted())
        for tensor in written.tensors { #expect(try tensor.floats() == original.tensor(tensor.name).floats()) }
        let (model, _, warnings) = try ModelFolder.load(converted, workspace: workspace)
        #expect(warnings == [])
        #expect(
            try TransformersFolderTests.distance(model, FixturePage.path("folders/\(name)"), workspace) < 2e-5)
        let tokenizer = try TokenizerFolder.load(converted)
        // The begin mark, "the" by its merges, a turn that was added by hand.
        #expect(tokenizer.encode("the cat<|turn|>in") == [0, 33, 28, 4, 2, 21, 1, 35])
        #expect(try ModelFolder.open(converted).ends == [0])
    }

    @Test func halvesOfHeadsAreInterleaved() throws {
        let model = try open(builder())
        try SafetensorsFile.write(model.items(.float32), to: folder.file("y.safetensors"))
        let file = try SafetensorsFile(path: folder.file("y.safetensors"))
        // Two heads of two rows each: nothing to put back. Of one head of four rows: 0, 2, 1, 3.
        #expect(try file.tensor("model.layers.0.self_attn.q_proj.weight").floats() == (0..<16).map { Float($0) })
        let wide = try open(builder(heads: 1))
        try SafetensorsFile.write(wide.items(.float32), to: folder.file("z.safetensors"))
        let rows = [0, 2, 1, 3].flatMap { row in (0..<4).map { Float(row * 4 + $0) } }
        let other = try SafetensorsFile(path: folder.file("z.safetensors"))
        #expect(try other.tensor("model.layers.0.self_attn.k_proj.weight").floats() == rows)
        #expect(try other.tensor("model.layers.0.self_attn.v_proj.weight").floats() == (0..<16).map { Float($0) })
    }

    @Test func theShapeIsThatOfTheMetadata() throws {
        var builder = builder()
        builder.metadata += [
            ("llama.rope.freq_base", .float(5e5)), ("llama.rope.scaling.type", .string(Array("linear".utf8))),
            ("llama.rope.scaling.factor", .float(4)), ("tokenizer.ggml.eos_token_id", .integer(3)),
            ("llama.novel", .bool(true)),
        ]
        let model = try open(builder)
        #expect(model.config.theta == 5e5 && model.config.scaling == .linear(factor: 4) && model.config.end == 3)
        #expect(model.config.epsilon == 1e-6 && model.config.tiesEmbeddings && model.config.groups == 2)
        #expect(model.warnings.count == 1 && model.warnings[0].contains("llama.novel"))
    }

    @Test func llama3sScalingIsKnownByItsDivisors() throws {
        func divisors(_ scaling: RotaryScaling) -> [Float] {
            // Heads of two columns: one frequency, 1; too fast to be changed.
            [Float(1 / scaling.frequency(1))]
        }
        var builder = builder()
        builder.add("rope_freqs.weight", [1], divisors(.llama3(factor: 8, low: 1, high: 4, positions: 8192)))
        #expect(try open(builder).config.scaling == nil)
        #expect(refusal { $0.add("rope_freqs.weight", [1], [3]) }.contains("Llama 3"))
        #expect(refusal { $0.add("rope_freqs.weight", [2], [1, 1]) }.contains("Llama 3"))
    }

    @Test func whatIsNotBuiltInIsRefusedByName() {
        #expect(refusal { _ in } == "nothing")
        #expect(refusal { $0.metadata[0].value = .string(Array("gemma2".utf8)) }.contains("Gemma 2"))
        #expect(refusal { $0.metadata[0].value = .string(Array("strange".utf8)) }.contains("'strange'"))
        #expect(refusal { $0.metadata.append(("llama.expert_count", .integer(8))) }.contains("routed experts"))
        #expect(refusal { $0.metadata.append(("split.count", .integer(2))) }.contains("join them"))
        #expect(refusal { $0.metadata.append(("llama.rope.dimension_count", .integer(8))) }.contains("a whole head"))
        #expect(refusal { $0.metadata.removeLast() }.contains("layer_norm_rms_epsilon"))
        #expect(refusal { $0.metadata[5].value = .integer(3) }.contains("head_dim"))
        #expect(refusal { $0.metadata[2].value = .integer(1 << 30) }.contains("hidden_size"))
        #expect(refusal { $0.metadata[3].value = .integer(100_000) }.contains("num_hidden_layers"))
        #expect(refusal { $0.metadata[3].value = .integer(2) }.contains("missing: model.layers.1"))
        #expect(refusal { $0.add("blk.0.attn_q_norm.weight", [2], [1, 1]) }.contains("unexpected: blk.0.attn_q_norm"))
        #expect(refusal { $0.tensors[1].sizes = [2, 8] }.contains("mis-shaped"))
        #expect(
            refusal { $0.tensors[1].type = 14 }.contains("Q6_K") || refusal { $0.tensors[1].type = 14 }.contains("256"))
        #expect(refusal { $0.tensors.removeFirst() }.contains("token_embd.weight"))
    }

    /// Under Hugging Face's names nobody says whether the halves of a head are interleaved.
    @Test func tensorsWithOtherNamesAreRefusedByName() {
        let name = "model.layers.0.self_attn.q_proj.weight"
        let renamed = refusal { $0.tensors[1].name = name }
        #expect(renamed.contains("missing: \(name)"))
        #expect(refusal { $0.tensors[3].name = "model.layers.0.self_attn.v_proj.weight" }.contains("unexpected: model"))
        // Beside llama.cpp's own, before it and after it.
        let numbers = [Float](repeating: 7, count: 16)
        #expect(refusal { $0.add(name, [4, 4], numbers) }.contains("unexpected: \(name)"))
        #expect(
            refusal { builder in
                builder.add(name, [4, 4], numbers)
                builder.tensors.insert(builder.tensors.removeLast(), at: 0)
            }.contains("unexpected: \(name)"))
        #expect(refusal { $0.add("model.norm.weight", [4], [1, 1, 1, 1]) }.contains("unexpected: model.norm.weight"))
        // The same name twice does not pass the reader of the file.
        #expect(refusal { $0.add("blk.0.attn_q.weight", [4, 4], numbers) }.contains("blk.0.attn_q.weight"))
    }

    @Test func tokenizersOfOtherKindsAreRefusedByName() throws {
        var builder = builder()
        #expect { try open(builder).tokenizer() } throws: { "\($0)".contains("tokenizer.ggml.model") }
        builder.metadata.append(("tokenizer.ggml.model", .string(Array("llama".utf8))))
        #expect { try open(builder).tokenizer() } throws: { "\($0)".contains("'llama'") }
        builder.metadata[7].value = .string(Array("gpt2".utf8))
        #expect { try open(builder).tokenizer() } throws: { "\($0)".contains("tokenizer.ggml.tokens") }
        builder.metadata.append(("tokenizer.ggml.tokens", .strings(["a", "b", "c"])))
        #expect(try open(builder).tokenizer().encode("abca") == [0, 1, 2, 0])
        builder.metadata.append(("tokenizer.ggml.bos_token_id", .integer(3)))
        #expect { try open(builder).tokenizer() } throws: { "\($0)".contains("bos_token_id") }
        builder.metadata[8].value = .strings(["a", "b", "c", "d", "e", "f"])
        #expect { try open(builder).tokenizer() } throws: { "\($0)".contains("at most 5") }
    }
}
