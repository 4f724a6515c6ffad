import Foundations
import ZooKit

/// A base model and one that was tuned from it: the same tensors, but for heads that one of them lacks.
struct HalfFolders {
    let base: ModelFolder
    let tuned: ModelFolder

    /// Opens both. Throws `HalfError` where they are not of one shape.
    init(base: String?, tuned: String?, _ catalogue: MethodCatalogue) throws {
        self.base = try ModelFolder.open(Self.need(base, "base"), catalogue)
        self.tuned = try ModelFolder.open(Self.need(tuned, "tuned"), catalogue)
        for tensor in self.tuned.tensors.tensors {
            guard let other = self.base.tensors[tensor.name] else { continue }
            guard other.shape == tensor.shape, other.type == tensor.type else {
                throw HalfError.otherTensor(
                    name: tensor.name, base: "\(other.type.rawValue) \(other.shape)",
                    tuned: "\(tensor.type.rawValue) \(tensor.shape)")
            }
        }
        let shared = self.tuned.tensors.tensors.filter { self.base.tensors[$0.name] != nil }
        guard !shared.isEmpty else { throw HalfError.nothingShared(base: self.base.path, tuned: self.tuned.path) }
    }

    /// A path that must be given. Throws `missing`.
    static func need(_ path: String?, _ key: String) throws -> String {
        if let path { return path }
        throw HalfError.missing(key: key)
    }
}

/// Why two folders cannot be put together.
enum HalfError: Error, Equatable, CustomStringConvertible, CategorisedError {
    /// A setting that must be given.
    case missing(key: String)
    /// A tensor is another in the two folders.
    case otherTensor(name: String, base: String, tuned: String)
    /// The folders have no tensor of one name.
    case nothingShared(base: String, tuned: String)
    /// The base of a delta is another model.
    case otherBase(path: String, expected: String, got: String)
    /// A folder is no delta.
    case noDelta(path: String)

    var category: ErrorCategory {
        switch self {
        case .missing: .usage
        default: .badData
        }
    }

    var description: String {
        switch self {
        case .missing(let key): "which model? give --set \(key)=FOLDER"
        case .otherTensor(let name, let base, let tuned):
            "\(name) is \(base) in the base and \(tuned) in the tuned model; name two folders of one shape and type"
        case .nothingShared(let base, let tuned): "\(base) and \(tuned) have no tensor of the same name"
        case .otherBase(let path, let expected, let got):
            "\(path) is not the base of this delta: its weights are \(got.prefix(12)), the delta's base had "
                + "\(expected.prefix(12)); name the folder that the delta was made from"
        case .noDelta(let path): "\(path) holds no delta: it has no \(HalfDelta.fileName)"
        }
    }
}
