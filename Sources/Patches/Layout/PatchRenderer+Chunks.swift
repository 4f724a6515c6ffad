import Typesetting

/// The strategies `bigrams` and `adaptive`: chunks of a word that each start a patch, no patch across words, no padding.
///
/// A chunk of `bigrams` is two grapheme clusters at most; one of `adaptive` is what ``PatchUnit`` says of its script. A word
/// is shaped whole, so that joined letters keep their forms, and cut between clusters; `isolated_chars` shapes every code
/// point alone. Text that looks right to left has its words and chunks in reverse order.
extension PatchRenderer {
    func renderChunks(_ words: [TextRun], _ report: inout RenderReport, _ emit: Emit) throws {
        var queue = ChunkQueue(
            words, cutsWords: options.layout != .words, isRightToLeft: looksRightToLeft(words))
        repeat {
            let row = try queue.fill(self, 0..<maxPatches - 1, options.overflow, isStrict: false, &report)
            canvas.clear()
            let drawn = try draw(row, &report)
            let sequence = takeSequence(
                end: min(row.end, maxPatches - 1), wordStarts: drawn.starts, spans: drawn.spans,
                source: Self.source(of: row.runs))
            try hand(sequence, &report, emit)
        } while options.overflow == .split && !queue.isEmpty
    }

    /// The direction of a text as the reference renderers see it.
    func looksRightToLeft(_ words: [TextRun]) -> Bool {
        TextDirection.looksRightToLeft(words.flatMap(\.bytes), isStrongRTL: BidiClass.isStrongRTL)
    }

    /// The chunks of a word from byte `start` on, which moves behind them. A very wide word comes in several parts, so
    /// that no picture grows with the text.
    func chunkedPart(of word: TextRun, _ start: inout Int) throws -> ChunkedWord {
        var run = word
        var next = word.bytes.count
        if word.bytes.count > 4 * maxPatches {
            let fit = try typesetter.fit(word.bytes, from: start, maxWidth: lastColumn, direction: .auto)
            run = word.slice(fit.start..<fit.end)
            next = fit.next
        }
        start = next
        return try options.isolatedChars ? isolatedChunks(of: run) : shapedChunks(of: run)
    }

    private func shapedChunks(of run: TextRun) throws -> ChunkedWord {
        let line = try typesetter.line(run.bytes, role: .word)
        let glyphs = try typesetter.clusters(of: line).map {
            ChunkedWord.Glyph(line: nil, columns: $0.x, utf8: $0.utf8)
        }
        var chunks: [ChunkedWord.Chunk] = []
        func add(_ glyphs: ArraySlice<ChunkedWord.Glyph>, _ unit: PatchUnit) {
            let visual = glyphs.sorted { $0.columns.lowerBound < $1.columns.lowerBound }
            chunks.append(ChunkedWord.Chunk(glyphs: visual, unit: unit))
        }
        for (unit, range) in units(of: run.bytes, glyphs) {
            switch unit {
            case .pair:
                for start in stride(from: range.lowerBound, to: range.upperBound, by: 2) {
                    add(glyphs[start..<min(start + 2, range.upperBound)], unit)
                }
            case .character:
                var start = range.lowerBound
                for index in range where index + 1 == range.upperBound || !glyphs[index + 1].columns.isEmpty {
                    add(glyphs[start...index], unit)
                    start = index + 1
                }
            case .word: add(glyphs[range], unit)
            }
        }
        return ChunkedWord(run: run, line: line, chunks: chunks, patchSize: patchSize)
    }

    /// Stretches of clusters with the unit in which they are drawn.
    private func units(of word: [UInt8], _ glyphs: [ChunkedWord.Glyph]) -> [(PatchUnit, Range<Int>)] {
        guard options.strategy == .adaptive else { return [(.pair, glyphs.indices)] }
        var units: [(PatchUnit, Range<Int>)] = []
        var first = 0
        let stretches = ScriptStretch.all(of: word)
        for (number, stretch) in stretches.enumerated() {
            let end = number + 1 < stretches.count ? stretches[number + 1].start : word.count
            let next = glyphs[first...].firstIndex { $0.utf8.lowerBound >= end } ?? glyphs.count
            if first < next { units.append((PatchUnit(script: stretch.script), first..<next)) }
            first = next
        }
        return units
    }

    private func isolatedChunks(of run: TextRun) throws -> ChunkedWord {
        let boundaries = UTF8Walk.boundaries(run.bytes)
        var glyphs: [ChunkedWord.Glyph] = []
        for (start, end) in zip(boundaries, boundaries.dropFirst()) {
            let line = try typesetter.line(Array(run.bytes[start..<end]), role: .word)
            glyphs.append(ChunkedWord.Glyph(line: line, columns: 0..<line.width, utf8: start..<end))
        }
        let isRightToLeft = TextDirection.looksRightToLeft(run.bytes, isStrongRTL: BidiClass.isStrongRTL)
        let chunks = stride(from: 0, to: glyphs.count, by: 2).map { start in
            let pair = glyphs[start..<min(start + 2, glyphs.count)]
            return ChunkedWord.Chunk(glyphs: isRightToLeft ? pair.reversed() : Array(pair), unit: .pair)
        }
        return ChunkedWord(run: run, line: nil, chunks: chunks, patchSize: patchSize)
    }

    /// Draws words. The patch of each and the one behind the last, at most that of the end patch; their spans.
    func draw(
        _ row: ChunkQueue.Row, _ report: inout RenderReport
    ) throws -> (starts: [Int], spans: [PatchSpan]?) {
        let isRightToLeft = row.isRightToLeft
        for word in row.words { word.noteMissing(in: &report) }
        var patch = row.first
        var starts = [row.first]
        var placedWords: [(run: TextRun, clusters: [PlacedCluster])] = []
        for word in isRightToLeft ? row.words.reversed() : row.words {
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
                if chunk.unit == .word, let picture, let width = word.line?.width,
                    chunk.glyphs.last?.columns.upperBound == width
                {
                    // What reaches out of the word stands in the rest of its last patch.
                    let rest = patch * patchSize - column
                    canvas.copy(columns: width + patchSize..<width + patchSize + rest, of: picture, to: column)
                }
            }
            placedWords.append((word.run, placed))
            starts.append(min(patch, maxPatches - 1))
        }
        let end = min(row.end, maxPatches - 1)
        starts[starts.count - 1] = end
        let spans =
            options.offsets == .exact
            ? placedWords.flatMap { exactSpans?.spans(of: $0.clusters, in: $0.run, limit: end) ?? [] } : nil
        return (starts, spans)
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
