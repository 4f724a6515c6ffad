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

    /// The layer of a preset. Throws a usage failure that lists the names.
    static func layer(_ name: String) throws -> SettingLayer { try layer(name, of: all) }

    /// As the other `layer`, of other presets.
    static func layer(
        _ name: String, of presets: [String: [String: [String: JSONValue]]]
    ) throws -> SettingLayer {
        guard let values = presets[name] else {
            throw CommandFailure(
                .usage, "there is no preset '\(name)'; there are: \(presets.keys.sorted().joined(separator: ", "))")
        }
        return SettingLayer(origin: "preset \(name)", values: values)
    }
}
