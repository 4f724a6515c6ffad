import Foundations

/// Named settings. The weakest layer above the defaults.
enum Presets {
    static let all: [String: [String: [String: JSONValue]]] = [
        // RGB as in the paper: 1024 patches, 8 points at 120 dots per inch.
        "pixelgpt": ["layout": ["max_patches": .integer(1024)], "shards": ["format": .string("pixelgpt")]],
        // Gray with emoji as silhouettes, 529 patches, text behind the last patch lost.
        "pixel": [
            "layout": ["max_patches": .integer(529), "overflow": .string("truncate")],
            "render": ["colour_mode": .string("gray"), "gray_from": .string("alpha")],
        ],
        // No hinting: pixels do not depend on FreeType's auto-hinter.
        "portable": ["render": ["profile": .string("plain")]],
    ]

    /// Ways to choose tokens.
    static let generation: [String: [String: [String: JSONValue]]] = [
        // The likeliest token.
        "greedy": ["sampling": ["temperature": .integer(0)]],
        // Holtzman et al. 2020.
        "nucleus": ["sampling": ["temperature": .integer(1), "top_p": .number(0.9)]],
        // Nguyen et al. 2024.
        "min-p": ["sampling": ["temperature": .integer(1), "min_p": .number(0.1)]],
    ]

    /// Regimes of pretraining, under the names of their models in the zoo: as published (pixel-lm, section 3.6: 4 M, 4 M, 8 M
    /// and 10 M rows a step), and smaller ones of ours.
    static let pretraining: [String: [String: [String: JSONValue]]] = {
        let regimes: [(name: String, mix: String, batch: Int, steps: Int)] = [
            ("textgpt", "1:0:0", 3906, 10000), ("pixelgpt", "0:1:0", 3906, 51750), ("monogpt", "1:1:0", 7812, 10000),
            ("dualgpt", "4:4:2", 9766, 9600),
        ]
        var presets: [String: [String: [String: JSONValue]]] = [:]
        for (name, mix, batch, steps) in regimes {
            presets["\(name)/official"] = [
                "sources": ["model": .string("\(name)/official")],
                "pretrain": [
                    "mix": .string(mix), "length": .integer(1024), "batch": .integer(batch), "micro_batch": .integer(4),
                    "steps": .integer(steps), "learning_rate": .number(5e-4), "schedule": .string("linear"),
                    "warm_up": .integer(200), "weight_decay": .number(0.1), "precision": .string("bf16"),
                ],
            ]
            presets["\(name)/small"] = [
                "sources": ["model": .string("\(name)/small")],
                "pretrain": [
                    "mix": .string(mix), "length": .integer(512), "batch": .integer(16), "micro_batch": .integer(4),
                    "steps": .integer(10000), "learning_rate": .number(5e-4), "schedule": .string("cosine"),
                    "warm_up": .integer(200), "precision": .string("bf16"),
                ],
            ]
            presets["\(name)/tiny"] = [
                "sources": ["model": .string("\(name)/tiny")],
                "pretrain": [
                    "mix": .string(mix), "length": .integer(name == "pixelgpt" ? 64 : 128),
                    "batch": .integer(name == "pixelgpt" ? 32 : 16), "steps": .integer(1500),
                    "learning_rate": .number(name == "pixelgpt" ? 2e-3 : 1e-3), "schedule": .string("cosine"),
                    "warm_up": .integer(100),
                    "eval_every": .integer(250), "eval_sequences": .integer(64),
                ],
            ]
        }
        return presets
    }()

    /// The layer of a preset. Throws a usage failure that lists the names.
    static func layer(_ name: String) throws -> SettingLayer { try layer(name, of: all) }

    /// As the other `layer`, of other presets.
    static func layer(
        _ name: String, of presets: [String: [String: [String: JSONValue]]]
    ) throws -> SettingLayer {
        guard
            let found = [name, name.replacing("-", with: "/"), name + "/official"].first(where: { presets[$0] != nil })
        else {
            let near = NearNames.of(name, among: presets.keys)
            throw CommandFailure(
                .usage,
                "there is no preset '\(name)'; "
                    + (near.isEmpty ? "there are" : "near") + ": "
                    + (near.isEmpty ? presets.keys.sorted() : near).joined(separator: ", "))
        }
        return SettingLayer(origin: "preset \(found)", values: presets[found] ?? [:])
    }
}
