/// Writes a tar archive whose bytes depend on its entries alone: time 0, owner 0, mode 0644.
///
/// Entries are ustar; a pax header stands before those whose name is not ASCII or longer than 100 bytes, and those of
/// 8 GiB and more. Write to a partial name and publish it
/// with `AtomicFile.commit`.
public final class TarWriter {
    /// Where the archive goes.
    public let path: String
    private let output: ArchiveOutput

    /// Creates or replaces the file at `path`. `level` is the compressor's own scale; `nil` is its default.
    ///
    /// Throws `cannotWrite`.
    public init(path: String, compression: Compression = .none, level: Int? = nil) throws(FileError) {
        self.path = path
        output = try ArchiveOutput(sink: try BlockSink(path: path), compression: compression, level: level)
    }

    /// Adds a file.
    ///
    /// Throws `unsupported` for an empty name or one with NUL, and `cannotWrite`.
    public func add(name: String, bytes: [UInt8]) throws(FileError) {
        guard !name.isEmpty, !name.utf8.contains(0) else {
            throw .unsupported(path: path, reason: "a tar entry needs a name without NUL")
        }
        try write(TarHeader.blocks(name: name, size: bytes.count))
        try write(bytes)
        try write([UInt8](repeating: 0, count: TarHeader.padding(after: bytes.count)))
    }

    /// Writes the end mark. Without this call the archive is torn.
    ///
    /// Throws `cannotWrite`.
    public func finish() throws(FileError) {
        try write([UInt8](repeating: 0, count: 2 * TarHeader.blockSize))
        try output.close()
    }

    private func write(_ bytes: [UInt8]) throws(FileError) {
        try unsafe bytes.withRawBytes { (raw) throws(FileError) in try unsafe output.write(raw) }
    }
}
