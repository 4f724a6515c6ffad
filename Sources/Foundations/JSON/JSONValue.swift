/// Any JSON value. Integers that fit 64 bits stay exact.
public enum JSONValue: Sendable, Equatable {
    /// `null`.
    case null
    /// `true` or `false`.
    case bool(Bool)
    /// A number without fraction and exponent that fits `Int`.
    case integer(Int)
    /// Any other number.
    case number(Double)
    /// A number as the text spells it, where ``parse(_:rejectDuplicates:keepsSpelling:)`` keeps what `integer` and
    /// `number` would not give back: `1.10`, `1e400`, `12345678901234567890`.
    case spelled(String)
    /// A string.
    case string(String)
    /// An array.
    case array([JSONValue])
    /// An object; the order of keys is not kept.
    case object([String: JSONValue])

    /// Reads one strict RFC 8259 text. Lone surrogate escapes become U+FFFD. O(n).
    ///
    /// Of a key that stands twice the last value counts, unless `rejectDuplicates` is set. Numbers that ``integer(_:)``
    /// and ``number(_:)`` would spell in another way become ``spelled(_:)`` if `keepsSpelling` is set; otherwise those
    /// that no `Double` holds are errors. Throws ``JSONError`` with the byte offset.
    public static func parse(
        _ bytes: [UInt8], rejectDuplicates: Bool = false, keepsSpelling: Bool = false
    ) throws(JSONError) -> JSONValue {
        if let offset = UTF8Text.firstInvalid(in: bytes.span) { throw .invalidUTF8(byteOffset: offset) }
        var scanner = JSONScanner()
        scanner.rejectDuplicates = rejectDuplicates
        scanner.keepsSpelling = keepsSpelling
        return try scanner.document(bytes.span)
    }

    /// The name of the kind of value, for messages.
    public var kind: String {
        switch self {
        case .null: "null"
        case .bool: "a boolean"
        case .integer: "an integer"
        case .number, .spelled: "a number"
        case .string: "a string"
        case .array: "an array"
        case .object: "an object"
        }
    }

    /// The value of a key of an object; `nil` when this is no object or has no such key.
    public subscript(key: String) -> JSONValue? {
        guard case .object(let fields) = self else { return nil }
        return fields[key]
    }
}

extension JSONValue: Codable {
    /// Decodes whatever is there.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.singleValueContainer()
        if container.decodeNil() {
            self = .null
        } else if let value = try? container.decode(Bool.self) {
            self = .bool(value)
        } else if let value = try? container.decode(Int.self) {
            self = .integer(value)
        } else if let value = try? container.decode(Double.self) {
            self = .number(value)
        } else if let value = try? container.decode(String.self) {
            self = .string(value)
        } else if let value = try? container.decode([JSONValue].self) {
            self = .array(value)
        } else {
            self = .object(try container.decode([String: JSONValue].self))
        }
    }

    /// Encodes the value itself; a number loses its spelling.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.singleValueContainer()
        switch self {
        case .null: try container.encodeNil()
        case .bool(let value): try container.encode(value)
        case .integer(let value): try container.encode(value)
        case .number(let value): try container.encode(value)
        case .spelled(let text): try container.encode(Double(text) ?? .nan)
        case .string(let value): try container.encode(value)
        case .array(let value): try container.encode(value)
        case .object(let value): try container.encode(value)
        }
    }
}
