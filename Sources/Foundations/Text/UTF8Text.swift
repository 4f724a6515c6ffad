/// Checks and repairs UTF-8, eight ASCII bytes at a time.
public enum UTF8Text {
    /// Offset of the first byte that belongs to no well-formed sequence; `nil` when all is well. O(n).
    public static func firstInvalid(in bytes: Span<UInt8>, from start: Int = 0) -> Int? {
        var position = start
        let count = bytes.count
        while true {
            position = endOfASCII(in: bytes, from: position)
            while position < count, bytes[position] >= 0x80 {
                let length = sequence(in: bytes, at: position)
                guard length > 0 else { return position }
                position += length
            }
            if position >= count { return nil }
        }
    }

    /// Offset of the first byte that belongs to no well-formed sequence; `nil` when all is well. O(n).
    public static func firstInvalid(in bytes: [UInt8]) -> Int? { firstInvalid(in: bytes.span) }

    /// A copy with each maximal part of an ill-formed sequence replaced by U+FFFD, as the Unicode Standard
    /// (section 3.9) and the W3C encoding standard do, and the number of replacements. O(n).
    public static func repaired(_ bytes: [UInt8]) -> (bytes: [UInt8], replacements: Int) {
        let span = bytes.span
        var result: [UInt8] = []
        var replacements = 0
        var start = 0
        while let broken = firstInvalid(in: span, from: start) {
            result.append(contentsOf: bytes[start..<broken])
            result.append(contentsOf: [0xEF, 0xBF, 0xBD])
            replacements += 1
            start = broken - sequence(in: span, at: broken)
        }
        if replacements == 0 { return (bytes, 0) }
        result.append(contentsOf: bytes[start...])
        return (result, replacements)
    }

    /// The next of LF, CR, CRLF, VT, FF, NEL, U+2028 and U+2029 at or after `start`, or of these and NUL. O(n).
    public static func nextLineBreak(
        in bytes: Span<UInt8>, from start: Int = 0, orNUL stopsAtNUL: Bool = false
    ) -> Range<Int>? {
        var index = start
        let count = bytes.count
        while index < count {
            switch bytes[index] {
            case 0x00 where stopsAtNUL: return index..<index + 1
            case 0x0D: return index..<index + (index + 1 < count && bytes[index + 1] == 0x0A ? 2 : 1)
            case 0x0A...0x0C: return index..<index + 1
            case 0xC2 where index + 1 < count && bytes[index + 1] == 0x85: return index..<index + 2
            case 0xE2 where index + 2 < count && bytes[index + 1] == 0x80 && bytes[index + 2] & 0xFE == 0xA8:
                return index..<index + 3
            default: index += 1
            }
        }
        return nil
    }

    /// The first byte at or after `start` that is not ASCII, or the count.
    static func endOfASCII(in bytes: Span<UInt8>, from start: Int) -> Int {
        let raw = unsafe bytes.bytes
        let count = raw.byteCount
        var position = start
        while position + 8 <= count {
            let word = unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
            let high = word & 0x8080_8080_8080_8080
            if high != 0 { return position + high.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < count, bytes[position] < 0x80 { position += 1 }
        return position
    }

    /// Length of the well-formed sequence that begins at a byte of 0x80 or more; otherwise minus the length of the
    /// maximal ill-formed part.
    static func sequence(in bytes: Span<UInt8>, at position: Int) -> Int {
        let lead = bytes[position]
        let length: Int
        var low: UInt8 = 0x80
        var high: UInt8 = 0xBF
        switch lead {
        case 0xC2...0xDF: length = 2
        case 0xE0...0xEF:
            length = 3
            if lead == 0xE0 { low = 0xA0 }
            if lead == 0xED { high = 0x9F }
        case 0xF0...0xF4:
            length = 4
            if lead == 0xF0 { low = 0x90 }
            if lead == 0xF4 { high = 0x8F }
        default: return -1
        }
        var index = 1
        while index < length {
            guard position + index < bytes.count else { return -index }
            let byte = bytes[position + index]
            guard byte >= low, byte <= high else { return -index }
            low = 0x80
            high = 0xBF
            index += 1
        }
        return length
    }
}
