internal import CHarfBuzz

/// What the quick scan learns of a text set in one font, one script, left to right.
struct SimpleText {
    var font: UInt8
    var script: UInt32
    /// Byte after the first character with a script of its own; `Int.max` when there is none.
    var firstRealScript: Int
    var hasMarks = false
}

extension Typesetter {
    /// One pass over the text: its font and script when it has one of each and nothing needs a closer look.
    func scanSimple(
        _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>
    ) throws(TypesettingError) -> SimpleText? {
        guard range.count <= Paragraph.characterLimit else { return nil }
        var simple = SimpleText(font: ScalarInfo.noFont, script: ScalarInfo.commonScript, firstRealScript: Int.max)
        var position = range.lowerBound
        let latin = unsafe table.latin
        var marks = 0
        var isFirst = true  // HarfBuzz does not count a mark that begins the run
        while position < range.upperBound {
            let info: ScalarInfo
            let byte = unsafe text[position]
            if byte < 0x80 {
                position += 1
                info = unsafe latin[Int(byte)]
            } else {
                info = try table.info(unsafe try UTF8Decoding.next(text, &position))
                if info.flags.contains(.extends) {
                    marks += 1
                    if marks > Paragraph.markLimit { return nil }
                    // A mark in another font than its base needs the cluster rule.
                } else {
                    marks = 0
                }
            }
            if info.flags.contains(.mark), !isFirst { simple.hasMarks = true }
            isFirst = false
            if !info.flags.isDisjoint(with: .complex) { return nil }
            if info.font != simple.font, !info.flags.contains(.neutralFont) {
                guard simple.font == ScalarInfo.noFont else { return nil }
                simple.font = info.font
            }
            if info.script != simple.script, !info.flags.contains(.commonScript) {
                guard simple.firstRealScript == Int.max else { return nil }
                simple.script = info.script
                simple.firstRealScript = position
            }
        }
        if simple.font == ScalarInfo.noFont { simple.font = table.fallbackFont }
        // Marks alone can be of a right-to-left script; HarfBuzz turns such a run around.
        guard Shaper.isNative(script: simple.script, isRightToLeft: false) else { return nil }
        return fonts[Int(simple.font)].isEmoji ? nil : simple
    }

    func layOutSimple(
        _ text: UnsafeBufferPointer<UInt8>, _ range: Range<Int>, _ simple: SimpleText, into line: inout Line
    ) throws(TypesettingError) {
        guard !range.isEmpty else { return }
        var baseline = primaryBaseline
        if options.lineMetrics == .max {
            let metrics = try fonts[Int(simple.font)].metrics()
            baseline = Self.baseline(
                patchSize: options.patchSize, ascent: metrics.ascent * 1024, height: metrics.ascent + metrics.descent)
        }
        let item = ItemRun(
            start: 0, end: 0, kind: .text, font: simple.font, script: simple.script, level: 0)
        paragraph.removeAll()
        line.pieces.reserveCapacity(range.count / 5 + 4)
        var run = unsafe try layOutWords(
            text, range, item, baseline: baseline, whole: range, hasMarks: simple.hasMarks, into: &line)
        run.x = Int32(clamping: line.width)
        line.width += Int(run.width)
        line.runs.append(run)
        line.isSimple = line.runs.count == 1
        line.firstRealScript = simple.firstRealScript
    }
}
