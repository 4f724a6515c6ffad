/// The regular files of a tar archive in order; plain, gzip, zstd or xz.
public final class TarReader {
    /// A file of the archive.
    public struct Entry: Sendable, Equatable {
        /// Its path inside the archive.
        public let name: String
        /// Its bytes.
        public let bytes: [UInt8]
    }

    /// Path or name, for messages.
    public let path: String
    /// Content bytes delivered so far.
    public private(set) var offset = 0
    private let source: BlockSource
    private let blocks: any ByteBlocks
    private let archive: ArchiveInput
    private let compression: Compression
    private let entryLimit: Int
    private var current: String?
    private var isOpen = true

    /// Bytes taken from the file so far, compressed as they are there; for progress.
    public var sourceOffset: Int { source.taken }

    /// Opens an archive file. An entry above `entryLimit` bytes is an error.
    ///
    /// Throws `cannotOpen`, `cannotRead` and `damaged`.
    public convenience init(path: String, entryLimit: Int = 1 << 30) throws(FileError) {
        try self.init(source: try BlockSource(path: path), entryLimit: entryLimit)
    }

    /// Reads an open descriptor, which stays open. `name` is used in messages.
    public convenience init(fileDescriptor: CInt, name: String, entryLimit: Int = 1 << 30) throws(FileError) {
        try self.init(source: BlockSource(descriptor: fileDescriptor, name: name), entryLimit: entryLimit)
    }

    /// Reads bytes in memory. `name` is used in messages.
    public convenience init(bytes: [UInt8], name: String, entryLimit: Int = 1 << 30) throws(FileError) {
        try self.init(source: BlockSource(bytes: bytes, name: name), entryLimit: entryLimit)
    }

    init(source: BlockSource, entryLimit: Int) throws(FileError) {
        path = source.name
        self.source = source
        self.entryLimit = entryLimit
        compression = Compression.detect(try source.peek(6))
        blocks = compression == .gzip ? try InflateSource(source: source) : source
        archive = try ArchiveInput(source: blocks, format: .tar, compression: compression)
    }

    /// The next file; `nil` at the end. Folders, links and devices are passed over.
    ///
    /// Throws `damaged` with the last entry begun, `tooLarge`, and `cannotRead`. After an error the reader is at its
    /// end, but after `tooLarge` it continues with the following file. A file that `isWanted` refuses by its name comes
    /// without its bytes.
    public func next(where isWanted: (String) -> Bool = { _ in true }) throws(FileError) -> Entry? {
        guard try advance(), let name = current else { return nil }
        guard isWanted(name) else { return Entry(name: name, bytes: []) }
        var bytes: [UInt8] = []
        do throws(FileError) {
            while bytes.count <= entryLimit {
                let count = try archive.readData(appendingTo: &bytes, offset: offset, entry: name)
                if count == 0 { return Entry(name: name, bytes: bytes) }
                offset += count
            }
        } catch {
            isOpen = false
            throw error
        }
        throw .tooLarge(path: path, entry: name, limit: entryLimit)
    }

    /// Passes over `count` files and returns the name of the last; `nil` when there are fewer.
    ///
    /// Throws as `next`.
    public func skip(_ count: Int) throws(FileError) -> String? {
        for _ in 0..<count where try !advance() { return nil }
        return current
    }

    private func advance() throws(FileError) -> Bool {
        guard isOpen else { return false }
        do throws(FileError) {
            while let entry = try archive.nextEntry(offset: offset, after: current) {
                current = entry.name
                if entry.isFile { return true }
            }
            isOpen = false
            // Two blocks of zeros end an archive. Without any the file was cut between two entries.
            if compression == .none || compression == .gzip, blocks.trailingZeros < 512 {
                throw .damaged(
                    path: path, byteOffset: offset, entry: current, reason: "the end-of-archive mark is missing")
            }
            return false
        } catch {
            isOpen = false
            throw error
        }
    }
}
