/// Writes one gzip stream without a time stamp or a file name in its header.
public final class GzipWriter {
    /// Where the stream goes.
    public let path: String
    private let output: ArchiveOutput

    /// Creates or replaces the file at `path`. `level` is 0 to 9; `nil` is the default of zlib.
    ///
    /// Throws `cannotWrite`.
    public init(path: String, level: Int? = nil) throws(FileError) {
        self.path = path
        output = try ArchiveOutput(sink: try BlockSink(path: path), format: .raw, compression: .gzip, level: level)
        try output.begin(name: "data", size: 0)
    }

    /// Adds bytes. Throws `cannotWrite`.
    public func write(_ bytes: [UInt8]) throws(FileError) {
        try unsafe bytes.withRawBytes { (raw) throws(FileError) in try unsafe output.write(raw) }
    }

    /// Writes the end of the stream. Throws `cannotWrite`.
    public func finish() throws(FileError) { try output.close() }
}
