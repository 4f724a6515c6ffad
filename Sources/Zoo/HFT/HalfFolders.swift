import Foundations
import ZooKit

/// A base model and one that was tuned from it: the same tensors, but for heads that one of them lacks. Their names and types may differ
/// as long as the tuned model's type holds the base's numbers exactly.
struct HalfFolders {
    let base: ModelFolder
    let tuned: ModelFolder
    private let stored: [String: SafetensorsTensor]

    /// Opens both. Throws `HalfError` where they are not of one shape, or a type of the tuned model is too narrow.
    init(base: String?, tuned: String?, _ catalogue: MethodCatalogue) throws {
        self.base = try ModelFolder.open(Self.need(base, "base"), catalogue)
        self.tuned = try ModelFolder.open(Self.need(tuned, "tuned"), catalogue)
        stored = Self.tensors(of: self.base)
        for tensor in self.tuned.tensors.tensors {
            guard let other = counterpart(of: tensor) else { continue }
            guard other.shape == tensor.shape, other.fits(tensor.type) else {
                throw HalfError.otherTensor(
                    name: tensor.name, base: "\(other.type.rawValue) \(other.shape)",
                    tuned: "\(tensor.type.rawValue) \(tensor.shape)")
            }
        }
        guard self.tuned.tensors.tensors.contains(where: { counterpart(of: $0) != nil }) else {
            throw HalfError.nothingShared(base: self.base.path, tuned: self.tuned.path)
        }
    }

    /// The base's tensor of a tuned model's; nil where it has none.
    func counterpart(of tensor: SafetensorsTensor) -> SafetensorsTensor? { stored[Self.name(of: tensor, in: tuned)] }

    /// The model's name of a stored tensor.
    static func name(of tensor: SafetensorsTensor, in folder: ModelFolder) -> String {
        folder.name(of: tensor) ?? tensor.name
    }

    /// The tensors of a folder by the model's names.
    private static func tensors(of folder: ModelFolder) -> [String: SafetensorsTensor] {
        Dictionary(folder.tensors.tensors.map { (name(of: $0, in: folder), $0) }) { first, _ in first }
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
    /// A model has nothing that could be drawn.
    case noUnits(path: String)

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
            "\(name) is \(base) in the base and \(tuned) in the tuned model; name two folders of one shape, and bring them to "
                + "one type with letterpress convert --type"
        case .nothingShared(let base, let tuned): "\(base) and \(tuned) have no tensor of the same name"
        case .otherBase(let path, let expected, let got):
            "\(path) is not the base of this delta: its weights are \(got.prefix(12)), the delta's base had "
                + "\(expected.prefix(12)); name the folder that the delta was made from"
        case .noDelta(let path): "\(path) holds no delta: it has no \(HalfDelta.fileName)"
        case .noUnits(let path):
            "\(path) has no matrices or norms of layers to draw among; name the folder of a model with layers"
        }
    }
}
