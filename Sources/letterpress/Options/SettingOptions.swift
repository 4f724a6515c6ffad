import ArgumentParser
import Foundations

/// Where settings come from beside flags.
struct SettingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Settings from a JSON file, also a manifest.json.", valueName: "file"))
    var config: String?

    @Option(help: ArgumentHelp("Settings by name: pixelgpt, pixel or portable.", valueName: "name"))
    var preset: String?

    @Option(help: ArgumentHelp("Settings and font of a PIXEL or PixelGPT renderer folder.", valueName: "folder"))
    var renderer: String?

    /// Puts flags over the environment, the file, the renderer folder and the preset.
    func merged(with flags: SettingLayer) throws -> MergedSettings {
        var layers: [SettingLayer] = []
        if let preset { layers.append(try Presets.layer(preset)) }
        if let renderer { layers.append(try SettingSources.renderer(renderer)) }
        if let config { layers.append(try SettingSources.file(config)) }
        layers.append(try SettingSources.environment())
        layers.append(flags)
        var merged = MergedSettings(layers)
        if merged["read", "text_b_field"] != nil {
            merged.imply("layout", "layout", .string("pair"), because: "read.text_b_field")
        } else if merged["read", "words_field"] != nil {
            merged.imply("layout", "layout", .string("words"), because: "read.words_field")
        }
        return merged
    }
}
