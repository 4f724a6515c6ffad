/// Many short byte strings in one buffer.
struct ByteStrings: Sendable {
    private(set) var bytes: [UInt8] = []
    /// Where each string begins, and the end of the last.
    private(set) var starts: [Int] = [0]

    var count: Int { starts.count - 1 }

    func range(_ index: Int) -> Range<Int> { starts[index]..<starts[index + 1] }

    subscript(_ index: Int) -> ArraySlice<UInt8> { bytes[range(index)] }

    mutating func append(_ string: some Collection<UInt8>) {
        bytes.append(contentsOf: string)
        starts.append(bytes.count)
    }

    /// Appends what `body` appends to the buffer as one string.
    mutating func append<E: Error>(with body: (inout [UInt8]) throws(E) -> Void) throws(E) {
        try body(&bytes)
        starts.append(bytes.count)
    }

    mutating func removeLast() {
        starts.removeLast()
        bytes.removeLast(bytes.count - starts[count])
    }

    func text(_ index: Int) -> String { String(decoding: self[index], as: UTF8.self) }
}

/// Finds byte strings by their bytes: a table of open addressing over places in a ``ByteStrings``.
struct ByteStringIndex: Sendable {
    private var slots: [Int32]
    private let mask: Int

    /// An index for at most `capacity` strings.
    init(capacity: Int) {
        var size = 16
        while size < capacity * 2 { size *= 2 }
        slots = Array(repeating: -1, count: size)
        mask = size - 1
    }

    /// Enters a string under its place; the place of an equal string that is there already is returned instead.
    mutating func insert(_ place: Int, of strings: ByteStrings) -> Int? {
        let range = strings.range(place)
        return unsafe strings.bytes.withUnsafeBufferPointer { bytes in
            let key = unsafe UnsafeBufferPointer(rebasing: bytes[range])
            let slot = unsafe slot(of: key, in: strings.starts, bytes)
            if slots[slot] >= 0 { return Int(slots[slot]) }
            slots[slot] = Int32(place)
            return nil
        }
    }

    /// The place of a string.
    func find(_ key: UnsafeBufferPointer<UInt8>, in strings: ByteStrings) -> Int? {
        let found = unsafe strings.bytes.withUnsafeBufferPointer { bytes in
            slots[unsafe slot(of: key, in: strings.starts, bytes)]
        }
        return found < 0 ? nil : Int(found)
    }

    /// The place of a string.
    func find(_ key: some Collection<UInt8>, in strings: ByteStrings) -> Int? {
        let found: Int?? = key.withContiguousStorageIfAvailable { unsafe find($0, in: strings) }
        if let found { return found }
        return unsafe Array(key).withUnsafeBufferPointer { unsafe find($0, in: strings) }
    }

    private func slot(
        of key: UnsafeBufferPointer<UInt8>, in starts: [Int], _ bytes: UnsafeBufferPointer<UInt8>
    ) -> Int {
        var slot = Int(truncatingIfNeeded: unsafe ByteHash.of(key)) & mask
        while slots[slot] >= 0 {
            let place = Int(slots[slot])
            let (start, end) = (starts[place], starts[place + 1])
            if end - start == key.count, unsafe ByteHash.equal(key, bytes, at: start) { break }
            slot = (slot + 1) & mask
        }
        return slot
    }
}

/// A quick hash of short byte strings.
enum ByteHash {
    @inline(__always)
    static func of(_ key: UnsafeBufferPointer<UInt8>) -> UInt64 {
        guard let base = key.baseAddress else { return 0 }
        return unsafe of(base, key.count)
    }

    @inline(__always)
    static func of(_ base: UnsafePointer<UInt8>, _ count: Int) -> UInt64 {
        let raw = unsafe UnsafeRawPointer(base)
        var hash = UInt64(truncatingIfNeeded: count) &* 0x9E37_79B9_7F4A_7C15
        var place = 0
        while place + 8 <= count {
            let word = unsafe raw.loadUnaligned(fromByteOffset: place, as: UInt64.self)
            hash = mixed(hash ^ word)
            place += 8
        }
        let rest = count - place
        if rest >= 4 {
            let low = UInt64(unsafe raw.loadUnaligned(fromByteOffset: place, as: UInt32.self))
            let high = UInt64(unsafe raw.loadUnaligned(fromByteOffset: count - 4, as: UInt32.self))
            hash = mixed(hash ^ (low | high << 32))
        } else if rest > 0 {
            let low = UInt64(unsafe base[place])
            let middle = UInt64(unsafe base[place + rest / 2])
            let high = UInt64(unsafe base[count - 1])
            hash = mixed(hash ^ (low | middle << 8 | high << 16))
        }
        return hash
    }

    @inline(__always)
    private static func mixed(_ value: UInt64) -> UInt64 {
        let product = value.multipliedFullWidth(by: 0xD6E8_FEB8_6659_FD93)
        return product.high ^ product.low
    }

    @inline(__always)
    static func equal(
        _ key: UnsafeBufferPointer<UInt8>, _ bytes: UnsafeBufferPointer<UInt8>, at start: Int
    ) -> Bool {
        for index in key.indices where unsafe key[index] != bytes[start + index] { return false }
        return true
    }
}
