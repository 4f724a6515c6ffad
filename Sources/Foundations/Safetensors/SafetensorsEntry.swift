/// What a safetensors header says about one tensor.
public struct SafetensorsEntry: Sendable, Equatable {
    /// The name. Names are compared by their UTF-8 bytes.
    public let name: String
    /// How the numbers are stored.
    public let type: SafetensorsType
    /// Sizes, outermost first; empty for one number.
    public let shape: [Int]
    /// Which bytes of the file hold the numbers.
    public let bytes: Range<Int>

    /// How many numbers there are.
    public var count: Int { bytes.count / type.byteCount }

    /// A name as it is compared with others: by its UTF-8 bytes, where `String` would take two spellings of a letter for one.
    struct Key: Hashable {
        let bytes: [UInt8]

        init(_ name: String) { bytes = Array(name.utf8) }

        func hash(into hasher: inout Hasher) {
            unsafe bytes.withUnsafeBytes { bytes in unsafe hasher.combine(bytes: bytes) }
        }
    }

    /// Whether a name holds a control character (U+0000 to U+001F, U+007F to U+009F), which no tensor needs and terminals obey.
    static func hasControl(_ name: [UInt8]) -> Bool {
        var last: UInt8 = 0
        for byte in name {
            if byte < 0x20 || byte == 0x7F || last == 0xC2 && byte < 0xA0 { return true }
            last = byte
        }
        return false
    }
}
