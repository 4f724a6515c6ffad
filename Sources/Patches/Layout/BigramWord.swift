import Typesetting

/// A word of the strategy `bigrams`: chunks of at most two clusters, in logical order.
struct BigramWord {
    /// One cluster.
    struct Glyph {
        /// What is drawn, when the cluster was shaped alone.
        let line: Line?
        /// Columns of the word's line, else.
        let columns: Range<Int>
        /// Bytes of the word's run.
        let utf8: Range<Int>
    }

    /// Clusters that share a patch (or more, when they are wide), from left to right.
    struct Chunk {
        let glyphs: [Glyph]

        func patchCount(_ patchSize: Int) -> Int {
            (glyphs.reduce(0) { $0 + $1.columns.count } + patchSize - 1) / patchSize
        }
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

    /// The chunks that fit `limit` patches, one at least, and the others.
    func cut(atPatches limit: Int) -> (head: BigramWord, tail: BigramWord) {
        var used = 0
        var count = 0
        for chunk in chunks {
            used += chunk.patchCount(patchSize)
            if used > limit, count > 0 { break }
            count += 1
        }
        return (part(0..<count), part(count..<chunks.count))
    }

    private func part(_ range: Range<Int>) -> BigramWord {
        let bytes = chunks[range].flatMap(\.glyphs).map(\.utf8)
        let from = bytes.map(\.lowerBound).min() ?? 0
        let to = bytes.map(\.upperBound).max() ?? from
        let moved = chunks[range].map { chunk in
            Chunk(
                glyphs: chunk.glyphs.map {
                    Glyph(
                        line: $0.line, columns: $0.columns,
                        utf8: $0.utf8.lowerBound - from..<$0.utf8.upperBound - from)
                })
        }
        return BigramWord(
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
}
