/// Runs of characters of a class, for the splitters.
enum Runs {
    /// The classes that words are made of; what is in none of them and no space is a sign.
    static let wordKinds = UnicodeClasses.letter | UnicodeClasses.number

    /// Bytes of `'s`, `'t`, `'re`, `'ve`, `'m`, `'ll` or `'d` at `start`, where an apostrophe stands; otherwise 0.
    ///
    /// In any case `'ſ` counts too: U+017F is a small s to expressions that ignore case.
    @inline(__always)
    static func contraction(_ text: UnsafePointer<UInt8>, _ start: Int, _ end: Int, anyCase: Bool) -> Int {
        guard start + 1 < end else { return 0 }
        let lower: UInt8 = anyCase ? 0x20 : 0
        let first = unsafe text[start + 1]
        switch first | lower {
        case UInt8(ascii: "s"), UInt8(ascii: "t"), UInt8(ascii: "m"), UInt8(ascii: "d"): return 2
        case 0xC5 | lower where anyCase:
            guard start + 2 < end, first == 0xC5 else { return 0 }
            return unsafe text[start + 2] == 0xBF ? 3 : 0
        default: break
        }
        guard start + 2 < end else { return 0 }
        switch (first | lower, unsafe text[start + 2] | lower) {
        case (UInt8(ascii: "r"), UInt8(ascii: "e")), (UInt8(ascii: "v"), UInt8(ascii: "e")),
            (UInt8(ascii: "l"), UInt8(ascii: "l")):
            return 3
        default: return 0
        }
    }

    /// The end of the run whose word classes are `kind` and which has nothing of `stop`.
    @inline(__always)
    static func end(
        like kind: UInt8, without stop: UInt8 = 0, from start: Int, _ text: UnsafePointer<UInt8>, _ end: Int,
        _ table: PointTablePointers
    ) -> Int {
        var place = start
        while place < end {
            let (next, length) = unsafe table.at(place, text, end)
            if next & (wordKinds | UnicodeClasses.space) != kind || next & stop != 0 { break }
            place += length
        }
        return place
    }

    @inline(__always)
    static func letters(
        _ letters: UInt8, from start: Int, _ text: UnsafePointer<UInt8>, _ end: Int, _ table: PointTablePointers
    ) -> Int {
        var place = start
        while place < end {
            let (kind, length) = unsafe table.at(place, text, end)
            if kind & letters == 0 { break }
            place += length
        }
        return place
    }

    @inline(__always)
    static func numbers(
        atMost limit: Int, from start: Int, _ text: UnsafePointer<UInt8>, _ end: Int, _ table: PointTablePointers
    ) -> Int {
        var place = start
        var left = limit
        while place < end, left > 0 {
            let (kind, length) = unsafe table.at(place, text, end)
            if kind & UnicodeClasses.number == 0 { break }
            place += length
            left -= 1
        }
        return place
    }

    /// The run of white space at `start`: its end, where its last character begins, and the place behind its last line
    /// feed or carriage return, or 0.
    @inline(__always)
    static func spaces(
        from start: Int, _ text: UnsafePointer<UInt8>, _ end: Int, _ table: PointTablePointers
    ) -> (end: Int, last: Int, lastBreak: Int) {
        var place = start
        var last = start
        var lastBreak = 0
        while place < end {
            let (kind, length) = unsafe table.at(place, text, end)
            if kind & UnicodeClasses.space == 0 { break }
            last = place
            place += length
            if unsafe text[last] == 0x0A || text[last] == 0x0D { lastBreak = place }
        }
        return (place, last, lastBreak)
    }
}
