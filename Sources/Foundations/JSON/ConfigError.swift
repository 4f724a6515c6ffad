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
    /// Several faults of one document.
    case several(source: String, faults: [ConfigError])

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
        case .several(let source, let faults):
            "\(source): \(faults.count) faults:\n"
                + faults.map { "  " + $0.description.trimmingPrefix("\(source): ") }.joined(separator: "\n")
        }
    }

    /// The path of the key; nil for an error that is of none.
    public var keyPath: String? {
        switch self {
        case .unknownKey(_, let path, _), .missingKey(_, let path, _), .wrongType(_, let path, _, _),
            .invalidValue(_, let path, _):
            path
        case .notJSON, .notEncodable, .several: nil
        }
    }

    /// One error of all faults of a document; nil where there are none.
    public static func of(_ faults: [ConfigError], source: String) -> ConfigError? {
        faults.count > 1 ? .several(source: source, faults: faults) : faults.first
    }

    private static func hint(_ near: [String]) -> String {
        near.isEmpty ? "" : " (near: \(near.joined(separator: ", ")))"
    }
}
