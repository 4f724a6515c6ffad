/// A place between two records.
public struct ReadPosition: Codable, Sendable, Equatable {
    /// Which input file, from 0.
    public var file = 0
    /// The next byte of its decompressed content.
    public var byteOffset = 0
    /// Lines before that byte.
    public var line = 0
    /// Archive entries before the next sample.
    public var entry = 0
    /// Index of the next document.
    public var index = 0

    /// The beginning of the first file.
    public init() {}

    init(file: Int, index: Int) {
        self.file = file
        self.index = index
    }

    enum CodingKeys: String, CodingKey {
        case file, line, entry, index
        case byteOffset = "byte_offset"
    }
}

/// A place between two records together with the inputs that it belongs to. Save it to resume reading exactly.
public struct Cursor: Codable, Sendable, Equatable {
    /// SHA-256 over the names, sizes, both ends and formats of all inputs, as hex.
    public var inputs: String
    /// The place.
    public var position: ReadPosition

    /// A cursor from its parts; see ``RecordSource/cursor(at:)``.
    public init(inputs: String, position: ReadPosition) {
        self.inputs = inputs
        self.position = position
    }
}
