/// How a byte stream is compressed.
public enum Compression: String, Codable, Sendable, CaseIterable {
    /// Not at all.
    case none
    /// RFC 1952.
    case gzip
    /// RFC 8878.
    case zstd
    /// The .xz container.
    case xz

    /// Detects the compression by the first bytes of a stream; six are enough.
    public static func detect(_ first: [UInt8]) -> Compression {
        if first.starts(with: [0x1F, 0x8B]) { return .gzip }
        if first.starts(with: [0x28, 0xB5, 0x2F, 0xFD]) { return .zstd }
        if first.starts(with: [0xFD, 0x37, 0x7A, 0x58, 0x5A, 0x00]) { return .xz }
        return .none
    }

    /// The compression that a file name promises, by `.gz`, `.tgz`, `.zst`, `.tzst`, `.xz` or `.txz`.
    public static func promised(by path: String) -> Compression {
        let name = path.lowercased()
        if name.hasSuffix(".gz") || name.hasSuffix(".tgz") { return .gzip }
        if name.hasSuffix(".zst") || name.hasSuffix(".tzst") { return .zstd }
        if name.hasSuffix(".xz") || name.hasSuffix(".txz") { return .xz }
        return .none
    }
}
