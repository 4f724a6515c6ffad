public import Corpora

/// How text is laid on patches. L is ``maxPatches``, P the patch size of the render options.
///
/// Source: PIXEL and PixelGPT for the geometry; the text rendering strategies of Lotz et al. for ``Strategy``.
public struct LayoutOptions: Sendable, Equatable {
    /// What one sequence shows.
    public enum Layout: String, Codable, Sendable, CaseIterable {
        /// One text (default).
        case single
        /// Two texts with a black patch between them.
        case pair
        /// Words that each start a patch. A single text is cut at white space.
        case words
    }

    /// How characters share patches.
    public enum Strategy: String, Codable, Sendable, CaseIterable {
        /// The line is cut every P pixels (default).
        case continuous
        /// No two words share a patch.
        case words
        /// As ``continuous``, with a monospaced font.
        case mono
        /// At most two grapheme clusters a patch, and no patch across words.
        case bigrams
        /// As ``bigrams``, but by script: one cluster a patch of Han, kana, Hangul and other square signs, whole words cut every
        /// P pixels where letters join, stack or run from right to left.
        case adaptive
    }

    /// What happens to text that does not fit L patches.
    public enum Overflow: String, Codable, Sendable, CaseIterable {
        /// What lies behind the last patch is lost, as in the reference renderers.
        case truncate
        /// Further sequences show the rest (default). Pairs repeat text A and continue in B, see ``LayoutOptions/stride``.
        ///
        /// Spaces where the text is cut are in no sequence, however many they are; no sequence shows spaces alone,
        /// unless the text holds nothing else. A text that fits keeps all its spaces.
        case split
        /// ``LayoutError/tooWide(segment:width:available:maxPatches:)`` is thrown.
        case error
    }

    /// Whether and how patches are mapped to text.
    public enum Offsets: String, Codable, Sendable, CaseIterable {
        /// Not at all (default).
        case none
        /// ``PatchSequence/spans``: what overlaps each patch.
        case exact
        /// ``PatchSequence/referenceMapping``: the character pairs of the reference renderers.
        case compat
    }

    /// How many bytes a pixel has.
    public enum Channels: String, Codable, Sendable, CaseIterable {
        /// Three where something is coloured, else one (default).
        case auto
        /// Always one.
        case gray
        /// Always three.
        case rgb
    }

    /// How the lines of one text become sequences.
    public enum Packing: String, Codable, Sendable, CaseIterable {
        /// The text is one line; line breaks are spaces (default).
        case none
        /// Lines join a block, with a space between them, while the sum of their widths is below P(L - 2) pixels.
        case lines
        /// Every line that is not empty is a block of its own.
        case eachLine = "each_line"
    }

    /// What one sequence shows.
    public var layout: Layout = .single
    /// How characters share patches.
    public var strategy: Strategy = .continuous
    /// L: patches of a sequence at most, the black end patch included; 2 to 65,536.
    public var maxPatches: Int = 1024
    /// What happens to text that does not fit.
    public var overflow: Overflow = .split
    /// Patches of text B that a further sequence of a split pair shows again; `nil` is 0. Strategies that cut text into words
    /// repeat as many whole words as these patches hold.
    public var stride: Int?
    /// Patches of text A at most; `nil` is no limit.
    public var textAMaxPatches: Int?
    /// Pixels before the text.
    public var padLeft: Int = 2
    /// Pixels at least between the text and the black patch after it.
    public var padRight: Int = 2
    /// Whether and how patches are mapped to text.
    public var offsets: Offsets = .none
    /// Repeats known mistakes of the reference renderers, for models trained on their output.
    public var compatBugs: Bool = false
    /// Reverses the patches of right-to-left texts, so that reading order is patch order. An experiment.
    public var flipRTL: Bool = false
    /// Draws pairs right to left whatever their text; otherwise both texts must look right to left, and each by itself where
    /// a strategy orders words.
    public var rightToLeft: Bool = false
    /// Under ``Strategy/bigrams``: every code point is shaped alone, as in PIXEL-M4.
    public var isolatedChars: Bool = false
    /// How many bytes a pixel has.
    public var channels: Channels = .auto
    /// How the lines of one text become sequences.
    public var packing: Packing = .none
    /// Which Unicode normalisation the text gets before.
    public var normalisation: Normalisation = .none

    /// One text a sequence, 1024 patches, split where too long.
    public init() {}

    /// Whether words start patches: layout or strategy say so.
    var separatesWords: Bool { layout == .words || strategy == .words || isChunked }

    /// True if words are cut into chunks.
    var isChunked: Bool { strategy == .bigrams || strategy == .adaptive }

    /// Checks ranges and contradictions. Throws ``LayoutError/invalidOption(key:value:expected:)``.
    public func validate() throws(LayoutError) {
        try Self.check("max_patches", maxPatches, in: 2...65_536)
        try Self.check("pad_left", padLeft, in: 0...64)
        try Self.check("pad_right", padRight, in: 0...64)
        if let stride { try Self.check("stride", stride, in: 0...maxPatches - 2) }
        if let textAMaxPatches { try Self.check("text_a_max_patches", textAMaxPatches, in: 1...maxPatches - 1) }
        if layout != .pair, stride != nil {
            throw .invalidOption(key: "stride", value: "set", expected: "layout pair with it")
        }
        if layout != .pair, textAMaxPatches != nil {
            throw .invalidOption(key: "text_a_max_patches", value: "set", expected: "layout pair with it")
        }
        if packing != .none, layout != .single {
            throw .invalidOption(key: "packing", value: packing.rawValue, expected: "layout single with it")
        }
        if rightToLeft, layout != .pair {
            throw .invalidOption(key: "right_to_left", value: "true", expected: "layout pair with it")
        }
        if rightToLeft, strategy == .words {
            throw .invalidOption(key: "right_to_left", value: "true", expected: "another strategy than words with it")
        }
        if offsets == .compat, separatesWords {
            throw .invalidOption(
                key: "offsets", value: offsets.rawValue, expected: "none or exact where words start patches")
        }
        if flipRTL, separatesWords {
            throw .invalidOption(key: "flip_rtl", value: "true", expected: "strategy continuous or mono with it")
        }
        if isolatedChars, strategy != .bigrams {
            throw .invalidOption(key: "isolated_chars", value: "true", expected: "strategy bigrams with it")
        }
    }

    private static func check(_ key: String, _ value: Int, in range: ClosedRange<Int>) throws(LayoutError) {
        guard range.contains(value) else {
            throw .invalidOption(key: key, value: "\(value)", expected: "\(range.lowerBound) to \(range.upperBound)")
        }
    }
}
