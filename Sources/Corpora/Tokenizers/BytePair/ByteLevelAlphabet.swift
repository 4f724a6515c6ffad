/// The characters that stand for bytes in the files of byte-level tokenizers: printable Latin-1 for itself, the other 68
/// bytes as U+0100 to U+0143 (GPT-2).
enum ByteLevelAlphabet {
    /// The character of each byte.
    static let scalars: [Unicode.Scalar] = {
        var next: UInt32 = 0x100
        return (0..<256).map { (byte: UInt32) -> Unicode.Scalar in
            if isPlain(byte) { return Unicode.Scalar(UInt8(byte)) }
            defer { next += 1 }
            return Unicode.Scalar(next) ?? " "
        }
    }()

    /// The byte of each character below U+0144; -1 where a character stands for none.
    static let bytes: [Int16] = {
        var result = [Int16](repeating: -1, count: 0x144)
        for (byte, scalar) in scalars.enumerated() { result[Int(scalar.value)] = Int16(byte) }
        return result
    }()

    private static func isPlain(_ byte: UInt32) -> Bool {
        (0x21...0x7E).contains(byte) || (0xA1...0xAC).contains(byte) || (0xAE...0xFF).contains(byte)
    }

    /// Appends the bytes that a spelled token stands for; `false`, and nothing appended, when some character of it stands
    /// for no byte.
    static func unspell(_ spelled: some Collection<UInt8>, into output: inout [UInt8]) -> Bool {
        let start = output.count
        var lead: UInt8 = 0
        for byte in spelled {
            var point = Int(byte)
            if lead != 0 {
                point = Int(lead & 0x1F) << 6 | Int(byte & 0x3F)
                lead = 0
            } else if byte >= 0xC2, byte <= 0xC5 {
                lead = byte
                continue
            } else if byte >= 0x80 {
                point = bytes.count
            }
            guard point < bytes.count, bytes[point] >= 0 else {
                output.removeLast(output.count - start)
                return false
            }
            output.append(UInt8(bytes[point]))
        }
        if lead == 0 { return true }
        output.removeLast(output.count - start)
        return false
    }

    /// Appends the spelling of some bytes, in UTF-8.
    static func spell(_ token: some Collection<UInt8>, into output: inout [UInt8]) {
        for byte in token {
            let point = scalars[Int(byte)].value
            if point < 0x80 {
                output.append(UInt8(point))
            } else {
                output.append(0xC0 | UInt8(point >> 6))
                output.append(0x80 | UInt8(point & 0x3F))
            }
        }
    }
}
