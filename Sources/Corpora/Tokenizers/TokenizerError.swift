public import Foundations

/// Why a tokenizer cannot be read or made.
public enum TokenizerError: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// The system refused.
    case file(FileError)
    /// A file is no strict JSON.
    case notJSON(path: String, error: JSONError)
    /// A part of a tokenizer that is not read here, by its name.
    case unknownKind(path: String, key: String, got: String, known: [String])
    /// A value that makes no sense.
    case invalid(path: String, key: String, expected: String, got: String)
    /// A tokenizer cannot be trained.
    case cannotTrain(reason: String)
    /// A folder without files of a tokenizer.
    case noTokenizer(folder: String, wanted: [String])

    /// The kind of failure.
    public var category: ErrorCategory {
        switch self {
        case .file(let error): error.category
        case .noTokenizer: .missingInput
        case .notJSON, .unknownKind, .invalid, .cannotTrain: .badData
        }
    }

    /// What is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .notJSON(let path, let error): "\(path): \(error)"
        case .unknownKind(let path, let key, let got, let known):
            "\(path), \(key): \(Self.shown(got)) is not read here; known are \(known.joined(separator: ", "))"
        case .invalid(let path, let key, let expected, let got):
            "\(path), \(key): expected \(expected), got \(Self.shown(got))"
        case .cannotTrain(let reason): "cannot train a tokenizer: \(Self.shown(reason))"
        case .noTokenizer(let folder, let wanted):
            "\(folder) has no tokenizer: none of \(wanted.joined(separator: ", ")) is there"
        }
    }

    /// A text of foreign origin as it may stand in a message: short, without control characters.
    static func shown(_ text: String) -> String {
        var result = ""
        for (index, scalar) in text.unicodeScalars.enumerated() {
            if index == 200 { return result + "..." }
            switch scalar.value {
            case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069:
                result += "\\u{\(String(scalar.value, radix: 16))}"
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}
