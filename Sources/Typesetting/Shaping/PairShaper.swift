internal import CHarfBuzz

/// Shapes words of plain letters from what HarfBuzz says of every two neighbours, in a fraction of its time.
///
/// A letter is plain when alone it becomes its own glyph and no substitution reads it alone. Two plain neighbours are
/// plain when HarfBuzz makes of them their own two glyphs, moves neither and changes at most the first one's advance,
/// and no rule that needs several neighbours reads both. A word of plain neighbours is then the row of its glyphs:
/// kerning looks at two neighbours, every longer rule would read two neighbours that are not plain. Fonts with rules
/// over classes of glyphs, and scripts with a shaper of their own, are left to HarfBuzz. Source: ours.
@safe
final class PairShaper {
    private unowned let font: HarfBuzzFont  // which owns this
    private let script: UInt32
    /// Glyph sets of the rules that need several neighbours.
    private var groups: [OpaquePointer?] = unsafe []
    private var singles: OpaquePointer?
    private let isUsable: Bool

    /// Number of a character, 0 unknown, ``PairShaper/notPlain`` for those that HarfBuzz must see.
    private var numbers = [UInt8](repeating: 0, count: 0x600)
    private var glyphs: [UInt32] = [0]
    private var scalars: [UInt32] = [0]
    private var advances: [Int16] = [0]
    private var rawAdvances: [Int] = [0]
    /// Advance of the first letter before the second, by `first << 8 | second`.
    private var pairs: [Int16] = []
    private static let notPlain: UInt8 = 255
    private static let unknown = Int16.min
    private static let entangled = Int16.min + 1

    /// Scripts that HarfBuzz's default shaper sets, left to right.
    private static let scripts: Set<UInt32> = Set(["Latn", "Grek", "Cyrl", "Armn", "Geor", "Zyyy"].map(ISO15924.tag))

    init(font: HarfBuzzFont, shaper: Shaper, script: UInt32) throws(TypesettingError) {
        self.font = font
        self.script = script
        guard Self.scripts.contains(script) else {
            isUsable = false
            return
        }
        let singles = unsafe hb_set_create()
        var groups: [OpaquePointer?] = unsafe []
        var isUsable = true
        let face = unsafe try font.file.hbFace()
        for table in [OpenTypeTag.gsub, OpenTypeTag.gpos] {
            let active = try shaper.activeLookups(of: font, table: table, script: script, isRightToLeft: false)
            try unsafe LookupTable.with(face, table) { reader throws(TypesettingError) in
                for lookup in active {
                    let kinds = reader.kinds(of: lookup)
                    if kinds.contains(.classes) { isUsable = false }
                    if kinds.contains(.single) || kinds.contains(.several) {
                        let read = unsafe hb_set_create()
                        unsafe hb_ot_layout_lookup_collect_glyphs(face, table, UInt32(lookup), read, read, read, nil)
                        if kinds.contains(.single) { unsafe hb_set_union(singles, read) }
                        unsafe groups.append(read)
                    }
                }
            }
        }
        unsafe self.groups = unsafe groups
        unsafe self.singles = unsafe singles
        self.isUsable = isUsable
        if isUsable { pairs = [Int16](repeating: Self.unknown, count: 1 << 16) }
    }

    deinit {
        for index in unsafe groups.indices { unsafe hb_set_destroy(groups[index]) }
        if let singles = unsafe singles { unsafe hb_set_destroy(singles) }
    }

    /// The word's glyphs and its advance, or `nil` where HarfBuzz must shape it.
    ///
    /// - Parameter baseline: canvas row of the baseline, not rounded, 1/1024 px.
    /// - Complexity: linear, one table look-up a letter.
    func shape(
        _ text: UnsafeBufferPointer<UInt8>, _ word: Range<Int>, _ shaper: Shaper, baseline: Int,
        into list: inout [WordGlyph]
    ) throws(TypesettingError) -> Int? {
        guard isUsable else { return nil }
        list.removeAll(keepingCapacity: true)
        let row = Int16(truncatingIfNeeded: (baseline + 512) >> 10)
        var position = word.lowerBound
        var pen = 0
        var last = 0
        while position < word.upperBound {
            let scalar = unsafe try UTF8Decoding.next(text, &position)
            guard scalar < UInt32(numbers.count) else { return nil }
            var number = numbers[Int(scalar)]
            if number == 0 { number = try enroll(scalar, shaper) }
            guard number != Self.notPlain else { return nil }
            if last > 0 {
                let pair = last << 8 | Int(number)
                var advance = pairs[pair]
                if advance == Self.unknown { advance = try measure(pair, shaper) }
                guard advance != Self.entangled else { return nil }
                pen += Int(advance)
            }
            list.append(WordGlyph(glyph: glyphs[Int(number)], x: Int16(truncatingIfNeeded: pen), y: row))
            last = Int(number)
        }
        return pen + Int(advances[last])
    }

    /// Gives a character its number.
    private func enroll(_ scalar: UInt32, _ shaper: Shaper) throws(TypesettingError) -> UInt8 {
        numbers[Int(scalar)] = Self.notPlain
        guard glyphs.count < Int(Self.notPlain), Shaper.isPlain(scalar), scalar != 0x20 else { return Self.notPlain }
        var nominal: hb_codepoint_t = 0
        guard unsafe hb_font_get_nominal_glyph(try font.handle(), scalar, &nominal) != 0 else { return Self.notPlain }
        let shaped = try shaper.shape([scalar], range: 0..<1, font: font, script: script, isRightToLeft: false)
        guard shaped.count == 1, let glyph = shaped.first, glyph.glyph == nominal, glyph.glyph != 0,
            glyph.xOffset == 0, glyph.yOffset == 0, unsafe hb_set_has(singles, nominal) == 0,
            let advance = Int16(exactly: glyph.advance)
        else { return Self.notPlain }
        let number = UInt8(glyphs.count)
        glyphs.append(glyph.glyph)
        scalars.append(scalar)
        advances.append(advance)
        rawAdvances.append(glyph.rawAdvance)
        numbers[Int(scalar)] = number
        return number
    }

    /// Asks HarfBuzz about two neighbours.
    private func measure(_ pair: Int, _ shaper: Shaper) throws(TypesettingError) -> Int16 {
        pairs[pair] = Self.entangled
        let (first, second) = (pair >> 8, pair & 255)
        for index in unsafe groups.indices {
            let group = unsafe groups[index]
            if unsafe hb_set_has(group, glyphs[first]) != 0 && hb_set_has(group, glyphs[second]) != 0 {
                return Self.entangled
            }
        }
        let shaped = try shaper.shape(
            [scalars[first], scalars[second]], range: 0..<2, font: font, script: script, isRightToLeft: false)
        guard shaped.count == 2, shaped[0].glyph == glyphs[first], shaped[1].glyph == glyphs[second],
            shaped[0].cluster == 0, shaped[1].cluster == 1, shaped[1].rawAdvance == rawAdvances[second],
            shaped.allSatisfy({ $0.xOffset == 0 && $0.yOffset == 0 }), shaped[0].advance > Int(Self.entangled),
            let advance = Int16(exactly: shaped[0].advance)
        else { return Self.entangled }
        pairs[pair] = advance
        return advance
    }
}
