/// Why some bytes are no JSON text (RFC 8259). Byte offsets count from the first byte handed in.
public enum JSONError: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// Something else was expected at this byte.
    case syntax(byteOffset: Int, expected: String)
    /// The text ends inside a value.
    case unexpectedEnd(byteOffset: Int)
    /// The text is no UTF-8.
    case invalidUTF8(byteOffset: Int)
    /// Arrays and objects nest too deeply.
    case tooDeep(byteOffset: Int, limit: Int)
    /// An object names a key twice.
    case duplicateKey(byteOffset: Int, key: String)

    /// Where the text broke.
    public var byteOffset: Int {
        switch self {
        case .syntax(let byteOffset, _), .unexpectedEnd(let byteOffset), .invalidUTF8(let byteOffset),
            .tooDeep(let byteOffset, _), .duplicateKey(let byteOffset, _):
            byteOffset
        }
    }

    /// The kind of failure.
    public var category: ErrorCategory { .badData }

    /// What is wrong and at which byte.
    public var description: String {
        switch self {
        case .syntax(let byteOffset, let expected): "broken JSON at byte \(byteOffset): expected \(expected)"
        case .unexpectedEnd(let byteOffset): "broken JSON: the text ends at byte \(byteOffset) inside a value"
        case .invalidUTF8(let byteOffset): "broken JSON at byte \(byteOffset): invalid UTF-8"
        case .tooDeep(let byteOffset, let limit):
            "broken JSON at byte \(byteOffset): nested deeper than \(limit) levels"
        case .duplicateKey(let byteOffset, let key): "broken JSON at byte \(byteOffset): the key \(key) stands twice"
        }
    }
}
