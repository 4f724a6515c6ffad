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
    /// For each word of an example whose words are labelled its patch or token, nil where it had no room; empty for other examples.
    public var rows: [Int?] = []
    /// For each of the words the answer, as far as it is known.
    public var targets: [ExampleTarget?] = []

    /// An example from its parts.
    public init(_ content: TrainingExample, target: ExampleTarget? = nil, isTruncated: Bool = false) {
        self.content = content
        self.target = target
        self.isTruncated = isTruncated
    }
}
