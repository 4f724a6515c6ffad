internal import CHarfBuzz
internal import CKernels

extension Typesetter {
    /// Lays out one run of the decoded paragraph.
    func layOutRun(
        _ text: UnsafeBufferPointer<UInt8>, _ item: ItemRun, baseline: Int, into line: inout Line
    ) throws(TypesettingError) -> LineRun {
        let bytes = paragraph.offsets[item.start]..<paragraph.offsets[item.end]
        switch item.kind {
        case .tab:
            return run(item, bytes, baseline, pieces: line.pieces.count..<line.pieces.count, width: 0)
        case .unknown:
            let width = options.unknownGlyph == .box ? (item.end - item.start) * options.patchSize : 0
            return run(item, bytes, baseline, pieces: line.pieces.count..<line.pieces.count, width: width)
        case .emoji:
            return try shapeWhole(item, bytes, baseline: baseline, into: &line)
        case .text:
            let font = fonts[Int(item.font)]
            // A run against its script's direction is turned around by HarfBuzz: marks change sides.
            if words == nil || paragraph.droppedMarks > 0
                || !Shaper.isNative(script: item.script, isRightToLeft: item.isRightToLeft)
            {
                return try shapeWhole(item, bytes, baseline: baseline, into: &line)
            }
            if try font.interacts(.space, shaper, script: item.script, isRightToLeft: item.isRightToLeft) {
                return try shapeWhole(item, bytes, baseline: baseline, into: &line)
            }
            let whole = paragraph.offsets[0]..<paragraph.offsets[paragraph.offsets.count - 1]
            let hasMarks = paragraph.infos[item.start..<item.end].dropFirst().contains { $0.flags.contains(.mark) }
            return unsafe try layOutWords(
                text, bytes, item, baseline: baseline, whole: whole, hasMarks: hasMarks, into: &line)
        }
    }

    func run(_ item: ItemRun, _ bytes: Range<Int>, _ baseline: Int, pieces: Range<Int>, width: Int) -> LineRun {
        LineRun(
            kind: item.kind, font: item.font, script: item.script, isRightToLeft: item.isRightToLeft,
            baseline: Int32(clamping: baseline), x: 0, width: Int32(clamping: width),
            pieces: Int32(pieces.lowerBound)..<Int32(pieces.upperBound),
            utf8: Int32(bytes.lowerBound)..<Int32(bytes.upperBound))
    }

    /// Shapes a run in one go and places its glyphs.
    private func shapeWhole(
        _ item: ItemRun, _ bytes: Range<Int>, baseline: Int, into line: inout Line
    ) throws(TypesettingError) -> LineRun {
        let first = line.pieces.count
        let shaped = try shaper.shape(
            paragraph.scalars, range: item.start..<item.end, font: fonts[Int(item.font)], script: item.script,
            isRightToLeft: item.isRightToLeft)
        let width = place(drawn(shaped), baseline: baseline, x: 0, bytes: bytes, into: &line)
        try noteUndrawn(shaped, into: &line)
        return run(item, bytes, baseline, pieces: first..<line.pieces.count, width: width)
    }

    /// Counts the glyphs that the font left undrawn, of a run of the decoded paragraph.
    private func noteUndrawn(_ shaped: [ShapedGlyph], into line: inout Line) throws(TypesettingError) {
        for glyph in shaped where glyph.glyph == 0 && glyph.cluster < paragraph.scalars.count {
            try note(
                paragraph.scalars[glyph.cluster], paragraph.infos[glyph.cluster].script,
                paragraph.offsets[glyph.cluster], into: &line)
        }
    }

    /// The same of a short word; its clusters count characters from its start.
    private func noteUndrawn(
        _ shaped: [ShapedGlyph], _ text: UnsafeBufferPointer<UInt8>, _ word: Range<Int>, into line: inout Line
    ) throws(TypesettingError) {
        for glyph in shaped where glyph.glyph == 0 {
            var position = word.lowerBound
            var start = position
            var scalar: UInt32 = 0
            for _ in 0...glyph.cluster where position < word.upperBound {
                start = position
                scalar = unsafe try UTF8Decoding.next(text, &position)
            }
            try note(scalar, try table.info(scalar).script, start, into: &line)
        }
    }

    /// The glyphs that the policy on unknown characters leaves: `.notdef` is the font's box.
    func drawn(_ shaped: [ShapedGlyph]) -> [ShapedGlyph] {
        options.unknownGlyph == .skip && shaped.contains { $0.glyph == 0 } ? shaped.filter { $0.glyph != 0 } : shaped
    }

    func note(
        _ scalar: UInt32, _ script: UInt32, _ byteOffset: Int, into line: inout Line
    ) throws(TypesettingError) {
        let glyph = MissingGlyph(scalar: scalar, script: ISO15924.name(script), byteOffset: byteOffset)
        if options.unknownGlyph == .error {
            throw .missingGlyph(scalar: scalar, script: glyph.script, byteOffset: byteOffset)
        }
        line.missing.append(glyph)
    }

    /// Appends one piece of placed glyphs; returns its advance.
    private func place(
        _ shaped: [ShapedGlyph], baseline: Int, x: Int, bytes: Range<Int>, into line: inout Line
    ) -> Int {
        let start = line.glyphs.count
        var pen = 0
        for glyph in shaped {
            line.glyphs.append(
                PlacedGlyph(
                    glyph: glyph.glyph, x: Int32(clamping: (pen * 1024 + glyph.xOffset + 512) >> 10),
                    y: Int32(clamping: (baseline - glyph.yOffset + 512) >> 10)))
            pen += glyph.advance
        }
        line.pieces.append(
            Piece(
                x: Int32(clamping: x), width: Int32(clamping: pen),
                utf8: Int32(bytes.lowerBound)..<Int32(bytes.upperBound), word: nil,
                glyphs: Int32(start)..<Int32(line.glyphs.count)))
        return pen
    }

    /// Cuts a run at its spaces and takes each word from the cache, or shapes and keeps it.
    ///
    /// - Parameters:
    ///   - bytes: the run.
    ///   - whole: the paragraph that the run is part of.
    ///   - hasMarks: whether the run holds a mark after its first character.
    func layOutWords(
        _ text: UnsafeBufferPointer<UInt8>, _ bytes: Range<Int>, _ item: ItemRun, baseline: Int, whole: Range<Int>,
        hasMarks: Bool, into line: inout Line
    ) throws(TypesettingError) -> LineRun {
        guard let words else { return run(item, bytes, baseline, pieces: 0..<0, width: 0) }
        let font = fonts[Int(item.font)]
        if item.end == 0, try font.interacts(.space, shaper, script: item.script, isRightToLeft: false) {
            unsafe try paragraph.decode(text, whole, table)
            var item = item
            item.end = paragraph.scalars.count
            return try shapeWhole(item, bytes, baseline: baseline, into: &line)
        }
        let space = try font.spaceAdvance(shaper, script: item.script, isRightToLeft: item.isRightToLeft)
        let decomposes = hasMarks && Shaper.decomposes(script: item.script)
        let key =
            UInt64(item.script) << 32 ^ UInt64(item.font) << 24 ^ (item.isRightToLeft ? 1 << 23 : 0)
            ^ (decomposes ? 1 << 22 : 0) ^ UInt64(UInt32(bitPattern: Int32(truncatingIfNeeded: baseline)) & 0x3F_FFFF)
        let first = line.pieces.count
        var cutter = unsafe WordCutter(
            text: text, run: bytes, table: table,
            cutsIdeographs: item.script == HB_SCRIPT_HAN.rawValue
                ? try !font.interacts(.ideographs, shaper, script: item.script, isRightToLeft: item.isRightToLeft)
                : false)
        var advance = 0
        let joins = Joining.scripts.contains(item.script)
        let pairs = item.isRightToLeft ? nil : try font.pairShaper(shaper, script: item.script)
        while let word = try cutter.next(&advance, space: space) {
            let atEdge =
                (word.lowerBound == bytes.lowerBound && bytes.lowerBound > whole.lowerBound
                    || word.upperBound == bytes.upperBound && bytes.upperBound < whole.upperBound)
            let keeps = word.count <= Self.wordLimit && !cutter.startsWithMark && !(atEdge && joins)
            let slice = unsafe UnsafeBufferPointer(rebasing: text[word])
            let wordKey = unsafe WordCache.key(text, word, context: key)
            if keeps, let found = unsafe words.find(slice, wordKey) {
                if found.wantsPicture { try makePicture(found.handle, font: item.font) }
                line.append(word, found.handle, width: Int(found.width), x: advance)
                advance += Int(found.width)
                continue
            }
            if keeps, let pairs,
                let width = unsafe try pairs.shape(text, word, shaper, baseline: baseline, into: &wordList),
                let kept = unsafe words.insert(slice, wordKey, width: width, glyphs: wordList)
            {
                line.append(word, kept, width: width, x: advance)
                advance += width
                continue
            }
            // A kept word has spaces or the paragraph's ends around it, which shape nothing.
            let shaped =
                unsafe keeps
                ? try shapeAlone(text, word, item, decomposes: decomposes)
                : try shapeInContext(text, word, whole, item)
            if keeps, let (list, width) = wordGlyphs(shaped, baseline: baseline),
                let kept = unsafe words.insert(slice, wordKey, width: width, glyphs: list)
            {
                line.append(word, kept, width: width, x: advance)
                advance += width
                continue
            }
            if keeps {
                unsafe try noteUndrawn(shaped, text, word, into: &line)
            } else {
                try noteUndrawn(shaped, into: &line)
            }
            advance += place(drawn(shaped), baseline: baseline, x: advance, bytes: word, into: &line)
        }
        var laidOut = run(item, bytes, baseline, pieces: first..<line.pieces.count, width: advance)
        laidOut.decomposes = decomposes
        return laidOut
    }

    /// Shapes one word without context.
    ///
    /// - Parameter decomposes: whether HarfBuzz would put decomposed letters together again, which it does in a run
    ///   that holds a mark anywhere: a marked space then follows the word, and its glyphs are left out.
    func shapeAlone(
        _ text: UnsafeBufferPointer<UInt8>, _ word: Range<Int>, _ item: ItemRun, decomposes: Bool
    ) throws(TypesettingError) -> [ShapedGlyph] {
        wordScalars.removeAll(keepingCapacity: true)
        var position = word.lowerBound
        while position < word.upperBound { wordScalars.append(unsafe try UTF8Decoding.next(text, &position)) }
        let count = wordScalars.count
        if decomposes { wordScalars += [0x20, 0x20, 0x308] }
        let shaped = try shaper.shape(
            wordScalars, range: 0..<wordScalars.count, font: fonts[Int(item.font)], script: item.script,
            isRightToLeft: item.isRightToLeft)
        return decomposes ? shaped.filter { $0.cluster < count } : shaped
    }

    /// Shapes one word with the paragraph as its context.
    private func shapeInContext(
        _ text: UnsafeBufferPointer<UInt8>, _ word: Range<Int>, _ whole: Range<Int>, _ item: ItemRun
    ) throws(TypesettingError) -> [ShapedGlyph] {
        if paragraph.offsets.isEmpty || paragraph.offsets[0] != whole.lowerBound
            || paragraph.offsets[paragraph.offsets.count - 1] != whole.upperBound
        {
            unsafe try paragraph.decode(text, whole, table)
        }
        let start = paragraph.index(ofByte: word.lowerBound)
        let end = paragraph.index(ofByte: word.upperBound)
        return try shaper.shape(
            paragraph.scalars, range: start..<end, font: fonts[Int(item.font)], script: item.script,
            isRightToLeft: item.isRightToLeft)
    }

    /// A word's glyphs with their origins and its advance; `nil` when the font lacks one or the word is huge.
    private func wordGlyphs(_ shaped: [ShapedGlyph], baseline: Int) -> (list: [WordGlyph], width: Int)? {
        var list: [WordGlyph] = []
        list.reserveCapacity(shaped.count)
        var pen = 0
        for glyph in shaped {
            guard glyph.glyph != 0,
                let x = Int16(exactly: (pen * 1024 + glyph.xOffset + 512) >> 10),
                let y = Int16(exactly: (baseline - glyph.yOffset + 512) >> 10)
            else { return nil }
            list.append(WordGlyph(glyph: glyph.glyph, x: x, y: y))
            pen += glyph.advance
        }
        return (list, pen)
    }

    /// Draws a kept word's glyphs into one picture, clipped to the canvas rows.
    private func makePicture(_ handle: WordHandle, font: UInt8) throws(TypesettingError) {
        guard let words, let (entry, arena) = unsafe words.entry(handle) else { return }
        var left = Int.max
        var right = Int.min
        var top = Int.max
        var bottom = Int.min
        unsafe try words.forEachGlyph(entry, arena) { glyph throws(TypesettingError) in
            let picture = try glyphs.picture(font: font, glyph: glyph.glyph)
            guard unsafe picture.bytes != nil else { return }
            let x = Int(glyph.x) + Int(picture.left)
            let y = Int(glyph.y) - Int(picture.top)
            left = min(left, x)
            right = max(right, x + Int(picture.width))
            top = min(top, y)
            bottom = max(bottom, y + Int(picture.rows))
        }
        top = max(top, 0)
        bottom = min(bottom, options.patchSize)
        let hasInk = left < right && top < bottom
        let box = hasInk ? CoverageBox(left: left, top: top, width: right - left, rows: bottom - top) : CoverageBox()
        guard let coverage = unsafe words.startPicture(handle, box), hasInk else { return }
        unsafe try words.forEachGlyph(entry, arena) { glyph throws(TypesettingError) in
            let picture = try glyphs.picture(font: font, glyph: glyph.glyph)
            guard let source = unsafe picture.bytes else { return }
            let y = Int(glyph.y) - Int(picture.top) - box.top
            let first = max(0, -y)
            let end = min(Int(picture.rows), box.rows - y)
            guard first < end else { return }
            let x = Int(glyph.x) + Int(picture.left) - box.left
            unsafe lp_add(
                coverage + (y + first) * box.width + x, Int32(box.width), source + first * Int(picture.width),
                picture.width, picture.width, Int32(end - first))
        }
    }
}

extension Paragraph {
    /// The character that starts at a byte. Complexity: logarithmic.
    func index(ofByte byte: Int) -> Int {
        var low = 0
        var high = offsets.count - 1
        while low < high {
            let middle = (low + high) / 2
            if offsets[middle] < byte { low = middle + 1 } else { high = middle }
        }
        return low
    }
}
