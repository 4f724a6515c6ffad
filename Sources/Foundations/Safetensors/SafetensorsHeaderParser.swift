/// Reads the JSON of a safetensors header by its own grammar, so that nothing is kept that does not belong there.
struct SafetensorsHeaderParser {
    /// More dimensions than any program of tensors takes.
    static let rankLimit = 64
    /// The header begins behind its length.
    static let byteOffset = 8

    private let path: String
    private(set) var metadata: [String: String]?
    private(set) var drafts: [SafetensorsDraft] = []
    /// Places in `drafts`.
    private(set) var names: [SafetensorsEntry.Key: Int] = [:]
    /// What is wrong beyond the syntax of JSON.
    private var failure: SafetensorsError?

    init(path: String) { self.path = path }

    /// Reads the whole header.
    mutating func read(_ text: Span<UInt8>) throws(SafetensorsError) {
        if let offset = UTF8Text.firstInvalid(in: text) {
            throw .notJSON(path: path, error: .invalidUTF8(byteOffset: Self.byteOffset + offset))
        }
        guard text.count > 0, text[0] == UInt8(ascii: "{") else {
            let got = text.count == 0 ? "nothing" : "byte \(text[0])"
            throw .header(path: path, byteOffset: Self.byteOffset, expected: "a header that begins with {", got: got)
        }
        var scanner = JSONScanner()
        scanner.rejectDuplicates = true
        scanner.keepsSpelling = true
        do throws(JSONError) {
            try scanner.object(text, depth: 0) { (scanner, key) throws(JSONError) in
                try self.field(&scanner, text, key)
            }
            try scanner.end(text)
        } catch {
            throw failure ?? .notJSON(path: path, error: error.moved(by: Self.byteOffset))
        }
    }

    /// Notes what is wrong, for `read` to throw instead of the error that it returns.
    private mutating func refuse(_ error: SafetensorsError, at offset: Int) -> JSONError {
        failure = error
        return .syntax(byteOffset: offset, expected: "")
    }

    private mutating func field(
        _ scanner: inout JSONScanner, _ text: Span<UInt8>, _ key: JSONScanner.RawString
    ) throws(JSONError) {
        let name = try self.text(&scanner, text, key)
        if name == "__metadata__" { return try readMetadata(&scanner, text, offset: key.range.lowerBound - 1) }
        var entry = EntryFields(name: name, byteOffset: Self.byteOffset + key.range.lowerBound - 1)
        let key = SafetensorsEntry.Key(name)
        if SafetensorsEntry.hasControl(key.bytes) {
            throw refuse(
                wrong(entry, "a name without control characters", SafetensorsError.shown(name)),
                at: scanner.position)
        }
        guard names.updateValue(drafts.count, forKey: key) == nil else {
            throw refuse(wrong(entry, "each name once", "the name a second time"), at: scanner.position)
        }
        try need(UInt8(ascii: "{"), "an object", &scanner, text, entry)
        try scanner.object(text, depth: 1) { (scanner, key) throws(JSONError) in
            let part = scanner.spelled(text, key)
            switch part {
            case "dtype" where entry.type == nil: try self.readType(&scanner, text, &entry)
            case "shape" where entry.shape == nil: try self.readShape(&scanner, text, &entry)
            case "data_offsets" where entry.offsets == nil: try self.readOffsets(&scanner, text, &entry)
            default:
                let expected = "dtype, shape and data_offsets, each once"
                let got = "the key \(SafetensorsError.shown(part))"
                throw self.refuse(self.wrong(entry, expected, got), at: key.range.lowerBound)
            }
        }
        guard let type = entry.type, let shape = entry.shape, let offsets = entry.offsets else {
            let lacking = [
                entry.type == nil ? "dtype" : nil, entry.shape == nil ? "shape" : nil,
                entry.offsets == nil ? "data_offsets" : nil,
            ].compactMap { $0 }
            let got = "no \(lacking.joined(separator: ", no "))"
            throw refuse(wrong(entry, "dtype, shape and data_offsets", got), at: scanner.position)
        }
        drafts.append(
            SafetensorsDraft(
                name: name, byteOffset: entry.byteOffset, type: type, shape: shape, begin: offsets.0, end: offsets.1))
    }

    private mutating func readMetadata(
        _ scanner: inout JSONScanner, _ text: Span<UInt8>, offset: Int
    ) throws(JSONError) {
        let outer = EntryFields(name: "__metadata__", byteOffset: Self.byteOffset + offset)
        guard metadata == nil else { throw refuse(wrong(outer, "each name once", "it a second time"), at: offset) }
        try need(UInt8(ascii: "{"), "an object of strings", &scanner, text, outer)
        var fields: [String: String] = [:]
        try scanner.object(text, depth: 1) { (scanner, key) throws(JSONError) in
            let name = try self.text(&scanner, text, key)
            let place = "a string at \(SafetensorsError.shown(name))"
            try self.need(UInt8(ascii: "\""), place, &scanner, text, outer)
            let value = try self.text(&scanner, text, try scanner.rawString(text))
            if fields.updateValue(value, forKey: name) != nil {
                let got = "\(SafetensorsError.shown(name)) a second time"
                throw self.refuse(self.wrong(outer, "each key once", got), at: key.range.lowerBound)
            }
        }
        metadata = fields
    }

    private mutating func readType(
        _ scanner: inout JSONScanner, _ text: Span<UInt8>, _ entry: inout EntryFields
    ) throws(JSONError) {
        try need(UInt8(ascii: "\""), "a string as dtype", &scanner, text, entry)
        let start = scanner.position
        let spelled = scanner.spelled(text, try scanner.rawString(text))
        guard let type = SafetensorsType(rawValue: spelled) else {
            throw refuse(.unknownType(path: path, name: entry.name, got: spelled), at: start)
        }
        entry.type = type
    }

    private mutating func readShape(
        _ scanner: inout JSONScanner, _ text: Span<UInt8>, _ entry: inout EntryFields
    ) throws(JSONError) {
        entry.shape = try integers(&scanner, text, entry, of: "shape", limit: Self.rankLimit)
    }

    private mutating func readOffsets(
        _ scanner: inout JSONScanner, _ text: Span<UInt8>, _ entry: inout EntryFields
    ) throws(JSONError) {
        let numbers = try integers(&scanner, text, entry, of: "data_offsets", limit: 2)
        guard numbers.count == 2 else {
            throw refuse(wrong(entry, "two data_offsets", "\(numbers.count)"), at: scanner.position)
        }
        entry.offsets = (numbers[0], numbers[1])
    }

    /// An array of at most `limit` integers from 0 on.
    private mutating func integers(
        _ scanner: inout JSONScanner, _ text: Span<UInt8>, _ entry: EntryFields, of key: String, limit: Int
    ) throws(JSONError) -> [Int] {
        try need(UInt8(ascii: "["), "an array as \(key)", &scanner, text, entry)
        var numbers: [Int] = []
        try scanner.array(text, depth: 2) { (scanner) throws(JSONError) in
            let start = scanner.position
            let byte = try scanner.peek(text)
            guard byte == UInt8(ascii: "-") || byte &- UInt8(ascii: "0") < 10 else {
                let got = Self.kind(byte)
                throw self.refuse(self.wrong(entry, "integers in \(key)", got), at: start)
            }
            let value = try scanner.value(text, depth: 3)
            guard case .integer(let number) = value, number >= 0 else {
                let got = SafetensorsError.shown(scanner.plain(text, start..<scanner.position))
                throw self.refuse(self.wrong(entry, "integers from 0 to 2^63 - 1 in \(key)", got), at: start)
            }
            guard numbers.count < limit else {
                throw self.refuse(self.wrong(entry, "at most \(limit) numbers in \(key)", "more"), at: start)
            }
            numbers.append(number)
        }
        return numbers
    }

    /// The value at the position must begin with `byte`.
    private mutating func need(
        _ byte: UInt8, _ expected: String, _ scanner: inout JSONScanner, _ text: Span<UInt8>, _ entry: EntryFields
    ) throws(JSONError) {
        let got = try scanner.peek(text)
        if got != byte { throw refuse(wrong(entry, expected, Self.kind(got)), at: scanner.position) }
    }

    /// The text of a string, in which no surrogate may stand alone.
    private mutating func text(
        _ scanner: inout JSONScanner, _ text: Span<UInt8>, _ raw: JSONScanner.RawString
    ) throws(JSONError) -> String {
        let result = scanner.spelled(text, raw)
        if scanner.loneSurrogates > 0 {
            let offset = Self.byteOffset + raw.range.lowerBound
            throw refuse(
                .header(path: path, byteOffset: offset, expected: "Unicode text", got: "a lone surrogate escape"),
                at: offset)
        }
        return result
    }

    private func wrong(_ entry: EntryFields, _ expected: String, _ got: String) -> SafetensorsError {
        .tensor(path: path, name: entry.name, byteOffset: entry.byteOffset, expected: expected, got: got)
    }

    /// What begins with this byte, in words.
    private static func kind(_ byte: UInt8) -> String {
        switch byte {
        case UInt8(ascii: "{"): "an object"
        case UInt8(ascii: "["): "an array"
        case UInt8(ascii: "\""): "a string"
        case UInt8(ascii: "t"), UInt8(ascii: "f"): "a boolean"
        case UInt8(ascii: "n"): "null"
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): "a number"
        default: "byte \(byte)"
        }
    }

    /// An entry while it is read.
    private struct EntryFields {
        let name: String
        let byteOffset: Int
        var type: SafetensorsType?
        var shape: [Int]?
        var offsets: (Int, Int)?
    }
}

extension JSONError {
    /// The same error in a text that begins `count` bytes earlier.
    func moved(by count: Int) -> JSONError {
        switch self {
        case .syntax(let offset, let expected): .syntax(byteOffset: offset + count, expected: expected)
        case .unexpectedEnd(let offset): .unexpectedEnd(byteOffset: offset + count)
        case .invalidUTF8(let offset): .invalidUTF8(byteOffset: offset + count)
        case .tooDeep(let offset, let limit): .tooDeep(byteOffset: offset + count, limit: limit)
        case .duplicateKey(let offset, let key): .duplicateKey(byteOffset: offset + count, key: key)
        }
    }
}
