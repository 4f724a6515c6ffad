public import Typesetting

/// What rendering one document found out, beside its sequences.
public struct RenderReport: Sendable, Equatable {
    /// Sequences emitted.
    public var sequenceCount = 0
    /// N of all sequences together.
    public var textPatchCount = 0
    /// Characters that no font of the stack draws. Offsets count in the bytes of the drawn line.
    public var missing: [MissingGlyph] = []
    /// Combining marks left out, because a cluster had more than the typesetter draws.
    public var droppedMarks = 0
    /// How often a line was cut into paragraphs, because it is longer than the typesetter lays out at once.
    public var forcedCuts = 0
    /// The document did not fit one sequence: it was split or truncated.
    public var overflowed = false
    /// Text was lost behind the last patch.
    public var truncated = false

    /// A report of nothing.
    public init() {}

    /// Takes over what laying out a line found.
    mutating func note(_ line: Line) {
        if !line.missing.isEmpty { missing += line.missing }
        droppedMarks += line.droppedMarks
        forcedCuts += line.forcedCuts
    }
}

/// The sequences of one document, and what rendering it found out.
public struct RenderedDocument: Sendable, Equatable {
    /// At least one.
    public var sequences: [PatchSequence]
    /// Counts and missing glyphs.
    public var report: RenderReport

    /// Characters that no font of the stack draws.
    public var missing: [MissingGlyph] { report.missing }
    /// The document did not fit one sequence.
    public var overflowed: Bool { report.overflowed }
    /// Text was lost behind the last patch.
    public var truncated: Bool { report.truncated }

    /// A document from its parts.
    public init(sequences: [PatchSequence], report: RenderReport) {
        self.sequences = sequences
        self.report = report
    }
}
