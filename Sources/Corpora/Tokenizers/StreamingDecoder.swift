import Foundations

/// Turns ids into text one at a time and gives text out as soon as it is whole UTF-8.
///
/// What ``add(_:)`` and ``finish()`` return is, joined, the text that ``Tokenizer/piece(_:keepsSpecial:)`` gives for the ids
/// as the middle of a text: no white space is stripped where the first piece begins.
public struct StreamingDecoder: Sendable {
    private let tokenizer: any Tokenizer
    private let keepsSpecial: Bool
    private var pending: [UInt8] = []

    /// A decoder at the beginning of a text or behind one.
    public init(_ tokenizer: any Tokenizer, keepsSpecial: Bool = false) {
        self.tokenizer = tokenizer
        self.keepsSpecial = keepsSpecial
    }

    /// The text that is certain with this id, empty where a character still lacks bytes. Bytes that begin no character become
    /// U+FFFD.
    public mutating func add(_ id: Int32) -> String {
        pending.append(contentsOf: tokenizer.piece(id, keepsSpecial: keepsSpecial))
        let whole = pending.count - Self.openBytes(pending)
        let text = String(decoding: pending[..<whole], as: UTF8.self)
        pending.removeFirst(whole)
        return text
    }

    /// What is left: U+FFFD for a character that lacks bytes, otherwise nothing.
    public mutating func finish() -> String {
        defer { pending = [] }
        return String(decoding: pending, as: UTF8.self)
    }

    /// How many bytes at the end begin a character that further bytes may complete.
    private static func openBytes(_ bytes: [UInt8]) -> Int {
        for length in 1...3 where length <= bytes.count {
            let lead = bytes[bytes.count - length]
            if lead & 0xC0 == 0x80 { continue }
            let wanted = lead >= 0xF0 ? 4 : lead >= 0xE0 ? 3 : lead >= 0xC0 ? 2 : 1
            guard wanted > length else { return 0 }
            // A beginning that no bytes complete is ill-formed now.
            let filled = Array(bytes[(bytes.count - length)...]) + [0x80, 0x80, 0x80].prefix(wanted - length)
            let other = Array(bytes[(bytes.count - length)...]) + [0xBF, 0xBF, 0xBF].prefix(wanted - length)
            let isOpen = UTF8Text.firstInvalid(in: filled) == nil || UTF8Text.firstInvalid(in: other) == nil
            return isOpen ? length : 0
        }
        return 0
    }
}
