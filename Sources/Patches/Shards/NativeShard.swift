import Foundations

/// A native shard, mapped into memory: any sequence is found in constant time, raw pixels are used without a copy.
///
/// Everything is checked before use: opening costs O(sequences), no record can reach outside the file or over
/// another, and no size of a damaged file makes the reader take more memory than the file justifies.
public final class NativeShard: Sendable {
    /// Where the shard lies.
    public let path: String
    /// Sequences.
    public let count: Int
    /// Side of a patch in pixels.
    public let patchSize: Int
    /// Patches of all sequences together, end patches included.
    public let patchCount: Int
    private let file: MappedFile
    private let indexOffset: Int

    /// Maps and checks a shard.
    ///
    /// Throws ``ShardError/file(_:)``, ``ShardError/malformed(path:byteOffset:reason:)`` or
    /// ``ShardError/unsupportedVersion(path:got:expected:)``.
    public init(path: String) throws(ShardError) {
        self.path = path
        do { file = try MappedFile(path: path) } catch { throw .file(error) }
        let outline = try unsafe file.withBytes { (bytes: UnsafeRawBufferPointer) throws(ShardError) in
            try unsafe NativeOutline(bytes, path: path)
        }
        count = outline.count
        patchSize = outline.patchSize
        patchCount = outline.patchCount
        indexOffset = outline.indexOffset
    }

    /// Patches, channels and encoding of sequence `index`. Throws ``ShardError/noSuchSequence(path:index:count:)``.
    public func shape(of index: Int) throws(ShardError) -> (patches: Int, channels: Int, encoding: NativeEncoding) {
        let entry = try entry(index)
        return (entry.patchCount, entry.channels, entry.encoding)
    }

    /// Lends the pixels of sequence `index`, `[N + 1, P, P, channels]`, without a copy when they are stored raw.
    ///
    /// Throws ``ShardError/noSuchSequence(path:index:count:)``, ``ShardError/malformed(path:byteOffset:reason:)``, or
    /// what `body` throws.
    public func withPatches<R>(of index: Int, _ body: (Span<UInt8>) throws -> R) throws -> R {
        let entry = try entry(index)
        switch entry.encoding {
        case .raw:
            return try unsafe file.withBytes { bytes in
                let stored = unsafe UnsafeRawBufferPointer(
                    rebasing: bytes[entry.offset..<entry.offset + entry.storedBytes])
                return try unsafe stored.withMemoryRebound(to: UInt8.self) { try unsafe body($0.span) }
            }
        case .zstd:
            let pixels = try decompress(entry)
            return try body(pixels.span)
        }
    }

    /// A copy of the pixels of sequence `index`, `[N + 1, P, P, channels]`. Throws as ``withPatches(of:_:)``.
    public func patches(of index: Int) throws(ShardError) -> [UInt8] {
        let entry = try entry(index)
        return entry.encoding == .raw ? copy(entry.offset..<entry.metadataOffset) : try decompress(entry)
    }

    /// The metadata of sequence `index`: one JSON object. Throws ``ShardError/noSuchSequence(path:index:count:)``.
    public func metadata(of index: Int) throws(ShardError) -> [UInt8] {
        let entry = try entry(index)
        return copy(entry.metadataOffset..<entry.end)
    }

    private func entry(_ index: Int) throws(ShardError) -> NativeEntry {
        guard index >= 0, index < count else { throw .noSuchSequence(path: path, index: index, count: count) }
        let position = indexOffset + index * NativeFormat.entrySize
        let found = unsafe file.withBytes { bytes in
            unsafe NativeEntry.read(
                bytes, at: position, patchSize: patchSize, floor: NativeFormat.headerSize, limit: indexOffset)
        }
        do { return try found.get() } catch {
            throw .malformed(path: path, byteOffset: position, reason: error.reason)
        }
    }

    private func copy(_ range: Range<Int>) -> [UInt8] {
        unsafe file.withBytes { unsafe [UInt8]($0[range]) }
    }

    private func decompress(_ entry: NativeEntry) throws(ShardError) -> [UInt8] {
        let expected = entry.pixelBytes(patchSize: patchSize)
        let pixels: [UInt8]
        do {
            pixels = try Zstd.decompress(copy(entry.offset..<entry.metadataOffset), limit: expected)
        } catch {
            throw .malformed(path: path, byteOffset: entry.offset, reason: "the zstd frame cannot be read: \(error)")
        }
        guard pixels.count == expected else {
            throw .malformed(
                path: path, byteOffset: entry.offset,
                reason: "a zstd frame of \(pixels.count) bytes; \(expected) are expected")
        }
        return pixels
    }
}

/// The checked header, footer and index of a native shard.
private struct NativeOutline {
    let count: Int
    let patchSize: Int
    let patchCount: Int
    let indexOffset: Int

    init(_ bytes: UnsafeRawBufferPointer, path: String) throws(ShardError) {
        func malformed(_ offset: Int?, _ reason: String) -> ShardError {
            .malformed(path: path, byteOffset: offset, reason: reason)
        }
        let size = bytes.count
        guard size >= NativeFormat.headerSize + NativeFormat.footerSize else {
            throw malformed(nil, "\(size) bytes are too few for a native shard")
        }
        guard unsafe bytes[..<8].elementsEqual(NativeFormat.magic) else {
            throw malformed(0, "not a native shard: the first bytes are not LPSHARD")
        }
        let version = unsafe Int(littleEndian(UInt32.self, in: bytes, at: 8))
        guard version == NativeFormat.version else {
            throw .unsupportedVersion(path: path, got: version, expected: NativeFormat.version)
        }
        patchSize = unsafe Int(littleEndian(UInt32.self, in: bytes, at: 12))
        guard (8...128).contains(patchSize) else { throw malformed(12, "a patch size of \(patchSize)") }
        let footer = size - NativeFormat.footerSize
        guard unsafe bytes[(size - 8)...].elementsEqual(NativeFormat.endMagic) else {
            throw malformed(size - 8, "the shard was not finished: it does not end with LPSHEND")
        }
        let sequences = unsafe littleEndian(UInt64.self, in: bytes, at: footer)
        let patches = unsafe littleEndian(UInt64.self, in: bytes, at: footer + 8)
        let offset = unsafe littleEndian(UInt64.self, in: bytes, at: footer + 16)
        guard unsafe littleEndian(UInt64.self, in: bytes, at: footer + 24) == UInt64(size) else {
            throw malformed(footer + 24, "the file does not have the length that it was written with")
        }
        guard offset >= UInt64(NativeFormat.headerSize), offset <= UInt64(footer),
            offset % UInt64(NativeFormat.alignment) == 0
        else { throw malformed(footer + 16, "the index lies outside the file") }
        indexOffset = Int(offset)
        let room = footer - indexOffset
        guard sequences <= UInt64(room / NativeFormat.entrySize) else {
            throw malformed(footer, "the index does not fit \(counted(sequences, "sequence"))")
        }
        count = Int(sequences)
        let used = count * NativeFormat.entrySize
        guard room == used + NativeFormat.padding(after: used) else {
            throw malformed(footer, "the index does not hold \(counted(count, "sequence"))")
        }
        var floor = NativeFormat.headerSize
        var total = 0
        for index in 0..<count {
            let position = indexOffset + index * NativeFormat.entrySize
            switch unsafe NativeEntry.read(
                bytes, at: position, patchSize: patchSize, floor: floor, limit: indexOffset)
            {
            case .success(let entry):
                floor = entry.end
                total += entry.patchCount
            case .failure(let error): throw malformed(position, "sequence \(index): \(error.reason)")
            }
        }
        guard UInt64(total) == patches else {
            throw malformed(footer + 8, "the footer counts \(counted(patches, "patch")), the index \(total)")
        }
        patchCount = total
    }
}
