/// A piece of a document as a model reads it: tokens, patches, or both.
public struct TrainingExample: Sendable, Equatable {
    /// Token ids; empty for a picture alone.
    public var tokens: [Int32]
    /// Patch after patch, [N + 1, P*P*channels], the black end patch last; empty for text alone.
    public var pixels: [UInt8]
    /// N + 1, or 0.
    public var patches: Int

    /// A piece from its parts.
    public init(tokens: [Int32] = [], pixels: [UInt8] = [], patches: Int = 0) {
        self.tokens = tokens
        self.pixels = pixels
        self.patches = patches
    }

    /// Rows of the residual stream that it takes.
    public var rows: Int { tokens.count + patches }
    /// Bytes in memory, about.
    var byteCount: Int { pixels.count + 4 * tokens.count }
}

/// What a micro-batch holds.
public enum ExampleKind: String, Codable, Sendable, CaseIterable {
    /// Tokens.
    case text
    /// Patches.
    case image
    /// Patches and the tokens of the same text.
    case pair
}

/// Which documents are read. A document belongs to one part by a hash of its text, so that equal texts never stand on both
/// sides.
public enum DataPart: String, Codable, Sendable {
    /// For training.
    case training
    /// Held out.
    case heldOut = "held_out"
}
