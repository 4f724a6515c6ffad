import Typesetting

/// The layout `words`: every word starts a patch. Only the first has padding before it.
extension PatchRenderer {
    /// A word's line, and where it is drawn.
    private struct Item {
        let run: TextRun
        let line: Line
        let column: Int
    }

    /// Words that wait: what is left of one that was cut, and those behind it.
    private struct Queue {
        private let words: [TextRun]
        private var index = 0
        private var remainder: TextRun?

        init(_ words: [TextRun]) { self.words = words }

        var isEmpty: Bool { index >= words.count }
        var hasOneWord: Bool { index == words.count - 1 }
        var first: TextRun? { isEmpty ? nil : remainder ?? words[index] }

        mutating func removeFirst() {
            remainder = nil
            index += 1
        }

        /// Leaves the rest of the first word in its place.
        mutating func cutFirst(to rest: TextRun) { remainder = rest }
    }

    func renderWordList(_ words: [TextRun], _ report: inout RenderReport, _ emit: Emit) throws {
        var queue = Queue(words)
        repeat {
            let (items, starts, hasMore) = try fill(&queue, &report)
            report.overflowed = report.overflowed || hasMore
            try drawWords(items, starts, &report, emit)
            guard options.overflow == .split, hasMore else { return }
        } while true
    }

    /// Takes as many words as one sequence holds. `hasMore` tells whether something did not find room.
    ///
    /// Under `split` a word goes to the next sequence when it does not fit, or is cut when it fits none.
    private func fill(
        _ words: inout Queue, _ report: inout RenderReport
    ) throws -> (items: [Item], starts: [Int], hasMore: Bool) {
        var items: [Item] = []
        var starts = [0]
        var column = options.padLeft
        func add(_ run: TextRun, _ line: Line, end: Int) {
            items.append(Item(run: run, line: line, column: column))
            column = nextPatch(end)
            starts.append(column / patchSize)
        }
        while let word = words.first {
            let isLast = words.hasOneWord
            if options.overflow == .split {
                let plain = try wordLine(word, room: lastColumn - column - options.padRight)
                guard let plain else {
                    guard items.isEmpty else { return (items, starts, true) }
                    let (part, rest) = try cutWord(word)
                    add(part.run, part.line, end: column + part.line.width + options.padRight)
                    if let rest { words.cutFirst(to: rest) } else { words.removeFirst() }
                    return (items, starts, !words.isEmpty)
                }
                if isLast {
                    add(word, plain, end: column + plain.width + options.padRight)
                    words.removeFirst()
                    return (items, starts, false)
                }
            }
            let line = try typesetter.line(isLast ? word.bytes : word.bytes + [UInt8(ascii: " ")], role: .word)
            if options.overflow == .error, column + line.width > lastColumn {
                throw LayoutError.tooWide(
                    segment: word.segment, width: column + line.width, available: lastColumn, maxPatches: maxPatches)
            }
            let isCut = column + line.width > lastColumn
            add(word, line, end: column + line.width + (isLast ? options.padRight : 0))
            words.removeFirst()
            if column == lastColumn, !isLast || isCut {
                if options.overflow != .split { report.truncated = !isLast || isCut }
                return (items, starts, true)
            }
        }
        if items.isEmpty {
            column = nextPatch(max(column + options.padRight, 1))
            starts = [column / patchSize]
        }
        return (items, starts, false)
    }

    /// A word's line, `nil` when it is wider than `room`. A long word is not laid out further than it fits.
    private func wordLine(_ word: TextRun, room: Int) throws -> Line? {
        if word.bytes.count > 3 * maxPatches {
            let fit = try typesetter.fit(word.bytes, from: 0, maxWidth: max(room, 1), direction: .auto)
            guard fit.start == 0, fit.end == word.bytes.count else { return nil }
        }
        let line = try typesetter.line(word.bytes, role: .word)
        return line.width <= room ? line : nil
    }

    /// The longest beginning of a word that fits a sequence alone, and the rest.
    private func cutWord(_ word: TextRun) throws -> (part: (run: TextRun, line: Line), rest: TextRun?) {
        let width = max(lastColumn - options.padLeft - options.padRight, 1)
        let fit = try typesetter.fit(word.bytes, from: 0, maxWidth: width, direction: .auto)
        let part = word.slice(fit.start..<fit.end)
        let rest = fit.next < word.bytes.count ? word.slice(fit.next..<word.bytes.count) : nil
        return ((part, try typesetter.line(part.bytes, role: .word)), rest)
    }

    private func drawWords(
        _ items: [Item], _ starts: [Int], _ report: inout RenderReport, _ emit: Emit
    ) throws {
        canvas.clear()
        let end = max(starts.last ?? 1, 1)
        var spans: [PatchSpan]? = options.offsets == .exact ? [] : nil
        for item in items {
            try typesetter.draw(item.line, on: canvas, x: item.column)
            var shown = 0..<item.run.bytes.count
            if item.column + item.line.width > lastColumn, !item.line.missing.isEmpty {
                shown = try visibleBytes(of: typesetter.clusters(of: item.line), x: item.column)
            }
            report.note(item.line, of: item.run, shown: shown)
            if options.offsets == .exact {
                let clusters = try typesetter.clusters(of: item.line)
                let placed = PlacedCluster.place(clusters, x: item.column, shift: 0, in: item.run)
                spans? += exactSpans?.spans(of: placed, in: item.run, limit: end) ?? []
            }
        }
        let sequence = takeSequence(
            end: end, wordStarts: starts, spans: spans, source: Self.source(of: items.map(\.run)))
        try hand(sequence, &report, emit)
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
