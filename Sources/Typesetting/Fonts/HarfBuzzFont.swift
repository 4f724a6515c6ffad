internal import CHarfBuzz

/// A font of the stack at the typesetter's size. Opened when a character first needs it.
@safe
final class HarfBuzzFont {
    let file: FontFile
    let isEmoji: Bool
    /// 1024 units per pixel.
    let scale: Int32
    let pixels64: Int
    private var font: OpaquePointer?
    private var cachedMetrics: FontMetrics?
    private var interactions: [UInt64: Bool] = [:]
    private var spaceAdvances: [UInt64: Int] = [:]
    private var pairShapers: [UInt32: PairShaper] = [:]

    init(file: FontFile, em: Double) {
        self.file = file
        isEmoji = file.isEmoji
        scale = Int32((em * 1024).rounded())
        pixels64 = Int((em * 64).rounded())
    }

    deinit { if let font = unsafe font { unsafe hb_font_destroy(font) } }

    /// The HarfBuzz font, with HarfBuzz's own metrics, unhinted.
    func handle() throws(TypesettingError) -> OpaquePointer {
        if let font = unsafe font { return unsafe font }
        let made = unsafe hb_font_create(try file.hbFace())
        unsafe hb_font_set_scale(made, scale, scale)
        unsafe hb_font_make_immutable(made)
        guard let made = unsafe made else { throw .library(name: "HarfBuzz", call: "hb_font_create", code: 0) }
        unsafe font = unsafe made
        return unsafe made
    }

    /// Whether the character map has the character.
    func covers(_ scalar: UInt32) throws(TypesettingError) -> Bool {
        var glyph: hb_codepoint_t = 0
        return unsafe hb_font_get_nominal_glyph(try handle(), scalar, &glyph) != 0 && glyph != 0
    }

    func metrics() throws(TypesettingError) -> FontMetrics {
        if let cachedMetrics { return cachedMetrics }
        let metrics = try file.metrics(pixels64: pixels64)
        cachedMetrics = metrics
        return metrics
    }

    /// The offset of a script's horizontal baseline in 1/1024 px, as Pango asks for it.
    func baseline(tag: hb_ot_layout_baseline_tag_t, script: UInt32) throws(TypesettingError) -> Int {
        var scriptTags = [hb_tag_t](repeating: 0, count: 3)
        var languageTags = [hb_tag_t](repeating: 0, count: 3)
        var scriptCount: UInt32 = 3
        var languageCount: UInt32 = 3
        unsafe hb_ot_tags_from_script_and_language(
            hb_script_t(rawValue: script), Shaper.undetermined, &scriptCount, &scriptTags, &languageCount, &languageTags
        )
        let scriptTag = scriptCount > 0 ? scriptTags[Int(scriptCount) - 1] : Self.defaultScriptTag
        let languageTag = languageCount > 0 ? languageTags[Int(languageCount) - 1] : Self.defaultLanguageTag
        var position: hb_position_t = 0
        unsafe hb_ot_layout_get_baseline_with_fallback(
            try handle(), tag, HB_DIRECTION_LTR, scriptTag, languageTag, &position)
        return Int(position)
    }

    private static let defaultScriptTag: hb_tag_t = 0x4446_4C54  // 'DFLT'
    private static let defaultLanguageTag: hb_tag_t = 0x6466_6C74  // 'dflt'

    /// Rounded advance of a space in a run of this script.
    func spaceAdvance(_ shaper: Shaper, script: UInt32, isRightToLeft: Bool) throws(TypesettingError) -> Int {
        let key = UInt64(script) << 1 | (isRightToLeft ? 1 : 0)
        if let known = spaceAdvances[key] { return known }
        let glyphs = try shaper.shape(
            [0x20], range: 0..<1, font: self, script: script, isRightToLeft: isRightToLeft)
        let advance = glyphs.reduce(0) { $0 + $1.advance }
        spaceAdvances[key] = advance
        return advance
    }

    /// Shapes plain words of a script, left to right.
    func pairShaper(_ shaper: Shaper, script: UInt32) throws(TypesettingError) -> PairShaper {
        if let known = pairShapers[script] { return known }
        let made = try PairShaper(font: self, shaper: shaper, script: script)
        pairShapers[script] = made
        return made
    }

    /// Whether the space, or Han ideographs among themselves, may take part in the font's rules for this script, so
    /// that text must not be cut there and shaped in parts.
    ///
    /// The lookups that HarfBuzz would apply are asked for the glyphs they read. Glyph classes by exclusion do not show
    /// there, so a probe text of all the font's letters between spaces is shaped as well.
    func interacts(
        _ subject: CutPoint, _ shaper: Shaper, script: UInt32, isRightToLeft: Bool
    ) throws(TypesettingError) -> Bool {
        let key = UInt64(script) << 2 | (isRightToLeft ? 2 : 0) | (subject == .space ? 1 : 0)
        if let known = interactions[key] { return known }
        var answer = try readByLookups(subject, shaper, script: script, isRightToLeft: isRightToLeft)
        if !answer { answer = try probe(subject, shaper, script: script, isRightToLeft: isRightToLeft) }
        interactions[key] = answer
        return answer
    }

    /// A place where a run may be cut for the word cache.
    enum CutPoint {
        /// At U+0020.
        case space
        /// Between two Han ideographs.
        case ideographs
    }

    private func readByLookups(
        _ subject: CutPoint, _ shaper: Shaper, script: UInt32, isRightToLeft: Bool
    ) throws(TypesettingError) -> Bool {
        let subjectGlyphs = unsafe hb_set_create()
        defer { unsafe hb_set_destroy(subjectGlyphs) }
        let characters = unsafe hb_set_create()
        defer { unsafe hb_set_destroy(characters) }
        switch subject {
        case .space: unsafe hb_set_add(characters, 0x20)
        case .ideographs: unsafe hb_face_collect_unicodes(try file.hbFace(), characters)
        }
        var scalar: hb_codepoint_t = hb_codepoint_t.max
        let unicode = unsafe hb_unicode_funcs_get_default()
        while unsafe hb_set_next(characters, &scalar) != 0 {
            if subject == .ideographs, unsafe hb_unicode_script(unicode, scalar) != HB_SCRIPT_HAN { continue }
            var glyph: hb_codepoint_t = 0
            if unsafe hb_font_get_nominal_glyph(try handle(), scalar, &glyph) != 0 {
                unsafe hb_set_add(subjectGlyphs, glyph)
            }
        }
        return unsafe try shaper.lookups(of: self, script: script, isRightToLeft: isRightToLeft, read: subjectGlyphs)
    }

    private func probe(
        _ subject: CutPoint, _ shaper: Shaper, script: UInt32, isRightToLeft: Bool
    ) throws(TypesettingError) -> Bool {
        let characters = unsafe hb_set_create()
        defer { unsafe hb_set_destroy(characters) }
        unsafe hb_face_collect_unicodes(try file.hbFace(), characters)
        let unicode = unsafe hb_unicode_funcs_get_default()
        var text: [UInt32] = subject == .space ? [0x20] : []
        var scalar: hb_codepoint_t = hb_codepoint_t.max
        while unsafe hb_set_next(characters, &scalar) != 0 {
            let own = unsafe hb_unicode_script(unicode, scalar)
            switch subject {
            case .ideographs:
                if own == HB_SCRIPT_HAN { text.append(scalar) }
            case .space:
                guard own.rawValue == script || own == HB_SCRIPT_COMMON, Shaper.isPlain(scalar) else { continue }
                text.append(scalar)
                text.append(0x20)
            }
        }
        var start = 0
        while start < text.count {
            let end = min(text.count, start + 4001)
            let slice = Array(text[start..<end])
            let glyphs = try shaper.shape(
                slice, range: 0..<slice.count, font: self, script: script, isRightToLeft: isRightToLeft)
            if glyphs.contains(where: \.isUnsafeToBreak) { return true }
            start += 4000
        }
        return false
    }
}
