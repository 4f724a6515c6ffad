public import Typesetting

/// What rendering one document found out, beside its sequences.
public struct RenderReport: Sendable, Equatable {
    /// Sequences emitted.
    public var sequenceCount = 0
    /// N of all sequences together.
    public var textPatchCount = 0
    /// Characters shown that no font of the stack draws, each once. Offsets count in the bytes of the drawn line.
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

    /// Up to which byte of each segment missing characters are counted.
    private var noted: [Int: Int] = [:]

    /// Takes over what laying out a line found. Characters are counted that are shown, each byte of the document once.
    ///
    /// - Parameters:
    ///   - start: the byte of `run` where the line begins.
    ///   - shown: the bytes of `run` that a sequence shows.
    mutating func note(_ line: Line, of run: TextRun, from start: Int = 0, shown: Range<Int>) {
        noteMissing(line, of: run, from: start, shown: shown)
        noteMarks(line)
    }

    /// The characters of a line that no font draws.
    mutating func noteMissing(_ line: Line, of run: TextRun, from start: Int, shown: Range<Int>) {
        let before = noted[run.segment] ?? 0
        noted[run.segment] = max(before, run.original(shown.upperBound))
        for glyph in line.missing where shown.contains(start + glyph.byteOffset) {
            if run.original(start + glyph.byteOffset) >= before { missing.append(glyph) }
        }
    }

    /// What was done to a line so that it can be laid out.
    mutating func noteMarks(_ line: Line) {
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
