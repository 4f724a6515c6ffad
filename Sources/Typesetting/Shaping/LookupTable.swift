internal import CHarfBuzz

/// What kinds of rules a lookup of GSUB or GPOS holds, read from the font: HarfBuzz tells which glyphs a lookup reads,
/// but not how.
enum LookupKind {
    /// Acts on one glyph by itself.
    case single
    /// Kerning of two neighbours.
    case pair
    /// Places marks; without marks it does nothing.
    case mark
    /// Needs several neighbouring glyphs, all of which HarfBuzz names.
    case several
    /// Classes of glyphs in context: class 0 is everything else, which HarfBuzz cannot name.
    case classes
}

/// A reader of the lookup list of a GSUB or GPOS table (OpenType 1.9, chapter 2). Offsets outside the table make a
/// lookup ``LookupKind/classes``, the kind about which nothing is assumed.
@safe
struct LookupTable {
    private let bytes: UnsafeRawBufferPointer
    private let isPositioning: Bool

    /// Runs `body` with the table, or with an empty one where the font has none.
    static func with<R>(
        _ face: OpaquePointer, _ tag: hb_tag_t, _ body: (LookupTable) throws(TypesettingError) -> R
    ) throws(TypesettingError) -> R {
        let blob = unsafe hb_face_reference_table(face, tag)
        defer { unsafe hb_blob_destroy(blob) }
        var length: UInt32 = 0
        let data = unsafe hb_blob_get_data(blob, &length)
        let table = unsafe LookupTable(
            bytes: UnsafeRawBufferPointer(start: data, count: Int(length)), isPositioning: tag == OpenTypeTag.gpos)
        return try body(table)
    }

    private func short(_ place: Int) -> Int? {
        guard place >= 0, unsafe place + 2 <= bytes.count else { return nil }
        return unsafe Int(bytes[place]) << 8 | Int(bytes[place + 1])
    }

    private func long(_ place: Int) -> Int? {
        guard let high = short(place), let low = short(place + 2) else { return nil }
        return high << 16 | low
    }

    /// The kinds of all subtables of a lookup.
    func kinds(of lookup: Int) -> [LookupKind] {
        guard let list = short(8), let offset = short(list + 2 + 2 * lookup), let type = short(list + offset),
            let count = short(list + offset + 4)
        else { return [.classes] }
        let start = list + offset
        return (0..<count).map { index in
            guard let place = short(start + 6 + 2 * index) else { return .classes }
            return kind(of: type, at: start + place)
        }
    }

    private func kind(of type: Int, at place: Int) -> LookupKind {
        guard let format = short(place) else { return .classes }
        if type == (isPositioning ? 9 : 7) {
            guard let inner = short(place + 2), inner != type, let offset = long(place + 4) else { return .classes }
            return kind(of: inner, at: place + offset)
        }
        switch (isPositioning, type) {
        case (false, 1), (false, 2), (false, 3), (false, 8), (true, 1), (true, 3): return .single
        case (false, 4): return .several
        case (true, 2): return .pair
        case (true, 4), (true, 5), (true, 6): return .mark
        case (false, 5), (false, 6), (true, 7), (true, 8): return format == 2 ? .classes : .several
        default: return .classes
        }
    }
}

/// Table tags.
enum OpenTypeTag {
    static let gsub: hb_tag_t = 0x4753_5542
    static let gpos: hb_tag_t = 0x4750_4F53
}
