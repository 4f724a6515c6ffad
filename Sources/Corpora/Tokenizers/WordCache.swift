/// Ids of words met before: a table of two places for each hash, and a buffer that is emptied when it is full.
@safe
final class WordCache {
    /// Longer words are not kept.
    static let lengthLimit = 255

    private struct Entry {
        var hash: UInt64 = 0
        /// Where the ids, then the bytes of the word, stand in the buffer, in units of four bytes.
        var place: UInt32 = 0
        var idCount: UInt16 = 0
        /// Bytes of the word; 0 where there is none.
        var length: UInt16 = 0
    }

    private static let entryCount = 1 << 15
    private static let bufferCount = 1 << 19

    private let entries: UnsafeMutablePointer<Entry>
    private let buffer: UnsafeMutablePointer<Int32>
    private var used = 0

    init() {
        unsafe entries = .allocate(capacity: Self.entryCount)
        unsafe entries.initialize(repeating: Entry(), count: Self.entryCount)
        unsafe buffer = .allocate(capacity: Self.bufferCount)
    }

    deinit {
        unsafe entries.deallocate()
        unsafe buffer.deallocate()
    }

    /// The ids of a word, valid until the next ``insert(_:hash:ids:)``; `nil` where it is not known.
    @inline(__always)
    func find(_ word: UnsafePointer<UInt8>, _ length: Int, hash: UInt64) -> UnsafeBufferPointer<Int32>? {
        let first = Int(truncatingIfNeeded: hash) & (Self.entryCount - 2)
        for place in first...first + 1 {
            let entry = unsafe entries[place]
            guard entry.hash == hash, Int(entry.length) == length else { continue }
            let ids = unsafe buffer + Int(entry.place)
            let key = unsafe UnsafeRawPointer(ids + Int(entry.idCount))
            if unsafe Self.equal(key, UnsafeRawPointer(word), length) {
                return unsafe UnsafeBufferPointer(start: ids, count: Int(entry.idCount))
            }
        }
        return nil
    }

    /// Keeps the ids of a word that is not known, in place of one of the same hash where both places are taken.
    func insert(_ word: UnsafePointer<UInt8>, _ length: Int, hash: UInt64, ids: UnsafeBufferPointer<Int32>) {
        guard length > 0, length <= Self.lengthLimit, ids.count <= Self.lengthLimit else { return }
        let size = ids.count + (length + 3) / 4
        if used + size > Self.bufferCount {
            used = 0
            unsafe entries.update(repeating: Entry(), count: Self.entryCount)
        }
        let first = Int(truncatingIfNeeded: hash) & (Self.entryCount - 2)
        // The older entry moves to the second place.
        if unsafe entries[first].length > 0 { unsafe entries[first + 1] = unsafe entries[first] }
        unsafe entries[first] = Entry(
            hash: hash, place: UInt32(used), idCount: UInt16(ids.count), length: UInt16(length))
        let target = unsafe buffer + used
        for index in ids.indices { unsafe target[index] = unsafe ids[index] }
        unsafe UnsafeMutableRawPointer(target + ids.count).copyMemory(from: word, byteCount: length)
        used += size
    }

    @inline(__always)
    private static func equal(_ a: UnsafeRawPointer, _ b: UnsafeRawPointer, _ count: Int) -> Bool {
        var place = 0
        while place + 8 <= count {
            if unsafe a.loadUnaligned(fromByteOffset: place, as: UInt64.self)
                != b.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            {
                return false
            }
            place += 8
        }
        while place < count {
            if unsafe a.load(fromByteOffset: place, as: UInt8.self) != b.load(fromByteOffset: place, as: UInt8.self) {
                return false
            }
            place += 1
        }
        return true
    }
}
