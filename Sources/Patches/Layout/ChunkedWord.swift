import Typesetting

/// A word of the strategies `bigrams` and `adaptive`: chunks that each start a patch, in logical order.
struct ChunkedWord {
    /// One cluster.
    struct Glyph {
        /// The line that is drawn, where the cluster was shaped alone.
        let line: Line?
        /// Columns of the word's line, else.
        let columns: Range<Int>
        /// Bytes of the word's run.
        var utf8: Range<Int>
    }

    /// Clusters that share a patch (or more, when they are wide), from left to right.
    struct Chunk {
        let glyphs: [Glyph]
        /// The rule by which they do.
        let unit: PatchUnit

        var width: Int { glyphs.reduce(0) { $0 + $1.columns.count } }

        func patchCount(_ patchSize: Int) -> Int { (width + patchSize - 1) / patchSize }

        /// The longest beginning of the text that is at most `width` pixels wide, one cluster at least, and the rest.
        fileprivate func cut(atWidth width: Int) -> (head: Chunk, tail: Chunk?) {
            let logical = glyphs.sorted { $0.utf8.lowerBound < $1.utf8.lowerBound }
            var used = 0
            var end = 0
            for glyph in logical {
                used += glyph.columns.count
                if used > width, end > 0 { break }
                end = glyph.utf8.upperBound
            }
            let head = glyphs.filter { $0.utf8.upperBound <= end }
            guard head.count < glyphs.count else { return (self, nil) }
            return (
                Chunk(glyphs: head, unit: unit), Chunk(glyphs: glyphs.filter { $0.utf8.upperBound > end }, unit: unit)
            )
        }
    }

    /// The places at which a word may be cut.
    enum CutRule {
        /// Nowhere.
        case never
        /// Beside signs that are a patch each, where such scripts break lines.
        case besideCharacters
        /// There, and between the clusters of a picture.
        case insidePictures
        /// Anywhere, and the head is never empty.
        case anywhere
    }

    let run: TextRun
    /// The word shaped whole; `nil` when each cluster was shaped alone.
    let line: Line?
    let chunks: [Chunk]
    let patchSize: Int
    /// The byte of ``line`` where ``run`` begins.
    var lineStart = 0

    /// Patches that the word takes.
    var patchCount: Int { chunks.reduce(0) { $0 + $1.patchCount(patchSize) } }

    /// The longest head that fits `limit` patches and ends where `rule` allows, and the rest; nil where one has no chunk.
    func cut(atPatches limit: Int, _ rule: CutRule) -> (head: ChunkedWord?, tail: ChunkedWord?) {
        var used = 0
        var count = 0
        for chunk in chunks {
            used += chunk.patchCount(patchSize)
            if used > limit { break }
            count += 1
        }
        guard count < chunks.count else { return (self, nil) }
        let room = limit - chunks[..<count].reduce(0) { $0 + $1.patchCount(patchSize) }
        let isForced = rule == .anywhere && count == 0
        if rule == .anywhere || rule == .insidePictures, chunks[count].unit == .word {
            let (head, tail) = chunks[count].cut(atWidth: room * patchSize)
            if head.patchCount(patchSize) <= room || isForced {
                return (part(chunks[..<count] + [head]), part((tail.map { [$0] } ?? []) + chunks[(count + 1)...]))
            }
        }
        if isForced { count = 1 }
        while count > 0, !allowsCut(before: count, rule) { count -= 1 }
        return (part(chunks[..<count]), part(chunks[count...]))
    }

    private func allowsCut(before index: Int, _ rule: CutRule) -> Bool {
        switch rule {
        case .never: false
        case .anywhere: true
        case .besideCharacters, .insidePictures:
            chunks[index - 1].unit == .character || chunks[index].unit == .character
        }
    }

    private func part(_ chunks: some Collection<Chunk>) -> ChunkedWord? {
        guard !chunks.isEmpty else { return nil }
        let bytes = chunks.flatMap(\.glyphs).map(\.utf8)
        let from = bytes.map(\.lowerBound).min() ?? 0
        let to = bytes.map(\.upperBound).max() ?? from
        let moved = chunks.map { chunk in
            Chunk(
                glyphs: chunk.glyphs.map {
                    Glyph(
                        line: $0.line, columns: $0.columns,
                        utf8: $0.utf8.lowerBound - from..<$0.utf8.upperBound - from)
                }, unit: chunk.unit)
        }
        return ChunkedWord(
            run: run.slice(from..<to), line: line, chunks: moved, patchSize: patchSize, lineStart: lineStart + from)
    }

    /// Counts the characters of this part that no font draws.
    func noteMissing(in report: inout RenderReport) {
        if let line {
            return report.noteMissing(line, of: run, from: -lineStart, shown: 0..<run.bytes.count)
        }
        for glyph in chunks.flatMap(\.glyphs).sorted(by: { $0.utf8.lowerBound < $1.utf8.lowerBound }) {
            guard let line = glyph.line else { continue }
            report.noteMissing(line, of: run, from: glyph.utf8.lowerBound, shown: glyph.utf8)
        }
    }

    /// Counts what was done to the word so that it can be laid out.
    func noteMarks(in report: inout RenderReport) {
        line.map { report.noteMarks($0) }
        for glyph in chunks.flatMap(\.glyphs) { glyph.line.map { report.noteMarks($0) } }
    }
}
