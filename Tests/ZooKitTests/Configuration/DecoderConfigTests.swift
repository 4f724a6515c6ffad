import Foundations
import TestSupport
import Testing
import ZooKit

@Suite struct DecoderConfigTests {
    /// A pixel model's configuration with some keys changed; a key with nil is left out.
    private func decode(_ changes: [String: JSONValue?] = [:], llama: Bool = false) throws -> DecoderConfig {
        var values: [String: JSONValue] = [
            "model_type": .string(llama ? "llama" : "ernie-pixel"), "hidden_size": .integer(128),
            "num_hidden_layers": .integer(4), "intermediate_size": .integer(352), "num_attention_heads": .integer(4),
            "num_key_value_heads": .integer(2), "vocab_size": .integer(260),
        ]
        for (key, value) in changes { values[key] = value }
        return try StrictJSON.decode(DecoderConfig.self, from: .object(values), source: "config.json")
    }

    private func map(_ numbers: [Int]) -> JSONValue { .array(numbers.map { .integer($0) }) }

    @Test func absentKeysHaveTheirDefaults() throws {
        let config = try decode(["num_key_value_heads": nil])
        #expect(config.groups == 4 && config.headWidth == 32 && config.epsilon == 1e-5 && config.theta == 10000)
        #expect(config.positions == 1024 && config.deviation == 0.02 && config.patchSize == 16 && config.channels == 3)
        #expect(!config.tiesEmbeddings && !config.hasAttentionBias && config.layers == nil && config.pad == nil)
        #expect(config.patchHead == .regressionNorm)
        var plain = DecoderConfig(
            modelType: .erniePixel, width: 128, layerCount: 4, innerWidth: 352, heads: 4, groups: 4, vocabulary: 260)
        #expect(config == plain)
        plain.headWidth = 20
        #expect(try decode(["head_dim": .integer(20), "num_key_value_heads": nil]) == plain)
        // What Hugging Face writes for nothing is nothing.
        let nulls = ["head_dim", "rope_scaling", "pad_token_id", "layers", "image_size"]
        #expect(try decode(Dictionary(uniqueKeysWithValues: nulls.map { ($0, .null) })) == decode())
    }

    @Test func thePatchHeadFollowsTheNormUnlessItIsNamed() throws {
        #expect(try decode(["norm_pix_loss": .bool(false)]).patchHead == .regressionRaw)
        #expect(try decode(["norm_pix_loss": .bool(true)]).patchHead == .regressionNorm)
        for head in DecoderConfig.PatchHead.allCases {
            #expect(try decode(["patch_head": .string(head.rawValue)]).patchHead == head)
        }
    }

    @Test(arguments: [("regression_raw", true), ("bernoulli", true), ("regression_norm", false)])
    func aNormThatContradictsThePatchHeadIsRefused(_ head: String, _ normalises: Bool) throws {
        let changes: [String: JSONValue?] = ["patch_head": .string(head), "norm_pix_loss": .bool(normalises)]
        #expect {
            try decode(changes)
        } throws: { error in
            guard case ConfigError.invalidValue(_, "norm_pix_loss", let reason)? = error as? ConfigError else {
                return false
            }
            return reason.contains(head)
        }
        #expect(
            try decode(["patch_head": .string(head), "norm_pix_loss": .bool(!normalises)]).patchHead.rawValue == head)
    }

    /// Sides within their limits, of which a parameter or table cannot be made.
    @Test(
        arguments: [
            (["hidden_size": 1 << 24, "vocab_size": 1 << 11], "vocab_size"),
            (["vocab_size": (1 << 24) + 1], "vocab_size"),
            (["intermediate_size": 1 << 24, "hidden_size": 2048], "intermediate_size"),
            (["num_attention_heads": 1024, "num_key_value_heads": 1, "head_dim": 1 << 24], "head_dim"),
            (["hidden_size": 1 << 18, "vocab_size": 1, "intermediate_size": 1], "head_dim"),
            (["patch_size": 1 << 24], "patch_size"), (["patch_size": 1 << 13], "patch_size"),
            (["max_position_embeddings": 1 << 24], "max_position_embeddings"),
            (["num_hidden_layers": 4097], "num_hidden_layers"),
            (["num_attention_heads": 1025, "num_key_value_heads": 1, "head_dim": 2], "num_attention_heads"),
        ] as [([String: Int], String)]) func aParameterTooLargeNamesTheKeyToChange(
            _ sizes: [String: Int], _ key: String
        )
    {
        #expect {
            try decode(sizes.mapValues { .integer($0) })
        } throws: { error in
            guard case ConfigError.invalidValue(_, key, let reason)? = error as? ConfigError else { return false }
            return !reason.isEmpty
        }
    }

    @Test func whatIsAtItsLimitIsRead() throws {
        for sizes in [
            ["hidden_size": 1 << 17, "vocab_size": 1 << 17], ["max_position_embeddings": 1 << 23],
            ["num_hidden_layers": 4096], ["num_attention_heads": 1024, "num_key_value_heads": 1024, "head_dim": 2],
        ] {
            _ = try decode(sizes.mapValues { .integer($0) })
        }
    }

    @Test(
        arguments: [
            ("hidden_sise", "hidden_size"), ("num_attention_head", "num_attention_heads"),
            ("rms_norm_epsilon", "rms_norm_eps"),
            ("intermediate-size", "intermediate_size"), ("Vocab_Size", "vocab_size"), ("dropout", nil),
            ("norm_pix_los", "norm_pix_loss"),
        ] as [(String, String?)]) func anUnknownKeyIsNamedWithWhatIsNear(_ key: String, _ near: String?)
    {
        #expect {
            try decode([key: .integer(1)])
        } throws: { error in
            guard case ConfigError.unknownKey("config.json", key, let names)? = error as? ConfigError else {
                return false
            }
            return near.map { names.first == $0 } ?? names.isEmpty
        }
    }

    @Test func anUnknownKeyOfALayerIsNamedWithItsPlace() {
        let layers: [JSONValue] = [.object([:]), .object(["key_maps": map([0, 0, 0, 0])]), .object([:]), .object([:])]
        #expect {
            try decode(["layers": .array(layers)])
        } throws: {
            $0 as? ConfigError
                == .unknownKey(source: "config.json", keyPath: "layers[1].key_maps", near: ["key_map"])
        }
    }

    @Test(arguments: [
        "model_type", "hidden_size", "num_hidden_layers", "intermediate_size", "num_attention_heads", "vocab_size",
    ]) func aMissingKeyIsNamed(_ key: String) {
        #expect(throws: ConfigError.missingKey(source: "config.json", keyPath: key, near: [])) {
            try decode([key: nil])
        }
    }

    /// Values that make no sense, one a key at least.
    static let refused: [(String, JSONValue)] = [
        ("hidden_size", .integer(0)), ("hidden_size", .integer(-128)), ("hidden_size", .integer(1 << 25)),
        ("num_hidden_layers", .integer(0)), ("intermediate_size", .integer(-1)), ("num_attention_heads", .integer(0)),
        ("num_attention_heads", .integer(3)), ("num_attention_heads", .integer(.max)),
        ("num_key_value_heads", .integer(3)), ("num_key_value_heads", .integer(0)),
        ("num_key_value_heads", .integer(8)), ("head_dim", .integer(31)), ("head_dim", .integer(0)),
        ("rms_norm_eps", .integer(0)), ("rms_norm_eps", .number(-1e-5)), ("rope_theta", .integer(0)),
        ("rope_theta", .number(-10000)), ("max_position_embeddings", .integer(0)),
        ("vocab_size", .integer(0)), ("attention_dropout", .number(1)), ("initializer_range", .number(-0.02)),
        ("hidden_act", .string("gelu")), ("patch_size", .integer(0)), ("num_channels", .integer(2)),
        ("layers", .array([])),
    ]

    @Test(arguments: refused) func aValueThatMakesNoSenseNamesItsKey(_ key: String, _ value: JSONValue) {
        #expect {
            try decode([key: value])
        } throws: { error in
            guard case ConfigError.invalidValue("config.json", key, let reason)? = error as? ConfigError else {
                return false
            }
            return !reason.isEmpty
        }
    }

    @Test(
        arguments: [
            ("hidden_size", .string("128")), ("vocab_size", .number(2.5)), ("attention_bias", .integer(1)),
            ("rms_norm_eps", .bool(true)), ("architectures", .string("Llama")), ("image_size", .integer(16)),
            ("layers", .object([:])), ("bos_token_id", .string("<s>")),
        ] as [(String, JSONValue)]) func aValueOfAnotherKindNamesItsKey(_ key: String, _ value: JSONValue)
    {
        #expect {
            try decode([key: value])
        } throws: { error in
            guard case ConfigError.wrongType("config.json", key, _, _)? = error as? ConfigError else { return false }
            return true
        }
    }

    @Test(arguments: ["model_type", "patch_head"]) func anUnknownChoiceNamesItsKey(_ key: String) {
        #expect {
            try decode([key: .string("bert")])
        } throws: { "\($0)".contains(key) && "\($0)".contains("bert") }
    }

    /// Entries of `layers`: maps that leave heads out, of wrong length, of absurd numbers; widths below 1.
    @Test(arguments: [
        ["key_map": [0, 0, 0]], ["key_map": [0, 2, 2, 0]], ["value_map": [-1, 0, 0, 1]],
        ["value_map": [-5, -5, -5, -5]],
        ["key_map": [0, 0, 0, .max]], ["key_map": [0, 0, 0, 9_000_000_000_000]], ["value_map": []],
    ]) func aMapThatLeavesHeadsOutNamesItsLayer(_ entry: [String: [Int]]) {
        let layers: [JSONValue] = [.object([:]), .object([:]), .object(entry.mapValues { map($0) }), .object([:])]
        #expect {
            try decode(["layers": .array(layers)])
        } throws: { error in
            guard case ConfigError.invalidValue(_, "layers", let reason)? = error as? ConfigError else { return false }
            return reason.contains("entry 2") && entry.keys.allSatisfy(reason.contains)
        }
    }

    @Test func aLayersWidthMustBePositive() {
        let layers: [JSONValue] = (0..<4).map { .object(["intermediate_size": .integer($0)]) }
        #expect {
            try decode(["layers": .array(layers)])
        } throws: { "\($0)".contains("layers: entry 0: intermediate_size is 0") }
        let wide: [JSONValue] = (0..<4).map { .object(["intermediate_size": .integer(1 << ($0 * 8))]) }
        #expect {
            try decode(["layers": .array(wide), "hidden_size": .integer(2048), "vocab_size": .integer(1)])
        } throws: { "\($0)".contains("layers: entry 3: intermediate_size is 16777216") }
    }

    /// A model of tokens alone says nothing of patches.
    @Test(
        arguments: [
            ("patch_size", .integer(16)), ("num_channels", .integer(3)), ("image_size", .array([])),
            ("norm_pix_loss", .bool(true)), ("patch_head", .string("bernoulli")),
        ] as [(String, JSONValue)]) func aLlamaHasNoKeysOfPatches(_ key: String, _ value: JSONValue) throws
    {
        #expect {
            try decode([key: value], llama: true)
        } throws: { error in
            guard case ConfigError.invalidValue(_, key, _)? = error as? ConfigError else { return false }
            return true
        }
        _ = try decode([key: .null], llama: true)
    }

    @Test func whatIsWrittenIsReadAgain() throws {
        let layers = JSONValue.array(
            [.object([:])] + [.object(["intermediate_size": .integer(64)])]
                + [.object(["key_map": map([0, 1, 1, 0]), "value_map": map([2, 1, 0, 1])])] + [.object([:])])
        let changes: [[String: JSONValue?]] = [
            [:], ["patch_head": .string("bernoulli"), "num_channels": .integer(1), "patch_size": .integer(8)],
            [
                "layers": layers, "head_dim": .integer(40), "tie_word_embeddings": .bool(true),
                "attention_bias": .bool(true),
            ],
            [
                "rms_norm_eps": .number(3e-6), "rope_theta": .number(500_000.5), "initializer_range": .number(0.1),
                "max_position_embeddings": .integer(77), "bos_token_id": .integer(5), "eos_token_id": .integer(6),
                "pad_token_id": .integer(7), "architectures": .array([.string("A")]), "norm_pix_loss": .bool(false),
                "image_size": map([16, 4096]),
            ],
        ]
        for change in changes {
            let config = try decode(change)
            let bytes = try StrictJSON.encode(config)
            let again = try StrictJSON.decode(DecoderConfig.self, from: bytes, source: "again")
            #expect(again == config)
            #expect(try StrictJSON.encode(again) == bytes)
        }
        var llama = try decode(llama: true)
        llama.tiesEmbeddings = true
        let bytes = try StrictJSON.encode(llama)
        #expect(try StrictJSON.decode(DecoderConfig.self, from: bytes, source: "again") == llama)
        #expect(!String(decoding: bytes, as: UTF8.self).contains("patch"))
    }
}
