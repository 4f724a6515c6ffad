internal import CKernels

extension Typesetter {
    /// Draws a line with its pen at strip column `x`. Ink outside the canvas is left out.
    ///
    /// Glyphs of one run add up; a run that overlaps what is drawn already goes over it, as Cairo does.
    ///
    /// - Precondition: the line was made by this typesetter.
    /// - Complexity: linear in the pieces of the line and the pixels of the canvas.
    public func draw(_ line: Line, on canvas: Canvas, x: Int) throws(TypesettingError) {
        for run in line.runs {
            let left = x + Int(run.x)
            switch run.kind {
            case .tab: continue
            case .unknown: drawBoxes(run, on: canvas, x: left)
            case .text, .emoji:
                // Ink may stand out of its advance by an em or so; the margin only decides what is looked at.
                let margin = Int(options.em) * 4 + options.patchSize
                guard left - margin < canvas.columns.upperBound,
                    left + Int(run.width) + margin > canvas.columns.lowerBound
                else { continue }
                if try overlaps(run, of: line, on: canvas, x: left) {
                    let scratch = canvas.borrowScratch()
                    try draw(run, of: line, on: scratch, x: left)
                    canvas.compose(scratch)
                } else {
                    try draw(run, of: line, on: canvas, x: left)
                }
            }
        }
    }

    private func position(_ piece: Piece, in run: LineRun) -> Int {
        run.isRightToLeft ? Int(run.width) - Int(piece.x) - Int(piece.width) : Int(piece.x)
    }

    /// Whether ink of the run starts before the end of what is drawn.
    private func overlaps(_ run: LineRun, of line: Line, on canvas: Canvas, x: Int) throws(TypesettingError) -> Bool {
        guard canvas.inkEnd > x - Int(options.em) * 4 else { return false }
        for index in run.pieces {
            let piece = line.pieces[Int(index)]
            let left = x + position(piece, in: run)
            if let word = piece.word {
                guard let (entry, _) = unsafe words?.entry(word), entry.picture >= 0 else {
                    // Not drawn yet: look at it by its pen, with room for what stands out to the left.
                    if left < canvas.inkEnd + 2 * Int(options.em) { return true }
                    continue
                }
                if entry.rows > 0, left + Int(entry.left) < canvas.inkEnd { return true }
            } else {
                for number in piece.glyphs {
                    let glyph = line.glyphs[Int(number)]
                    let picture = try glyphs.picture(font: run.font, glyph: glyph.glyph)
                    if picture.rows > 0, left + Int(glyph.x) + Int(picture.left) < canvas.inkEnd { return true }
                }
            }
        }
        return false
    }

    private func draw(_ run: LineRun, of line: Line, on canvas: Canvas, x: Int) throws(TypesettingError) {
        for index in run.pieces {
            let piece = line.pieces[Int(index)]
            let left = x + position(piece, in: run)
            guard let word = piece.word else {
                for number in piece.glyphs {
                    let glyph = line.glyphs[Int(number)]
                    try draw(
                        glyph.glyph, font: run.font, on: canvas, x: left + Int(glyph.x), y: glyph.y)
                }
                continue
            }
            if let words, let (entry, arena) = unsafe words.entry(word) {
                if entry.picture >= 0 {
                    if entry.rows > 0 {
                        unsafe canvas.press(
                            arena + Int(entry.picture), stride: entry.inkWidth, width: entry.inkWidth,
                            rows: Int32(entry.rows), x: left + Int(entry.left), y: Int32(entry.top))
                    }
                    continue
                }
                unsafe try words.forEachGlyph(entry, arena) { glyph throws(TypesettingError) in
                    try draw(glyph.glyph, font: run.font, on: canvas, x: left + Int(glyph.x), y: Int32(glyph.y))
                }
            } else {
                try redraw(piece, run, of: line, on: canvas, x: left)
            }
        }
    }

    private func draw(
        _ glyph: UInt32, font: UInt8, on canvas: Canvas, x: Int, y: Int32
    ) throws(TypesettingError) {
        let picture = try glyphs.picture(font: font, glyph: glyph)
        if picture.colour >= 0 {
            let colour = glyphs.colours[Int(picture.colour)]
            canvas.overlay(colour, x: x + colour.left, y: Int(y) - colour.top)
        } else if let bytes = unsafe picture.bytes {
            unsafe canvas.press(
                bytes, stride: picture.width, width: picture.width, rows: picture.rows, x: x + Int(picture.left),
                y: y - picture.top)
        }
    }

    /// Draws a word whose picture has been dropped since the line was laid out: shapes it again, to the same pixels.
    private func redraw(
        _ piece: Piece, _ run: LineRun, of line: Line, on canvas: Canvas, x: Int
    ) throws(TypesettingError) {
        let item = ItemRun(
            start: 0, end: 0, kind: .text, font: run.font, script: run.script, level: run.isRightToLeft ? 1 : 0)
        let bytes = Int(piece.utf8.lowerBound)..<Int(piece.utf8.upperBound)
        let text = line.text.span
        try unsafe text.withUnsafeBufferPointer { buffer throws(TypesettingError) in
            let shaped = unsafe try shapeAlone(buffer, bytes, item, decomposes: run.decomposes)
            var pen = 0
            for glyph in shaped {
                try draw(
                    glyph.glyph, font: run.font, on: canvas, x: x + ((pen * 1024 + glyph.xOffset + 512) >> 10),
                    y: Int32((Int(run.baseline) - glyph.yOffset + 512) >> 10))
                pen += glyph.advance
            }
        }
    }

    /// Outlined boxes for unknown characters, one patch wide each.
    private func drawBoxes(_ run: LineRun, on canvas: Canvas, x: Int) {
        guard options.unknownGlyph == .box else { return }
        let side = options.patchSize
        let width = side - 6
        let rows = side - 5
        var box = [UInt8](repeating: 0, count: width * rows + 2 * Int(LP_PRESS_GUARD))
        for row in 0..<rows {
            for column in 0..<width where row == 0 || row == rows - 1 || column == 0 || column == width - 1 {
                box[Int(LP_PRESS_GUARD) + row * width + column] = 255
            }
        }
        unsafe box.withUnsafeBufferPointer { bytes in
            guard let base = bytes.baseAddress else { return }
            for number in 0..<Int(run.width) / side {
                unsafe canvas.press(
                    base + Int(LP_PRESS_GUARD), stride: Int32(width), width: Int32(width), rows: Int32(rows),
                    x: x + number * side + 3, y: 2)
            }
        }
    }
}
