import Foundations

/// The byte layout of native shards (`.lps`), version 1. All integers are little-endian.
///
///     header   64 bytes   magic "LPSHARD\0", u32 version, u32 patch size P, 48 zero bytes
///     records             each at a multiple of 64: pixels, then metadata (JSON), then zero padding
///     index    32 bytes a sequence, at a multiple of 64
///                         u64 offset of the pixels, u64 stored bytes of pixels, u32 bytes of metadata,
///                         u32 patches (N + 1), u8 channels, u8 encoding (0 raw, 1 zstd), 6 zero bytes
///     footer   64 bytes   u64 sequences, u64 patches in all, u64 offset of the index, u64 bytes of the file,
///                         24 zero bytes, magic "LPSHEND\0"
///
/// Raw pixels are uint8, patch-major `[N + 1, P, P, channels]`; zstd pixels are one frame of the same bytes.
enum NativeFormat {
    static let magic: [UInt8] = Array("LPSHARD\0".utf8)
    static let endMagic: [UInt8] = Array("LPSHEND\0".utf8)
    static let version = 1
    static let headerSize = 64
    static let footerSize = 64
    static let entrySize = 32
    static let alignment = 64
    /// Patches that one sequence may have at most: a bound on what a damaged index can ask for.
    static let maxPatches = 1 << 24

    static func padding(after count: Int) -> Int { (alignment - count % alignment) % alignment }

    static func header(patchSize: Int) -> [UInt8] {
        var bytes = magic
        bytes.appendLittleEndian(UInt32(version))
        bytes.appendLittleEndian(UInt32(patchSize))
        bytes += [UInt8](repeating: 0, count: headerSize - bytes.count)
        return bytes
    }
}

/// How the pixels of a native shard are stored.
public enum NativeEncoding: UInt8, Sendable, Equatable {
    /// As they are: mapped and used without a copy.
    case raw = 0
    /// One zstd frame a sequence.
    case zstd = 1
}

/// One line of a native shard's index.
struct NativeEntry: Equatable {
    var offset: Int
    var storedBytes: Int
    var metadataBytes: Int
    var patchCount: Int
    var channels: Int
    var encoding: NativeEncoding

    var metadataOffset: Int { offset + storedBytes }
    var end: Int { offset + storedBytes + metadataBytes }

    /// Bytes of pixels once they are decoded.
    func pixelBytes(patchSize: Int) -> Int { patchCount * patchSize * patchSize * channels }

    func append(to bytes: inout [UInt8]) {
        bytes.appendLittleEndian(UInt64(offset))
        bytes.appendLittleEndian(UInt64(storedBytes))
        bytes.appendLittleEndian(UInt32(metadataBytes))
        bytes.appendLittleEndian(UInt32(patchCount))
        bytes.append(UInt8(channels))
        bytes.append(encoding.rawValue)
        bytes += [UInt8](repeating: 0, count: 6)
    }

    /// Reads the entry at `position`; `nil` and a reason when it is not possible in a file whose records end at
    /// `limit` and may start no earlier than `floor`.
    static func read(
        _ bytes: UnsafeRawBufferPointer, at position: Int, patchSize: Int, floor: Int, limit: Int
    ) -> Result<NativeEntry, Invalid> {
        let offset = unsafe littleEndian(UInt64.self, in: bytes, at: position)
        let stored = unsafe littleEndian(UInt64.self, in: bytes, at: position + 8)
        let metadata = unsafe Int(littleEndian(UInt32.self, in: bytes, at: position + 16))
        let patches = unsafe Int(littleEndian(UInt32.self, in: bytes, at: position + 20))
        let channels = unsafe Int(littleEndian(UInt8.self, in: bytes, at: position + 24))
        guard offset <= UInt64(limit), Int(offset) >= floor else {
            return .failure(Invalid("a record lies outside its room or over another"))
        }
        guard Int(offset) % NativeFormat.alignment == 0 else { return .failure(Invalid("a record is not aligned")) }
        guard stored <= UInt64(limit - Int(offset)), metadata <= limit - Int(offset) - Int(stored) else {
            return .failure(Invalid("a record is longer than the file"))
        }
        guard channels == 1 || channels == 3 else { return .failure(Invalid("\(channels) channels; expected 1 or 3")) }
        guard (1...NativeFormat.maxPatches).contains(patches) else {
            return .failure(Invalid("\(counted(patches, "patch")) in one sequence"))
        }
        guard let encoding = unsafe NativeEncoding(rawValue: littleEndian(UInt8.self, in: bytes, at: position + 25))
        else { return .failure(Invalid("an unknown encoding of pixels")) }
        let entry = NativeEntry(
            offset: Int(offset), storedBytes: Int(stored), metadataBytes: metadata, patchCount: patches,
            channels: channels, encoding: encoding)
        guard encoding != .raw || entry.storedBytes == entry.pixelBytes(patchSize: patchSize) else {
            return .failure(Invalid("the pixels of a record have the wrong length"))
        }
        return .success(entry)
    }

    /// Why an entry cannot be.
    struct Invalid: Error {
        let reason: String
        init(_ reason: String) { self.reason = reason }
    }
}
