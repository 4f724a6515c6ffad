import Foundations

/// Looks through a SentencePiece model before the library does, which trusts what it reads.
///
/// The file is a protocol buffer, `ModelProto` of `sentencepiece_model.proto`: pieces (1), trainer (2), normaliser (3) and
/// denormaliser (5).
struct SentencePieceModelFile {
    let path: String
    let bytes: [UInt8]
    /// How many pieces there are.
    private(set) var count = 0

    /// Throws `invalid` with the byte where the file is not as it should be. O(n).
    init(_ bytes: [UInt8], path: String) throws(TokenizerError) {
        self.path = path
        self.bytes = bytes
        var reader = Reader(place: 0, end: bytes.count)
        while let field = try next(&reader) {
            switch (field.number, field.content) {
            case (1, .bytes(let range)): try checkPiece(range)
            case (3, .bytes(let range)), (5, .bytes(let range)): try checkNormaliser(range)
            case (2, .bytes(let range)): try checkMessage(range)
            case (4, .bytes):
                // The library would encode these texts while it opens the file.
                throw wrong(field.place, "no test texts", "self_test_data")
            case (1...5, _): throw wrong(field.place, "a message in field \(field.number)", "a number")
            default: continue
            }
        }
        if count == 0 { throw wrong(bytes.count, "pieces", "none") }
    }

    struct Reader {
        var place: Int
        let end: Int
    }

    struct Field {
        enum Content {
            case number(UInt64)
            case fixed(Range<Int>)
            case bytes(Range<Int>)
        }
        let number: UInt64
        let content: Content
        let place: Int
    }

    private func wrong(_ place: Int, _ expected: String, _ got: String) -> TokenizerError {
        .invalid(path: path, key: "byte \(place)", expected: expected, got: got)
    }

    private func varint(_ reader: inout Reader) throws(TokenizerError) -> UInt64 {
        var result: UInt64 = 0
        for shift in 0..<10 {
            guard reader.place < reader.end else { throw wrong(reader.place, "a number", "the end of its message") }
            let byte = bytes[reader.place]
            reader.place += 1
            result |= UInt64(byte & 0x7F) << UInt64(7 * shift)
            if byte < 0x80 { return result }
        }
        throw wrong(reader.place, "a number of at most ten bytes", "more")
    }

    /// The next field of a message; `nil` behind the last.
    func next(_ reader: inout Reader) throws(TokenizerError) -> Field? {
        guard reader.place < reader.end else { return nil }
        let place = reader.place
        let tag = try varint(&reader)
        let size: UInt64
        switch tag & 7 {
        case 0: return Field(number: tag >> 3, content: .number(try varint(&reader)), place: place)
        case 1: size = 8
        case 2: size = try varint(&reader)
        case 5: size = 4
        default: throw wrong(place, "a field of a SentencePiece model", "wire type \(tag & 7)")
        }
        guard size <= UInt64(reader.end - reader.place) else {
            throw wrong(place, "at most \(reader.end - reader.place) bytes", "a field of \(size)")
        }
        let range = reader.place..<reader.place + Int(size)
        reader.place = range.upperBound
        return Field(number: tag >> 3, content: tag & 7 == 2 ? .bytes(range) : .fixed(range), place: place)
    }

    private func checkMessage(_ range: Range<Int>) throws(TokenizerError) {
        var reader = Reader(place: range.lowerBound, end: range.upperBound)
        while try next(&reader) != nil {}
    }

    /// A piece has a text, a score and a type.
    private mutating func checkPiece(_ range: Range<Int>) throws(TokenizerError) {
        count += 1
        var reader = Reader(place: range.lowerBound, end: range.upperBound)
        var hasText = false
        while let field = try next(&reader) {
            switch (field.number, field.content) {
            case (1, .bytes(let text)):
                hasText = !text.isEmpty
                guard !bytes[text].contains(0) else { throw wrong(field.place, "a piece without zeros", "a zero") }
                if let place = InvalidUTF8.first(in: bytes, text) {
                    throw wrong(place, "UTF-8", "byte \(bytes[place])")
                }
            case (2, .fixed(let score)) where score.count == 4:
                let bits = bytes[score].reversed().reduce(UInt32(0)) { $0 << 8 | UInt32($1) }
                guard Float(bitPattern: bits).isFinite else { throw wrong(field.place, "a finite score", "none") }
            case (3, .number(let kind)):
                guard (1...6).contains(kind) else { throw wrong(field.place, "a type of piece, 1 to 6", "\(kind)") }
            case (1...3, _): throw wrong(field.place, "text, score or type of a piece", "something else")
            default: continue
            }
        }
        if !hasText { throw wrong(range.lowerBound, "a piece with a text", "none") }
    }

    private func checkNormaliser(_ range: Range<Int>) throws(TokenizerError) {
        var reader = Reader(place: range.lowerBound, end: range.upperBound)
        while let field = try next(&reader) {
            if case (2, .bytes(let map)) = (field.number, field.content), !map.isEmpty { try checkMap(map) }
        }
    }

    /// A map of characters: the size of a trie, the trie (Darts, units of four bytes), and texts that end with a zero. The
    /// library follows the trie without a look at its bounds; here every step that a unit can lead to stays within.
    private func checkMap(_ range: Range<Int>) throws(TokenizerError) {
        func unit(_ place: Int) -> UInt32 {
            (0..<4).reversed().reduce(UInt32(0)) { $0 << 8 | UInt32(bytes[place + $1]) }
        }
        guard range.count >= 4, bytes[range.upperBound - 1] == 0 else {
            throw wrong(range.lowerBound, "a map of characters that ends with a zero", "\(range.count) bytes")
        }
        let size = Int(unit(range.lowerBound))
        guard size >= 1024, size % 1024 == 0, size < range.count - 4 else {
            throw wrong(range.lowerBound, "a trie of whole blocks within its map", "\(size) bytes")
        }
        let texts = range.count - 4 - size
        let count = size / 4
        for index in 0..<count {
            let place = range.lowerBound + 4 + 4 * index
            let value = unit(place)
            if value >> 31 == 1 {
                guard Int(value & 0x7FFF_FFFF) < texts else {
                    throw wrong(place, "a text among \(texts) bytes", "place \(value & 0x7FFF_FFFF)")
                }
            } else {
                let offset = Int((value >> 10) << ((value & 0x200) >> 6))
                guard (index ^ offset) | 0xFF < count else {
                    throw wrong(place, "a step to one of \(counted(count, "unit"))", "unit \(index ^ offset)")
                }
            }
        }
    }
}

/// Where a part of some bytes is no UTF-8.
private enum InvalidUTF8 {
    static func first(in bytes: [UInt8], _ range: Range<Int>) -> Int? {
        UTF8Text.firstInvalid(in: Array(bytes[range])).map { range.lowerBound + $0 }
    }
}
