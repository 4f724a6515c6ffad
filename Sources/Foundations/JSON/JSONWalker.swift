/// Walks through a JSON text value by value, with keys and strings as bytes.
///
/// For documents whose keys are data, as vocabularies are: `String` holds canonically equivalent keys for one, bytes do
/// not. Reading is strict RFC 8259; every call throws ``JSONError`` with the byte offset where the text is not as asked.
public struct JSONWalker: Sendable {
    /// What stands at the position.
    public enum Kind: String, Sendable {
        /// `{`
        case object = "an object"
        /// `[`
        case array = "an array"
        /// `"`
        case string = "a string"
        /// `true`, `false`, `null` or a number.
        case plain = "a number, a boolean or null"
    }

    private let bytes: [UInt8]
    private var scanner = JSONScanner()
    private var isFirst = true
    private var depth = 0

    /// A walk through the document. Throws where the text is no UTF-8. O(n).
    public init(_ bytes: [UInt8]) throws(JSONError) {
        if let offset = UTF8Text.firstInvalid(in: bytes) { throw .invalidUTF8(byteOffset: offset) }
        self.bytes = bytes
        scanner.rejectDuplicates = true
        scanner.skipSpace(bytes.span)
    }

    /// Where the next value, or what follows the last one, begins.
    public var byteOffset: Int { scanner.position }

    /// The kind of the value at the position.
    public func kind() throws(JSONError) -> Kind {
        switch try scanner.peek(bytes.span) {
        case UInt8(ascii: "{"): .object
        case UInt8(ascii: "["): .array
        case UInt8(ascii: "\""): .string
        default: .plain
        }
    }

    /// Goes into the object at the position; ``nextKey()`` follows.
    public mutating func enterObject() throws(JSONError) { try enter(.object) }

    /// Goes into the array at the position; ``nextElement()`` follows.
    public mutating func enterArray() throws(JSONError) { try enter(.array) }

    /// The next key of the object, with the position at its value; `nil` behind the object's end.
    public mutating func nextKey() throws(JSONError) -> [UInt8]? {
        var key: [UInt8] = []
        return try nextKey(into: &key) ? key : nil
    }

    /// As ``nextKey()``, with the key appended to `buffer`; whether there was one.
    public mutating func nextKey(into buffer: inout [UInt8]) throws(JSONError) -> Bool {
        let text = bytes
        guard try advance(closing: UInt8(ascii: "}"), expected: "',' or '}'") else { return false }
        guard try kind() == .string else {
            throw .syntax(byteOffset: scanner.position, expected: "a key in double quotes")
        }
        try string(into: &buffer)
        scanner.skipSpace(text.span)
        guard try scanner.peek(text.span) == UInt8(ascii: ":") else {
            throw .syntax(byteOffset: scanner.position, expected: "':' after a key")
        }
        scanner.position += 1
        scanner.skipSpace(text.span)
        return true
    }

    /// Whether the array has a further element, at which the position then is; otherwise it is behind the array's end.
    public mutating func nextElement() throws(JSONError) -> Bool {
        try advance(closing: UInt8(ascii: "]"), expected: "',' or ']'")
    }

    /// The string at the position.
    public mutating func string() throws(JSONError) -> [UInt8] {
        let text = bytes
        try need(.string)
        isFirst = false
        return try scanner.string(text.span)
    }

    /// Appends the string at the position to `buffer`.
    public mutating func string(into buffer: inout [UInt8]) throws(JSONError) {
        let text = bytes
        try need(.string)
        isFirst = false
        let start = scanner
        let raw = try scanner.rawString(text.span)
        if raw.hasEscape {
            scanner = start
            buffer.append(contentsOf: try scanner.string(text.span))
        } else {
            buffer.append(contentsOf: text[raw.range])
        }
    }

    /// The value at the position, whatever it is; keys become `String` in it and stand once.
    public mutating func value() throws(JSONError) -> JSONValue {
        let text = bytes
        isFirst = false
        return try scanner.value(text.span, depth: depth)
    }

    /// Checks the value at the position and goes behind it.
    public mutating func skip() throws(JSONError) {
        let text = bytes
        isFirst = false
        try scanner.skipValue(text.span, depth: depth)
    }

    /// Nothing but white space may follow.
    public mutating func end() throws(JSONError) {
        let text = bytes
        try scanner.end(text.span)
    }

    private mutating func enter(_ kind: Kind) throws(JSONError) {
        try need(kind)
        if depth >= JSONScanner.depthLimit {
            throw .tooDeep(byteOffset: scanner.position, limit: JSONScanner.depthLimit)
        }
        depth += 1
        scanner.position += 1
        isFirst = true
    }

    private func need(_ wanted: Kind) throws(JSONError) {
        guard try kind() == wanted else { throw .syntax(byteOffset: scanner.position, expected: wanted.rawValue) }
    }

    /// Goes to the next item of the innermost object or array, or behind its end.
    private mutating func advance(closing bracket: UInt8, expected: String) throws(JSONError) -> Bool {
        let text = bytes
        scanner.skipSpace(text.span)
        let byte = try scanner.peek(text.span)
        if byte == bracket {
            scanner.position += 1
            depth -= 1
            isFirst = false
            return false
        }
        if isFirst {
            isFirst = false
            return true
        }
        guard byte == UInt8(ascii: ",") else { throw .syntax(byteOffset: scanner.position, expected: expected) }
        scanner.position += 1
        scanner.skipSpace(text.span)
        if try scanner.peek(text.span) == bracket {
            throw .syntax(byteOffset: scanner.position, expected: "a value after ','")
        }
        return true
    }
}
