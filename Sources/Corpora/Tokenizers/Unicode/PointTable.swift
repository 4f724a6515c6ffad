/// A byte for each code point, in a table of two stages.
@safe
final class PointTable: @unchecked Sendable {  // read only once it is made
    private static let blockCount = 0x110000 / 128

    /// For each block of 128 code points where its values are, in blocks. Block 0 is ASCII and the first.
    private let blocks: UnsafeMutablePointer<UInt16>
    private let values: UnsafeMutablePointer<UInt8>

    /// A table from the places where values change, in ascending order: code point << 8 | value. O(code points).
    init(changes: [UInt32]) {
        var starts: [UInt16] = []
        var values: [UInt8] = []
        var known: [[UInt8]: UInt16] = [:]
        var change = 0
        var current: UInt8 = 0
        for block in 0..<Self.blockCount {
            var row = [UInt8](repeating: current, count: 128)
            while change < changes.count, Int(changes[change] >> 8) < (block + 1) * 128 {
                let start = Int(changes[change] >> 8) - block * 128
                current = UInt8(truncatingIfNeeded: changes[change])
                for index in start..<128 { row[index] = current }
                change += 1
            }
            if let start = known[row] {
                starts.append(start)
            } else {
                known[row] = UInt16(values.count / 128)
                starts.append(UInt16(values.count / 128))
                values += row
            }
        }
        unsafe blocks = .allocate(capacity: starts.count)
        unsafe self.values = .allocate(capacity: values.count)
        unsafe blocks.initialize(from: starts, count: starts.count)
        unsafe self.values.initialize(from: values, count: values.count)
    }

    deinit {
        unsafe blocks.deallocate()
        unsafe values.deallocate()
    }

    /// The table as plain pointers, valid while it lives.
    @inline(__always)
    var pointers: PointTablePointers { unsafe PointTablePointers(blocks: blocks, values: values) }

    /// The value of a code point. O(1).
    @inline(__always)
    subscript(_ point: UInt32) -> UInt8 { unsafe pointers.of(point) }
}

/// A table of code points as plain pointers, for loops over text.
@unsafe
struct PointTablePointers {
    let blocks: UnsafePointer<UInt16>
    let values: UnsafePointer<UInt8>

    @inline(__always)
    init(blocks: UnsafeMutablePointer<UInt16>, values: UnsafeMutablePointer<UInt8>) {
        unsafe self.blocks = unsafe UnsafePointer(blocks)
        unsafe self.values = unsafe UnsafePointer(values)
    }

    @inline(__always)
    func of(_ point: UInt32) -> UInt8 {
        guard point < 0x110000 else { return 0 }
        return unsafe values[Int(blocks[Int(point >> 7)]) << 7 | Int(point & 127)]
    }

    /// The value of the character at `place` and its length in bytes. A sequence that the end cuts counts as single bytes of
    /// the value of U+FFFD.
    @inline(__always)
    func at(_ place: Int, _ text: UnsafePointer<UInt8>, _ end: Int) -> (kind: UInt8, length: Int) {
        let lead = unsafe text[place]
        if lead < 0x80 { return (unsafe values[Int(lead)], 1) }
        let (point, length) = unsafe UTF8Scalar.at(place, text, end)
        return (unsafe of(point), length)
    }
}
