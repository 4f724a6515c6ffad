public import Foundations

/// A text of a corpus with what travels beside it. All text is well-formed UTF-8.
public struct Document: Sendable, Equatable {
    /// How the segments belong together.
    public enum Kind: String, Codable, Sendable {
        /// One text.
        case single
        /// Text A and text B.
        case pair
        /// A sequence of words.
        case words
    }

    /// One text, two texts, or words.
    public var segments: [[UInt8]]
    /// How they belong together.
    public var kind: Kind
    /// The label, as it stood in the input.
    public var label: JSONValue?
    /// Further fields, as they stood in the input.
    public var fields: [String: JSONValue]
    /// Where it comes from.
    public var origin: Origin

    /// A document from its parts.
    public init(
        segments: [[UInt8]], kind: Kind = .single, label: JSONValue? = nil, fields: [String: JSONValue] = [:],
        origin: Origin = Origin()
    ) {
        self.segments = segments
        self.kind = kind
        self.label = label
        self.fields = fields
        self.origin = origin
    }
}

/// Where a document comes from.
public struct Origin: Codable, Sendable, Equatable {
    /// The file, or `-` for standard input.
    public var path: String
    /// The line it begins on, from 1, where the input has lines.
    public var line: Int?
    /// The key of the sample, where the input is an archive.
    public var entry: String?
    /// Its first byte in the decompressed input.
    public var byteOffset: Int
    /// Its running number over all inputs, from 0, the same whatever the shard.
    public var index: Int

    /// An origin from its parts.
    public init(path: String = "", line: Int? = nil, entry: String? = nil, byteOffset: Int = 0, index: Int = 0) {
        self.path = path
        self.line = line
        self.entry = entry
        self.byteOffset = byteOffset
        self.index = index
    }

    enum CodingKeys: String, CodingKey {
        case path, line, entry, index
        case byteOffset = "byte_offset"
    }
}
