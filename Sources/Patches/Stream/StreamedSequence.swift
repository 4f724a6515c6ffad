public import Foundations

/// One sequence from a ``PatchStream``.
public struct StreamedSequence: Sendable, Equatable {
    /// The patches.
    public let sequence: PatchSequence
    /// Index of its document, counted from the first document of the source.
    public let document: Int
    /// Index of the sequence in its document.
    public let index: Int
    /// What the document is labelled with.
    public let label: JSONValue?
    /// Where the document comes from.
    public let origin: StreamOrigin
}

/// Where a ``PatchStream`` stands: behind the sequence taken last.
///
/// Saved as JSON and given to a new stream over an equal source, it resumes at the next sequence.
public struct PatchCursor<Position: Codable & Sendable & Equatable>: Codable, Sendable, Equatable {
    /// Where the document begins in the source.
    public var position: Position
    /// Index of the document.
    public var document: Int
    /// Sequences of that document that were taken.
    public var sequence: Int
    /// Digest of the options and fonts.
    public var fingerprint: String
}
