import ArgumentParser
import Foundation
import Foundations
import Patches
import Typesetting

/// `letterpress fonts export`: a renderer folder for PIXEL and PixelGPT.
struct FontsExport: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "export",
        abstract: "Write the settings as a renderer folder of PIXEL and PixelGPT.",
        discussion: """
            The first font is copied beside text_renderer_config.json. Fallback fonts and settings that the folder has
            no key for are left out, with a warning.

            EXAMPLES
              letterpress fonts export --renderer noto --font NotoSans-Regular.ttf
              letterpress fonts export --renderer gray --preset pixel
            """)

    @Option(
        name: .customLong("renderer"), help: ArgumentHelp("Folder to write.", valueName: "folder"),
        completion: .directory)
    var folder: String
    @Option(
        help: ArgumentHelp("Settings from a JSON or YAML file, also a manifest.json (none).", valueName: "file"),
        completion: .file())
    var config: String?
    @Option(
        help: ArgumentHelp("Settings by name: pixelgpt, pixel or portable (none).", valueName: "name"),
        completion: Completions.drawings) var preset: String?
    @OptionGroup(title: "Pixels") var rendering: RenderingFlags
    @OptionGroup(title: "Patches") var layout: LayoutFlags
    @OptionGroup(title: "Fonts") var fonts: FontFlags
    @OptionGroup(title: "Reports") var report: ReportFlags

    func run() throws {
        let settings = MergedSettings(
            try SettingSources.layers(
                over: preset.map { try Presets.layer($0) }, config: config,
                flags: SettingLayer(flags: [rendering, layout, fonts])))
        let pixels = try PixelSettings(settings)
        let set = try fonts.open(settings)
        guard let font = set.paths.first else { throw CommandFailure(.missingFonts, "the font stack is empty") }
        guard pixels.render.profile != .plain else {
            throw CommandFailure(.usage, "profile plain has no renderer folder; pass --profile pango or pygame")
        }
        var renderer = RendererConfig(fontFile: (font as NSString).lastPathComponent)
        renderer.rendererType = pixels.render.profile == .pygame ? .pygame : .pangoCairo
        renderer.fontSize = pixels.render.fontSize
        renderer.dpi = pixels.render.dpi
        renderer.fontColour = pixels.render.textColour
        renderer.backgroundColour = pixels.render.background
        renderer.pixelsPerPatch = pixels.render.patchSize
        renderer.maxSeqLength = pixels.layout.maxPatches
        renderer.rgb = pixels.render.colourMode == .rgb && renderer.rendererType == .pangoCairo
        if set.fonts.count > 1 {
            report.warn(
                "the folder names \(renderer.fontFile) alone; \(set.fonts.count - 1) further fonts are left out")
        }
        try renderer.save(to: folder, copyingFontAt: font)
        report.note("\(folder): \(RendererConfig.fileName) and \(renderer.fontFile)")
    }
}
