/// Which pairs of ids merge: rank and resulting id by pair, in a table of open addressing.
@safe
final class MergeTable: @unchecked Sendable {  // read only once it is made
    /// A pair that does not merge.
    static let none = UInt64.max

    private struct Slot {
        var pair: UInt64
        var value: UInt64
    }

    private let slots: UnsafeMutablePointer<Slot>
    private let size: Int
    private let shift: UInt64
    /// How many pairs there are.
    let count: Int

    /// A table of pairs in the order of their ranks; of a pair that stands twice the last rank counts.
    init(_ pairs: [(left: Int32, right: Int32, result: Int32)]) {
        var bits: UInt64 = 4
        while 1 << bits < pairs.count * 2 { bits += 1 }
        size = 1 << bits
        shift = 64 - bits
        count = pairs.count
        unsafe slots = .allocate(capacity: size)
        unsafe slots.initialize(repeating: Slot(pair: .max, value: Self.none), count: size)
        for (rank, merge) in pairs.enumerated() {
            let pair = Self.pair(merge.left, merge.right)
            var place = Int(truncatingIfNeeded: Self.hash(pair) >> shift)
            while unsafe slots[place].pair != .max, unsafe slots[place].pair != pair {
                place = (place + 1) & (size - 1)
            }
            unsafe slots[place] = Slot(pair: pair, value: UInt64(rank) << 32 | UInt64(UInt32(bitPattern: merge.result)))
        }
    }

    deinit { unsafe slots.deallocate() }

    /// Rank << 32 | resulting id, or ``none``. O(1).
    @inline(__always)
    func find(_ left: Int32, _ right: Int32) -> UInt64 {
        let pair = Self.pair(left, right)
        var place = Int(truncatingIfNeeded: Self.hash(pair) >> shift)
        while true {
            let slot = unsafe slots[place]
            if slot.pair == pair { return slot.value }
            if slot.pair == .max { return Self.none }
            place = (place + 1) & (size - 1)
        }
    }

    @inline(__always)
    private static func pair(_ left: Int32, _ right: Int32) -> UInt64 {
        UInt64(UInt32(bitPattern: left)) << 32 | UInt64(UInt32(bitPattern: right))
    }

    @inline(__always)
    private static func hash(_ pair: UInt64) -> UInt64 {
        (pair ^ pair >> 29) &* 0x9E37_79B9_7F4A_7C15
    }
}
