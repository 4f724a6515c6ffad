public import ArgumentParser
import Foundations
public import Typesetting

extension RenderOptions.Profile: ExpressibleByArgument {}
extension RenderOptions.LineMetrics: ExpressibleByArgument {}
extension RenderOptions.ColourMode: ExpressibleByArgument {}
extension RenderOptions.GraySource: ExpressibleByArgument {}
extension RenderOptions.UnknownGlyph: ExpressibleByArgument {}
extension RenderOptions.Tab: ExpressibleByArgument {}

/// How text becomes pixels.
struct RenderingFlags: SettingFlags {
    @Option(help: "Glyph pipeline (pango).") var profile: RenderOptions.Profile?
    @Option(help: ArgumentHelp("Size in points (half the patch size: 8).", valueName: "points")) var fontSize: Double?
    @Option(help: ArgumentHelp("Dots per inch (120).", valueName: "n")) var dpi: Int?
    @Option(help: ArgumentHelp("Side of a patch in pixels (16).", valueName: "n")) var patchSize: Int?
    @Option(help: "Fonts that decide the baseline (primary).") var lineMetrics: RenderOptions.LineMetrics?
    @Option(name: [.long, .customLong("colour")], help: "Colours of pixels (rgb).") var colourMode:
        RenderOptions.ColourMode?
    @Option(help: "Source of gray under emoji (luma).") var grayFrom: RenderOptions.GraySource?
    @Option(help: ArgumentHelp("Text colour, a name or #rrggbb (black).", valueName: "colour")) var textColour: String?
    @Option(help: ArgumentHelp("Background, a name or #rrggbb (white).", valueName: "colour")) var background: String?
    @Option(name: [.long, .customLong("unknown")], help: "Replacement for an undrawable character (box).")
    var unknownGlyph: RenderOptions.UnknownGlyph?
    @Option(help: "Width of a tab (stop; spaces without shaping).") var tab: RenderOptions.Tab?
    @Option(help: ArgumentHelp("Language for the shaper, BCP 47 (none).", valueName: "tag")) var language: String?
    @Flag(inversion: .prefixedNo, help: "Cache pictures of words; never changes a pixel.") var wordCache: Bool?

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ value: JSONValue?) { layer.set("render", key, value) }
        set("profile", profile.map { .string($0.rawValue) })
        set("font_size", fontSize.map { .number($0) })
        set("dpi", dpi.map { .integer($0) })
        set("patch_size", patchSize.map { .integer($0) })
        set("line_metrics", lineMetrics.map { .string($0.rawValue) })
        set("colour_mode", colourMode.map { .string($0.rawValue) })
        set("gray_from", grayFrom.map { .string($0.rawValue) })
        set("text_colour", textColour.map { .string($0) })
        set("background", background.map { .string($0) })
        set("unknown_glyph", unknownGlyph.map { .string($0.rawValue) })
        set("tab", tab.map { .string($0.rawValue) })
        set("language", language.map { .string($0) })
        set("word_cache", wordCache.map { .bool($0) })
    }
}
