internal import CHarfBuzz

/// A glyph that HarfBuzz placed. In visual order, left to right.
struct ShapedGlyph {
    var glyph: UInt32
    /// Index of the first character of its cluster.
    var cluster: Int
    /// Advance rounded to whole pixels.
    var advance: Int
    /// Advance in 1/1024 px.
    var rawAdvance: Int
    /// Offsets in 1/1024 px, x to the right, y upwards.
    var xOffset: Int
    var yOffset: Int
    var isUnsafeToBreak: Bool
}

/// HarfBuzz behind one reusable buffer. One per typesetter.
@safe
final class Shaper {
    private var buffer: OpaquePointer?
    private var longest = 0
    private let language: OpaquePointer?

    /// Pango's language when the locale is C: no language system of its own.
    static var undetermined: OpaquePointer? { unsafe hb_language_from_string("c", -1) }

    init(language: String?) {
        unsafe buffer = unsafe hb_buffer_create()
        if let language {
            unsafe self.language = unsafe hb_language_from_string(language, -1)
        } else {
            unsafe self.language = unsafe Self.undetermined
        }
    }

    deinit { unsafe hb_buffer_destroy(buffer) }

    /// Gives back the memory that a long text took.
    func trim() {
        guard longest > 1 << 14 else { return }
        unsafe hb_buffer_destroy(buffer)
        unsafe buffer = unsafe hb_buffer_create()
        longest = 0
    }

    private func properties(script: UInt32, isRightToLeft: Bool) -> hb_segment_properties_t {
        var properties = unsafe hb_segment_properties_t()
        unsafe properties.script = hb_script_t(rawValue: script)
        unsafe properties.direction = isRightToLeft ? HB_DIRECTION_RTL : HB_DIRECTION_LTR
        unsafe properties.language = unsafe language
        return unsafe properties
    }

    /// Shapes `range` of a paragraph, the rest of which is context.
    ///
    /// - Complexity: HarfBuzz's, linear but for hostile fonts.
    func shape(
        _ paragraph: [UInt32], range: Range<Int>, font: HarfBuzzFont, script: UInt32, isRightToLeft: Bool
    ) throws(TypesettingError) -> [ShapedGlyph] {
        unsafe hb_buffer_clear_contents(buffer)
        longest = max(longest, range.count)
        unsafe paragraph.withUnsafeBufferPointer { scalars in
            unsafe hb_buffer_add_utf32(
                buffer, scalars.baseAddress, Int32(scalars.count), UInt32(range.lowerBound), Int32(range.count))
        }
        var properties = unsafe properties(script: script, isRightToLeft: isRightToLeft)
        unsafe hb_buffer_set_segment_properties(buffer, &properties)
        unsafe hb_buffer_set_flags(
            buffer, hb_buffer_flags_t(HB_BUFFER_FLAG_BOT.rawValue | HB_BUFFER_FLAG_EOT.rawValue))
        guard unsafe lp_hb_shape(try font.handle(), buffer) != 0,
            unsafe hb_buffer_allocation_successful(buffer) != 0
        else { throw .library(name: "HarfBuzz", call: "hb_shape_full", code: 0) }
        var count: UInt32 = 0
        let infos = unsafe hb_buffer_get_glyph_infos(buffer, &count)
        let positions = unsafe hb_buffer_get_glyph_positions(buffer, &count)
        guard let infos = unsafe infos, let positions = unsafe positions else { return [] }
        return unsafe [ShapedGlyph](unsafeUninitializedCapacity: Int(count)) { storage, filled in
            for index in 0..<Int(count) {
                let position = unsafe positions[index]
                var advance = Int(position.x_advance)
                var offset = Int(position.x_offset)
                // Pango's rule: a glyph that steps back is moved ahead instead and steps forth (Nastaliq has such).
                if advance < 0 {
                    advance = -advance
                    offset += advance
                }
                unsafe storage.initializeElement(
                    at: index,
                    to: ShapedGlyph(
                        glyph: infos[index].codepoint, cluster: Int(infos[index].cluster),
                        advance: (advance + 512) >> 10, rawAdvance: advance, xOffset: offset,
                        yOffset: Int(position.y_offset), isUnsafeToBreak: lp_hb_unsafe_to_break(infos + index) != 0))
            }
            filled = Int(count)
        }
    }

    /// The lookups of GSUB or GPOS that shaping applies by default.
    func activeLookups(
        of font: HarfBuzzFont, table: hb_tag_t, script: UInt32, isRightToLeft: Bool
    ) throws(TypesettingError) -> [Int] {
        let face = unsafe try font.file.hbFace()
        var properties = unsafe properties(script: script, isRightToLeft: isRightToLeft)
        let plan = unsafe hb_shape_plan_create_cached(face, &properties, nil, 0, nil)
        defer { unsafe hb_shape_plan_destroy(plan) }
        let lookups = unsafe hb_set_create()
        defer { unsafe hb_set_destroy(lookups) }
        unsafe hb_ot_shape_plan_collect_lookups(plan, table, lookups)
        var found: [Int] = []
        var lookup: hb_codepoint_t = hb_codepoint_t.max
        while unsafe hb_set_next(lookups, &lookup) != 0 { found.append(Int(lookup)) }
        return found
    }

    /// Whether any lookup that shaping would apply reads one of `glyphs`.
    func lookups(
        of font: HarfBuzzFont, script: UInt32, isRightToLeft: Bool, read glyphs: OpaquePointer?
    ) throws(TypesettingError) -> Bool {
        let face = unsafe try font.file.hbFace()
        for table in [OpenTypeTag.gsub, OpenTypeTag.gpos] {
            for lookup in try activeLookups(of: font, table: table, script: script, isRightToLeft: isRightToLeft) {
                let seen = unsafe hb_set_create()
                defer { unsafe hb_set_destroy(seen) }
                unsafe hb_ot_layout_lookup_collect_glyphs(face, table, UInt32(lookup), seen, seen, seen, nil)
                unsafe hb_set_intersect(seen, glyphs)
                if unsafe hb_set_is_empty(seen) == 0 { return true }
            }
        }
        return false
    }

    /// Whether text of the script runs in this direction by nature; HarfBuzz turns other runs around.
    static func isNative(script: UInt32, isRightToLeft: Bool) -> Bool {
        switch hb_script_get_horizontal_direction(hb_script_t(rawValue: script)) {
        case HB_DIRECTION_RTL: isRightToLeft
        case HB_DIRECTION_LTR: !isRightToLeft
        default: true
        }
    }

    /// Whether HarfBuzz takes the script's letters apart before it shapes them, and together again where the text
    /// holds a mark: its Indic, Khmer, Myanmar and universal shapers, here all scripts but those known to be simple.
    static func decomposes(script: UInt32) -> Bool { !simpleScripts.contains(script) }

    private static let simpleScripts: Set<UInt32> = Set(
        [
            "Latn", "Grek", "Cyrl", "Zyyy", "Zinh", "Hani", "Hang", "Hira", "Kana", "Armn", "Geor", "Thai", "Arab",
            "Hebr",
        ]
        .map(ISO15924.tag))

    /// Whether a character stands on its own: no mark, no format character, no control.
    static func isPlain(_ scalar: UInt32) -> Bool {
        switch unsafe hb_unicode_general_category(hb_unicode_funcs_get_default(), scalar) {
        case HB_UNICODE_GENERAL_CATEGORY_NON_SPACING_MARK, HB_UNICODE_GENERAL_CATEGORY_ENCLOSING_MARK,
            HB_UNICODE_GENERAL_CATEGORY_SPACING_MARK, HB_UNICODE_GENERAL_CATEGORY_FORMAT,
            HB_UNICODE_GENERAL_CATEGORY_CONTROL, HB_UNICODE_GENERAL_CATEGORY_SURROGATE,
            HB_UNICODE_GENERAL_CATEGORY_UNASSIGNED, HB_UNICODE_GENERAL_CATEGORY_SPACE_SEPARATOR:
            false
        default: true
        }
    }
}
