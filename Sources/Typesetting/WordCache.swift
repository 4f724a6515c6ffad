internal import CKernels

/// A finished word: its advance and its coverage.
@safe
struct WordEntry {
    var hash: UInt64
    var key: UInt64
    /// Advance in pixels.
    var width: Int32
    /// Ink box: left edge relative to the pen, top row of the canvas.
    var left: Int32
    var inkWidth: Int32
    var top: Int16
    var rows: Int16
    /// Bytes of the word, then its coverage.
    var textOffset: Int32
    var textCount: Int32
    var pictureOffset: Int32
}

/// What a piece of a line keeps of a word: where it stands, and a stamp that tells whether it still stands there.
struct WordHandle: Equatable {
    var half: UInt8
    var index: Int32
    var stamp: UInt32
}

/// Pictures of words, keyed by their bytes and by everything else that decides their pixels.
///
/// Two halves of equal size: new words go to the young half; when it is full the old half is dropped and the halves
/// change places; a word found in the old half moves to the young one. Memory is bounded, words in use stay, and
/// what is found never changes a pixel. A hit costs one hash and one comparison of bytes.
@safe
final class WordCache {
    @safe
    private struct Half {
        var arena: UnsafeMutablePointer<UInt8>
        var used: Int
        var entries: [WordEntry]
        var slots: [Int32]
        var stamp: UInt32
    }

    private var halves: [Half]
    private var young = 0
    private var nextStamp: UInt32 = 2
    private let arenaSize: Int
    private let mask: Int
    private let entryLimit: Int
    private let guardBytes = Int(LP_PRESS_GUARD)
    /// Look-ups that found their word, and all look-ups.
    private(set) var hits = 0
    private(set) var lookups = 0

    /// - Parameter bytes: memory of both halves together, about.
    init(bytes: Int) {
        arenaSize = bytes / 2 * 7 / 8
        var slots = 64
        while slots * 256 < arenaSize { slots *= 2 }
        mask = slots - 1
        entryLimit = slots / 2
        halves = []
        for stamp in 0..<UInt32(2) {
            // Untouched pages cost nothing, so the arenas are not filled.
            halves.append(
                unsafe Half(
                    arena: UnsafeMutablePointer<UInt8>.allocate(capacity: arenaSize), used: guardBytes, entries: [],
                    slots: [Int32](repeating: -1, count: slots), stamp: stamp))
        }
    }

    deinit { for half in halves { unsafe half.arena.deallocate() } }

    /// Hash of a word under a key.
    @inline(__always)
    static func hash(_ word: UnsafeBufferPointer<UInt8>, key: UInt64) -> UInt64 {
        var hash = key ^ 0x9E37_79B9_7F4A_7C15
        var left = word.count
        guard var bytes = unsafe UnsafeRawPointer(word.baseAddress) else { return hash }
        while left >= 8 {
            let block = unsafe bytes.loadUnaligned(as: UInt64.self)
            hash = mix(hash ^ block)
            unsafe bytes += 8
            left -= 8
        }
        var tail = UInt64(left) << 56
        for index in 0..<left {
            let byte = unsafe bytes.load(fromByteOffset: index, as: UInt8.self)
            tail |= UInt64(byte) << (8 * UInt64(index))
        }
        return mix(hash ^ tail)
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }

    /// The word's handle and advance, or `nil`.
    @inline(__always)
    func find(_ word: UnsafeBufferPointer<UInt8>, hash: UInt64, key: UInt64) -> (handle: WordHandle, width: Int)? {
        lookups += 1
        if let index = unsafe search(young, word, hash, key) {
            hits += 1
            return (
                WordHandle(half: UInt8(young), index: Int32(index), stamp: halves[young].stamp),
                Int(halves[young].entries[index].width)
            )
        }
        let old = 1 - young
        guard let index = unsafe search(old, word, hash, key) else { return nil }
        hits += 1
        return promote(old, index)
    }

    @inline(__always)
    private func search(
        _ half: Int, _ word: UnsafeBufferPointer<UInt8>, _ hash: UInt64, _ key: UInt64
    ) -> Int? {
        var slot = Int(truncatingIfNeeded: hash) & mask
        while true {
            let index = Int(halves[half].slots[slot])
            if index < 0 { return nil }
            let entry = halves[half].entries[index]
            if entry.hash == hash, entry.key == key, Int(entry.textCount) == word.count,
                unsafe Self.equal(halves[half].arena + Int(entry.textOffset), word)
            {
                return index
            }
            slot = (slot + 1) & mask
        }
    }

    @inline(__always)
    private static func equal(_ stored: UnsafeMutablePointer<UInt8>, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
        for index in 0..<word.count where unsafe stored[index] != word[index] { return false }
        return true
    }

    private func promote(_ old: Int, _ index: Int) -> (handle: WordHandle, width: Int) {
        let entry = halves[old].entries[index]
        let stay = (WordHandle(half: UInt8(old), index: Int32(index), stamp: halves[old].stamp), Int(entry.width))
        let size = Int(entry.textCount) + Int(entry.inkWidth) * Int(entry.rows)
        guard hasRoom(size) else { return stay }
        var moved = entry
        moved.textOffset = unsafe Int32(copy(unsafe halves[old].arena + Int(entry.textOffset), Int(entry.textCount)))
        moved.pictureOffset = unsafe Int32(
            copy(unsafe halves[old].arena + Int(entry.pictureOffset), Int(entry.inkWidth) * Int(entry.rows)))
        return (link(moved), Int(entry.width))
    }

    private func hasRoom(_ size: Int) -> Bool {
        halves[young].used + size + guardBytes <= arenaSize && halves[young].entries.count < entryLimit
    }

    private func copy(_ bytes: UnsafePointer<UInt8>, _ count: Int) -> Int {
        let place = halves[young].used
        unsafe (halves[young].arena + place).update(from: bytes, count: count)
        halves[young].used += count
        return place
    }

    private func link(_ entry: WordEntry) -> WordHandle {
        let index = halves[young].entries.count
        halves[young].entries.append(entry)
        var slot = Int(truncatingIfNeeded: entry.hash) & mask
        while halves[young].slots[slot] >= 0 { slot = (slot + 1) & mask }
        halves[young].slots[slot] = Int32(index)
        return WordHandle(half: UInt8(young), index: Int32(index), stamp: halves[young].stamp)
    }

    /// Keeps a word. `nil` when it is larger than the cache.
    func insert(
        _ word: UnsafeBufferPointer<UInt8>, hash: UInt64, key: UInt64, width: Int, picture: CoverageBox
    ) -> WordHandle? {
        let size = word.count + picture.coverage.count
        guard size + 2 * guardBytes < arenaSize, let base = word.baseAddress else { return nil }
        if !hasRoom(size) {
            young = 1 - young
            halves[young].used = guardBytes
            halves[young].entries.removeAll(keepingCapacity: true)
            for slot in halves[young].slots.indices { halves[young].slots[slot] = -1 }
            halves[young].stamp = nextStamp
            nextStamp &+= 1
        }
        let textOffset = unsafe copy(base, word.count)
        let pictureOffset = unsafe picture.coverage.withUnsafeBufferPointer { bytes in
            unsafe bytes.baseAddress.map { unsafe copy($0, bytes.count) } ?? textOffset
        }
        return link(
            WordEntry(
                hash: hash, key: key, width: Int32(width), left: Int32(picture.left), inkWidth: Int32(picture.width),
                top: Int16(picture.top), rows: Int16(picture.rows), textOffset: Int32(textOffset),
                textCount: Int32(word.count), pictureOffset: Int32(pictureOffset)))
    }

    /// The entry behind a handle with its coverage, or `nil` when it has been dropped.
    @inline(__always)
    func entry(_ handle: WordHandle) -> (entry: WordEntry, coverage: UnsafePointer<UInt8>)? {
        let half = Int(handle.half)
        guard halves[half].stamp == handle.stamp else { return nil }
        let entry = halves[half].entries[Int(handle.index)]
        return unsafe (entry, UnsafePointer(halves[half].arena + Int(entry.pictureOffset)))
    }
}

/// Coverage of a piece of text in canvas rows.
struct CoverageBox {
    /// Left edge relative to the pen.
    var left = 0
    /// Canvas row of the top edge.
    var top = 0
    var width = 0
    var rows = 0
    /// `[rows][width]`.
    var coverage: [UInt8] = []
}
