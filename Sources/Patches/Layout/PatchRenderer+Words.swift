import Typesetting

/// The layout `words`: every word starts a patch. Only the first has padding before it.
extension PatchRenderer {
    func renderWordList(_ words: [TextRun], _ report: inout RenderReport, _ emit: Emit) throws {
        var queue = WordQueue(words)
        repeat {
            let row = try queue.fill(self, 0..<maxPatches - 1, options.overflow, isStrict: false, &report)
            canvas.clear()
            let spans = try draw(row, &report)
            let sequence = takeSequence(
                end: row.end, wordStarts: row.starts, spans: spans, source: Self.source(of: row.runs))
            try hand(sequence, &report, emit)
        } while options.overflow == .split && !queue.isEmpty
    }

    /// A word's line, `nil` when it is wider than `room`. A long word is not laid out further than it fits.
    func wordLine(_ word: TextRun, room: Int) throws -> Line? {
        if word.bytes.count > 3 * maxPatches {
            let fit = try typesetter.fit(word.bytes, from: 0, maxWidth: max(room, 1), direction: .auto)
            guard fit.start == 0, fit.end == word.bytes.count else { return nil }
        }
        let line = try typesetter.line(word.bytes, role: .word)
        return line.width <= room ? line : nil
    }

    /// The longest beginning of a word that is at most `width` pixels wide, its line, and the rest.
    func cutWord(_ word: TextRun, width: Int) throws -> (part: TextRun, line: Line, rest: TextRun?) {
        let fit = try typesetter.fit(word.bytes, from: 0, maxWidth: width, direction: .auto)
        let part = word.slice(fit.start..<fit.end)
        let rest = fit.next < word.bytes.count ? word.slice(fit.next..<word.bytes.count) : nil
        return (part, try typesetter.line(part.bytes, role: .word), rest)
    }

    /// Draws words where they stand. Their spans, where they are wanted.
    func draw(_ row: WordQueue.Row, _ report: inout RenderReport) throws -> [PatchSpan]? {
        var spans: [PatchSpan]? = options.offsets == .exact ? [] : nil
        for item in row.items {
            try typesetter.draw(item.line, on: canvas, x: item.column)
            var shown = 0..<item.run.bytes.count
            if item.column + item.line.width > lastColumn, !item.line.missing.isEmpty {
                shown = try visibleBytes(of: typesetter.clusters(of: item.line), x: item.column)
            }
            report.note(item.line, of: item.run, shown: shown)
            if options.offsets == .exact {
                let clusters = try typesetter.clusters(of: item.line)
                let placed = PlacedCluster.place(clusters, x: item.column, shift: 0, in: item.run)
                spans? += exactSpans?.spans(of: placed, in: item.run, limit: row.end) ?? []
            }
        }
        return spans
    }

    /// From the first byte of the first word to the last byte of the last.
    static func source(of words: [TextRun]) -> SourceSpan {
        guard let first = words.first, let last = words.last else { return SourceSpan(segment: 0, utf8: 0..<0) }
        let start = first.original(0)
        guard first.segment != last.segment else {
            return SourceSpan(segment: first.segment, utf8: start..<max(last.original(last.bytes.count), start))
        }
        // Whole segments lie between: they count with all their bytes.
        let before = words.dropLast().reduce(into: [Int: Int]()) { ends, word in
            ends[word.segment] = max(ends[word.segment] ?? 0, word.original(word.bytes.count))
        }
        let end = before.filter { $0.key != last.segment }.values.reduce(0, +) + last.original(last.bytes.count)
        return SourceSpan(segment: first.segment, lastSegment: last.segment, utf8: start..<max(end, start))
    }
}
