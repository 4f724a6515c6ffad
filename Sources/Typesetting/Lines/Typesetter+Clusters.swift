extension Typesetter {
    /// The clusters of a line in logical order: what bytes stand in which columns.
    ///
    /// Empty for profile `pygame`, whose width is ink and not advance, but for one cluster a character.
    ///
    /// - Parameters:
    ///   - line: laid out by this typesetter.
    ///   - limit: column of the line from which on no run is looked at; runs before it come whole.
    /// - Complexity: shapes the line again, without its word pictures.
    public func clusters(of line: Line, before limit: Int = .max) throws(TypesettingError) -> [Cluster] {
        var clusters: [Cluster] = []
        // Visual order; a line of right-to-left text has it the other way round.
        var runs = line.runs.filter { Int($0.x) < limit }
        if line.isRightToLeft { runs.reverse() }
        if zip(runs, runs.dropFirst()).contains(where: { $0.utf8.lowerBound > $1.utf8.lowerBound }) {
            runs.sort { $0.utf8.lowerBound < $1.utf8.lowerBound }
        }
        let text = line.text.span
        try unsafe text.withUnsafeBufferPointer { buffer throws(TypesettingError) in
            for run in runs {
                if options.profile == .pygame {
                    try addCharacters(of: run, line, to: &clusters)
                    continue
                }
                unsafe try addClusters(of: run, buffer, to: &clusters)
            }
        }
        forgetParagraph()
        return clusters
    }

    private func addCharacters(of run: LineRun, _ line: Line, to clusters: inout [Cluster]) throws(TypesettingError) {
        // Decoded by the line just laid out or not: decode again to be certain.
        let text = line.text.span
        try unsafe text.withUnsafeBufferPointer { buffer throws(TypesettingError) in
            unsafe try paragraph.decode(buffer, 0..<buffer.count, table)
        }
        let glyphs = line.glyphs
        var number = 0
        for index in paragraph.scalars.indices {
            let start = number < glyphs.count ? max(0, Int(glyphs[number].x)) : line.width
            var end = start
            // Characters without a glyph were skipped when the line was made.
            var isDrawn = true
            if options.unknownGlyph == .skip { isDrawn = try fonts[0].file.glyphIndex(paragraph.scalars[index]) != 0 }
            if isDrawn {
                number += 1
                end = number < glyphs.count ? max(start, Int(glyphs[number].x)) : max(start, line.width)
            }
            clusters.append(
                Cluster(
                    utf8: paragraph.offsets[index]..<paragraph.offsets[index + 1], x: start..<end, isRightToLeft: false)
            )
        }
    }

    private func addClusters(
        of run: LineRun, _ text: UnsafeBufferPointer<UInt8>, to clusters: inout [Cluster]
    ) throws(TypesettingError) {
        let bytes = Int(run.utf8.lowerBound)..<Int(run.utf8.upperBound)
        let left = Int(run.x)
        if run.kind == .tab {
            clusters.append(Cluster(utf8: bytes, x: left..<left + Int(run.width), isRightToLeft: run.isRightToLeft))
            return
        }
        let context = unsafe contextRange(of: bytes, text)
        unsafe try paragraph.decode(text, context, table)
        let start = paragraph.index(ofByte: bytes.lowerBound)
        let end = paragraph.index(ofByte: bytes.upperBound)
        switch run.kind {
        case .tab: break
        case .unknown:
            let side = options.unknownGlyph == .box ? options.patchSize : 0
            for index in start..<end {
                let place = run.isRightToLeft ? end - 1 - index : index - start
                let x = left + place * side
                clusters.append(
                    Cluster(
                        utf8: paragraph.offsets[index]..<paragraph.offsets[index + 1], x: x..<x + side,
                        isRightToLeft: run.isRightToLeft))
            }
        case .text, .emoji:
            let shaped = try drawn(
                shaper.shape(
                    paragraph.scalars, range: start..<end, font: fonts[Int(run.font)], script: run.script,
                    isRightToLeft: run.isRightToLeft))
            var found: [(character: Int, x: Range<Int>)] = []
            var pen = left
            for glyph in shaped {
                if let last = found.last, last.character == glyph.cluster {
                    found[found.count - 1].x = last.x.lowerBound..<max(last.x.upperBound, pen + glyph.advance)
                } else {
                    found.append((glyph.cluster, pen..<max(pen, pen + glyph.advance)))
                }
                pen += glyph.advance
            }
            found.sort { $0.character < $1.character }
            for (number, cluster) in found.enumerated() {
                let next = number + 1 < found.count ? found[number + 1].character : end
                clusters.append(
                    Cluster(
                        utf8: paragraph.offsets[cluster.character]..<paragraph.offsets[next], x: cluster.x,
                        isRightToLeft: run.isRightToLeft))
            }
        }
    }

    /// The run with the few characters on either side that HarfBuzz looks at.
    private func contextRange(of bytes: Range<Int>, _ text: UnsafeBufferPointer<UInt8>) -> Range<Int> {
        var start = bytes.lowerBound
        var end = bytes.upperBound
        for _ in 0..<8 where start > 0 {
            start -= 1
            while start > 0, unsafe text[start] & 0xC0 == 0x80 { start -= 1 }
        }
        for _ in 0..<8 where end < text.count {
            end += 1
            while end < text.count, unsafe text[end] & 0xC0 == 0x80 { end += 1 }
        }
        return start..<end
    }
}
