/// The layout of a shard's file.
public enum ShardFormat: String, Codable, Sendable, CaseIterable {
    /// A tar of PNG strips and JSON records, as the Python packages `webdataset` and `datasets` read it.
    case webdataset
    /// Gzipped JSON lines with a base64 PNG each, as PixelGPT's readers expect.
    case pixelgpt
    /// Raw patches with an index, mapped into memory by a trainer.
    case native

    /// What file names end in.
    public var suffix: String {
        switch self {
        case .webdataset: "tar"
        case .pixelgpt: "gz"
        case .native: "lps"
        }
    }
}

/// How sequences are stored and where one shard ends and the next begins. Both depend on the content alone, never on
/// the number of workers or on time.
public struct ShardOptions: Codable, Sendable, Equatable {
    /// The file format.
    public var format: ShardFormat = .webdataset
    /// A shard is closed after the document that brings it to this many patches, end patches included.
    public var patchesPerShard = 1 << 20
    /// A shard is closed after the document that brings it to this many sequences.
    public var sequencesPerShard = 100_000
    /// Whether native pixels are zstd frames; smaller by a factor of about seven, and no longer used without a copy.
    public var zstd = false
    /// Whether records hold the text that they show; `verify` then renders a sample again.
    public var storeText = true

    /// The defaults: WebDataset, shards of 2^20 patches.
    public init() {}

    /// Checks ranges. Throws ``ShardError/invalidOption(key:value:expected:)``.
    public func validate() throws(ShardError) {
        guard (1...1 << 32).contains(patchesPerShard) else {
            throw .invalidOption(key: "patches_per_shard", value: "\(patchesPerShard)", expected: "1 to 4294967296")
        }
        guard (1...100_000_000).contains(sequencesPerShard) else {
            throw .invalidOption(key: "sequences_per_shard", value: "\(sequencesPerShard)", expected: "1 to 100000000")
        }
        guard !zstd || format == .native else {
            throw .invalidOption(key: "zstd", value: "true", expected: "false with the \(format.rawValue) format")
        }
    }

    /// The name of the shard with this number.
    public func fileName(of number: Int) -> String {
        let digits = String(number)
        return "part-" + String(repeating: "0", count: max(0, 5 - digits.count)) + digits + "." + format.suffix
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case format, zstd
        case patchesPerShard = "patches_per_shard"
        case sequencesPerShard = "sequences_per_shard"
        case storeText = "store_text"
    }
}
