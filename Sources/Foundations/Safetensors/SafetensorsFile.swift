/// A safetensors file, mapped read-only: its header is checked when it is opened, its numbers are read where they are used.
///
/// The whole header is checked before anything is handed out: its length against that of the file, strict JSON, each name
/// once, known types, shapes whose bytes fit, and that every byte behind the header belongs to exactly one tensor.
/// Files are little-endian, as the machines are that this package runs on. As for every ``MappedFile``, a program that
/// shortens the file meanwhile ends this one.
public final class SafetensorsFile: Sendable {
    /// Where the file was.
    public let path: String
    /// Free text by key.
    public var metadata: [String: String] { header.metadata }
    /// All tensors in the order of their bytes.
    public var entries: [SafetensorsEntry] { header.entries }
    /// The bytes, to be kept by whoever keeps a pointer into them.
    public let mapped: MappedFile
    private let header: SafetensorsHeader

    /// Maps the file and checks its header. O(header), none of the numbers is read.
    ///
    /// Throws ``SafetensorsError``.
    public init(path: String) throws(SafetensorsError) {
        do { mapped = try MappedFile(path: path) } catch { throw .file(error) }
        header = try unsafe mapped.withBytes { (bytes: UnsafeRawBufferPointer) throws(SafetensorsError) in
            try unsafe SafetensorsHeader(bytes, path: path)
        }
        self.path = path
    }

    /// The tensor of this name; `nil` where there is none. O(1).
    public subscript(name: String) -> SafetensorsTensor? {
        header[name].map { SafetensorsTensor(file: self, entry: $0) }
    }

    /// All tensors in the order of their bytes.
    public var tensors: [SafetensorsTensor] { entries.map { SafetensorsTensor(file: self, entry: $0) } }

    /// The tensor of this name. Throws ``SafetensorsError/noSuchTensor(path:name:near:)``.
    public func tensor(_ name: String) throws(SafetensorsError) -> SafetensorsTensor {
        if let tensor = self[name] { return tensor }
        throw .noSuchTensor(path: path, name: name, near: NearNames.of(name, among: entries.map(\.name)))
    }
}

/// A tensor in a mapped file. It keeps the file.
public struct SafetensorsTensor: Sendable {
    /// The file.
    public let file: SafetensorsFile
    /// What the file's header says.
    public let entry: SafetensorsEntry

    /// The name, compared by its UTF-8 bytes.
    public var name: String { entry.name }
    /// How the numbers are stored.
    public var type: SafetensorsType { entry.type }
    /// Sizes, outermost first; empty for one number.
    public var shape: [Int] { entry.shape }
    /// How many numbers there are.
    public var count: Int { entry.count }

    /// Whether the numbers stand where numbers of their type may be read in place.
    public var isAligned: Bool { entry.bytes.lowerBound % type.byteCount == 0 }

    /// Calls `body` with the bytes, which lie in the mapped file. The buffer is valid as long as ``SafetensorsFile/mapped`` lives.
    public func withBytes<R, E: Error>(_ body: (UnsafeRawBufferPointer) throws(E) -> R) throws(E) -> R {
        try unsafe file.mapped.withBytes { (all) throws(E) in
            try unsafe body(UnsafeRawBufferPointer(rebasing: all[entry.bytes]))
        }
    }
}
