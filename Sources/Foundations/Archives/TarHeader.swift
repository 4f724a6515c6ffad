/// Headers of tar entries (POSIX.1-2001, `pax` interchange format): regular files of mode 0644, owner 0, time 0.
enum TarHeader {
    static let blockSize = 512
    private static let nameLimit = 100
    /// Eleven octal digits.
    private static let sizeLimit = 1 << 33

    /// Zeros that fill the last block of a content.
    static func padding(after size: Int) -> Int { (blockSize - size % blockSize) % blockSize }

    /// The header of an entry, behind an extended header where the plain one cannot say the name or the size.
    static func blocks(name: String, size: Int) -> [UInt8] {
        let bytes = Array(name.utf8)
        var records: [UInt8] = []
        if bytes.count > nameLimit || bytes.contains(where: { $0 >= 0x80 }) { records += record("path", bytes) }
        if size >= sizeLimit { records += record("size", Array(String(size).utf8)) }
        // Readers that know no extended headers see a name that is near.
        let plain = bytes.map { $0 < 0x80 ? $0 : UInt8(ascii: "_") }
        let header = block(name: plain, size: size < sizeLimit ? size : 0, type: UInt8(ascii: "0"))
        guard !records.isEmpty else { return header }
        let base = plain.split(separator: UInt8(ascii: "/")).last ?? []
        let extended = block(
            name: Array("PaxHeader/".utf8) + base, size: records.count, type: UInt8(ascii: "x"))
        return extended + records + [UInt8](repeating: 0, count: padding(after: records.count)) + header
    }

    /// `length key=value` and a line feed; the length counts itself.
    private static func record(_ key: String, _ value: [UInt8]) -> [UInt8] {
        let rest = Array(" \(key)=".utf8) + value + [0x0A]
        var length = rest.count
        while String(length).utf8.count + rest.count != length { length = String(length).utf8.count + rest.count }
        return Array(String(length).utf8) + rest
    }

    private static func block(name: [UInt8], size: Int, type: UInt8) -> [UInt8] {
        var block = [UInt8](repeating: 0, count: blockSize)
        func put(_ bytes: some Sequence<UInt8>, at offset: Int) {
            for (index, byte) in bytes.enumerated() { block[offset + index] = byte }
        }
        func octal(_ value: Int, digits: Int) -> [UInt8] {
            let text = String(value, radix: 8)
            return Array((String(repeating: "0", count: max(0, digits - text.utf8.count)) + text).utf8)
        }
        put(name.prefix(nameLimit), at: 0)
        put(octal(0o644, digits: 7), at: 100)
        put(octal(0, digits: 7), at: 108)
        put(octal(0, digits: 7), at: 116)
        put(octal(size, digits: 11), at: 124)
        put(octal(0, digits: 11), at: 136)
        put(repeatElement(UInt8(ascii: " "), count: 8), at: 148)
        block[156] = type
        put(Array("ustar\u{0}00".utf8), at: 257)
        put(octal(0, digits: 7), at: 329)
        put(octal(0, digits: 7), at: 337)
        let sum = block.reduce(0) { $0 + Int($1) }
        put(octal(sum, digits: 6) + [0, UInt8(ascii: " ")], at: 148)
        return block
    }
}
