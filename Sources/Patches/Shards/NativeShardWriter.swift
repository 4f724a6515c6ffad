public import Foundations

/// Writes one native shard; the layout is in docs/formats.md. One thread at a time.
public final class NativeShardWriter {
    private let file: PartialFile
    private let patchSize: Int
    private var index: [UInt8] = []
    private var patches = 0
    /// Sequences written so far.
    public private(set) var count = 0

    /// Starts `<path>.partial`. Throws ``ShardError/file(_:)``.
    public init(path: String, patchSize: Int) throws(ShardError) {
        precondition((8...128).contains(patchSize), "patches are 8 to 128 pixels wide")
        self.patchSize = patchSize
        file = try PartialFile(path: path)
        try file.write(NativeFormat.header(patchSize: patchSize))
    }

    /// Bytes so far; the size of the file once it is finished.
    public var byteCount: Int { file.count }

    /// Appends a sequence: its pixels as `encoding` says, and its metadata.
    ///
    /// Traps when raw pixels do not have the length that the patches need. Throws ``ShardError/file(_:)``.
    public func append(
        pixels: [UInt8], patchCount: Int, channels: Int, encoding: NativeEncoding, metadata: [UInt8]
    ) throws(ShardError) {
        precondition((1...NativeFormat.maxPatches).contains(patchCount), "a sequence has 1 to 2^24 patches")
        precondition(channels == 1 || channels == 3, "pixels have 1 or 3 channels")
        let entry = NativeEntry(
            offset: file.count, storedBytes: pixels.count, metadataBytes: metadata.count, patchCount: patchCount,
            channels: channels, encoding: encoding)
        precondition(
            encoding != .raw || pixels.count == entry.pixelBytes(patchSize: patchSize), "pixels and patches disagree")
        try file.write(pixels)
        try file.write(metadata)
        try file.pad(to: NativeFormat.alignment)
        entry.append(to: &index)
        count += 1
        patches += patchCount
    }

    /// Writes the index and gives the shard its name. Returns the SHA-256 of the file.
    public func finish() throws(ShardError) -> SHA256Digest {
        let indexOffset = file.count
        index += [UInt8](repeating: 0, count: NativeFormat.padding(after: index.count))
        try file.write(index)
        var footer: [UInt8] = []
        footer.appendLittleEndian(UInt64(count))
        footer.appendLittleEndian(UInt64(patches))
        footer.appendLittleEndian(UInt64(indexOffset))
        footer.appendLittleEndian(UInt64(file.count + NativeFormat.footerSize))
        footer += [UInt8](repeating: 0, count: 24)
        try file.write(footer + NativeFormat.endMagic)
        return try file.finish()
    }
}
