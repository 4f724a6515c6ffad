import Corpora
public import Typesetting

/// Lays documents on patches: text in, patch sequences out. One per thread.
///
/// A sequence is a pure function of the text, the typesetter's fonts and options, and the layout options: it does not
/// depend on what was rendered before. The renderer keeps one canvas of L patches.
public final class PatchRenderer {
    typealias Emit = (PatchSequence) throws -> Void

    /// Shapes and draws.
    public let typesetter: Typesetter
    /// How text is laid out.
    public let options: LayoutOptions

    let canvas: Canvas
    /// P.
    let patchSize: Int
    /// L.
    let maxPatches: Int
    /// Column of the last patch: text ends before it.
    let lastColumn: Int
    var exactSpans: ExactSpans?
    /// Where words are drawn whose clusters are then set apart.
    var wordCanvas: Canvas

    /// A renderer for one thread. Throws ``LayoutError`` for bad options, or a proportional font under
    /// ``LayoutOptions/Strategy/mono``, and `TypesettingError`.
    public init(typesetter: Typesetter, options: LayoutOptions) throws {
        try options.validate()
        self.typesetter = typesetter
        self.options = options
        patchSize = typesetter.options.patchSize
        maxPatches = options.maxPatches
        lastColumn = patchSize * (maxPatches - 1)
        canvas = typesetter.canvas(patchCount: maxPatches)
        wordCanvas = typesetter.canvas(patchCount: 1)
        if options.strategy == .mono {
            let narrow = try typesetter.line(Array("i".utf8)).width
            let wide = try typesetter.line(Array("W".utf8)).width
            guard narrow == wide else { throw LayoutError.notMonospaced(narrow: narrow, wide: wide) }
        }
    }

    /// All sequences of a document, at least one. See ``render(_:emit:)`` for documents of any length.
    public func render(_ input: TextInput) throws -> RenderedDocument {
        var sequences: [PatchSequence] = []
        let report = try render(input) { sequences.append($0) }
        return RenderedDocument(sequences: sequences, report: report)
    }

    /// Hands the sequences of a document to `emit` one by one, so that pixels of one sequence are held at a time.
    ///
    /// Throws ``LayoutError`` where the input has another shape than the layout, or where it is too wide and the
    /// overflow policy is `error`; `TypesettingError`; and what `emit` throws.
    public func render(_ input: TextInput, emit: (PatchSequence) throws -> Void) throws -> RenderReport {
        var report = RenderReport()
        exactSpans = nil
        switch (options.layout, input) {
        case (.single, .single(let text)):
            useOffsets(into: [text])
            if options.packing == .none {
                try renderText(run(text), &report, emit)
            } else {
                try renderPacked(text, &report, emit)
            }
        case (.words, .single(let text)):
            useOffsets(into: [text])
            try renderWords(of: run(text), &report, emit)
        case (.words, .words(let words)):
            useOffsets(into: words)
            try renderWords(words.enumerated().map { run($0.element, segment: $0.offset) }, &report, emit)
        case (.pair, .pair(let first, let second)):
            useOffsets(into: [first, second])
            let (first, second) = (run(first), run(second, segment: 1))
            if options.separatesWords {
                try renderRowPair(first, second, &report, emit)
            } else {
                try renderPair(first, second, &report, emit)
            }
        default:
            throw LayoutError.inputMismatch(layout: options.layout.rawValue, input: input.kind)
        }
        return report
    }

    /// One text by the strategy in force.
    func renderText(_ run: TextRun, _ report: inout RenderReport, _ emit: Emit) throws {
        switch options.strategy {
        case .continuous, .mono: try renderSingle(run, &report, emit)
        case .words, .bigrams, .adaptive: try renderWords(of: run, &report, emit)
        }
    }

    private func renderWords(of run: TextRun, _ report: inout RenderReport, _ emit: Emit) throws {
        try renderWords(WordBreaks.words(run.bytes).map(run.slice), &report, emit)
    }

    private func renderWords(_ words: [TextRun], _ report: inout RenderReport, _ emit: Emit) throws {
        if options.isChunked {
            try renderChunks(words, &report, emit)
        } else {
            try renderWordList(words, &report, emit)
        }
    }

    /// Text without line breaks, normalised.
    func clean(_ text: [UInt8]) -> CleanText {
        TextCleaner.clean(text, normalisation: options.normalisation)
    }

    private func run(_ text: [UInt8], segment: Int = 0) -> TextRun {
        TextRun(clean(text), segment: segment)
    }

    private func useOffsets(into segments: [[UInt8]]) {
        guard options.offsets == .exact else { return }
        exactSpans = ExactSpans(patchSize: patchSize, segments: segments)
    }
}
