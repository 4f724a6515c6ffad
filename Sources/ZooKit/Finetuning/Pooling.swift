/// The rows of the last layer that are classified (section 3.7 of the specification; the mean as in PIXEL).
public struct Pooling: Sendable, Equatable {
    /// The rows of a picture, and of what stands for it.
    public enum Place: String, Codable, Sendable, CaseIterable {
        /// A picture's black patch at the end; a text's last token.
        case end = "eos"
        /// The patch before the black one; a text's last token.
        case lastText = "last_text"
        /// The mean over all patches but the black one at the end, over all tokens, or over both.
        case mean
    }

    /// The rows of a picture, and of what stands for it.
    public var image: Place
    /// The id that the reference implementation looks for to find the end of a text; nil for counting what is no padding.
    ///
    /// With it the row is that before the first of these ids, be it padding or not. A text behind a picture that has none of them
    /// is classified at the last patch of the canvas, which is white and seen by nobody: a mistake of the reference, kept for
    /// models that were trained with it.
    public var compatiblePad: Int32?

    /// By the black patch and the last token, unless said otherwise.
    public init(image: Place = .end, compatiblePad: Int32? = nil) {
        self.image = image
        self.compatiblePad = compatiblePad
    }

    /// The patches of a picture of `count`, the black one included, that are classified: at least one.
    func patches(of count: Int) -> Range<Int> {
        switch image {
        case .end: max(0, count - 1)..<max(1, count)
        case .lastText: max(0, count - 2)..<max(1, count - 1)
        case .mean: 0..<max(1, count - 1)
        }
    }

    /// The tokens of a text of `ids` that are classified, in a text that is padded to `limit`; nil for the last patch of the canvas.
    func tokens(of ids: [Int32], limit: Int, isBehindPicture: Bool) -> Range<Int>? {
        let last = max(0, ids.count - 1)
        guard let compatiblePad else { return image == .mean ? 0..<last + 1 : last..<last + 1 }
        if let first = ids.firstIndex(of: compatiblePad) {
            let place = max(0, first - 1)
            return place..<place + 1
        }
        return ids.count < limit || !isBehindPicture ? last..<last + 1 : nil
    }
}
