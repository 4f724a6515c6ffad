/// Profile `pygame`: the pixels of PyGame's FreeType module, which PixelGPT's fine-tuning scripts name as backend.
///
/// One glyph of the character map per code point, native hinting, no shaping, no kerning, no reordering, no fallback.
/// Source: PIXEL's PyGame renderer.
extension Typesetter {
    /// - Parameter role: a sentence hangs its ink box at `P / 2 - h / 2`; words share the baseline row `3 + P / 2`.
    func pygameLine(_ text: [UInt8], role: LineRole) throws(TypesettingError) -> Line {
        var line = Line(text: text)
        let bytes = text.span
        try unsafe bytes.withUnsafeBufferPointer { buffer throws(TypesettingError) in
            unsafe try paragraph.decode(buffer, 0..<buffer.count, table)
        }
        line.droppedMarks = paragraph.droppedMarks
        let font = fonts[0]
        var pen = 0
        var placed: [PlacedGlyph] = []
        var left = Int.max
        var right = Int.min
        var top = Int.max
        var bottom = Int.min
        for (index, scalar) in paragraph.scalars.enumerated() {
            let glyph = try font.file.glyphIndex(scalar)
            if glyph == 0 {
                try note(scalar, paragraph.infos[index].script, paragraph.offsets[index], into: &line)
                if options.unknownGlyph == .skip { continue }
            }
            let picture = try glyphs.picture(font: 0, glyph: glyph)
            placed.append(PlacedGlyph(glyph: glyph, x: Int32(clamping: pen), y: 0))
            if unsafe picture.bytes != nil {
                left = min(left, pen + Int(picture.left))
                right = max(right, pen + Int(picture.left) + Int(picture.width))
                top = min(top, -Int(picture.top))
                bottom = max(bottom, Int(picture.rows) - Int(picture.top))
            }
            pen += Int(picture.advance)
        }
        if left >= right { (left, right, top, bottom) = (0, 0, 0, 0) }  // spaces only
        let baseline: Int =
            switch role {
            case .sentence: options.patchSize / 2 - (bottom - top) / 2 - top
            case .word: options.patchSize / 2 + 3
            }
        for index in placed.indices {
            placed[index].x = Int32(clamping: Int(placed[index].x) - left)
            placed[index].y = Int32(clamping: baseline)
        }
        line.width = right - left
        line.glyphs = placed
        line.pieces = [
            Piece(
                x: 0, width: Int32(clamping: line.width), utf8: 0..<Int32(text.count), word: nil,
                glyphs: 0..<Int32(placed.count))
        ]
        line.runs = [
            LineRun(
                kind: .text, font: 0, script: ScalarInfo.commonScript, isRightToLeft: false,
                baseline: Int32(clamping: baseline * 1024), x: 0, width: Int32(clamping: line.width), pieces: 0..<1,
                utf8: 0..<Int32(text.count))
        ]
        return line
    }
}
