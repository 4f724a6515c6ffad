/// Why a GGUF file cannot be read. Byte offsets count from the first byte of the file.
public enum GGUFError: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// The system refused.
    case file(FileError)
    /// The outline is wrong: magic, version, counts, or something that leaves the file.
    case structure(path: String, byteOffset: Int, expected: String, got: String)
    /// A key of the metadata is wrong, of another type than wanted, or missing where it is needed.
    case metadata(path: String, key: String, expected: String, got: String)
    /// What the file says about one tensor is wrong. The offset is that of its description.
    case tensor(path: String, name: String, byteOffset: Int, expected: String, got: String)
    /// Numbers of a type that is not read here.
    case unreadType(path: String, name: String, got: GGUFType)

    /// The kind of failure.
    public var category: ErrorCategory { if case .file(let error) = self { error.category } else { .badData } }

    /// What is wrong, where, and what is expected.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .structure(let path, let byteOffset, let expected, let got):
            "\(path), byte \(byteOffset): expected \(expected), got \(got); fetch the file again"
        case .metadata(let path, let key, let expected, let got):
            "\(path), \(SafetensorsError.shown(key)): expected \(expected), got \(got)"
        case .tensor(let path, let name, let byteOffset, let expected, let got):
            "\(path), tensor \(SafetensorsError.shown(name)) (byte \(byteOffset)): expected \(expected), got \(got)"
        case .unreadType(let path, let name, let got):
            "\(path), tensor \(SafetensorsError.shown(name)): numbers of type \(got) are not read; known are "
                + GGUFType.read.map(\.description).joined(separator: ", ") + "; take a file quantised as one of these"
        }
    }
}
