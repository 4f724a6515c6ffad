public import Foundations

/// One sequence read back from a shard of any format.
public struct StoredExample: Sendable, Equatable {
    /// Its name in the shard: the tar key, or the number within the shard.
    public var key: String
    /// The JSON record, without the picture.
    public var record: JSONValue
    /// Side of a patch in pixels.
    public var patchSize: Int
    /// 1 or 3.
    public var channels: Int
    /// Patch-major pixels, `[N + 1, P, P, channels]`.
    public var patches: [UInt8]

    /// Patches, the end patch included.
    public var patchCount: Int { patches.count / (patchSize * patchSize * channels) }

    /// The number under a key of the record, if it is one.
    func integer(_ key: String) -> Int? {
        if case .integer(let value)? = record[key] { value } else { nil }
    }

    /// The strip as a picture of rows.
    public var strip: Picture {
        Picture(
            width: patchCount * patchSize, height: patchSize, channels: channels,
            pixels: PatchSequence.strip(fromPatches: patches, patchSize: patchSize, channels: channels))
    }
}
