import Typesetting

/// The layout `pair` of the strategies that cut text into words: text A as it is drawn alone, a black patch, text B from the
/// next patch on, a black patch.
///
/// Text A has as many patches as it wants, `text_a_max_patches` at most, and loses its last words where that is too few. Text
/// B has the others: `truncate` loses what does not fit; `split` repeats A before further words of B, and before these the
/// last words of the sequence before, as many as `stride` patches hold. Each text runs in its own direction.
extension PatchRenderer {
    func renderRowPair(_ first: TextRun, _ second: TextRun, _ report: inout RenderReport, _ emit: Emit) throws {
        let a = WordBreaks.words(first.bytes).map(first.slice)
        let b = WordBreaks.words(second.bytes).map(second.slice)
        if options.strategy == .words {
            try renderRowPair(WordQueue(a), WordQueue(b), second, &report, emit)
        } else {
            let isRightToLeft = [a, b].map { options.rightToLeft || looksRightToLeft($0) }
            try renderRowPair(
                ChunkQueue(a, cutsWords: true, isRightToLeft: isRightToLeft[0]),
                ChunkQueue(b, cutsWords: true, isRightToLeft: isRightToLeft[1]), second, &report, emit)
        }
    }

    private func renderRowPair<Queue: RowQueue>(
        _ first: Queue, _ second: Queue, _ run: TextRun, _ report: inout RenderReport, _ emit: Emit
    ) throws {
        let stride = options.stride ?? 0
        var a = try row(of: first, limit: options.textAMaxPatches ?? maxPatches - 1, &report)
        func patches() -> Range<Int> { min(a.end + 1, maxPatches - 1)..<maxPatches - 1 }
        if options.overflow == .split, patches().count <= stride {
            var (rest, trial) = (second, report)
            _ = try rest.fill(self, patches(), .split, isStrict: true, &trial)
            if !rest.isEmpty {
                // A leaves no room: it gives up half the sequence, or what stride needs.
                let limit = max(min(maxPatches / 2, maxPatches - 3 - stride), 1)
                guard maxPatches - 2 - limit > stride else {
                    throw LayoutError.noRoom(textA: limit + 1, stride: stride, maxPatches: maxPatches)
                }
                a = try row(of: first, limit: limit, &report)
            }
        }
        var rest = second
        if options.overflow == .split, !rest.isEmpty,
            patches().lowerBound * patchSize + rest.padding(self) >= lastColumn
        {
            throw LayoutError.noRoom(textA: a.end + 1, stride: stride, maxPatches: maxPatches)
        }
        var again: Queue.Row?
        while true {
            var next = rest
            var found = report
            again.map { next.repeatEnd(of: $0, patches: stride) }
            var b = try next.fill(self, patches(), options.overflow, isStrict: false, &found)
            if again != nil, next.taken <= rest.taken {
                // What is shown again leaves no room for what follows.
                (next, found) = (rest, report)
                b = try next.fill(self, patches(), options.overflow, isStrict: false, &found)
            }
            (rest, report, again) = (next, found, b)
            try drawPair(a, b, run, &report, emit)
            guard options.overflow == .split, !rest.isEmpty else { return }
        }
    }

    /// The beginning of text A that `limit` patches hold.
    private func row<Queue: RowQueue>(
        of text: Queue, limit: Int, _ report: inout RenderReport
    ) throws -> Queue.Row {
        var rest = text
        let row = try rest.fill(self, 0..<limit, .split, isStrict: true, &report)
        if !rest.isEmpty { (report.overflowed, report.truncated) = (true, true) }
        return row
    }

    private func drawPair(
        _ a: some PatchRow, _ b: some PatchRow, _ run: TextRun, _ report: inout RenderReport, _ emit: Emit
    ) throws {
        canvas.clear()
        let spans = try a.draw(on: self, &report)
        let others = try b.draw(on: self, &report)
        let shown = Self.source(of: b.runs).utf8
        let sequence = takeSequence(
            end: min(b.end, maxPatches - 1), separators: [min(a.end, maxPatches - 1)],
            spans: spans.map { $0 + (others ?? []) },
            source: SourceSpan(segment: run.segment, utf8: b.runs.isEmpty ? 0..<0 : shown))
        try hand(sequence, &report, emit)
    }
}
