/// The rows of a text that become one vector, and their layer.
public struct EmbeddingOptions: Sendable, Equatable {
    /// The rows that count.
    public enum Pool: String, Codable, Sendable, CaseIterable {
        /// The mean of the rows of the text: its patches or tokens, of pairs both, without begin token and black patch (default).
        case mean
        /// The last row of the text.
        case last
        /// The row that ends the text: the black patch, or the end token behind a text.
        case eos
    }

    /// The rows that count.
    public var pool = Pool.mean
    /// The stream after so many blocks, before the final norm; 0 is the embeddings. Nil is the stream after the final norm.
    public var layer: Int?

    /// The mean after the final norm.
    public init() {}
}

/// A text's vector.
public struct Embedding: Sendable, Equatable {
    /// As many numbers as the model is wide.
    public var vector: [Float]
    /// True if some of the text had no room.
    public var isTruncated: Bool
}

extension [Float] {
    /// The cosine with another vector of the same length, from double precision sums; 0 where either has no length. O(length).
    public func cosine(_ other: [Float]) -> Double {
        var (dot, own, its) = (0.0, 0.0, 0.0)
        for (a, b) in zip(self, other) {
            dot += Double(a) * Double(b)
            own += Double(a) * Double(a)
            its += Double(b) * Double(b)
        }
        let length = own.squareRoot() * its.squareRoot()
        return length > 0 ? Swift.min(1, Swift.max(-1, dot / length)) : 0
    }
}
