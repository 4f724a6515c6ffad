import Foundation
import Foundations
import Layers

/// Reads a model's shape out of a GGUF file's metadata.
struct GGUFConfig {
    /// The tensor that holds what frequencies are divided by.
    static let frequencies = "rope_freqs.weight"

    let file: GGUFFile
    private(set) var warnings: [String] = []

    init(file: GGUFFile) { self.file = file }

    /// The shape. Throws: `GGUFError` with the key, `ConfigError` where what it says makes no sense.
    mutating func read() throws -> DecoderConfig {
        let architecture = try need(try file.text("general.architecture"), "general.architecture", "a name")
        guard architecture == "llama" else {
            let reason = ForeignKeyTable.otherModels[architecture].map { "; \($0)" } ?? ""
            throw wrong(
                "general.architecture", "'llama', which is built in",
                "'\(SafetensorsError.plain(architecture))'\(reason)")
        }
        if let count = try file.integer("split.count"), count > 1 {
            throw wrong("split.count", "a whole file", "one of \(count); join them with llama-gguf-split --merge")
        }
        try refuseStrangers()
        guard let table = file["token_embd.weight"], table.shape.count == 2 else {
            throw wrong("token_embd.weight", "a table of embeddings", "none")
        }
        let heads = try count("attention.head_count")
        var config = DecoderConfig(
            modelType: .llama, width: try count("embedding_length"), layerCount: try count("block_count"),
            innerWidth: try count("feed_forward_length"), heads: heads,
            groups: try file.integer("llama.attention.head_count_kv") ?? heads, vocabulary: table.shape[0],
            positions: try count("context_length"))
        config.epsilon = try need(
            try file.number("llama.attention.layer_norm_rms_epsilon"), "llama.attention.layer_norm_rms_epsilon",
            "a number")
        config.theta = try file.number("llama.rope.freq_base") ?? 10000
        if let width = try file.integer("llama.attention.key_length") { config.headWidth = width }
        if let width = try file.integer("llama.attention.value_length"), width != config.headWidth {
            throw wrong("llama.attention.value_length", "\(config.headWidth), the width of keys", "\(width)")
        }
        if let width = try file.integer("llama.rope.dimension_count"), width != config.headWidth {
            throw wrong("llama.rope.dimension_count", "\(config.headWidth), a whole head", "\(width)")
        }
        config.tiesEmbeddings = file["output.weight"] == nil
        config.hasAttentionBias = file["blk.0.attn_q.bias"] != nil
        config.begin = try file.integer("tokenizer.ggml.bos_token_id")
        config.end = try file.integer("tokenizer.ggml.eos_token_id")
        config.pad = try file.integer("tokenizer.ggml.padding_token_id")
        config.architectures = ["LlamaForCausalLM"]
        config.scaling = try scaling(config)
        if let (key, reason) = config.flaw() {
            throw ConfigError.invalidValue(source: file.path, keyPath: key.rawValue, reason: reason)
        }
        return config
    }

    /// Keys of the model that change what is computed, and those that nobody knows.
    private mutating func refuseStrangers() throws(GGUFError) {
        for (key, reason) in [
            ("llama.expert_count", "routed experts"), ("llama.attention.sliding_window", "attention within a window"),
            ("llama.attention.clamp_kqv", "clipped queries and keys"), ("llama.logit_scale", "scaled logits"),
            ("llama.residual_scale", "scaled residuals"), ("llama.embedding_scale", "scaled embeddings"),
            ("llama.attention.scale", "scaled attention"),
        ] {
            guard let value = try file.number(key), value != 0 else { continue }
            throw wrong(key, "its absence", "\(reason), which the decoder does not compute")
        }
        let known: Set<String> = [
            "vocab_size", "context_length", "embedding_length", "block_count", "feed_forward_length",
            "attention.head_count", "attention.head_count_kv", "attention.layer_norm_rms_epsilon",
            "attention.key_length", "attention.value_length", "rope.dimension_count", "rope.freq_base",
            "rope.scaling.type", "rope.scaling.factor", "rope.scale_linear", "expert_count", "expert_used_count",
            "tensor_data_layout", "attention.sliding_window", "rope.scaling.original_context_length",
            "rope.scaling.finetuned",
        ]
        for key in file.keys where key.hasPrefix("llama.") && !known.contains(String(key.dropFirst(6))) {
            warnings.append("\(file.path): the key \(key) is not known here; passed over")
        }
    }

    /// Linear scaling stands in the metadata; of Llama 3's there is only what it makes of each frequency.
    private func scaling(_ config: DecoderConfig) throws -> RotaryScaling? {
        let type = try file.text("llama.rope.scaling.type") ?? "none"
        let factor = try file.number("llama.rope.scaling.factor") ?? file.number("llama.rope.scale_linear") ?? 1
        guard type == "none" || type == "linear" else {
            throw wrong("llama.rope.scaling.type", "none or linear", "'\(SafetensorsError.plain(type))'")
        }
        guard let tensor = file[Self.frequencies] else {
            guard factor != 1 else { return nil }
            guard factor > 0, factor.isFinite else { throw wrong("llama.rope.scaling.factor", "above 0", "\(factor)") }
            return .linear(factor: factor)
        }
        let divisors = try tensor.floats().map { Double($0) }
        let largest = divisors.max() ?? 0
        let candidate = RotaryScaling.llama3(factor: largest, low: 1, high: 4, positions: 8192)
        let fits = zip(divisors.indices, divisors).allSatisfy { index, divisor in
            let plain = pow(config.theta, -2 * Double(index) / Double(config.headWidth))
            return abs(plain / candidate.frequency(plain) / divisor - 1) < 1e-5
        }
        guard factor == 1, divisors.count == config.headWidth / 2, largest >= 1, fits else {
            throw wrong(
                Self.frequencies, "the divisors of Llama 3's scaling from 8192 positions on",
                "others, which no key of config.json names")
        }
        return largest == 1 ? nil : candidate
    }

    private func count(_ key: String) throws(GGUFError) -> Int {
        try need(try file.integer("llama.\(key)"), "llama.\(key)", "an integer")
    }

    private func need<Value>(_ value: Value?, _ key: String, _ expected: String) throws(GGUFError) -> Value {
        guard let value else { throw wrong(key, expected, "nothing") }
        return value
    }

    private func wrong(_ key: String, _ expected: String, _ got: String) -> GGUFError {
        .metadata(path: file.path, key: key, expected: expected, got: got)
    }
}
