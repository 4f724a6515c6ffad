/// A stretch of text that one patch shows. Offsets count in the text as it was given, not as it was cleaned.
public struct PatchSpan: Sendable, Equatable {
    /// Index of the patch.
    public let patch: Int
    /// Which text: 0 and 1 are the texts of a pair; with a list of words, the index of the word.
    public let segment: Int
    /// Bytes of the segment.
    public let utf8: Range<Int>
    /// Unicode scalars of the segment.
    public let scalars: Range<Int>

    /// A span from its parts.
    public init(patch: Int, segment: Int, utf8: Range<Int>, scalars: Range<Int>) {
        self.patch = patch
        self.segment = segment
        self.utf8 = utf8
        self.scalars = scalars
    }
}

/// Which part of a document a sequence shows.
public struct SourceSpan: Sendable, Equatable {
    /// The text: 0, or 1 for a pair (its text A is repeated in every sequence); with words, the index of the first one.
    public let segment: Int
    /// The last text shown; differs from ``segment`` only with words.
    public let lastSegment: Int
    /// Bytes, counted from the start of ``segment`` through the segments after it laid end to end.
    public let utf8: Range<Int>

    /// A span of one segment, or of several where `lastSegment` says so.
    public init(segment: Int, lastSegment: Int? = nil, utf8: Range<Int>) {
        self.segment = segment
        self.lastSegment = lastSegment ?? segment
        self.utf8 = utf8
    }
}

/// One entry of a reference offset mapping: character indices, not always in order. (0, 0) stands for a separator or
/// padding, (-1, -1) for a blank patch before a separator; an end may exceed the text's length by one.
public struct CharacterPair: Sendable, Equatable, Hashable {
    /// First character.
    public let start: Int
    /// Character after the last.
    public let end: Int

    /// An entry from its two indices.
    public init(_ start: Int, _ end: Int) {
        self.start = start
        self.end = end
    }

    /// The entry in a text that has `count` characters before; blank patches stay what they are.
    func moved(by count: Int) -> CharacterPair { start < 0 ? self : CharacterPair(start + count, end + count) }
}
