public import Foundations

/// Why a checkpoint folder cannot be written or read.
public enum CheckpointError: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// The system refused.
    case file(FileError)
    /// A JSON file is broken, or not what it should be.
    case config(ConfigError)
    /// A file of tensors is broken, or cannot be written.
    case safetensors(SafetensorsError)
    /// A name that cannot be that of a file.
    case badName(kind: String, name: String)
    /// A value that JSON cannot hold, or of the wrong kind.
    case badValue(file: String, keyPath: String, reason: String)
    /// What stands at the path is no checkpoint and is not replaced.
    case inTheWay(path: String)
    /// Files that the folder's own list names are missing or have another size.
    case incomplete(path: String, problems: [String])
    /// The folder has no such part.
    case noSuchPart(path: String, kind: String, name: String, known: [String])
    /// The checkpoint was written, but what it replaces could not be removed.
    case leftover(path: String, of: String, error: FileError)
    /// Tensors of a file do not fit the model; all of them.
    case tensors(path: String, problems: [TensorProblem])

    /// The kind of failure.
    public var category: ErrorCategory {
        switch self {
        case .file(let error), .leftover(_, _, let error): error.category
        case .config(let error): error.category
        case .safetensors(let error): error.category
        case .inTheWay: .cannotCreate
        case .badName, .badValue, .incomplete, .noSuchPart, .tensors: .badData
        }
    }

    /// The message: what is wrong, where, and what to do.
    public var description: String {
        switch self {
        case .file(let error): error.description
        case .config(let error): error.description
        case .safetensors(let error): error.description
        case .badName(let kind, let name):
            "the \(kind) '\(name)' cannot be saved: its name must be letters, digits, '.', '_' and '-', begin with a "
                + "letter or digit, and be no name of the checkpoint's own"
        case .badValue(let file, let keyPath, let reason):
            keyPath.isEmpty ? "\(file): \(reason)" : "\(file): \(keyPath): \(reason)"
        case .inTheWay(let path):
            "\(path) is there and is no checkpoint of this program; move it, or give another folder"
        case .incomplete(let path, let problems):
            "\(path) is no whole checkpoint: \(problems.joined(separator: "; ")); copy it again"
        case .noSuchPart(let path, let kind, let name, let known):
            "\(path) has no \(kind) '\(name)'; it has \(known.isEmpty ? "none" : known.joined(separator: ", "))"
        case .leftover(let path, let of, let error):
            "\(of) was written; what stood there before is in \(path) and cannot be removed: \(error)"
        case .tensors(let path, let problems):
            "\(path) does not fit the model; problems: \(problems.count)\n"
                + problems.map { "  \($0)" }.joined(separator: "\n")
        }
    }
}

/// Why one tensor of a file does not fit a model. Names are the model's, full paths.
public enum TensorProblem: Error, Equatable, Sendable, CustomStringConvertible, CategorisedError {
    /// The model has it, the file does not.
    case missing(name: String, shape: [Int])
    /// The file has it, the model does not; `stored` is its name in the file.
    case unexpected(name: String, stored: String, shape: [Int])
    /// Both have it, in different shapes.
    case shape(name: String, expected: [Int], got: [Int])
    /// Both have it; numbers of that type are not taken there.
    case type(name: String, expected: [SafetensorsType], got: SafetensorsType)
    /// Moments of a parameter that is not among those to be stepped; `moments` are their last names, in order.
    case noParameter(path: String, moments: [String])
    /// Several tensors of the file would become one of the model.
    case several(name: String, stored: [String])

    /// The kind of failure.
    public var category: ErrorCategory { .badData }

    /// The tensor and what is wrong with it.
    public var description: String {
        switch self {
        case .missing(let name, let shape): "missing: \(name) \(shape)"
        case .unexpected(let name, let stored, let shape):
            "unexpected: \(name) \(shape)" + (name == stored ? "" : ", stored as \(stored)")
        case .shape(let name, let expected, let got): "mis-shaped: \(name) is \(expected), stored as \(got)"
        case .type(let name, let expected, let got):
            "mistyped: \(name) takes \(expected.map(\.rawValue).joined(separator: ", ")), stored as \(got.rawValue)"
        case .noParameter(let path, let moments):
            "unexpected: \(moments.joined(separator: ", ")) of \(path), which is none of the trained parameters; resume with the "
                + "adaptation and the parts that the run began with"
        case .several(let name, let stored): "ambiguous: \(name) is stored as \(stored.joined(separator: " and as "))"
        }
    }
}
