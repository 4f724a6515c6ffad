import ArgumentParser
import Foundations

/// Where settings come from beside flags.
struct SettingOptions: ParsableArguments {
    @Option(
        help: ArgumentHelp("Settings from a JSON or YAML file, also a manifest.json (none).", valueName: "file"),
        completion: .file())
    var config: String?

    @Option(
        help: ArgumentHelp("Settings by name: pixelgpt, pixel or portable (none).", valueName: "name"),
        completion: Completions.drawings)
    var preset: String?

    @Option(
        help: ArgumentHelp("Settings and font of a PIXEL or PixelGPT renderer folder (none).", valueName: "folder"),
        completion: .directory)
    var renderer: String?

    /// Puts flags over the environment, the file, the renderer folder, the preset and a model's folder.
    func merged(over model: SettingLayer? = nil, with flags: SettingLayer) throws -> MergedSettings {
        var merged = MergedSettings(
            try SettingSources.layers(
                over: model, preset.map { try Presets.layer($0) }, renderer.map(SettingSources.renderer),
                config: config,
                flags: flags))
        if merged["read", "text_b_field"] != nil {
            merged.imply("layout", "layout", .string("pair"), because: "read.text_b_field")
        } else if merged["read", "words_field"] != nil {
            merged.imply("layout", "layout", .string("words"), because: "read.words_field")
        }
        return merged
    }
}
