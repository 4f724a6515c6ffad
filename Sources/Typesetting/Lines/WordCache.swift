internal import CKernels

/// What a piece of a line keeps of a word: where it stands, and a stamp that tells whether it still stands there.
struct WordHandle: Equatable, Sendable {
    var half: UInt8
    var index: Int32
    var stamp: UInt32
}

/// A glyph of a kept word: 8 bytes.
struct WordGlyph {
    var glyph: UInt32
    /// Column of the glyph's origin relative to the pen, canvas row of the origin.
    var x: Int16
    var y: Int16
}

/// What a word is looked up by: its bytes and the context key, hashed, with the first 16 bytes at hand.
struct WordKey {
    var context: UInt64
    var hash: UInt64
    var head: UInt64
    var second: UInt64
}

/// A kept word: its advance, its glyphs, and from its second appearance on its finished coverage.
struct WordEntry {
    var key: WordKey
    /// Offsets into the arena of the word's bytes, its glyphs, and its coverage; coverage is -1 until drawn.
    var text: Int32
    var glyphs: Int32
    var picture: Int32
    /// Advance in pixels.
    var width: Int32
    /// Ink box: left edge relative to the pen, columns.
    var left: Int32
    var inkWidth: Int32
    /// Ink box: top row of the canvas, rows.
    var top: Int16
    var rows: Int16
    var textCount: UInt16
    var glyphCount: UInt16
}

/// Words keyed by their bytes and by everything else that decides their pixels.
///
/// Two halves of equal size: new words go to the young half; when it is full the old half is dropped and the halves
/// change places; a word found in the old half moves to the young one. Memory is bounded, words in use stay, and
/// what is found never changes a pixel. A hit costs one hash and one comparison of bytes. A word seen once costs
/// the room of its glyphs only; its picture is made when it comes again.
@safe
final class WordCache {
    /// One half: an arena, entries, and an open-addressed index of them.
    @safe
    private final class Half {
        let arena: UnsafeMutablePointer<UInt8>
        let entries: UnsafeMutablePointer<WordEntry>
        /// High half: high half of the word's hash. Low half: entry, -1 when free.
        let slots: UnsafeMutablePointer<UInt64>
        private let slotCount: Int
        var used = 0
        var count = 0
        var stamp: UInt32

        init(arenaSize: Int, slotCount: Int, stamp: UInt32) {
            // Pages that nobody touches cost nothing, so the arena is not filled.
            unsafe arena = UnsafeMutablePointer<UInt8>.allocate(capacity: arenaSize)
            unsafe entries = UnsafeMutablePointer<WordEntry>.allocate(capacity: slotCount / 2)
            unsafe slots = UnsafeMutablePointer<UInt64>.allocate(capacity: slotCount)
            self.slotCount = slotCount
            self.stamp = stamp
            clear(stamp: stamp)
        }

        deinit {
            unsafe arena.deallocate()
            unsafe entries.deallocate()
            unsafe slots.deallocate()
        }

        func clear(stamp: UInt32) {
            unsafe slots.update(repeating: WordCache.free, count: slotCount)
            used = Int(LP_PRESS_GUARD)
            count = 0
            self.stamp = stamp
        }
    }

    private static let free = UInt64(UInt32.max)
    private var young: Half
    private var old: Half
    private var youngNumber: UInt8 = 0
    private var nextStamp: UInt32 = 2
    private let arenaSize: Int
    private let mask: Int
    private let entryLimit: Int
    /// Look-ups that found their word, and all look-ups.
    private(set) var hits = 0
    private(set) var lookups = 0

    /// - Parameter bytes: memory of both halves together, about.
    init(bytes: Int) {
        arenaSize = bytes / 2 * 3 / 4
        var slots = 64
        while slots * 192 < arenaSize { slots *= 2 }
        mask = slots - 1
        entryLimit = slots / 2
        young = Half(arenaSize: arenaSize, slotCount: slots, stamp: 0)
        old = Half(arenaSize: arenaSize, slotCount: slots, stamp: 1)
    }

    /// The key of `text[range]` in a context.
    @inline(__always)
    static func key(_ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, context: UInt64) -> WordKey {
        let head = unsafe block(text, range.lowerBound, range.upperBound)
        let second = unsafe range.count > 8 ? block(text, range.lowerBound &+ 8, range.upperBound) : 0
        var hash = mix(head ^ context ^ 0x9E37_79B9_7F4A_7C15)
        if range.count > 8 { hash = mix(hash ^ second) }
        var place = range.lowerBound &+ 16
        while place < range.upperBound {
            let more = unsafe block(text, place, range.upperBound)
            hash = mix(hash ^ more)
            place &+= 8
        }
        return WordKey(context: context, hash: mix(hash ^ UInt64(range.count)), head: head, second: second)
    }

    /// Up to 8 bytes from `place` on, missing ones 0.
    @inline(__always)
    private static func block(_ text: UnsafeBufferPointer<UInt8>, _ place: Int, _ end: Int) -> UInt64 {
        guard let base = unsafe UnsafeRawPointer(text.baseAddress) else { return 0 }
        let left = end &- place
        if place &+ 8 <= text.count {
            let block = unsafe base.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            return left >= 8 ? block : block & ((1 << UInt64(truncatingIfNeeded: 8 &* left)) &- 1)
        }
        var block: UInt64 = 0
        for index in 0..<min(left, 8) {
            let byte = unsafe base.load(fromByteOffset: place &+ index, as: UInt8.self)
            block |= UInt64(byte) << UInt64(truncatingIfNeeded: 8 &* index)
        }
        return block
    }

    @inline(__always)
    private static func mix(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }

    /// The word's handle and advance, or `nil`. `wantsPicture` tells that it has glyphs but no picture yet.
    @inline(__always)
    func find(
        _ word: UnsafeBufferPointer<UInt8>, _ key: WordKey
    ) -> (handle: WordHandle, width: Int32, wantsPicture: Bool)? {
        lookups &+= 1
        let index = unsafe search(young, word, key)
        if index >= 0 {
            hits &+= 1
            let entry = unsafe young.entries + index
            return unsafe (
                WordHandle(half: youngNumber, index: Int32(truncatingIfNeeded: index), stamp: young.stamp),
                entry.pointee.width, entry.pointee.picture < 0
            )
        }
        return unsafe findOld(word, key)
    }

    @inline(never)
    private func findOld(
        _ word: UnsafeBufferPointer<UInt8>, _ key: WordKey
    ) -> (handle: WordHandle, width: Int32, wantsPicture: Bool)? {
        let index = unsafe search(old, word, key)
        guard index >= 0 else { return nil }
        hits &+= 1
        return promote(index)
    }

    @inline(__always)
    private func search(_ half: Half, _ word: UnsafeBufferPointer<UInt8>, _ key: WordKey) -> Int {
        var slot = Int(truncatingIfNeeded: key.hash) & mask
        while true {
            let value = unsafe half.slots[slot]
            if value == Self.free { return -1 }
            if (value ^ key.hash) >> 32 == 0 {
                let index = Int(truncatingIfNeeded: value & 0xFFFF_FFFF)
                let entry = unsafe half.entries + index
                if unsafe entry.pointee.key.head == key.head && entry.pointee.key.context == key.context
                    && entry.pointee.key.second == key.second && Int(entry.pointee.textCount) == word.count
                    && (word.count <= 16 || Self.equal(half.arena + Int(entry.pointee.text), word))
                {
                    return index
                }
            }
            slot = (slot &+ 1) & mask
        }
    }

    @inline(__always)
    private static func equal(_ stored: UnsafeMutablePointer<UInt8>, _ word: UnsafeBufferPointer<UInt8>) -> Bool {
        var index = 16
        let stored = UnsafeRawPointer(stored)
        let other = UnsafeRawBufferPointer(word)
        while index &+ 8 <= word.count {
            let one = unsafe stored.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            let two = unsafe other.loadUnaligned(fromByteOffset: index, as: UInt64.self)
            if one != two { return false }
            index &+= 8
        }
        while index < word.count {
            if unsafe stored.load(fromByteOffset: index, as: UInt8.self) != word[index] { return false }
            index &+= 1
        }
        return true
    }

    /// Moves a word from the old half to the young one, where there is room.
    private func promote(_ index: Int) -> (handle: WordHandle, width: Int32, wantsPicture: Bool) {
        let entry = unsafe old.entries[index]
        let pictureBytes = entry.picture < 0 ? 0 : Int(entry.inkWidth) * Int(entry.rows)
        guard hasRoom(Int(entry.textCount) + Int(entry.glyphCount) * 8 + pictureBytes) else {
            return (
                WordHandle(half: 1 - youngNumber, index: Int32(index), stamp: old.stamp), entry.width, false
            )
        }
        var moved = entry
        moved.text = unsafe keep(old.arena + Int(entry.text), Int(entry.textCount))
        moved.glyphs = unsafe keep(old.arena + Int(entry.glyphs), Int(entry.glyphCount) * 8)
        if entry.picture >= 0 { moved.picture = unsafe keep(old.arena + Int(entry.picture), pictureBytes) }
        return (link(moved), entry.width, entry.picture < 0)
    }

    private func hasRoom(_ size: Int) -> Bool {
        young.used + size + Int(LP_PRESS_GUARD) <= arenaSize && young.count < entryLimit
    }

    private func keep(_ bytes: UnsafeMutablePointer<UInt8>, _ count: Int) -> Int32 {
        let place = young.used
        unsafe (young.arena + place).update(from: bytes, count: count)
        young.used += count
        return Int32(place)
    }

    private func link(_ entry: WordEntry) -> WordHandle {
        let index = young.count
        unsafe (young.entries + index).initialize(to: entry)
        young.count += 1
        var slot = Int(truncatingIfNeeded: entry.key.hash) & mask
        while unsafe young.slots[slot] != Self.free { slot = (slot + 1) & mask }
        unsafe young.slots[slot] = entry.key.hash & 0xFFFF_FFFF_0000_0000 | UInt64(index)
        return WordHandle(half: youngNumber, index: Int32(index), stamp: young.stamp)
    }

    /// Keeps a word's glyphs. `nil` when it is larger than the cache.
    func insert(
        _ word: UnsafeBufferPointer<UInt8>, _ key: WordKey, width: Int, glyphs: [WordGlyph]
    ) -> WordHandle? {
        let size = word.count + glyphs.count * 8
        guard size + 2 * Int(LP_PRESS_GUARD) < arenaSize, let base = word.baseAddress else { return nil }
        if !hasRoom(size) {
            swap(&young, &old)
            youngNumber = 1 - youngNumber
            young.clear(stamp: nextStamp)
            nextStamp &+= 1
        }
        let text = unsafe keep(UnsafeMutablePointer(mutating: base), word.count)
        let list = young.used
        unsafe glyphs.withUnsafeBytes { bytes in
            guard let start = bytes.baseAddress else { return }
            unsafe UnsafeMutableRawPointer(young.arena + list).copyMemory(from: start, byteCount: bytes.count)
        }
        young.used += glyphs.count * 8
        return link(
            WordEntry(
                key: key, text: text, glyphs: Int32(list), picture: -1, width: Int32(width), left: 0,
                inkWidth: 0, top: 0, rows: 0, textCount: UInt16(word.count), glyphCount: UInt16(glyphs.count)))
    }

    /// Room for a word's picture, filled with 0, or `nil` when there is none left.
    func startPicture(_ handle: WordHandle, _ box: CoverageBox) -> UnsafeMutablePointer<UInt8>? {
        guard handle.half == youngNumber, handle.stamp == young.stamp, hasRoom(box.width * box.rows) else {
            return nil
        }
        let place = young.used
        young.used += box.width * box.rows
        let entry = unsafe young.entries + Int(handle.index)
        unsafe entry.pointee.picture = Int32(place)
        unsafe entry.pointee.left = Int32(box.left)
        unsafe entry.pointee.inkWidth = Int32(box.width)
        unsafe entry.pointee.top = Int16(box.top)
        unsafe entry.pointee.rows = Int16(box.rows)
        unsafe (young.arena + place).update(repeating: 0, count: box.width * box.rows)
        return unsafe young.arena + place
    }

    /// The entry behind a handle and the arena it points into, or `nil` when it has been dropped.
    @inline(__always)
    func entry(_ handle: WordHandle) -> (entry: WordEntry, arena: UnsafeMutablePointer<UInt8>)? {
        let half = handle.half == youngNumber ? young : old
        guard half.stamp == handle.stamp else { return nil }
        return unsafe (half.entries[Int(handle.index)], half.arena)
    }

    /// Calls `body` for each glyph of an entry.
    @inline(__always)
    func forEachGlyph(
        _ entry: WordEntry, _ arena: UnsafeMutablePointer<UInt8>,
        _ body: (WordGlyph) throws(TypesettingError) -> Void
    ) throws(TypesettingError) {
        let list = unsafe UnsafeRawPointer(arena + Int(entry.glyphs))
        for index in 0..<Int(entry.glyphCount) {
            try body(unsafe list.loadUnaligned(fromByteOffset: index * 8, as: WordGlyph.self))
        }
    }
}

/// Where coverage stands: canvas rows, columns relative to the pen.
struct CoverageBox {
    var left = 0
    var top = 0
    var width = 0
    var rows = 0
}
