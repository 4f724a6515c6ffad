/// Takes a few fields out of a JSON object and checks the rest without keeping it.
///
/// About a memory read for what is not wanted, and one copy for what is: made for JSON lines.
public struct JSONFieldReader: Sendable {
    /// What a field should be.
    public enum Kind: Sendable, Equatable {
        /// A string, as UTF-8 bytes.
        case text
        /// An array of strings.
        case texts
        /// Anything.
        case value
    }

    /// What a field was.
    public enum Field: Sendable, Equatable {
        /// A string that was wanted as text.
        case text([UInt8])
        /// An array of strings that was wanted as texts.
        case texts([[UInt8]])
        /// A value that was wanted as such, or is of another kind than wanted.
        case value(JSONValue)
    }

    private let wanted: [(name: [UInt8], kind: Kind)]

    /// How many fields are wanted.
    public var count: Int { wanted.count }

    /// A reader of the named fields. A name may be wanted twice, in two kinds.
    public init(_ wanted: [(name: String, kind: Kind)]) {
        self.wanted = wanted.map { (Array($0.name.utf8), $0.kind) }
    }

    /// The wanted fields of one object, in the order of the names, `nil` where the object has none, and the number of
    /// lone surrogate escapes in them that became U+FFFD. Numbers keep their spelling. Of a key that stands twice the last value counts.
    ///
    /// `bytes` must be well-formed UTF-8. Throws ``JSONError`` with the byte offset; a text that is no object is a
    /// syntax error.
    public func read(_ bytes: [UInt8]) throws(JSONError) -> (fields: [Field?], loneSurrogates: Int) {
        let text = bytes.span
        var fields = [Field?](repeating: nil, count: wanted.count)
        var scanner = JSONScanner()
        scanner.keepsSpelling = true
        scanner.skipSpace(text)
        guard try scanner.peek(text) == UInt8(ascii: "{") else {
            throw .syntax(byteOffset: scanner.position, expected: "an object")
        }
        try scanner.object(text, depth: 0) { (scanner, key) throws(JSONError) in
            let start = scanner.position
            var isWanted = false
            for index in wanted.indices where scanner.equals(text, key, wanted[index].name) {
                scanner.position = start
                fields[index] = try Self.field(&scanner, text, wanted[index].kind)
                isWanted = true
            }
            if !isWanted { try scanner.skipValue(text, depth: 1) }
        }
        try scanner.end(text)
        return (fields, scanner.loneSurrogates)
    }

    private static func field(
        _ scanner: inout JSONScanner, _ text: Span<UInt8>, _ kind: Kind
    ) throws(JSONError) -> Field {
        let first = try scanner.peek(text)
        if kind == .text, first == UInt8(ascii: "\"") { return .text(try scanner.string(text)) }
        guard kind == .texts, first == UInt8(ascii: "[") else { return .value(try scanner.value(text, depth: 1)) }
        var words: [[UInt8]] = []
        var allStrings = true
        let start = scanner
        try scanner.array(text, depth: 1) { (scanner) throws(JSONError) in
            if try scanner.peek(text) == UInt8(ascii: "\"") {
                words.append(try scanner.string(text))
            } else {
                allStrings = false
                try scanner.skipValue(text, depth: 2)
            }
        }
        if allStrings { return .texts(words) }
        scanner = start
        return .value(try scanner.value(text, depth: 1))
    }
}
