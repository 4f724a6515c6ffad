import Typesetting

/// The strategy `bigrams`: at most two grapheme clusters a patch, no patch across words, no padding.
///
/// A word is shaped whole, so that joined letters keep their forms, and cut between clusters; `isolated_chars` shapes
/// every code point alone. Text that looks right to left has its words, chunks and clusters in reverse order.
extension PatchRenderer {
    func renderBigrams(_ words: [TextRun], _ report: inout RenderReport, _ emit: Emit) throws {
        let isRightToLeft = TextDirection.looksRightToLeft(
            words.flatMap(\.bytes), isStrongRTL: BidiClass.isStrongRTL)
        var pending: [BigramWord] = []
        var used = 0
        var isFull = false
        for word in words where !isFull {
            var start = 0
            repeat {
                let part = try bigramPart(of: word, &start)
                part.line.map { report.noteMarks($0) }
                for glyph in part.chunks.flatMap(\.glyphs) { glyph.line.map { report.noteMarks($0) } }
                var rest = part
                while used + rest.patchCount > maxPatches - 1 {
                    report.overflowed = true
                    guard options.overflow == .split else {
                        isFull = true
                        break
                    }
                    if pending.isEmpty {
                        let (head, tail) = rest.cut(atPatches: maxPatches - 1)
                        pending = [head]
                        rest = tail
                    }
                    try drawBigrams(pending, isRightToLeft, &report, emit)
                    pending = []
                    used = 0
                }
                if isFull {
                    if options.overflow == .error {
                        throw LayoutError.tooWide(
                            segment: word.segment, width: (used + part.patchCount) * patchSize,
                            available: lastColumn, maxPatches: maxPatches)
                    }
                    report.truncated = true
                    // The reference takes away one word more than it must.
                    if options.compatBugs, pending.count > 1 { pending.removeLast() }
                    if pending.isEmpty { pending = [part.cut(atPatches: maxPatches - 1).head] }
                    break
                }
                guard !rest.chunks.isEmpty || part.chunks.isEmpty else { continue }
                pending.append(rest)
                used += rest.patchCount
            } while start < word.bytes.count
        }
        if !pending.isEmpty || report.sequenceCount == 0 { try drawBigrams(pending, isRightToLeft, &report, emit) }
    }

    /// The chunks of a word from byte `start` on, which moves behind them. A very wide word comes in several parts, so
    /// that no picture grows with the text.
    private func bigramPart(of word: TextRun, _ start: inout Int) throws -> BigramWord {
        var run = word
        var next = word.bytes.count
        if word.bytes.count > 4 * maxPatches {
            let fit = try typesetter.fit(word.bytes, from: start, maxWidth: lastColumn, direction: .auto)
            run = word.slice(fit.start..<fit.end)
            next = fit.next
        }
        start = next
        return try options.isolatedChars ? isolatedBigrams(of: run) : shapedBigrams(of: run)
    }

    private func shapedBigrams(of run: TextRun) throws -> BigramWord {
        let line = try typesetter.line(run.bytes, role: .word)
        var chunks: [BigramWord.Chunk] = []
        let clusters = try typesetter.clusters(of: line)
        for start in stride(from: 0, to: clusters.count, by: 2) {
            let glyphs = clusters[start..<min(start + 2, clusters.count)].map {
                BigramWord.Glyph(line: nil, columns: $0.x, utf8: $0.utf8)
            }
            chunks.append(BigramWord.Chunk(glyphs: glyphs.sorted { $0.columns.lowerBound < $1.columns.lowerBound }))
        }
        return BigramWord(run: run, line: line, chunks: chunks, patchSize: patchSize)
    }

    private func isolatedBigrams(of run: TextRun) throws -> BigramWord {
        let boundaries = UTF8Walk.boundaries(run.bytes)
        var glyphs: [BigramWord.Glyph] = []
        for (start, end) in zip(boundaries, boundaries.dropFirst()) {
            let line = try typesetter.line(Array(run.bytes[start..<end]), role: .word)
            glyphs.append(BigramWord.Glyph(line: line, columns: 0..<line.width, utf8: start..<end))
        }
        let isRightToLeft = TextDirection.looksRightToLeft(run.bytes, isStrongRTL: BidiClass.isStrongRTL)
        let chunks = stride(from: 0, to: glyphs.count, by: 2).map { start in
            let pair = glyphs[start..<min(start + 2, glyphs.count)]
            return BigramWord.Chunk(glyphs: isRightToLeft ? pair.reversed() : Array(pair))
        }
        return BigramWord(run: run, line: nil, chunks: chunks, patchSize: patchSize)
    }

    private func drawBigrams(
        _ words: [BigramWord], _ isRightToLeft: Bool, _ report: inout RenderReport, _ emit: Emit
    ) throws {
        canvas.clear()
        for word in words { word.noteMissing(in: &report) }
        var patch = 0
        var starts = [0]
        var placedWords: [(run: TextRun, clusters: [PlacedCluster])] = []
        for word in isRightToLeft ? words.reversed() : words {
            var placed: [PlacedCluster] = []
            let picture = try word.line.map(picture)
            for chunk in isRightToLeft ? word.chunks.reversed() : word.chunks {
                var column = patch * patchSize
                for glyph in chunk.glyphs {
                    if let line = glyph.line {
                        try typesetter.draw(line, on: canvas, x: column)
                    } else if let picture {
                        let from = glyph.columns.lowerBound + patchSize
                        canvas.copy(columns: from..<from + glyph.columns.count, of: picture, to: column)
                    }
                    placed.append(PlacedCluster(utf8: glyph.utf8, x: column..<column + glyph.columns.count))
                    column += glyph.columns.count
                }
                patch = patchCount(column)
            }
            placedWords.append((word.run, placed))
            starts.append(min(patch, maxPatches - 1))
        }
        let end = min(max(patch, 1), maxPatches - 1)
        starts[starts.count - 1] = end
        let spans =
            options.offsets == .exact
            ? placedWords.flatMap { exactSpans?.spans(of: $0.clusters, in: $0.run, limit: end) ?? [] } : nil
        let sequence = takeSequence(
            end: end, wordStarts: starts, spans: spans, source: Self.source(of: words.map(\.run)))
        try hand(sequence, &report, emit)
    }

    /// A word's line on a canvas of its own, one patch to the right: letters may reach out to the left.
    private func picture(_ line: Line) throws -> Canvas {
        let needed = patchCount(line.width) + 2
        if wordCanvas.patchCount < needed { wordCanvas = typesetter.canvas(patchCount: needed) }
        wordCanvas.clear()
        try typesetter.draw(line, on: wordCanvas, x: patchSize)
        return wordCanvas
    }
}
