import Foundation
import Foundations
public import Typesetting

/// The `text_renderer_config.json` of PIXEL and PixelGPT, as their `from_pretrained` reads it.
///
/// Source: xplip/pixel and ernie-research/pixelgpt, renderer classes; the schema is closed, so anything else warns.
public struct RendererConfig: Sendable, Equatable {
    /// The class that wrote the file: decides the profile.
    public enum RendererType: String, Sendable, CaseIterable {
        /// Pango and Cairo; the `pango` profile.
        case pangoCairo = "PangoCairoTextRenderer"
        /// PyGame's FreeType module; the `pygame` profile.
        case pygame = "PyGameTextRenderer"
        /// The older name of the PyGame class.
        case old = "TextRenderer"

        /// The profile with the pixels of this class.
        public var profile: RenderOptions.Profile { self == .pangoCairo ? .pango : .pygame }
    }

    /// Which class the options are for.
    public var rendererType = RendererType.pangoCairo
    /// The font, relative to the folder of the file. The only key that must be there.
    public var fontFile: String
    /// Points.
    public var fontSize: Double = 8
    /// Dots per inch.
    public var dpi = 120
    /// Text colour; the Pango class ignores it.
    public var fontColour = RGBColour.black
    /// Background colour; the Pango class ignores it.
    public var backgroundColour = RGBColour.white
    /// Pixels above words; the Pango class ignores it, the PyGame class knows 3 only.
    public var padSize = 3
    /// Side of a patch in pixels, at least 8.
    public var pixelsPerPatch = 16
    /// Patches of a sequence, its end patch included.
    public var maxSeqLength = 529
    /// Whether pictures are in colour; gray pictures show emoji as silhouettes.
    public var rgb = false
    /// A folder of further fonts, relative to the folder of the file.
    public var fallbackFontsDir: String?

    /// A config with the defaults of the reference.
    public init(fontFile: String) { self.fontFile = fontFile }

    /// The file's name inside a renderer folder.
    public static let fileName = "text_renderer_config.json"

    /// How text becomes pixels by this config.
    public var renderOptions: RenderOptions {
        var options = RenderOptions()
        options.profile = rendererType.profile
        options.fontSize = fontSize
        options.dpi = dpi
        options.patchSize = pixelsPerPatch
        options.colourMode = rgb ? .rgb : .gray
        options.grayFrom = rendererType == .pangoCairo ? .alpha : .luma
        if rendererType != .pangoCairo {
            options.textColour = fontColour
            options.background = backgroundColour
        }
        return options
    }

    /// The fonts that the reference would register, first the named one, then the fallback folder's by name.
    ///
    /// - Parameter folder: the folder of the file.
    ///
    /// Throws ``ShardError/malformed(path:byteOffset:reason:)`` when the fallback folder cannot be listed.
    public func fontPaths(relativeTo folder: String) throws(ShardError) -> [String] {
        func resolved(_ path: String) -> String { path.hasPrefix("/") ? path : folder + "/" + path }
        guard let fallbackFontsDir else { return [resolved(fontFile)] }
        let directory = resolved(fallbackFontsDir)
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else {
            throw .malformed(path: directory, byteOffset: nil, reason: "fallback_fonts_dir cannot be listed")
        }
        return [resolved(fontFile)]
            + names.filter { $0.hasSuffix("tf") }.sorted().map { directory + "/" + $0 }
    }
}
