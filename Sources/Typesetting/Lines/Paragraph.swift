/// A stretch of one font, script, direction and kind, in characters of a paragraph.
struct ItemRun: Equatable {
    enum Kind: UInt8 { case text, emoji, tab, unknown }
    var start: Int
    var end: Int
    var kind: Kind
    var font: UInt8
    var script: UInt32
    var level: UInt8

    var isRightToLeft: Bool { level & 1 == 1 }
}

/// Decoded text with the properties of its characters; arrays are reused from one paragraph to the next.
struct Paragraph {
    /// Code points.
    var scalars: [UInt32] = []
    /// Byte of the line's text where each character starts, and one past the last.
    var offsets: [Int] = []
    var infos: [ScalarInfo] = []
    /// Marks left out because their cluster has too many.
    var droppedMarks = 0
    var flags: ScalarFlags = []

    /// Combining marks that one cluster may hold; more would cost the shaper quadratic time.
    static let markLimit = 64
    /// Characters of one bidirectional paragraph; longer text is cut at a space.
    static let characterLimit = 65_536

    mutating func removeAll() {
        scalars.removeAll(keepingCapacity: true)
        offsets.removeAll(keepingCapacity: true)
        infos.removeAll(keepingCapacity: true)
        droppedMarks = 0
        flags = []
    }

    /// Decodes `text[range]`, which starts and ends at character boundaries.
    mutating func decode(
        _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ table: ScalarTable
    ) throws(TypesettingError) {
        removeAll()
        var position = range.lowerBound
        var marks = 0
        while position < range.upperBound {
            let start = position
            let scalar = unsafe try UTF8Decoding.next(text, &position)
            let info = try table.info(scalar)
            if info.flags.contains(.extends) {
                marks += 1
                if marks > Self.markLimit {
                    droppedMarks += 1
                    continue
                }
            } else {
                marks = 0
            }
            scalars.append(scalar)
            offsets.append(start)
            infos.append(info)
            flags.formUnion(info.flags)
        }
        offsets.append(range.upperBound)
    }
}

/// Strict UTF-8 decoding over raw bytes.
enum UTF8Decoding {
    /// The character at `position`, which moves past it.
    @inline(__always)
    static func next(
        _ text: UnsafeBufferPointer<UInt8>, _ position: inout Int
    ) throws(TypesettingError) -> UInt32 {
        let first = unsafe text[position]
        if first < 0x80 {
            position += 1
            return UInt32(first)
        }
        return unsafe try multibyte(text, &position, first)
    }

    private static func multibyte(
        _ text: UnsafeBufferPointer<UInt8>, _ position: inout Int, _ first: UInt8
    ) throws(TypesettingError) -> UInt32 {
        let length = first >= 0xF0 ? 4 : first >= 0xE0 ? 3 : 2
        guard first >= 0xC2, first < 0xF5, position + length <= text.count else {
            throw .invalidUTF8(byteOffset: position)
        }
        var scalar = UInt32(first) & (0x7F >> UInt32(length))
        for index in 1..<length {
            let byte = unsafe text[position + index]
            guard byte & 0xC0 == 0x80 else { throw .invalidUTF8(byteOffset: position) }
            scalar = scalar << 6 | UInt32(byte & 0x3F)
        }
        let minimum: UInt32 = length == 2 ? 0x80 : length == 3 ? 0x800 : 0x10000
        guard scalar >= minimum, scalar <= 0x10FFFF, !(0xD800...0xDFFF).contains(scalar) else {
            throw .invalidUTF8(byteOffset: position)
        }
        position += length
        return scalar
    }
}
