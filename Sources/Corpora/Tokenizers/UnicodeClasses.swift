/// The classes of code points that the splitters ask for, in a table of two stages.
@safe
final class UnicodeClasses: @unchecked Sendable {  // read only once it is made
    static let letter: UInt8 = 1
    static let number: UInt8 = 2
    static let space: UInt8 = 4
    static let mark: UInt8 = 8
    /// What the `Digits` of `tokenizers` splits off; nearly `number`.
    static let digit: UInt8 = 16

    static let shared = UnicodeClasses()

    /// For each block of 128 code points where its classes begin in `classes`. Block 0 is ASCII and begins at 0.
    let blocks: UnsafeMutablePointer<UInt16>
    let classes: UnsafeMutablePointer<UInt8>

    private static let blockCount = 0x110000 / 128

    private init() {
        var starts: [UInt16] = []
        var classes: [UInt8] = []
        var known: [[UInt8]: UInt16] = [:]
        var change = 0
        var current: UInt8 = 0
        for block in 0..<Self.blockCount {
            var values = [UInt8](repeating: current, count: 128)
            while change < Self.changes.count, Int(Self.changes[change] >> 8) < (block + 1) * 128 {
                let start = Int(Self.changes[change] >> 8) - block * 128
                current = UInt8(truncatingIfNeeded: Self.changes[change])
                for index in start..<128 { values[index] = current }
                change += 1
            }
            if let start = known[values] {
                starts.append(start)
            } else {
                // In units of blocks, so that 16 bits are enough.
                known[values] = UInt16(classes.count / 128)
                starts.append(UInt16(classes.count / 128))
                classes += values
            }
        }
        unsafe blocks = .allocate(capacity: starts.count)
        unsafe self.classes = .allocate(capacity: classes.count)
        unsafe blocks.initialize(from: starts, count: starts.count)
        unsafe self.classes.initialize(from: classes, count: classes.count)
    }

    deinit {
        unsafe blocks.deallocate()
        unsafe classes.deallocate()
    }

    /// The class of a code point. O(1).
    func of(_ point: UInt32) -> UInt8 { unsafe UnicodeClassTable(self).of(point) }
}

/// The table as plain pointers, for loops; valid while the table lives.
@unsafe
struct UnicodeClassTable {
    let blocks: UnsafePointer<UInt16>
    let classes: UnsafePointer<UInt8>

    @inline(__always)
    init(_ table: UnicodeClasses) {
        unsafe blocks = unsafe UnsafePointer(table.blocks)
        unsafe classes = unsafe UnsafePointer(table.classes)
    }

    @inline(__always)
    func of(_ point: UInt32) -> UInt8 {
        guard point < 0x110000 else { return 0 }
        return unsafe classes[Int(blocks[Int(point >> 7)]) << 7 | Int(point & 127)]
    }

    /// The class of the character at `place` and its length in bytes. A sequence that the end cuts counts as bytes of no class.
    @inline(__always)
    func at(_ place: Int, _ text: UnsafePointer<UInt8>, _ end: Int) -> (kind: UInt8, length: Int) {
        let lead = unsafe text[place]
        if lead < 0x80 { return (unsafe classes[Int(lead)], 1) }
        let (point, length) = unsafe UTF8Scalar.at(place, text, end)
        return (unsafe of(point), length)
    }
}

/// Reads code points out of well-formed UTF-8.
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

    @inline(__always)
    private static func tail(_ byte: UInt8) -> UInt32 { UInt32(byte & 0x3F) }
}
