/// A file or descriptor read as its decompressed bytes: plain, gzip, zstd or xz, detected by the first bytes.
///
/// Checksums are checked where the stream has them. Not for use from two threads at once.
public final class CompressedReader {
    /// Path or name, for messages.
    public let path: String
    /// What was found.
    public let compression: Compression
    /// Decompressed bytes delivered so far.
    public private(set) var offset = 0
    private let source: BlockSource
    /// Plain or inflated blocks, where libarchive is not needed.
    private let blocks: any ByteBlocks
    private let archive: ArchiveInput?
    private var hasEntry = true
    /// Bytes that were looked at and not delivered.
    private var held: [UInt8] = []

    /// Bytes taken from the file so far, compressed as they are there; for progress.
    public var sourceOffset: Int { source.taken }

    /// Opens a file. Throws `cannotOpen`, and `damaged` when the name promises a compression that the bytes lack.
    public convenience init(path: String) throws(FileError) {
        try self.init(source: try BlockSource(path: path), promised: Compression.promised(by: path))
    }

    /// Reads an open descriptor, for instance standard input, which stays open. `name` is used in messages.
    public convenience init(fileDescriptor: CInt, name: String) throws(FileError) {
        try self.init(source: BlockSource(descriptor: fileDescriptor, name: name), promised: .none)
    }

    /// Reads bytes in memory. `name` is used in messages.
    public convenience init(bytes: [UInt8], name: String) throws(FileError) {
        try self.init(source: BlockSource(bytes: bytes, name: name), promised: .none)
    }

    init(source: BlockSource, promised: Compression) throws(FileError) {
        path = source.name
        self.source = source
        compression = Compression.detect(try source.peek(6))
        guard promised == .none || promised == compression else {
            let found: String
            if try source.peek(1).isEmpty {
                found = "the file is empty"
            } else {
                found = "the first bytes are \(compression == .none ? "not" : "\(compression.rawValue)")"
            }
            throw .damaged(
                path: path, byteOffset: 0, entry: nil, reason: "the name promises \(promised.rawValue), \(found)")
        }
        blocks = compression == .gzip ? try InflateSource(source: source) : source
        if compression == .none || compression == .gzip {
            archive = nil
        } else {
            let archive = try ArchiveInput(source: source, format: .raw, compression: compression)
            hasEntry = try archive.nextEntry(offset: 0, after: nil) != nil
            self.archive = archive
        }
    }

    /// The next bytes, at most `count`, without taking them: as many as are there, so that a slow pipe is not waited for; none at
    /// the end alone.
    ///
    /// Throws `cannotRead`, and `damaged` for a torn stream.
    public func peek(_ count: Int) throws(FileError) -> [UInt8] {
        if held.isEmpty {
            var piece: [UInt8] = []
            _ = try take(appendingTo: &piece)
            held = piece
        }
        return Array(held.prefix(count))
    }

    /// Appends the next piece to `buffer` and returns its size in bytes; 0 at the end.
    ///
    /// Throws `cannotRead`, and `damaged` for a torn stream.
    public func read(appendingTo buffer: inout [UInt8]) throws(FileError) -> Int {
        var count = held.count
        if count > 0 {
            buffer += held
            held = []
        } else {
            count = try take(appendingTo: &buffer)
        }
        offset += count
        return count
    }

    private func take(appendingTo buffer: inout [UInt8]) throws(FileError) -> Int {
        if let archive {
            guard hasEntry else { return 0 }
            let count = try archive.readData(appendingTo: &buffer, offset: offset, entry: nil)
            if count == 0 { hasEntry = false }
            return count
        }
        let block = try unsafe blocks.next()
        unsafe buffer.append(contentsOf: block)
        return block.count
    }

    /// The next piece; `nil` at the end. Throws as `read(appendingTo:)`.
    public func nextChunk() throws(FileError) -> [UInt8]? {
        var chunk: [UInt8] = []
        return try read(appendingTo: &chunk) == 0 ? nil : chunk
    }

    /// Moves to a decompressed byte offset right after opening. Plain files seek, compressed ones and pipes read and drop,
    /// and what was read beyond `target` is returned.
    ///
    /// Throws `damaged` when the stream ends before `target`, and the errors of `read(appendingTo:)`.
    public func skip(to target: Int) throws(FileError) -> [UInt8] {
        if target == 0 { return [] }
        if compression == .none, source.canSeek {
            held = []
            try source.seek(to: target)
            offset = target
            return []
        }
        var chunk: [UInt8] = []
        while offset < target {
            chunk.removeAll(keepingCapacity: true)
            if try read(appendingTo: &chunk) == 0 {
                throw .damaged(
                    path: path, byteOffset: offset, entry: nil, reason: "it ends before byte \(target)")
            }
        }
        return Array(chunk.suffix(offset - target))
    }
}
