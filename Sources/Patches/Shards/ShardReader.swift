import Foundations

/// Reads the sequences of a shard in order, whatever its format. One thread at a time.
///
/// For random access to native shards use ``NativeShard``.
public final class ShardReader {
    /// Where the shard lies.
    public let path: String
    /// Its format, by the end of its name.
    public let format: ShardFormat
    private let advance: () throws -> StoredExample?

    /// Opens a shard; `.tar`, `.gz` or `.lps` decides the format.
    ///
    /// Throws ``ShardError/unknownFormat(path:)`` or what opening a file of the format throws.
    public init(path: String) throws {
        self.path = path
        guard let format = ShardFormat.allCases.first(where: { path.hasSuffix("." + $0.suffix) }) else {
            throw ShardError.unknownFormat(path: path)
        }
        self.format = format
        switch format {
        case .webdataset: advance = try Self.tar(path)
        case .pixelgpt: advance = try Self.lines(path)
        case .native: advance = try Self.native(path)
        }
    }

    /// The next sequence, or `nil` after the last. Throws ``ShardError`` with the path and the entry.
    public func next() throws -> StoredExample? { try advance() }

    /// The sequence number `index`, from 0. O(index) unless the shard is native.
    ///
    /// Throws ``ShardError/noSuchSequence(path:index:count:)``.
    public static func example(_ index: Int, of path: String) throws -> StoredExample {
        if path.hasSuffix("." + ShardFormat.native.suffix) {
            return try example(index, of: try NativeShard(path: path))
        }
        let reader = try ShardReader(path: path)
        var count = 0
        while let example = try reader.next() {
            if count == index { return example }
            count += 1
        }
        throw ShardError.noSuchSequence(path: path, index: index, count: count)
    }

    /// As the other `example`, of a native shard that is open. O(patches of the sequence).
    public static func example(_ index: Int, of shard: NativeShard) throws -> StoredExample {
        let shape = try shard.shape(of: index)
        return StoredExample(
            key: String(index), record: try json(try shard.metadata(of: index), path: shard.path, name: "\(index)"),
            patchSize: shard.patchSize, channels: shape.channels, patches: try shard.patches(of: index))
    }

    private static func native(_ path: String) throws -> () throws -> StoredExample? {
        let shard = try NativeShard(path: path)
        var index = 0
        return {
            guard index < shard.count else { return nil }
            defer { index += 1 }
            return try example(index, of: shard)
        }
    }

    /// Entries of one key stand together; the last of a key is known by the first of the next.
    private static func tar(_ path: String) throws -> () throws -> StoredExample? {
        let reader = try TarReader(path: path, entryLimit: 1 << 28)
        var waiting = try reader.next()
        return {
            guard let first = waiting else { return nil }
            let key = first.name.prefix { $0 != "." }
            var files: [String: [UInt8]] = [:]
            while let entry = waiting, entry.name.prefix(while: { $0 != "." }) == key {
                files[String(entry.name.dropFirst(key.count + 1))] = entry.bytes
                waiting = try reader.next()
            }
            guard let png = files["png"] else {
                throw ShardError.malformed(path: path, byteOffset: nil, reason: "entry \(key) has no .png")
            }
            let record = try files["json"].map { try json($0, path: path, name: key + ".json") } ?? .object([:])
            return try example(key: String(key), png: png, record: record, path: path)
        }
    }

    private static func lines(_ path: String) throws -> () throws -> StoredExample? {
        let lines = try LineReader(path: path)
        var index = 0
        return {
            guard let line = try lines.next() else { return nil }
            defer { index += 1 }
            let record = try json(line, path: path, name: "line \(index + 1)")
            guard case .object(var columns) = record, case .string(let image)? = columns.removeValue(forKey: "image"),
                let png = Base64.decode(Array(image.utf8))
            else {
                throw ShardError.malformed(
                    path: path, byteOffset: nil, reason: "line \(index + 1) has no base64 picture under 'image'")
            }
            return try example(key: String(index), png: png, record: .object(columns), path: path)
        }
    }

    private static func example(
        key: String, png: [UInt8], record: JSONValue, path: String
    ) throws -> StoredExample {
        let picture: Picture
        do { picture = try PNG.decode(png) } catch {
            throw ShardError.picture(path: path, name: key, reason: "\(error)")
        }
        guard let patches = picture.patches() else {
            throw ShardError.picture(
                path: path, name: key,
                reason: "\(picture.width) x \(picture.height) pixels are no strip of square patches")
        }
        return StoredExample(
            key: key, record: record, patchSize: picture.height, channels: picture.channels, patches: patches)
    }

    private static func json(_ bytes: [UInt8], path: String, name: some StringProtocol) throws -> JSONValue {
        do { return try JSONValue.parse(bytes, keepsSpelling: true) } catch {
            throw ShardError.malformed(path: path, byteOffset: nil, reason: "entry \(name): \(error)")
        }
    }
}

/// The lines of a compressed file.
private final class LineReader {
    /// Bytes of a line, at most: what a damaged file may ask for.
    private static let limit = 1 << 28
    private let reader: CompressedReader
    private var buffer: [UInt8] = []
    private var start = 0
    private var isAtEnd = false

    init(path: String) throws { reader = try CompressedReader(path: path) }

    func next() throws -> [UInt8]? {
        var searched = start
        while true {
            if let end = buffer[searched...].firstIndex(of: UInt8(ascii: "\n")) {
                defer { start = end + 1 }
                return Array(buffer[start..<end])
            }
            if isAtEnd {
                defer { start = buffer.count }
                return start < buffer.count ? Array(buffer[start...]) : nil
            }
            guard buffer.count - start <= Self.limit else {
                throw ShardError.malformed(
                    path: reader.path, byteOffset: nil, reason: "a line of more than \(Self.limit) bytes")
            }
            buffer.removeSubrange(..<start)
            start = 0
            searched = buffer.count
            isAtEnd = try reader.read(appendingTo: &buffer) == 0
        }
    }
}
