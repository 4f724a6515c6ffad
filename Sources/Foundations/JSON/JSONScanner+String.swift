extension JSONScanner {
    /// A string as it stands in the text: what is between its quotes, and whether a backslash is among it.
    struct RawString {
        let range: Range<Int>
        let hasEscape: Bool
    }

    /// The unescaped bytes of the string at the position.
    mutating func string(_ text: Span<UInt8>) throws(JSONError) -> [UInt8] {
        let raw = try rawString(text)
        return raw.hasEscape ? unescape(text, raw.range) : bytes(text, raw.range)
    }

    /// The unescaped text of a string.
    mutating func spelled(_ text: Span<UInt8>, _ raw: RawString) -> String {
        raw.hasEscape ? String(decoding: unescape(text, raw.range), as: UTF8.self) : plain(text, raw.range)
    }

    /// Whether a string spells these bytes.
    mutating func equals(_ text: Span<UInt8>, _ raw: RawString, _ name: [UInt8]) -> Bool {
        if raw.hasEscape {
            let before = loneSurrogates
            defer { loneSurrogates = before }
            return unescape(text, raw.range) == name
        }
        guard raw.range.count == name.count else { return false }
        for index in name.indices where text[raw.range.lowerBound + index] != name[index] { return false }
        return true
    }

    /// Checks and passes over the string at the position.
    mutating func rawString(_ text: Span<UInt8>) throws(JSONError) -> RawString {
        position += 1
        let start = position
        var hasEscape = false
        while true {
            position = Self.endOfPlain(in: text, from: position)
            guard position < text.count else { throw .unexpectedEnd(byteOffset: text.count) }
            switch text[position] {
            case UInt8(ascii: "\""):
                position += 1
                return RawString(range: start..<position - 1, hasEscape: hasEscape)
            case UInt8(ascii: "\\"):
                hasEscape = true
                try checkEscape(text)
            default:
                throw .syntax(byteOffset: position, expected: "no control character inside a string")
            }
        }
    }

    /// The first quote, backslash or control character at or after `start`, or the count.
    static func endOfPlain(in text: Span<UInt8>, from start: Int) -> Int {
        let raw = unsafe text.bytes
        let ones: UInt64 = 0x0101_0101_0101_0101
        let highs: UInt64 = 0x8080_8080_8080_8080
        var position = start
        while position + 8 <= raw.byteCount {
            let word = unsafe raw.unsafeLoadUnaligned(fromUncheckedByteOffset: position, as: UInt64.self)
            let quote = word ^ (ones &* 0x22)
            let backslash = word ^ (ones &* 0x5C)
            // The lowest marked byte is exact; higher ones may be false, which does not matter here.
            let found =
                ((quote &- ones) & ~quote | (backslash &- ones) & ~backslash | (word &- ones &* 0x20) & ~word) & highs
            if found != 0 { return position + found.trailingZeroBitCount / 8 }
            position += 8
        }
        while position < text.count {
            let byte = text[position]
            if byte < 0x20 || byte == 0x22 || byte == 0x5C { return position }
            position += 1
        }
        return position
    }

    private mutating func checkEscape(_ text: Span<UInt8>) throws(JSONError) {
        let start = position
        position += 1
        switch try peek(text) {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            position += 1
        case UInt8(ascii: "u"):
            position += 1
            for _ in 0..<4 {
                guard Self.hexDigit(try peek(text)) != nil else {
                    throw .syntax(byteOffset: start, expected: "four hex digits after \\u")
                }
                position += 1
            }
        default: throw .syntax(byteOffset: start, expected: "an escape of RFC 8259")
        }
    }

    private mutating func unescape(_ text: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        var result: [UInt8] = []
        result.reserveCapacity(range.count)
        var index = range.lowerBound
        var plain = index
        while index < range.upperBound {
            index = Self.endOfPlain(in: text, from: index)
            guard index < range.upperBound else { break }
            result.append(contentsOf: bytes(text, plain..<index))
            switch text[index + 1] {
            case UInt8(ascii: "b"): result.append(0x08)
            case UInt8(ascii: "f"): result.append(0x0C)
            case UInt8(ascii: "n"): result.append(0x0A)
            case UInt8(ascii: "r"): result.append(0x0D)
            case UInt8(ascii: "t"): result.append(0x09)
            case UInt8(ascii: "u"):
                var unit = Self.unit(text, at: index)
                if unit & 0xFC00 == 0xD800, index + 12 <= range.upperBound, text[index + 6] == UInt8(ascii: "\\"),
                    text[index + 7] == UInt8(ascii: "u")
                {
                    let low = Self.unit(text, at: index + 6)
                    if low & 0xFC00 == 0xDC00 {
                        unit = 0x10000 + (unit & 0x3FF) << 10 + low & 0x3FF
                        index += 6
                    }
                }
                if let scalar = Unicode.Scalar(unit) {
                    result.append(contentsOf: UTF8.encode(scalar) ?? UTF8.encodedReplacementCharacter)
                } else {
                    loneSurrogates += 1
                    result.append(contentsOf: UTF8.encodedReplacementCharacter)
                }
                index += 4
            case let byte: result.append(byte)
            }
            index += 2
            plain = index
        }
        result.append(contentsOf: bytes(text, plain..<range.upperBound))
        return result
    }

    /// The code unit of the checked escape, `\u` and four digits, at `index`.
    private static func unit(_ text: Span<UInt8>, at index: Int) -> UInt32 {
        (2..<6).reduce(0) { $0 << 4 | (hexDigit(text[index + $1]) ?? 0) }
    }

    private static func hexDigit(_ byte: UInt8) -> UInt32? {
        switch byte {
        case UInt8(ascii: "0")...UInt8(ascii: "9"): UInt32(byte - UInt8(ascii: "0"))
        case UInt8(ascii: "a")...UInt8(ascii: "f"): UInt32(byte - UInt8(ascii: "a") + 10)
        case UInt8(ascii: "A")...UInt8(ascii: "F"): UInt32(byte - UInt8(ascii: "A") + 10)
        default: nil
        }
    }
}
