/// Reads code points out of well-formed UTF-8, and writes them.
enum UTF8Scalar {
    /// The code point at `place`, where no ASCII stands, and its length in bytes; never beyond `end`.
    @inline(__always)
    static func at(_ place: Int, _ text: UnsafePointer<UInt8>, _ end: Int) -> (point: UInt32, length: Int) {
        let lead = UInt32(unsafe text[place])
        if lead < 0xE0 {
            guard place + 1 < end else { return (0xFFFD, 1) }
            return ((lead & 0x1F) << 6 | tail(unsafe text[place + 1]), 2)
        }
        if lead < 0xF0 {
            guard place + 2 < end else { return (0xFFFD, 1) }
            return ((lead & 0x0F) << 12 | tail(unsafe text[place + 1]) << 6 | tail(unsafe text[place + 2]), 3)
        }
        guard place + 3 < end else { return (0xFFFD, 1) }
        let high = (lead & 0x07) << 18 | tail(unsafe text[place + 1]) << 12
        return (high | tail(unsafe text[place + 2]) << 6 | tail(unsafe text[place + 3]), 4)
    }

    /// The code point at `place`, ASCII too.
    @inline(__always)
    static func any(_ place: Int, _ text: UnsafePointer<UInt8>, _ end: Int) -> (point: UInt32, length: Int) {
        let lead = unsafe text[place]
        return lead < 0x80 ? (UInt32(lead), 1) : unsafe at(place, text, end)
    }

    /// Appends a code point in UTF-8.
    @inline(__always)
    static func append(_ point: UInt32, to output: inout [UInt8]) {
        if point < 0x80 { return output.append(UInt8(truncatingIfNeeded: point)) }
        if point < 0x800 {
            output.append(0xC0 | UInt8(truncatingIfNeeded: point >> 6))
        } else if point < 0x10000 {
            output.append(0xE0 | UInt8(truncatingIfNeeded: point >> 12))
            output.append(0x80 | UInt8(truncatingIfNeeded: point >> 6) & 0x3F)
        } else {
            output.append(0xF0 | UInt8(truncatingIfNeeded: point >> 18))
            output.append(0x80 | UInt8(truncatingIfNeeded: point >> 12) & 0x3F)
            output.append(0x80 | UInt8(truncatingIfNeeded: point >> 6) & 0x3F)
        }
        output.append(0x80 | UInt8(truncatingIfNeeded: point) & 0x3F)
    }

    @inline(__always)
    private static func tail(_ byte: UInt8) -> UInt32 { UInt32(byte & 0x3F) }
}
