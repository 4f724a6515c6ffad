/// How text becomes pixels. A strip is a pure function of the text, these options and the font files.
///
/// Source: the renderer configuration of PIXEL and PixelGPT; fields they lack are ours.
public struct RenderOptions: Codable, Sendable, Equatable {
    /// The glyph pipeline.
    public enum Profile: String, Codable, Sendable, CaseIterable {
        /// Shaped text with light hinting: the pixels of Pango 1.50 on Cairo (default).
        case pango
        /// One character map glyph per code point with native hinting: the pixels of PyGame's FreeType module.
        case pygame
        /// Shaped text without hinting: independent of FreeType's auto-hinter.
        case plain
    }

    /// Which fonts decide where the baseline stands.
    public enum LineMetrics: String, Codable, Sendable, CaseIterable {
        /// The first font of the stack alone: every line has the same baseline (default).
        case primary
        /// All fonts that occur in the line, by Pango's rule.
        case max
    }

    /// What the pixels carry.
    public enum ColourMode: String, Codable, Sendable, CaseIterable {
        /// Red, green, blue; stored as one channel where nothing is coloured.
        case rgb
        /// One channel.
        case gray
        /// One channel of 0 and 255, cut at 128.
        case binary
    }

    /// Where one-channel pixels come from when a glyph is coloured.
    public enum GraySource: String, Codable, Sendable, CaseIterable {
        /// The luma of the red, green and blue picture (default).
        case luma
        /// The glyph's coverage: a solid silhouette.
        case alpha
    }

    /// What stands for a character that no font of the stack draws.
    public enum UnknownGlyph: String, Codable, Sendable, CaseIterable {
        /// An outlined box one patch wide, counted in the report (default).
        case box
        /// Nothing, no width; counted in the report.
        case skip
        /// A thrown ``TypesettingError/missingGlyph(scalar:script:byteOffset:)``.
        case error
    }

    /// What a tab does.
    public enum Tab: String, Codable, Sendable, CaseIterable {
        /// Advances to the next multiple of eight spaces.
        case stop
        /// Four spaces.
        case spaces
    }

    /// The glyph pipeline.
    public var profile: Profile = .pango
    /// Font size in points. Settings that give ``patchSize`` alone mean half of it, see ``init(patchSize:)``.
    public var fontSize: Double = 8
    /// Dots per inch; with ``fontSize`` gives the em in pixels.
    public var dpi: Int = 120
    /// Side of a patch and height of a strip, in pixels; 8 to 128.
    public var patchSize: Int = 16
    /// Which fonts decide the baseline.
    public var lineMetrics: LineMetrics = .primary
    /// What the pixels carry.
    public var colourMode: ColourMode = .rgb
    /// Where gray comes from under coloured glyphs.
    public var grayFrom: GraySource = .luma
    /// Colour of uncoloured glyphs.
    public var textColour: RGBColour = .black
    /// Colour of everything else but separators.
    public var background: RGBColour = .white
    /// What stands for an undrawable character.
    public var unknownGlyph: UnknownGlyph = .box
    /// What a tab does; `nil` means ``Tab/stop`` for ``Profile/pango`` and ``Tab/spaces`` otherwise.
    public var tab: Tab?
    /// BCP 47 language handed to the shaper; `nil` is undetermined, whatever the locale.
    public var language: String?
    /// Whether finished pictures of words are kept. Changes speed and memory, never a pixel.
    public var wordCache: Bool = true
    /// Bytes that one typesetter keeps of finished word pictures, at most.
    public var wordCacheBytes: Int = 12 << 20

    /// The defaults of PixelGPT: 8 points at 120 dots per inch, 16 pixel patches.
    public init() {}

    /// The defaults for patches of `patchSize` pixels: text grows with them, half a point a pixel.
    public init(patchSize: Int) {
        self.patchSize = patchSize
        fontSize = Double(patchSize) / 2
    }

    /// The em in pixels: `dpi / 72 * fontSize`.
    public var em: Double { Double(dpi) / 72 * fontSize }

    /// The tab rule in force.
    public var effectiveTab: Tab { tab ?? (profile == .pango ? .stop : .spaces) }

    /// Checks ranges. Throws ``TypesettingError/invalidOption(key:value:expected:)``.
    public func validate() throws(TypesettingError) {
        guard (8...128).contains(patchSize) else {
            throw .invalidOption(key: "patch_size", value: "\(patchSize)", expected: "8 to 128 pixels")
        }
        guard fontSize.isFinite, (1...500).contains(fontSize) else {
            throw .invalidOption(key: "font_size", value: "\(fontSize)", expected: "1 to 500 points")
        }
        guard (10...2400).contains(dpi) else {
            throw .invalidOption(key: "dpi", value: "\(dpi)", expected: "10 to 2400")
        }
        guard (2.0...256.0).contains(em) else {
            throw .invalidOption(
                key: "font_size", value: "\(fontSize)", expected: "a size of 2 to 256 pixels, dpi / 72 * font_size")
        }
        if profile == .pygame { try validatePygame() }
        guard (1 << 16...1 << 30).contains(wordCacheBytes) else {
            throw .invalidOption(
                key: "word_cache_bytes", value: "\(wordCacheBytes)", expected: "65536 to 1073741824")
        }
    }

    /// The profile `pygame` has one baseline, no shaper and no tab stops.
    private func validatePygame() throws(TypesettingError) {
        guard lineMetrics == .primary else {
            throw .invalidOption(
                key: "line_metrics", value: lineMetrics.rawValue, expected: "primary with profile pygame")
        }
        if let language {
            throw .invalidOption(key: "language", value: language, expected: "none with profile pygame")
        }
        if let tab {
            throw .invalidOption(key: "tab", value: tab.rawValue, expected: "none with profile pygame")
        }
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case profile, dpi, background, tab, language
        case fontSize = "font_size"
        case patchSize = "patch_size"
        case lineMetrics = "line_metrics"
        case colourMode = "colour_mode"
        case grayFrom = "gray_from"
        case textColour = "text_colour"
        case unknownGlyph = "unknown_glyph"
        case wordCache = "word_cache"
        case wordCacheBytes = "word_cache_bytes"
    }
}
