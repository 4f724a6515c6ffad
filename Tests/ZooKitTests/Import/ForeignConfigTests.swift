import Foundations
import Layers
import Testing
import ZooKit

@Suite struct ForeignConfigTests {
    /// A Llama's configuration as transformers 5 writes it, with some keys changed; a key with nil is left out.
    private func read(_ changes: [String: JSONValue?] = [:]) throws(ConfigError) -> ForeignConfig {
        var values: [String: JSONValue] = [
            "architectures": .array([.string("LlamaForCausalLM")]), "model_type": .string("llama"),
            "attention_bias": .bool(false), "attention_dropout": .number(0), "bos_token_id": .integer(1),
            "dtype": .string("float32"), "eos_token_id": .integer(2), "head_dim": .integer(64),
            "hidden_act": .string("silu"), "hidden_size": .integer(576), "initializer_range": .number(0.02),
            "intermediate_size": .integer(1536), "max_position_embeddings": .integer(8192), "mlp_bias": .bool(false),
            "num_attention_heads": .integer(9), "num_hidden_layers": .integer(30), "num_key_value_heads": .integer(3),
            "pad_token_id": .null, "pretraining_tp": .integer(1), "rms_norm_eps": .number(1e-5),
            "rope_parameters": .object(["rope_theta": .number(100_000), "rope_type": .string("default")]),
            "tie_word_embeddings": .bool(true), "transformers_version": .string("5.23.0"), "use_cache": .bool(true),
            "vocab_size": .integer(49152),
        ]
        for (key, value) in changes { values[key] = value }
        return try ForeignConfig(.object(values), source: "config.json")
    }

    private var smollm: DecoderConfig {
        var config = DecoderConfig(
            modelType: .llama, width: 576, layerCount: 30, innerWidth: 1536, heads: 9, groups: 3, vocabulary: 49152,
            positions: 8192)
        (config.theta, config.tiesEmbeddings, config.begin, config.end) = (100_000, true, 1, 2)
        config.architectures = ["LlamaForCausalLM"]
        return config
    }

    @Test func bothSpellingsOfTransformersAreRead() throws {
        let new = try read()
        #expect(new.config == smollm && new.warnings == [] && new.ends == [2])
        #expect(new.architecture == "LlamaForCausalLM")
        let old = try read([
            "rope_parameters": nil, "rope_theta": .number(100_000), "rope_scaling": .null, "dtype": nil,
            "torch_dtype": .string("float32"), "rope_interleaved": .bool(false), "is_llama_config": .bool(true),
        ])
        #expect(old.config == smollm && old.warnings == [])
    }

    @Test func absentKeysHaveTheDefaultsOfTransformers() throws {
        let read = try read([
            "rms_norm_eps": nil, "max_position_embeddings": nil, "bos_token_id": nil, "eos_token_id": nil,
            "num_key_value_heads": nil, "head_dim": .null, "rope_parameters": .null, "tie_word_embeddings": nil,
        ])
        let config = read.config
        #expect(config.epsilon == 1e-6 && config.positions == 2048 && config.begin == 1 && config.end == 2)
        #expect(config.groups == 9 && config.headWidth == 64 && config.theta == 10000 && !config.tiesEmbeddings)
    }

    @Test func marksAreThoseOfLlamaOnlyWhereTransformersLeftThemOut() throws {
        let null = try read(["bos_token_id": .null, "eos_token_id": .null])
        #expect(null.config.begin == nil && null.config.end == nil && null.ends == [])
        let ours = try read(["bos_token_id": nil, "eos_token_id": nil, "transformers_version": nil])
        #expect(ours.config.begin == nil && ours.config.end == nil && ours.ends == [])
    }

    @Test func severalEndsAreKeptAndMinusOneIsNone() throws {
        let several = try read(["eos_token_id": .array([.integer(7), .integer(9)]), "pad_token_id": .integer(-1)])
        #expect(several.ends == [7, 9] && several.config.end == 7 && several.config.pad == nil)
        #expect(throws: ConfigError.self) { try read(["eos_token_id": .array([.string("</s>")])]) }
    }

    @Test func scaledRotaryPositionsAreReadInBothSpellings() throws {
        let llama3: [String: JSONValue] = [
            "rope_type": .string("llama3"), "factor": .integer(8), "low_freq_factor": .integer(1),
            "high_freq_factor": .integer(4), "original_max_position_embeddings": .integer(8192),
        ]
        let expected = RotaryScaling.llama3(factor: 8, low: 1, high: 4, positions: 8192)
        let new = try read(["rope_parameters": .object(llama3.merging(["rope_theta": .number(5e5)]) { $1 })])
        #expect(new.config.scaling == expected && new.config.theta == 5e5)
        let old = try read(["rope_parameters": nil, "rope_theta": .number(5e5), "rope_scaling": .object(llama3)])
        #expect(old.config.scaling == expected && old.config.theta == 5e5)
        let linear = try read([
            "rope_parameters": nil, "rope_scaling": .object(["type": .string("linear"), "factor": .number(2.5)]),
        ])
        #expect(linear.config.scaling == .linear(factor: 2.5))
        // What we write is read again, by ourselves strictly too.
        for config in [new.config, linear.config] {
            let value = try StrictJSON.encodedValue(config)
            #expect(try StrictJSON.decode(DecoderConfig.self, from: value, source: "config.json") == config)
            #expect(try ForeignConfig(value, source: "config.json").config == config)
        }
    }

    @Test(arguments: ["yarn", "dynamic", "longrope", "su"]) func otherScalingsAreRefusedByName(_ type: String) {
        let scaling = JSONValue.object(["rope_type": .string(type), "factor": .integer(2)])
        #expect {
            try read(["rope_parameters": scaling])
        } throws: { "\($0)".contains("rope_parameters.rope_type") && "\($0)".contains("'\(type)'") }
    }

    /// Keys that change what is computed, with values that do and values that do not.
    private static let mathematics: [(String, JSONValue, JSONValue)] = [
        ("mlp_bias", .bool(true), .bool(false)), ("sliding_window", .integer(4096), .null),
        ("quantization_config", .object(["quant_method": .string("gptq")]), .null),
        ("rope_interleaved", .bool(true), .bool(false)), ("partial_rotary_factor", .number(0.5), .number(1)),
        ("residual_multiplier", .number(0.2), .integer(1)), ("final_logit_softcapping", .integer(30), .null),
        ("num_experts", .integer(8), .null), ("hidden_act", .string("gelu"), .string("swish")),
        ("layer_types", .array([.string("sliding_attention")]), .null),
    ]

    @Test(arguments: mathematics) func whatWouldComputeOtherwiseIsRefused(
        _ key: String, _ bad: JSONValue, _ good: JSONValue
    ) throws {
        #expect(try read([key: good]).config == smollm)
        #expect {
            try read([key: bad])
        } throws: { error in
            guard case ConfigError.invalidValue("config.json", key, let reason)? = error as? ConfigError else {
                return false
            }
            return !reason.isEmpty
        }
    }

    @Test func attentionDropoutIsKeptAndChecked() throws {
        let read = try read(["attention_dropout": .number(0.1)])
        var wanted = smollm
        wanted.attentionDropout = 0.1
        #expect(read.config == wanted)
        for wrong in [-0.1, 1] {
            #expect(throws: ConfigError.self) { try self.read(["attention_dropout": .number(wrong)]) }
        }
    }

    @Test(arguments: ["bert", "qwen2", "mixtral", "t5"]) func otherModelsAreRefusedByName(_ type: String) {
        #expect {
            try read(["model_type": .string(type)])
        } throws: { "\($0)".contains("model_type") && "\($0)".lowercased().contains(String(type.prefix(3))) }
        #expect(throws: ConfigError.self) { try read(["model_type": nil]) }
        #expect(throws: ConfigError.self) { try read(["model_type": .integer(1)]) }
        #expect(throws: ConfigError.self) { try read(["architectures": .array([.string("LlamaForQuestions")])]) }
        #expect(throws: ConfigError.self) { try ForeignConfig(.array([]), source: "config.json") }
    }

    @Test func strangersAreWarnedOfAndMissingShapesNamed() throws {
        let read = try read(["novel_gate\n": .bool(true)])
        #expect(read.config == smollm && read.warnings.count == 1 && read.warnings[0].contains("novel_gate\\u{a}"))
        #expect(throws: ConfigError.missingKey(source: "config.json", keyPath: "hidden_size", near: [])) {
            try self.read(["hidden_size": nil])
        }
    }
}
