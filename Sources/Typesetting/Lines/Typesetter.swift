/// Sets text: lays lines out and draws them on a ``Canvas``.
///
/// A pure function of text, options and font files; the caches inside change speed only. One per thread.
///
/// Source: the renderer of PIXEL and PixelGPT on Pango 1.50 and Cairo, re-created on HarfBuzz, FreeType and FriBidi.
public final class Typesetter {
    /// The options in force.
    public let options: RenderOptions
    /// The fonts in use.
    public let fontSet: FontSet

    let fonts: [HarfBuzzFont]
    let table: ScalarTable
    let shaper: Shaper
    let glyphs: GlyphCache
    let words: WordCache?
    let itemizer: Itemizer
    var paragraph = Paragraph()
    var wordScalars: [UInt32] = []
    var wordList: [WordGlyph] = []
    /// Distance from canvas top to the primary font's baseline, 1/1024 px.
    let primaryBaseline: Int

    /// Longest line in bytes: places on it are kept in 32 bits.
    static let textLimit = 1 << 27

    /// Longest word, in bytes, whose picture is kept.
    static let wordLimit = 64

    /// A typesetter for one thread.
    ///
    /// - Throws: ``TypesettingError/invalidOption(key:value:expected:)`` and the errors of the primary font.
    public init(fonts: FontSet, options: RenderOptions = RenderOptions()) throws(TypesettingError) {
        try options.validate()
        self.options = options
        fontSet = fonts
        var opened: [HarfBuzzFont] = []
        for file in fonts.files { opened.append(HarfBuzzFont(file: file, em: options.em)) }
        self.fonts = opened
        table = try ScalarTable(fonts: opened)
        shaper = Shaper(language: options.language)
        let hinting: FontFile.Hinting =
            switch options.profile {
            case .pango: .light
            case .pygame: .native
            case .plain: .none
            }
        glyphs = GlyphCache(fonts: opened, hinting: hinting)
        words = options.wordCache ? WordCache(bytes: options.wordCacheBytes) : nil
        itemizer = Itemizer(table: table, fonts: opened)
        let metrics = try opened[0].metrics()
        primaryBaseline = Self.baseline(
            patchSize: options.patchSize, ascent: metrics.ascent * 1024, height: metrics.ascent + metrics.descent)
    }

    /// A canvas in this typesetter's patch size and colours.
    public func canvas(patchCount: Int) -> Canvas {
        Canvas(
            patchSize: options.patchSize, patchCount: patchCount, ink: options.textColour, paper: options.background)
    }

    /// Share of words that were found drawn, and how many were asked for.
    public var wordCacheStatistics: (hits: Int, lookups: Int) { (words?.hits ?? 0, words?.lookups ?? 0) }

    /// `P / 2 - H / 2 - 2 + A` in 1/1024 px: the reference's line top plus the ascent, not rounded.
    static func baseline(patchSize: Int, ascent: Int, height: Int) -> Int {
        patchSize * 512 - height * 512 - 2048 + ascent
    }

    /// Lays out one line.
    ///
    /// - Parameters:
    ///   - text: UTF-8 without line breaks; a control character in it counts as unknown.
    ///   - role: whether the text stands as a sentence or as one word of a list; only `pygame` tells them apart.
    ///   - direction: base direction of the paragraph.
    /// - Throws: ``TypesettingError/invalidUTF8(byteOffset:)``, and by policy
    ///   ``TypesettingError/missingGlyph(scalar:script:byteOffset:)``.
    /// - Complexity: linear in the text.
    public func line(
        _ text: [UInt8], role: LineRole = .sentence, direction: BaseDirection = .auto
    ) throws(TypesettingError) -> Line {
        guard text.count <= Self.textLimit else {
            throw .invalidOption(
                key: "text", value: "\(text.count) bytes", expected: "a line of at most \(Self.textLimit) bytes")
        }
        glyphs.trim()
        if options.profile == .pygame { return try pygameLine(text, role: role) }
        var line = Line(text: text)
        let bytes = text.span
        try unsafe bytes.withUnsafeBufferPointer { buffer throws(TypesettingError) in
            unsafe try layOut(buffer, 0..<buffer.count, direction, into: &line)
        }
        if text.count > Self.largeText { forgetParagraph() }
        return line
    }

    /// Text of more bytes than this leaves no buffers behind.
    private static let largeText = 1 << 14

    /// Empties what was decoded last, and gives back the memory that a long paragraph took.
    func forgetParagraph() {
        if paragraph.scalars.capacity > Self.largeText { paragraph = Paragraph() } else { paragraph.removeAll() }
        shaper.trim()
    }

    func layOut(
        _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ direction: BaseDirection, into line: inout Line
    ) throws(TypesettingError) {
        if direction != .rightToLeft, words != nil,
            let simple = unsafe try scanSimple(text, range)
        {
            unsafe try layOutSimple(text, range, simple, into: &line)
            return
        }
        var start = range.lowerBound
        var direction = direction
        var stretches: [(runs: Range<Int>, x: Range<Int>)] = []
        while start < range.upperBound {
            let end = unsafe try stretchEnd(text, start, range.upperBound)
            if end < range.upperBound { line.forcedCuts += 1 }
            unsafe try paragraph.decode(text, start..<end, table)
            if start == range.lowerBound {
                line.isRightToLeft = BidiLevels.isRightToLeft(paragraph.infos, direction)
                // What follows a cut has the direction of the whole.
                if end < range.upperBound { direction = line.isRightToLeft ? .rightToLeft : .leftToRight }
            }
            let (firstRun, x) = (line.runs.count, line.width)
            unsafe try layOutParagraph(text, direction, into: &line)
            stretches.append((firstRun..<line.runs.count, x..<line.width))
            start = end
        }
        guard line.isRightToLeft, stretches.count > 1 else { return }
        for stretch in stretches {
            let shift = line.width - stretch.x.upperBound - stretch.x.lowerBound
            for index in stretch.runs { line.runs[index].x = Int32(clamping: Int(line.runs[index].x) + shift) }
        }
    }

    /// The end of a stretch of at most ``Paragraph/characterLimit`` characters: after a space that nothing combines
    /// with, or else before a character that starts a cluster.
    private func stretchEnd(
        _ text: UnsafeBufferPointer<UInt8>, _ start: Int, _ end: Int
    ) throws(TypesettingError) -> Int {
        guard end - start > Paragraph.characterLimit else { return end }
        var characters = 0
        var position = start
        var wasSpace = false
        var afterSpace: Int?
        var clusterStart: Int?
        while position < end {
            let here = position
            let scalar = unsafe try UTF8Decoding.next(text, &position)
            if try scalar >= 0x80 ? !table.info(scalar).flags.contains(.extends) : true {
                if here > start { clusterStart = here }
                if wasSpace { afterSpace = here }
            }
            if characters == Paragraph.characterLimit { return afterSpace ?? clusterStart ?? here }
            characters += 1
            wasSpace = scalar == 0x20
        }
        return end
    }

    private func layOutParagraph(
        _ text: UnsafeBufferPointer<UInt8>, _ direction: BaseDirection, into line: inout Line
    ) throws(TypesettingError) {
        line.droppedMarks += paragraph.droppedMarks
        let items = try itemizer.runs(paragraph, direction)
        try report(items, into: &line)
        let baselines = try baselines(items)
        var runs: [LineRun] = []
        for (item, baseline) in zip(items, baselines) {
            runs.append(unsafe try layOutRun(text, item, baseline: baseline, into: &line))
        }
        for index in Itemizer.visualOrder(items) {
            var run = runs[index]
            if run.kind == .tab { run.width = Int32(try tabWidth(at: line.width)) }
            run.x = Int32(clamping: line.width)
            line.width += Int(run.width)
            if run.kind == .emoji { line.hasColour = true }
            line.runs.append(run)
        }
    }

    private func report(_ items: [ItemRun], into line: inout Line) throws(TypesettingError) {
        for item in items where item.kind == .unknown {
            for index in item.start..<item.end {
                try note(
                    paragraph.scalars[index], paragraph.infos[index].script, paragraph.offsets[index], into: &line)
            }
        }
    }

    /// Pixels from `position`, counted from the line's start, to where text continues after a tab.
    private func tabWidth(at position: Int) throws(TypesettingError) -> Int {
        let space = max(
            1,
            try fonts[Int(table.fallbackFont)].spaceAdvance(
                shaper, script: ScalarInfo.commonScript, isRightToLeft: false))
        switch options.effectiveTab {
        case .spaces: return 4 * space
        case .stop: return (position / (8 * space) + 1) * 8 * space - position
        }
    }

    /// The baseline of every run, 1/1024 px from the canvas top.
    private func baselines(_ items: [ItemRun]) throws(TypesettingError) -> [Int] {
        let drawn = items.filter { $0.kind != .unknown }
        guard options.lineMetrics == .max, let first = drawn.first else {
            return [Int](repeating: primaryBaseline, count: items.count)
        }
        let tag = Baselines.tag(ofScript: first.script)
        let reference = try fonts[Int(first.font)].baseline(tag: tag, script: first.script)
        var ascent = Int.min
        var descent = Int.min
        var shifts: [Int] = []
        for item in items {
            guard item.kind != .unknown else {
                shifts.append(0)
                continue
            }
            let font = fonts[Int(item.font)]
            let metrics = try font.metrics()
            let shift = reference - (try font.baseline(tag: tag, script: item.script))
            shifts.append(shift)
            ascent = max(ascent, metrics.ascent * 1024 + shift)
            descent = max(descent, metrics.descent * 1024 - shift)
        }
        let height = (ascent + descent + 1023) >> 10
        let base = Self.baseline(patchSize: options.patchSize, ascent: ascent, height: height)
        return shifts.map { base - $0 }
    }
}

/// Whether a text stands as a sentence or as one word of a list.
public enum LineRole: Sendable {
    /// A text of its own.
    case sentence
    /// One of several words with a common baseline.
    case word
}
