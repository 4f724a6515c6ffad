internal import CFriBidi
internal import CHarfBuzz

/// What itemisation needs to know of one code point.
struct ScalarInfo {
    /// Script as HarfBuzz's four-byte tag.
    var script: UInt32 = 0
    /// FriBidi's bidirectional type.
    var bidi: UInt32 = 0
    var flags: ScalarFlags = []
    /// First font of the stack with a glyph, ``ScalarInfo/noFont`` when there is none.
    var font: UInt8 = ScalarInfo.noFont
    /// The same with emoji fonts asked first.
    var emojiFont: UInt8 = ScalarInfo.noFont

    /// No font of the stack has the character.
    static let noFont: UInt8 = 255
}

/// Properties of a code point, one bit each.
struct ScalarFlags: OptionSet {
    let rawValue: UInt16
    /// Never chooses a font: controls' neighbours, format characters, spaces, variation selectors.
    static let neutralFont = ScalarFlags(rawValue: 1 << 0)
    /// Extends the cluster before it: marks, joiners, selectors, skin tones, tags.
    static let extends = ScalarFlags(rawValue: 1 << 1)
    /// Common or Inherited script.
    static let commonScript = ScalarFlags(rawValue: 1 << 2)
    /// A line holding it needs bidirectional levels.
    static let needsLevels = ScalarFlags(rawValue: 1 << 3)
    /// May start or belong to an emoji sequence.
    static let emoji = ScalarFlags(rawValue: 1 << 4)
    /// Drawn as emoji when nothing else is said.
    static let emojiPresentation = ScalarFlags(rawValue: 1 << 5)
    static let emojiModifier = ScalarFlags(rawValue: 1 << 6)
    static let emojiModifierBase = ScalarFlags(rawValue: 1 << 7)
    static let regionalIndicator = ScalarFlags(rawValue: 1 << 8)
    static let tab = ScalarFlags(rawValue: 1 << 9)
    /// White space in the sense of trailing spaces that move with a font change.
    static let space = ScalarFlags(rawValue: 1 << 10)
    /// No font has it and it would leave a mark on paper: becomes a box.
    static let unknown = ScalarFlags(rawValue: 1 << 11)
    /// A Han ideograph.
    static let ideograph = ScalarFlags(rawValue: 1 << 12)
    /// A paired bracket or quote.
    static let paired = ScalarFlags(rawValue: 1 << 13)
    /// A nonspacing or enclosing or spacing mark.
    static let mark = ScalarFlags(rawValue: 1 << 14)
    /// Set once the entry is filled.
    static let filled = ScalarFlags(rawValue: 1 << 15)

    /// Anything that a line set in one font, one script and one direction does not hold.
    static let complex: ScalarFlags = [.needsLevels, .emoji, .tab, .unknown, .regionalIndicator]
}

/// Code point properties, filled page by page as text asks for them. One per typesetter.
///
/// Sources, one per question: script and general category from HarfBuzz, bidirectional types from FriBidi,
/// emoji properties from the Swift standard library, coverage from the stack's own fonts.
@safe
final class ScalarTable {
    private let fonts: [HarfBuzzFont]
    private let unicode: OpaquePointer?
    private var pages: [UnsafeMutablePointer<ScalarInfo>?]
    /// The font of runs in which no character chooses one: the first with a space.
    let fallbackFont: UInt8
    /// Page 0, always filled: ASCII and Latin-1.
    let latin: UnsafeMutablePointer<ScalarInfo>

    init(fonts: [HarfBuzzFont]) throws(TypesettingError) {
        self.fonts = fonts
        unsafe unicode = unsafe hb_unicode_funcs_get_default()
        unsafe pages = unsafe [UnsafeMutablePointer<ScalarInfo>?](repeating: nil, count: 0x1100)
        unsafe latin = UnsafeMutablePointer<ScalarInfo>.allocate(capacity: 256)
        unsafe latin.initialize(repeating: ScalarInfo(), count: 256)
        unsafe pages[0] = unsafe latin
        var first: UInt8?
        for (index, font) in fonts.enumerated() where first == nil {
            if try font.covers(0x20) { first = UInt8(index) }
        }
        fallbackFont = first ?? 0
        for scalar in 0..<UInt32(256) { unsafe latin[Int(scalar)] = try make(scalar) }
    }

    deinit {
        for index in unsafe pages.indices { unsafe pages[index]?.deallocate() }
    }

    /// The properties of a code point below 0x110000.
    @inline(__always)
    func info(_ scalar: UInt32) throws(TypesettingError) -> ScalarInfo {
        if let page = unsafe pages[Int(scalar >> 8)] {
            let info = unsafe page[Int(scalar & 255)]
            if info.flags.contains(.filled) { return info }
        }
        return try fill(scalar)
    }

    private func fill(_ scalar: UInt32) throws(TypesettingError) -> ScalarInfo {
        let index = Int(scalar >> 8)
        if unsafe pages[index] == nil {
            let page = UnsafeMutablePointer<ScalarInfo>.allocate(capacity: 256)
            unsafe page.initialize(repeating: ScalarInfo(), count: 256)
            unsafe pages[index] = unsafe page
        }
        let info = try make(scalar)
        unsafe pages[index]?[Int(scalar & 255)] = info
        return info
    }

    private func make(_ scalar: UInt32) throws(TypesettingError) -> ScalarInfo {
        var info = ScalarInfo()
        info.flags = .filled
        info.script = unsafe hb_unicode_script(unicode, scalar).rawValue
        info.bidi = lp_bidi_type(scalar)
        let category = unsafe hb_unicode_general_category(unicode, scalar)
        if info.script == HB_SCRIPT_COMMON.rawValue || info.script == HB_SCRIPT_INHERITED.rawValue {
            info.flags.insert(.commonScript)
        }
        if lp_bidi_needs_levels(info.bidi) != 0 { info.flags.insert(.needsLevels) }
        if PairedCharacters.index(of: scalar) != nil { info.flags.insert(.paired) }
        classify(scalar, category, &info)
        try chooseFont(scalar, category, &info)
        return info
    }

    private func classify(_ scalar: UInt32, _ category: hb_unicode_general_category_t, _ info: inout ScalarInfo) {
        switch category {
        case HB_UNICODE_GENERAL_CATEGORY_NON_SPACING_MARK, HB_UNICODE_GENERAL_CATEGORY_ENCLOSING_MARK,
            HB_UNICODE_GENERAL_CATEGORY_SPACING_MARK:
            info.flags.formUnion([.extends, .mark])
        case HB_UNICODE_GENERAL_CATEGORY_FORMAT:
            info.flags.formUnion([.extends, .neutralFont])
        case HB_UNICODE_GENERAL_CATEGORY_SPACE_SEPARATOR:
            info.flags.insert(.space)
            if scalar != 0x1680 { info.flags.insert(.neutralFont) }
        default: break
        }
        if (0xFE00...0xFE0F).contains(scalar) || (0xE0100...0xE01EF).contains(scalar) {
            info.flags.formUnion([.extends, .neutralFont])
        }
        if scalar == 9 { info.flags.formUnion([.tab, .neutralFont]) }
        if (0x1F1E6...0x1F1FF).contains(scalar) { info.flags.insert(.regionalIndicator) }
        if info.script == HB_SCRIPT_HAN.rawValue, category == HB_UNICODE_GENERAL_CATEGORY_OTHER_LETTER {
            info.flags.insert(.ideograph)
        }
        guard scalar > 0xA8, let value = Unicode.Scalar(scalar) else { return }
        let properties = value.properties
        if properties.isEmoji { info.flags.insert(.emoji) }
        if properties.isEmojiPresentation { info.flags.insert(.emojiPresentation) }
        if properties.isEmojiModifier { info.flags.formUnion([.emojiModifier, .extends]) }
        if properties.isEmojiModifierBase { info.flags.insert(.emojiModifierBase) }
        // Selectors, the keycap mark and tags decide presentation, so a line holding them is looked at closely.
        if scalar == 0xFE0E || scalar == 0xFE0F || scalar == 0x20E3 || (0xE0020...0xE007F).contains(scalar) {
            info.flags.insert(.emoji)
        }
    }

    private func chooseFont(
        _ scalar: UInt32, _ category: hb_unicode_general_category_t, _ info: inout ScalarInfo
    ) throws(TypesettingError) {
        if info.flags.contains(.neutralFont) { return }
        // Controls and separators have no picture; lines are cleaned of breaks before they come here.
        let pictureless: [hb_unicode_general_category_t] = [
            HB_UNICODE_GENERAL_CATEGORY_CONTROL, HB_UNICODE_GENERAL_CATEGORY_SURROGATE,
            HB_UNICODE_GENERAL_CATEGORY_LINE_SEPARATOR, HB_UNICODE_GENERAL_CATEGORY_PARAGRAPH_SEPARATOR,
        ]
        if !pictureless.contains(category) {
            for (index, font) in fonts.enumerated() where try font.covers(scalar) {
                if info.font == ScalarInfo.noFont { info.font = UInt8(index) }
                if font.isEmoji {
                    info.emojiFont = UInt8(index)
                    break
                }
                if !info.flags.contains(.emoji), !info.flags.contains(.regionalIndicator) { break }
            }
            if info.emojiFont == ScalarInfo.noFont { info.emojiFont = info.font }
        }
        if info.font == ScalarInfo.noFont { info.flags.insert(.unknown) }
    }
}
