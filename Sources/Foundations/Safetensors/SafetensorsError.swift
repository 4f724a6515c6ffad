/// Why a safetensors file cannot be read or written. Byte offsets count from the first byte of the file.
public enum SafetensorsError: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// The system refused.
    case file(FileError)
    /// The header's length or outline is wrong.
    case header(path: String, byteOffset: Int, expected: String, got: String)
    /// The header, or an index of shards, is no strict JSON.
    case notJSON(path: String, error: JSONError)
    /// What the header says about one tensor is wrong. The offset is that of its name in the header.
    case tensor(path: String, name: String, byteOffset: Int, expected: String, got: String)
    /// A type of numbers that is not read here.
    case unknownType(path: String, name: String, got: String)
    /// A tensor that is wanted is not there; `near` lists names that look like it.
    case noSuchTensor(path: String, name: String, near: [String])
    /// The numbers of a tensor are of another type than wanted.
    case wrongType(path: String, name: String, expected: String, got: SafetensorsType)
    /// An index of shards contradicts itself or its shards.
    case index(path: String, key: String, expected: String, got: String)
    /// Several things are wrong, all of which were found.
    case several(path: String, [SafetensorsError])
    /// A tensor to write is not what it says; the bytes of the source count as `got`.
    case source(path: String, name: String, expected: String, got: String)

    /// The kind of failure.
    public var category: ErrorCategory { if case .file(let error) = self { error.category } else { .badData } }

    /// What is wrong, where, and what is expected.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .header(let path, let byteOffset, let expected, let got):
            "\(path), byte \(byteOffset): expected \(expected), got \(got); fetch or write the file again"
        case .notJSON(let path, let error): "\(path): \(error)"
        case .tensor(let path, let name, let byteOffset, let expected, let got):
            "\(path), tensor \(Self.shown(name)) (byte \(byteOffset)): expected \(expected), got \(got)"
        case .unknownType(let path, let name, let got):
            "\(path), tensor \(Self.shown(name)): numbers of type \(Self.shown(got)) are not read; known are "
                + SafetensorsType.allCases.map(\.rawValue).joined(separator: ", ") + "; convert the file"
        case .noSuchTensor(let path, let name, let near):
            "\(path) has no tensor \(Self.shown(name))"
                + (near.isEmpty ? "" : " (near: \(near.map(Self.shown).joined(separator: ", ")))")
        case .wrongType(let path, let name, let expected, let got):
            "\(path), tensor \(Self.shown(name)): expected \(expected), got \(got.rawValue)"
        case .index(let path, let key, let expected, let got):
            "\(path), \(Self.shown(key)): expected \(expected), got \(got)"
        case .several(let path, let errors):
            "\(path): \(errors.count) problems:\n" + errors.prefix(50).map { "  \($0)" }.joined(separator: "\n")
                + (errors.count > 50 ? "\n  and \(errors.count - 50) more" : "")
        case .source(let path, let name, let expected, let got):
            "cannot write \(path), tensor \(Self.shown(name)): expected \(expected), got \(got)"
        }
    }

    /// A text of foreign origin as it may stand in a message: short, without control characters and turns of direction.
    public static func plain(_ text: String) -> String { shown(text) }

    /// A text of foreign origin as it may stand in a message: short, without control characters.
    static func shown(_ text: String) -> String {
        let limit = 120
        var result = ""
        for (index, scalar) in text.unicodeScalars.enumerated() {
            if index == limit { return result + "..." }
            if isControl(scalar) {
                result += "\\u{\(String(scalar.value, radix: 16))}"
            } else {
                result.unicodeScalars.append(scalar)
            }
        }
        return result.isEmpty ? "\"\"" : result
    }

    /// Whether a scalar is a control character or one that turns the direction of what follows.
    static func isControl(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.value {
        case 0..<0x20, 0x7F..<0xA0, 0x2028...0x202E, 0x2066...0x2069: true
        default: false
        }
    }
}
