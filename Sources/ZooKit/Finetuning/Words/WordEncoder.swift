import Foundations
import Patches
import Typesetting

/// Turns lists of words into what a labeller of words reads, with a patch or token for each word. One per thread.
///
/// Pictures are drawn by the layout `words`, in which no two words share a patch; the strategies that never join words keep their
/// own way of drawing one. Tokens are those of the words with a space between them. Of pairs the tokens behind the picture are labelled.
/// Words that do not fit have no row.
public final class WordEncoder {
    /// What is made.
    public let kind: ExampleKind
    /// The row of a word.
    public let row: WordRow
    private let tokenLimit: Int
    private let renderer: PatchRenderer?
    private let encoding: TextEncoding?

    /// An encoder of the lengths in `options`, as ``ClassifierEncoder`` has them. Throws `PretrainingError` where fonts or tokenizer are
    /// missing, and `LayoutError`.
    public init(_ kind: ExampleKind, _ options: ExampleOptions, row: WordRow) throws {
        (self.kind, self.row) = (kind, row)
        tokenLimit = kind == .image ? 0 : kind == .text ? options.length : options.pairTokens
        encoding = kind == .image ? nil : try options.need(options.encoding)
        guard kind != .text else {
            renderer = nil
            return
        }
        guard let fonts = options.fonts else {
            throw PretrainingError.badSetting(key: "fonts", reason: "pictures are wanted and no fonts are given")
        }
        var layout = options.layout
        layout.layout = .words
        layout.maxPatches = kind == .image ? options.length : options.pairPatches
        layout.overflow = .truncate
        layout.packing = .none
        (layout.stride, layout.textAMaxPatches) = (nil, nil)
        (layout.rightToLeft, layout.flipRTL) = (false, false)
        layout.channels = options.channels == 3 ? .rgb : .gray
        layout.offsets = .exact
        renderer = try PatchRenderer(
            typesetter: Typesetter(fonts: fonts, options: options.render), options: layout)
    }

    /// The example of some words, without targets. Throws what the renderer throws. O(bytes), of tokens O(words · bytes).
    public func encode(_ words: [[UInt8]]) throws -> ClassifierExample {
        var content = TrainingExample()
        var rows = [Int?](repeating: nil, count: words.count)
        if let renderer {
            var drawn: PatchSequence?
            let report = try renderer.render(.words(words)) { drawn = drawn ?? $0 }
            guard let drawn else {
                throw PretrainingError.noExamples(what: "the renderer's layout and \(counted(words.count, "word"))")
            }
            (content.pixels, content.patches) = (drawn.pixels, drawn.patchCount)
            rows = Self.rows(of: words, drawn.spans ?? [], row, isTruncated: report.truncated)
        }
        if let encoding { (content.tokens, rows) = tokens(words, encoding) }
        var example = ClassifierExample(content, isTruncated: rows.contains(nil))
        example.rows = rows
        return example
    }

    /// The patch of each word: the last or the first that shows it. The last word of a picture that was cut counts only if its last byte
    /// is shown. A word that shows nothing stands where the one before it does.
    static func rows(of words: [[UInt8]], _ spans: [PatchSpan], _ row: WordRow, isTruncated: Bool) -> [Int?] {
        var rows = [Int?](repeating: nil, count: words.count)
        var shown = [Int](repeating: 0, count: words.count)
        for span in spans where words.indices.contains(span.segment) {
            let known = rows[span.segment] ?? span.patch
            rows[span.segment] = row == .last ? max(known, span.patch) : min(known, span.patch)
            shown[span.segment] = max(shown[span.segment], span.utf8.upperBound)
        }
        guard let last = rows.lastIndex(where: { $0 != nil }) else { return rows }
        for index in rows.indices.prefix(isTruncated ? last : words.count) where rows[index] == nil {
            rows[index] = index == 0 ? 0 : rows[index - 1]
        }
        if isTruncated, shown[last] < words[last].count { rows[last] = nil }
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
