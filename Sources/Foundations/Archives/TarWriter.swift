/// Writes a tar archive whose bytes depend on its entries alone: time 0, owner 0, mode 0644.
///
/// Entries are ustar, with a pax header only where a name or size needs one. Write to a partial name and publish it
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
        output = try ArchiveOutput(
            sink: try BlockSink(path: path), format: .tar, compression: compression, level: level)
    }

    /// Adds a file.
    ///
    /// Names are ASCII, so that no locale has a say in how they are written.
    ///
    /// Throws `unsupported` for an empty name or one with other characters, and `cannotWrite`.
    public func add(name: String, bytes: [UInt8]) throws(FileError) {
        guard !name.isEmpty, name.utf8.allSatisfy({ (1..<0x80).contains($0) }) else {
            throw .unsupported(path: path, reason: "a tar entry needs a name in ASCII without NUL, not '\(name)'")
        }
        try output.begin(name: name, size: bytes.count)
        try unsafe bytes.withRawBytes { (raw) throws(FileError) in try unsafe output.write(raw) }
    }

    /// Writes the end mark. Without this call the archive is torn.
    ///
    /// Throws `cannotWrite`.
    public func finish() throws(FileError) { try output.close() }
}
