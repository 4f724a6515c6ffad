/// What a classifier or a regression should answer.
public enum ExampleTarget: Sendable, Equatable {
    /// The number of a class, from 0.
    case label(Int)
    /// A number.
    case value(Double)
}

/// One or two texts as a classifier reads them, with the answer where it is known.
public struct ClassifierExample: Sendable, Equatable {
    /// Tokens, patches, or both; the last patch is the black one.
    public var content: TrainingExample
    /// The answer; nil where it is not known.
    public var target: ExampleTarget?
    /// True if some of the text had no room.
    public var isTruncated: Bool

    /// An example from its parts.
    public init(_ content: TrainingExample, target: ExampleTarget? = nil, isTruncated: Bool = false) {
        self.content = content
        self.target = target
        self.isTruncated = isTruncated
    }
}

/// Which row of the last layer is classified (section 3.7 of the specification).
public struct Pooling: Sendable, Equatable {
    /// The row of a picture.
    public enum ImagePlace: String, Codable, Sendable, CaseIterable {
        /// The black patch at the end.
        case end = "eos"
        /// The patch before it.
        case lastText = "last_text"
    }

    /// The row of a picture alone. Texts, and texts behind pictures, are classified at their last token.
    public var image: ImagePlace
    /// The id that the reference implementation looks for to find the end of a text; nil for counting what is no padding.
    ///
    /// With it the row is that before the first of these ids, be it padding or not. A text behind a picture that has none of them
    /// is classified at the last patch of the canvas, which is white and seen by nobody: a mistake of the reference, kept for
    /// models that were trained with it.
    public var compatiblePad: Int32?

    /// By the black patch and the last token, unless said otherwise.
    public init(image: ImagePlace = .end, compatiblePad: Int32? = nil) {
        self.image = image
        self.compatiblePad = compatiblePad
    }

    /// The token of a text of `ids` that is classified, in a text that is padded to `limit`; nil for the last patch of the canvas.
    func token(of ids: [Int32], limit: Int, isBehindPicture: Bool) -> Int? {
        let last = max(0, ids.count - 1)
        guard let compatiblePad else { return last }
        if let first = ids.firstIndex(of: compatiblePad) { return max(0, first - 1) }
        return ids.count < limit || !isBehindPicture ? last : nil
    }
}
