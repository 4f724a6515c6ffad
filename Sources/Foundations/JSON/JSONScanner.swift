/// A strict RFC 8259 reader over well-formed UTF-8. Allocates for the values it returns alone.
struct JSONScanner {
    /// Arrays and objects may nest this deep.
    static let depthLimit = 256

    /// The next byte to read.
    var position = 0
    /// Lone surrogate escapes that became U+FFFD.
    var loneSurrogates = 0
    /// Whether a key that stands twice in an object is an error.
    var rejectDuplicates = false
    /// Whether numbers keep a spelling of their own.
    var keepsSpelling = false

    /// One value with nothing but white space around it.
    mutating func document(_ text: Span<UInt8>) throws(JSONError) -> JSONValue {
        skipSpace(text)
        let result = try value(text, depth: 0)
        try end(text)
        return result
    }

    /// Nothing but white space may follow.
    mutating func end(_ text: Span<UInt8>) throws(JSONError) {
        skipSpace(text)
        if position < text.count { throw .syntax(byteOffset: position, expected: "the end of the text") }
    }

    mutating func value(_ text: Span<UInt8>, depth: Int) throws(JSONError) -> JSONValue {
        switch try peek(text) {
        case UInt8(ascii: "{"):
            var fields: [String: JSONValue] = [:]
            try object(text, depth: depth) { (scanner, key) throws(JSONError) in
                let name = scanner.spelled(text, key)
                let element = try scanner.value(text, depth: depth + 1)
                if fields.updateValue(element, forKey: name) != nil, scanner.rejectDuplicates {
                    throw .duplicateKey(byteOffset: key.range.lowerBound - 1, key: name)
                }
            }
            return .object(fields)
        case UInt8(ascii: "["):
            var elements: [JSONValue] = []
            try array(text, depth: depth) { (scanner) throws(JSONError) in
                elements.append(try scanner.value(text, depth: depth + 1))
            }
            return .array(elements)
        case UInt8(ascii: "\""): return .string(spelled(text, try rawString(text)))
        case UInt8(ascii: "t"):
            try word("true", text)
            return .bool(true)
        case UInt8(ascii: "f"):
            try word("false", text)
            return .bool(false)
        case UInt8(ascii: "n"):
            try word("null", text)
            return .null
        default: return try number(text)
        }
    }

    /// Checks a value without keeping it.
    mutating func skipValue(_ text: Span<UInt8>, depth: Int) throws(JSONError) {
        switch try peek(text) {
        case UInt8(ascii: "{"):
            try object(text, depth: depth) { (scanner, _) throws(JSONError) in
                try scanner.skipValue(text, depth: depth + 1)
            }
        case UInt8(ascii: "["):
            try array(text, depth: depth) { (scanner) throws(JSONError) in
                try scanner.skipValue(text, depth: depth + 1)
            }
        case UInt8(ascii: "\""): _ = try rawString(text)
        case UInt8(ascii: "t"), UInt8(ascii: "f"), UInt8(ascii: "n"): _ = try value(text, depth: depth)
        default: _ = try passNumber(text)
        }
    }

    /// Calls `field` with the scanner at each value and the key before it.
    mutating func object(
        _ text: Span<UInt8>, depth: Int, field: (inout JSONScanner, RawString) throws(JSONError) -> Void
    ) throws(JSONError) {
        if depth >= Self.depthLimit { throw .tooDeep(byteOffset: position, limit: Self.depthLimit) }
        position += 1
        skipSpace(text)
        if try peek(text) == UInt8(ascii: "}") {
            position += 1
            return
        }
        while true {
            guard try peek(text) == UInt8(ascii: "\"") else {
                throw .syntax(byteOffset: position, expected: "a key in double quotes")
            }
            let key = try rawString(text)
            skipSpace(text)
            guard try peek(text) == UInt8(ascii: ":") else {
                throw .syntax(byteOffset: position, expected: "':' after a key")
            }
            position += 1
            skipSpace(text)
            try field(&self, key)
            if try closes(text, with: UInt8(ascii: "}"), expected: "',' or '}'") { return }
        }
    }

    /// Calls `element` with the scanner at each value.
    mutating func array(
        _ text: Span<UInt8>, depth: Int, element: (inout JSONScanner) throws(JSONError) -> Void
    ) throws(JSONError) {
        if depth >= Self.depthLimit { throw .tooDeep(byteOffset: position, limit: Self.depthLimit) }
        position += 1
        skipSpace(text)
        if try peek(text) == UInt8(ascii: "]") {
            position += 1
            return
        }
        while true {
            try element(&self)
            if try closes(text, with: UInt8(ascii: "]"), expected: "',' or ']'") { return }
        }
    }

    private mutating func closes(
        _ text: Span<UInt8>, with bracket: UInt8, expected: String
    ) throws(JSONError) -> Bool {
        skipSpace(text)
        let byte = try peek(text)
        guard byte == bracket || byte == UInt8(ascii: ",") else {
            throw .syntax(byteOffset: position, expected: expected)
        }
        position += 1
        if byte == bracket { return true }
        skipSpace(text)
        return false
    }

    func peek(_ text: Span<UInt8>) throws(JSONError) -> UInt8 {
        guard position < text.count else { throw .unexpectedEnd(byteOffset: text.count) }
        return text[position]
    }

    mutating func skipSpace(_ text: Span<UInt8>) {
        while position < text.count {
            let byte = text[position]
            guard byte == 0x20 || byte == 0x0A || byte == 0x0D || byte == 0x09 else { return }
            position += 1
        }
    }

    private mutating func word(_ expected: StaticString, _ text: Span<UInt8>) throws(JSONError) {
        let start = position
        for byte in "\(expected)".utf8 {
            guard try peek(text) == byte else { throw .syntax(byteOffset: start, expected: "\(expected)") }
            position += 1
        }
    }

    private mutating func number(_ text: Span<UInt8>) throws(JSONError) -> JSONValue {
        let start = position
        let isInteger = try passNumber(text)
        let spelled = plain(text, start..<position)
        if isInteger, spelled != "-0", let value = Int(spelled) { return .integer(value) }
        let number = Double(spelled)
        if keepsSpelling, number?.description != spelled { return .spelled(spelled) }
        guard let value = number, value.isFinite else {
            throw .syntax(byteOffset: start, expected: "a number that fits 64-bit floating point")
        }
        return .number(value)
    }

    /// Passes over a number; whether it has neither fraction nor exponent.
    private mutating func passNumber(_ text: Span<UInt8>) throws(JSONError) -> Bool {
        let start = position
        if text[position] == UInt8(ascii: "-") { position += 1 }
        let leading = position
        let integerDigits = digits(text)
        guard integerDigits > 0, integerDigits == 1 || text[leading] != UInt8(ascii: "0") else {
            if integerDigits == 0, position >= text.count { throw .unexpectedEnd(byteOffset: text.count) }
            throw .syntax(byteOffset: start, expected: "a value")
        }
        var isInteger = true
        if position < text.count, text[position] == UInt8(ascii: ".") {
            isInteger = false
            position += 1
            guard digits(text) > 0 else { throw .syntax(byteOffset: position, expected: "a digit") }
        }
        if position < text.count, text[position] | 0x20 == UInt8(ascii: "e") {
            isInteger = false
            position += 1
            if position < text.count, text[position] == UInt8(ascii: "+") || text[position] == UInt8(ascii: "-") {
                position += 1
            }
            guard digits(text) > 0 else { throw .syntax(byteOffset: position, expected: "a digit") }
        }
        return isInteger
    }

    private mutating func digits(_ text: Span<UInt8>) -> Int {
        let start = position
        while position < text.count, text[position] &- UInt8(ascii: "0") < 10 { position += 1 }
        return position - start
    }

    func plain(_ text: Span<UInt8>, _ range: Range<Int>) -> String {
        unsafe text.extracting(range).withUnsafeBufferPointer { unsafe String(decoding: $0, as: UTF8.self) }
    }

    func bytes(_ text: Span<UInt8>, _ range: Range<Int>) -> [UInt8] {
        unsafe text.extracting(range).withUnsafeBufferPointer { unsafe Array($0) }
    }
}
