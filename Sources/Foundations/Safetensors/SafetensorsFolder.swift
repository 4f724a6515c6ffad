import Glibc

/// The tensors of a model folder as one dictionary: those of `model.safetensors`, or of the shards that
/// `model.safetensors.index.json` lists.
public final class SafetensorsFolder: Sendable {
    /// The file without shards.
    public static let fileName = "model.safetensors"
    /// The index of shards; it counts where there is no file without shards.
    public static let indexName = "model.safetensors.index.json"

    /// The file or the index that was read.
    public let path: String
    /// The files, shards in the order of their names.
    public let files: [SafetensorsFile]
    private let index: [SafetensorsEntry.Key: Int]

    /// Opens all files of the folder and checks their headers, and the index against them.
    ///
    /// `total_size` and other free text of the index is not looked at. Throws ``SafetensorsError``; where several shards
    /// or keys are wrong, all of them in ``SafetensorsError/several(path:_:)``.
    public convenience init(folder: String) throws(SafetensorsError) {
        let whole = "\(folder)/\(Self.fileName)"
        let shards = "\(folder)/\(Self.indexName)"
        if unsafe access(whole, F_OK) != 0, unsafe access(shards, F_OK) == 0 {
            try self.init(folder: folder, indexFile: shards)
        } else {
            try self.init(file: whole)
        }
    }

    /// Opens one file.
    public init(file path: String) throws(SafetensorsError) {
        let file = try SafetensorsFile(path: path)
        self.path = path
        files = [file]
        index = Dictionary(file.entries.map { (SafetensorsEntry.Key($0.name), 0) }) { first, _ in first }
    }

    private init(folder: String, indexFile: String) throws(SafetensorsError) {
        let map = try ShardIndex(path: indexFile)
        var errors: [SafetensorsError] = []
        var files: [SafetensorsFile] = []
        var index: [SafetensorsEntry.Key: Int] = [:]
        for shard in map.shards {
            if let problem = Self.problem(of: shard.name) {
                errors.append(.index(path: indexFile, key: shard.name, expected: "a plain file name", got: problem))
                continue
            }
            do throws(SafetensorsError) {
                let file = try SafetensorsFile(path: "\(folder)/\(shard.name)")
                errors += Self.differences(between: shard, and: file, indexFile: indexFile)
                for name in shard.tensors { index[name] = files.count }
                files.append(file)
            } catch {
                errors.append(error)
            }
        }
        if errors.count == 1 { throw errors[0] }
        if !errors.isEmpty { throw .several(path: indexFile, errors) }
        path = indexFile
        self.files = files
        self.index = index
    }

    /// All tensors, file by file in the order of their bytes.
    public var tensors: [SafetensorsTensor] { files.flatMap(\.tensors) }

    /// The tensor of this name; `nil` where there is none. O(1).
    public subscript(name: String) -> SafetensorsTensor? {
        index[SafetensorsEntry.Key(name)].flatMap { files[$0][name] }
    }

    /// The tensor of this name. Throws ``SafetensorsError/noSuchTensor(path:name:near:)``.
    public func tensor(_ name: String) throws(SafetensorsError) -> SafetensorsTensor {
        if let tensor = self[name] { return tensor }
        let names = files.flatMap { $0.entries.map(\.name) }
        throw .noSuchTensor(path: path, name: name, near: NearNames.of(name, among: names))
    }

    /// Why a name does not name a file of the folder itself.
    private static func problem(of name: String) -> String? {
        if name.isEmpty || name == "." || name == ".." { return "\"\(name)\"" }
        if name.utf8.contains(UInt8(ascii: "/")) { return "a path" }
        return name.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) ? "control characters" : nil
    }

    private static func differences(
        between shard: ShardIndex.Shard, and file: SafetensorsFile, indexFile: String
    ) -> [SafetensorsError] {
        var listed = Set(shard.tensors)
        var errors: [SafetensorsError] = []
        for entry in file.entries where listed.remove(SafetensorsEntry.Key(entry.name)) == nil {
            errors.append(
                .index(
                    path: indexFile, key: entry.name, expected: "\(shard.name), which holds it",
                    got: "another file or none"))
        }
        for name in shard.tensors where listed.contains(name) {
            let name = String(decoding: name.bytes, as: UTF8.self)
            errors.append(
                .index(
                    path: indexFile, key: name, expected: "a file that holds it", got: "\(shard.name), which does not"))
        }
        return errors
    }
}

/// Which shard holds which tensor, as an index file says.
struct ShardIndex {
    struct Shard {
        let name: String
        /// In the order of the index.
        var tensors: [SafetensorsEntry.Key]
    }

    /// In the order of their names.
    let shards: [Shard]

    init(path: String) throws(SafetensorsError) {
        let file: MappedFile
        do { file = try MappedFile(path: path) } catch { throw .file(error) }
        guard file.count <= SafetensorsHeader.byteLimit else {
            throw .file(.tooLarge(path: path, entry: nil, limit: SafetensorsHeader.byteLimit))
        }
        let bytes = unsafe file.withBytes { unsafe [UInt8]($0) }
        if let offset = UTF8Text.firstInvalid(in: bytes.span) {
            throw .notJSON(path: path, error: .invalidUTF8(byteOffset: offset))
        }
        var parser = Parser()
        do throws(JSONError) {
            try parser.read(bytes.span)
        } catch {
            throw .notJSON(path: path, error: error)
        }
        guard parser.hasMap else {
            throw .index(path: path, key: "weight_map", expected: "an object of file names by tensor", got: "nothing")
        }
        shards = parser.shards.values.sorted { $0.name.utf8.lexicographicallyPrecedes($1.name.utf8) }
    }

    private struct Parser {
        var shards: [SafetensorsEntry.Key: Shard] = [:]
        var hasMap = false

        mutating func read(_ text: Span<UInt8>) throws(JSONError) {
            var scanner = JSONScanner()
            scanner.skipSpace(text)
            try open(&scanner, text)
            try scanner.object(text, depth: 0) { (scanner, key) throws(JSONError) in
                guard scanner.spelled(text, key) == "weight_map" else { return try scanner.skipValue(text, depth: 1) }
                if self.hasMap { throw .duplicateKey(byteOffset: key.range.lowerBound - 1, key: "weight_map") }
                self.hasMap = true
                try self.readMap(&scanner, text)
            }
            try scanner.end(text)
        }

        private func open(_ scanner: inout JSONScanner, _ text: Span<UInt8>) throws(JSONError) {
            guard try scanner.peek(text) == UInt8(ascii: "{") else {
                throw .syntax(byteOffset: scanner.position, expected: "an object")
            }
        }

        private mutating func readMap(_ scanner: inout JSONScanner, _ text: Span<UInt8>) throws(JSONError) {
            try open(&scanner, text)
            var seen: Set<SafetensorsEntry.Key> = []
            try scanner.object(text, depth: 1) { (scanner, key) throws(JSONError) in
                let name = scanner.spelled(text, key)
                guard seen.insert(SafetensorsEntry.Key(name)).inserted else {
                    throw .duplicateKey(byteOffset: key.range.lowerBound - 1, key: SafetensorsError.shown(name))
                }
                guard try scanner.peek(text) == UInt8(ascii: "\"") else {
                    throw .syntax(byteOffset: scanner.position, expected: "a file name")
                }
                let file = scanner.spelled(text, try scanner.rawString(text))
                self.shards[SafetensorsEntry.Key(file), default: Shard(name: file, tensors: [])].tensors.append(
                    SafetensorsEntry.Key(name))
            }
        }
    }
}
