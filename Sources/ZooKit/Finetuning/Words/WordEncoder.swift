import Foundations
import Patches
import Typesetting

/// Turns lists of words into what a labeller of words reads, with a patch or token for each word. One per thread.
///
/// Pictures are drawn by the layout `words`, in which no two words share a patch; the strategies that never join words keep their
/// own way of drawing one. Tokens are those of the words with a space between them. Of pairs the tokens behind the picture are labelled.
/// Words that do not fit have no row.
public final class WordEncoder {
    /// The form of the examples.
    public let kind: ExampleKind
    /// The row of a word.
    public let row: WordRow
    private let tokenLimit: Int
    private let renderer: PatchRenderer?
    /// Draws one patch more, which shows what of a word was cut off.
    private let wider: PatchRenderer?
    private let encoding: TextEncoding?

    /// An encoder of the lengths in `options`, as ``ClassifierEncoder`` has them. Throws `PretrainingError` where fonts or tokenizer are
    /// missing, and `LayoutError`.
    public init(_ kind: ExampleKind, _ options: ExampleOptions, row: WordRow) throws {
        (self.kind, self.row) = (kind, row)
        tokenLimit = kind == .image ? 0 : kind == .text ? options.length : options.pairTokens
        encoding = kind == .image ? nil : try options.need(options.encoding)
        guard kind != .text else {
            (renderer, wider) = (nil, nil)
            return
        }
        let fonts = try options.need(options.fonts)
        var layout = options.layout
        layout.layout = .words
        layout.maxPatches = kind == .image ? options.length : options.pairPatches
        layout.overflow = .truncate
        layout.packing = .none
        (layout.stride, layout.textAMaxPatches) = (nil, nil)
        (layout.rightToLeft, layout.flipRTL) = (false, false)
        layout.channels = options.channels == 3 ? .rgb : .gray
        layout.offsets = .exact
        let typesetter = try Typesetter(fonts: fonts, options: options.render)
        renderer = try PatchRenderer(typesetter: typesetter, options: layout)
        layout.maxPatches += 1
        wider = try PatchRenderer(typesetter: typesetter, options: layout)
    }

    /// The example of some words, without targets. Throws what the renderer throws. O(bytes), of tokens O(words · bytes).
    public func encode(_ words: [[UInt8]]) throws -> ClassifierExample {
        var content = TrainingExample()
        var rows = [Int?](repeating: nil, count: words.count)
        if let renderer, let wider {
            let (drawn, report) = try draw(words, renderer)
            (content.pixels, content.patches) = (drawn.pixels, drawn.patchCount)
            let spans = report.truncated ? try draw(words, wider).0.spans : drawn.spans
            rows = Self.rows(
                of: words.count, spans ?? [], row, limit: drawn.textPatchCount, isTruncated: report.truncated)
        }
        if let encoding { (content.tokens, rows) = tokens(words, encoding) }
        var example = ClassifierExample(content, isTruncated: rows.contains(nil))
        example.rows = rows
        return example
    }

    private func draw(_ words: [[UInt8]], _ renderer: PatchRenderer) throws -> (PatchSequence, RenderReport) {
        var drawn: PatchSequence?
        let report = try renderer.render(.words(words)) { drawn = drawn ?? $0 }
        guard let drawn else {
            throw PretrainingError.noExamples(what: "the renderer's layout and \(counted(words.count, "word"))")
        }
        return (drawn, report)
    }

    /// The patch of each word: the last or the first that shows it; none for a word that reaches beyond the first `limit` patches. A word that
    /// shows nothing stands where the one before it does.
    static func rows(
        of words: Int, _ spans: [PatchSpan], _ row: WordRow, limit: Int, isTruncated: Bool
    ) -> [Int?] {
        var shown = [ClosedRange<Int>?](repeating: nil, count: words)
        for span in spans where shown.indices.contains(span.segment) {
            let known = shown[span.segment] ?? span.patch...span.patch
            shown[span.segment] = min(known.lowerBound, span.patch)...max(known.upperBound, span.patch)
        }
        guard let last = shown.lastIndex(where: { $0 != nil }) else { return shown.map { _ in nil } }
        var rows = shown.map { patches -> Int? in
            guard let patches, patches.upperBound < limit else { return nil }
            return row == .last ? patches.upperBound : patches.lowerBound
        }
        for index in rows.indices.prefix(isTruncated ? last : words) where shown[index] == nil {
            rows[index] = index == 0 ? 0 : rows[index - 1]
        }
        return rows
    }

    /// Tokens of the words, and the token of each: where the tokens of the text up to it, or before it, end.
    private func tokens(_ words: [[UInt8]], _ encoding: TextEncoding) -> (ids: [Int32], rows: [Int?]) {
        let begin = encoding.begin.map { [$0] } ?? []
        let room = max(0, tokenLimit - begin.count)
        var rows = [Int?](repeating: nil, count: words.count)
        var text: [UInt8] = []
        var ends = 0
        for (index, word) in words.enumerated() {
            text += (index == 0 ? [] : [UInt8(ascii: " ")]) + word
            let next = encoding.encode(text).count
            guard next <= room else { break }
            rows[index] = begin.count + (row == .last ? max(next - 1, 0) : min(ends, max(next - 1, 0)))
            ends = next
        }
        let ids =
            begin + encoding.encode(words.count == 1 ? words[0] : Array(words.joined(separator: [0x20]))).prefix(room)
        return (ids, ids.isEmpty ? rows.map { _ in nil } : rows.map { $0.map { min($0, ids.count - 1) } })
    }
}
