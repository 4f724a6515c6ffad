/// Merges the pairs of one word, always the pair of lowest rank and of those the first.
///
/// Short words by looking through all pairs again, long ones by a heap: O(n log n).
@safe
final class MergeWork {
    /// Up to here a look through all pairs is quicker than a heap.
    private static let shortLimit = 64

    /// The ids of the word after ``run(_:count:)``, from 0.
    private(set) var ids: UnsafeMutablePointer<Int32>
    /// Rank << 32 | resulting id for the pair that begins at each place.
    private var pairs: UnsafeMutablePointer<UInt64>
    private var capacity: Int
    private var next: [Int32] = []
    private var previous: [Int32] = []
    private var heap: [UInt64] = []

    init() {
        capacity = 256
        unsafe ids = .allocate(capacity: capacity)
        unsafe pairs = .allocate(capacity: capacity)
    }

    deinit {
        unsafe ids.deallocate()
        unsafe pairs.deallocate()
    }

    /// Room for `count` ids, whose values are lost.
    func reserve(_ count: Int) {
        guard count > capacity else { return }
        capacity = max(count, capacity * 2)
        unsafe ids.deallocate()
        unsafe pairs.deallocate()
        unsafe ids = .allocate(capacity: capacity)
        unsafe pairs = .allocate(capacity: capacity)
    }

    /// Gives back what a long word needed.
    func shrink() {
        guard capacity > 1 << 16 else { return }
        (next, previous, heap) = ([], [], [])
        capacity = 0
        reserve(256)
    }

    /// Merges the first `count` of `ids`; how many are left.
    func run(_ table: MergeTable, count: Int) -> Int {
        if count < 2 { return count }
        for place in 0..<count - 1 { unsafe pairs[place] = unsafe table.find(ids[place], ids[place + 1]) }
        return count <= Self.shortLimit ? short(table, count) : long(table, count)
    }

    private func short(_ table: MergeTable, _ total: Int) -> Int {
        var count = total
        while count > 1 {
            var best = MergeTable.none
            var place = 0
            for index in 0..<count - 1 where unsafe pairs[index] < best {
                best = unsafe pairs[index]
                place = index
            }
            if best == MergeTable.none { break }
            unsafe ids[place] = Int32(truncatingIfNeeded: best)
            count -= 1
            let gone = place + 1
            unsafe (ids + gone).update(from: ids + gone + 1, count: count - gone)
            if gone + 1 < count { unsafe (pairs + gone).update(from: pairs + gone + 1, count: count - 1 - gone) }
            if place + 1 < count { unsafe pairs[place] = unsafe table.find(ids[place], ids[place + 1]) }
            if place > 0 { unsafe pairs[place - 1] = unsafe table.find(ids[place - 1], ids[place]) }
        }
        return count
    }

    private func long(_ table: MergeTable, _ count: Int) -> Int {
        next = (1...Int32(count)).map { $0 }
        previous = (-1..<Int32(count) - 1).map { $0 }
        heap.removeAll(keepingCapacity: true)
        for place in 0..<count - 1 {
            let pair = unsafe pairs[place]
            if pair != MergeTable.none { heap.append(pair & 0xFFFF_FFFF_0000_0000 | UInt64(place)) }
        }
        for index in (0..<heap.count / 2).reversed() { sink(index) }
        unsafe pairs[count - 1] = MergeTable.none
        while let top = heap.first {
            let last = heap.removeLast()
            if !heap.isEmpty {
                heap[0] = last
                sink(0)
            }
            let place = Int(top & 0xFFFF_FFFF)
            let pair = unsafe pairs[place]
            // What the heap says may be out of date.
            guard pair != MergeTable.none, pair >> 32 == top >> 32 else { continue }
            let gone = Int(next[place])
            let after = Int(next[gone])
            unsafe ids[place] = Int32(truncatingIfNeeded: pair)
            unsafe pairs[gone] = MergeTable.none
            next[place] = Int32(after)
            if after < count { previous[after] = Int32(place) }
            renew(place, after < count ? after : nil, table)
            let before = Int(previous[place])
            if before >= 0 { renew(before, place, table) }
        }
        var kept = 0
        var place = 0
        while place < count {
            unsafe ids[kept] = unsafe ids[place]
            kept += 1
            place = Int(next[place])
        }
        return kept
    }

    private func renew(_ place: Int, _ right: Int?, _ table: MergeTable) {
        guard let right else {
            unsafe pairs[place] = MergeTable.none
            return
        }
        let pair = unsafe table.find(ids[place], ids[right])
        unsafe pairs[place] = pair
        guard pair != MergeTable.none else { return }
        heap.append(pair & 0xFFFF_FFFF_0000_0000 | UInt64(place))
        rise(heap.count - 1)
    }

    private func rise(_ start: Int) {
        var index = start
        while index > 0, heap[index] < heap[(index - 1) / 2] {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private func sink(_ start: Int) {
        var index = start
        while true {
            var least = 2 * index + 1
            guard least < heap.count else { return }
            if least + 1 < heap.count, heap[least + 1] < heap[least] { least += 1 }
            guard heap[least] < heap[index] else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
