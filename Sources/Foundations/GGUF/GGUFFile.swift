/// A GGUF file (the format of llama.cpp, versions 2 and 3, little-endian), mapped read-only: its outline is checked when it is
/// opened, values and numbers are read where they are used.
///
/// Every key, string and tensor is checked to lie within the file, keys and names to stand once, and tensors not to overlap. As
/// for every ``MappedFile``, a program that shortens the file meanwhile ends this one.
public final class GGUFFile: Sendable {
    /// Where the file was.
    public let path: String
    /// The bytes, to be kept by whoever keeps a pointer into them.
    public let mapped: MappedFile
    /// The version of the format.
    public let version: Int
    /// The keys of the metadata, in the order of the file.
    public let keys: [String]
    /// The tensors, in the order of the file.
    public var tensors: [GGUFTensor] { drafts.map { GGUFTensor(file: self, entry: $0) } }

    private let entries: [SafetensorsEntry.Key: GGUFEntry]
    private let drafts: [GGUFTensorEntry]
    private let names: [SafetensorsEntry.Key: Int]

    /// Maps the file and checks its outline. O(outline), memory in proportion to the counts of keys and tensors, which are checked
    /// against the file's length first.
    ///
    /// Throws ``GGUFError``.
    public init(path: String) throws(GGUFError) {
        do { mapped = try MappedFile(path: path) } catch { throw .file(error) }
        var parser = GGUFParser(path: path)
        try unsafe mapped.withBytes { (bytes) throws(GGUFError) in try unsafe parser.read(bytes) }
        self.path = path
        version = parser.version
        keys = parser.keys
        entries = parser.entries
        drafts = parser.tensors
        names = parser.names
    }

    /// The tensor of this name; nil where there is none. O(1).
    public subscript(name: String) -> GGUFTensor? {
        names[SafetensorsEntry.Key(name)].map { GGUFTensor(file: self, entry: drafts[$0]) }
    }

    func entry(_ key: String) -> GGUFEntry? { entries[SafetensorsEntry.Key(key)] }
}

/// What a GGUF file says about one tensor.
struct GGUFTensorEntry: Sendable {
    let name: String
    let type: GGUFType
    /// Outermost first.
    let shape: [Int]
    let bytes: Range<Int>
}

/// A tensor in a mapped GGUF file. It keeps the file.
public struct GGUFTensor: Sendable {
    /// The file.
    public let file: GGUFFile
    private let entry: GGUFTensorEntry

    init(file: GGUFFile, entry: GGUFTensorEntry) {
        self.file = file
        self.entry = entry
    }

    /// The name.
    public var name: String { entry.name }
    /// How the numbers are stored.
    public var type: GGUFType { entry.type }
    /// Sizes, outermost first (the file has them the other way round).
    public var shape: [Int] { entry.shape }
    /// Which bytes of the file hold the numbers.
    public var bytes: Range<Int> { entry.bytes }
    /// Numbers of a row: the last size.
    public var columns: Int { shape.last ?? 1 }
    /// How many rows there are: the product of the other sizes.
    public var rows: Int { shape.dropLast().reduce(1, *) }
}
