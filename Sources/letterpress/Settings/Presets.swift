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

    /// The layer of a preset. Throws a usage failure that lists the names.
    static func layer(_ name: String) throws -> SettingLayer {
        guard let values = all[name] else {
            throw CommandFailure(
                .usage, "there is no preset '\(name)'; there are: \(all.keys.sorted().joined(separator: ", "))")
        }
        return SettingLayer(origin: "preset \(name)", values: values)
    }
}
