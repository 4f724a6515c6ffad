import Typesetting

/// Words of one text that wait to be laid on patches in chunks.
struct ChunkQueue: RowQueue {
    /// Words of one sequence.
    struct Row: PatchRow {
        /// In logical order.
        var words: [ChunkedWord] = []
        /// The patch where they begin.
        let first: Int
        /// True if words and chunks stand in reverse order.
        let isRightToLeft: Bool

        var runs: [TextRun] { words.map(\.run) }
        var patchCount: Int { words.reduce(0) { $0 + $1.patchCount } }
        var end: Int { first + max(patchCount, 1) }

        func draw(on renderer: PatchRenderer, _ report: inout RenderReport) throws -> [PatchSpan]? {
            try renderer.draw(self, &report).spans
        }
    }

    private let words: [TextRun]
    /// True if words may be cut where such scripts break lines: not where each is an input of its own.
    private let cutsWords: Bool
    private let isRightToLeft: Bool
    /// Words and parts before the next one of `words`: what a cut left, and what is shown again.
    private var ahead: [ChunkedWord] = []
    private var repeated = 0
    private var index = 0
    private var start = 0
    private(set) var taken = 0

    init(_ words: [TextRun], cutsWords: Bool, isRightToLeft: Bool) {
        (self.words, self.cutsWords, self.isRightToLeft) = (words, cutsWords, isRightToLeft)
    }

    func padding(_ renderer: PatchRenderer) -> Int { 0 }

    var isEmpty: Bool { ahead.isEmpty && index >= words.count }

    /// The next word or part of a word; nil behind the last.
    private mutating func next(_ renderer: PatchRenderer, _ report: inout RenderReport) throws -> ChunkedWord? {
        if !ahead.isEmpty {
            if repeated > 0 { repeated -= 1 } else { taken += 1 }
            return ahead.removeFirst()
        }
        guard index < words.count else { return nil }
        taken += 1
        let word = words[index]
        let part = try renderer.chunkedPart(of: word, &start)
        part.noteMarks(in: &report)
        if start >= word.bytes.count { (index, start) = (index + 1, 0) }
        return part
    }

    mutating func fill(
        _ renderer: PatchRenderer, _ patches: Range<Int>, _ overflow: LayoutOptions.Overflow, isStrict: Bool,
        _ report: inout RenderReport
    ) throws -> Row {
        var row = Row(first: patches.lowerBound, isRightToLeft: isRightToLeft)
        var used = 0
        while let part = try next(renderer, &report) {
            if used + part.patchCount <= patches.count {
                row.words.append(part)
                used += part.patchCount
                continue
            }
            report.overflowed = true
            let room = patches.count - used
            var rule = ChunkedWord.CutRule.anywhere
            switch overflow {
            case .error:
                throw LayoutError.tooWide(
                    segment: part.run.segment,
                    width: (patches.lowerBound + used + part.patchCount) * renderer.patchSize,
                    available: renderer.lastColumn, maxPatches: renderer.maxPatches)
            case .split: if !row.words.isEmpty { rule = cutsWords ? .besideCharacters : .never }
            case .truncate:
                report.truncated = true
                if renderer.options.compatBugs, !row.words.isEmpty {
                    // The reference takes away one word more than it must.
                    if row.words.count > 1 { row.words.removeLast() }
                    return row
                }
                if !row.words.isEmpty { rule = .insidePictures }
            }
            var (head, tail) = patches.isEmpty ? (nil, part) : part.cut(atPatches: room, rule)
            if isStrict, let wide = head, wide.patchCount > room { (head, tail) = (nil, part) }
            head.map { row.words.append($0) }
            if let tail {
                ahead.insert(tail, at: 0)
                if head == nil { taken -= 1 }
            }
            return row
        }
        return row
    }

    mutating func repeatEnd(of row: Row, patches: Int) {
        var count = 0
        var used = 0
        for word in row.words.reversed() {
            used += word.patchCount
            if used > patches { break }
            count += 1
        }
        ahead.insert(contentsOf: row.words.suffix(count), at: 0)
        repeated = count
    }
}
