/// Why a JSON document does not describe the configuration it should.
public enum ConfigError: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// The text is no JSON.
    case notJSON(source: String, error: JSONError)
    /// A key that the configuration does not have.
    case unknownKey(source: String, keyPath: String, near: [String])
    /// A key that must be there is not; `near` lists keys that are there and look like it.
    case missingKey(source: String, keyPath: String, near: [String])
    /// A value of another kind.
    case wrongType(source: String, keyPath: String, expected: String, got: String)
    /// A value of the right kind that makes no sense.
    case invalidValue(source: String, keyPath: String, reason: String)
    /// A Swift value that JSON cannot hold.
    case notEncodable(reason: String)

    /// The kind of failure.
    public var category: ErrorCategory { .badData }

    /// What is wrong, in which document and at which key, and what to do.
    public var description: String {
        switch self {
        case .notJSON(let source, let error): "\(source): \(error)"
        case .unknownKey(let source, let keyPath, let near):
            "\(source): unknown key \(keyPath)\(Self.hint(near)); remove or rename it"
        case .missingKey(let source, let keyPath, let near):
            "\(source): the key \(keyPath) is missing\(Self.hint(near))"
        case .wrongType(let source, let keyPath, let expected, let got):
            "\(source): \(keyPath) must be \(expected), but is \(got)"
        case .invalidValue(let source, let keyPath, let reason):
            keyPath.isEmpty ? "\(source): \(reason)" : "\(source): \(keyPath): \(reason)"
        case .notEncodable(let reason): "cannot write as JSON: \(reason)"
        }
    }

    private static func hint(_ near: [String]) -> String {
        near.isEmpty ? "" : " (near: \(near.joined(separator: ", ")))"
    }
}
