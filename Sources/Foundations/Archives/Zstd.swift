/// Zstandard for a buffer in memory.
public enum Zstd {
    /// One frame that holds `bytes`. `level` is 1 to 19; `nil` is the library's default.
    ///
    /// Throws `cannotWrite` when libarchive refuses, for instance the level.
    public static func compress(_ bytes: [UInt8], level: Int? = nil) throws(FileError) -> [UInt8] {
        let sink = BlockSink(memory: "a zstd buffer")
        let output = try ArchiveOutput(sink: sink, format: .raw, compression: .zstd, level: level)
        try output.begin(name: "data", size: 0)
        try unsafe bytes.withRawBytes { (raw) throws(FileError) in try unsafe output.write(raw) }
        try output.close()
        return sink.bytes
    }

    /// The bytes that a frame holds. `source` is used in messages.
    ///
    /// Throws `damaged` for a torn frame or other bytes, `tooLarge` when more than `limit` bytes come out.
    public static func decompress(
        _ bytes: [UInt8], source: String = "a zstd buffer", limit: Int = .max
    ) throws(FileError) -> [UInt8] {
        let reader = try CompressedReader(bytes: bytes, name: source)
        guard reader.compression == .zstd else {
            throw .damaged(path: source, byteOffset: 0, entry: nil, reason: "not a zstd frame")
        }
        var result: [UInt8] = []
        while try reader.read(appendingTo: &result) > 0 {
            if result.count > limit { throw .tooLarge(path: source, entry: nil, limit: limit) }
        }
        return result
    }
}
