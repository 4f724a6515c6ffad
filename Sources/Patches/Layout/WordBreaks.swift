import Foundations

/// Where text is cut into words and lines.
enum WordBreaks {
    /// Stretches between white space (the Unicode property). Empty for blank text. O(n).
    ///
    /// Scripts without spaces have no inner cut: there a word is the whole stretch.
    static func words(_ bytes: [UInt8]) -> [Range<Int>] {
        var words: [Range<Int>] = []
        var start: Int?
        var index = 0
        while index < bytes.count {
            let (scalar, length) = UTF8Walk.scalar(in: bytes, at: index)
            if isWhiteSpace(scalar) {
                if let from = start { words.append(from..<index) }
                start = nil
            } else if start == nil {
                start = index
            }
            index += length
        }
        if let from = start { words.append(from..<bytes.count) }
        return words
    }

    /// Lines without their breaks: LF, CR, CR LF, VT, FF, NEL, U+2028, U+2029. One more than there are breaks. O(n).
    static func lines(_ bytes: [UInt8]) -> [Range<Int>] {
        var lines: [Range<Int>] = []
        var start = 0
        while let found = UTF8Text.nextLineBreak(in: bytes.span, from: start) {
            lines.append(start..<found.lowerBound)
            start = found.upperBound
        }
        lines.append(start..<bytes.count)
        return lines
    }

    static func isWhiteSpace(_ scalar: UInt32) -> Bool {
        if scalar < 0x80 { return scalar == 0x20 || (0x09...0x0D).contains(scalar) }
        return Unicode.Scalar(scalar)?.properties.isWhitespace ?? false
    }
}

/// Steps over UTF-8 bytes.
enum UTF8Walk {
    /// The scalar at `index` and its length. A byte that starts no scalar counts as U+FFFD of length 1.
    static func scalar(in bytes: [UInt8], at index: Int) -> (value: UInt32, length: Int) {
        let lead = bytes[index]
        let length = lead < 0x80 ? 1 : lead < 0xC0 ? 0 : lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : lead < 0xF8 ? 4 : 0
        if length == 1 { return (UInt32(lead), 1) }
        guard length > 0, index + length <= bytes.count else { return (0xFFFD, 1) }
        var value = UInt32(lead) & (0x7F >> UInt32(length))
        for next in bytes[index + 1..<index + length] {
            guard next & 0xC0 == 0x80 else { return (0xFFFD, 1) }
            value = value << 6 | UInt32(next & 0x3F)
        }
        return (value, length)
    }

    /// Number of scalars that start in `range`.
    static func count(_ bytes: [UInt8], in range: Range<Int>) -> Int {
        var count = 0
        for byte in bytes[range] where byte & 0xC0 != 0x80 { count += 1 }
        return count
    }

    /// First bytes of all scalars, and the end.
    static func boundaries(_ bytes: [UInt8]) -> [Int] {
        bytes.indices.filter { bytes[$0] & 0xC0 != 0x80 } + [bytes.count]
    }
}
