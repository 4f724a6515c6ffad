import Typesetting

/// Windows as the reference makes them, under `compat_bugs`: their number is estimated beforehand and their first
/// characters come from its offset mapping, so that text may be lost.
extension PatchRenderer {
    func renderReferenceWindows(
        _ head: PairHead, _ whole: Line, _ run: TextRun, _ report: inout RenderReport, _ emit: Emit
    ) throws {
        let stride = options.stride ?? 0
        let entries = try referenceEntries(head, whole)
        let boundaries = UTF8Walk.boundaries(run.bytes)
        let visible = try visibleBytes(of: typesetter.clusters(of: whole), x: head.column)
        report.note(whole, of: run, shown: visible)
        try drawPair(head, whole, run, shown: visible, &report, emit)
        var over = head.column + whole.width - lastColumn
        let most = mostWindows(head, over: over)
        for _ in 0..<most where over > 0 {
            let from = entries.count - patchCount(over) - stride
            guard from >= 0 else { break }
            let start = Self.byte(ofCharacter: entries[from].start, boundaries)
            let line = try typesetter.line(Array(run.bytes[start...]), direction: head.direction)
            let shown = try visibleBytes(of: typesetter.clusters(of: line), x: head.column)
            report.noteMissing(
                line, of: run, from: start, shown: start + shown.lowerBound..<start + shown.upperBound)
            try drawPair(
                head, line, run, shown: start + shown.lowerBound..<start + shown.upperBound, shift: start,
                entries: windowEntries(entries, over: over, line, head), &report, emit)
            over = head.column + line.width - lastColumn
        }
        if over > 0 { report.truncated = true }
    }

    /// The entries of B that the reference gives a window, `over` being the pixels of B behind the window before.
    func windowEntries(
        _ entries: [CharacterPair], over: Int, _ line: Line, _ head: PairHead
    ) -> [CharacterPair]? {
        let missed = patchCount(over)
        let from = entries.count - missed - (options.stride ?? 0)
        let drawn = min(options.padLeft + line.width, lastColumn - head.column) / patchSize
        let end = drawn > missed - 1 ? entries.count : entries.count - missed + drawn
        guard from >= 0, from <= end, end <= entries.count else { return nil }
        return Array(entries[from..<end])
    }

    /// The same for pairs drawn right to left: B is cut so that it fits, and its remainders are counted from the other
    /// end of the mapping.
    func renderReferenceWindowsFromRight(
        _ head: PairHead, _ whole: Line, _ run: TextRun, _ report: inout RenderReport, _ emit: Emit
    ) throws {
        let stride = options.stride ?? 0
        let entries = try referenceEntries(head, whole)
        let boundaries = UTF8Walk.boundaries(run.bytes)
        try drawTruncatedPair(head, whole, run, &report, emit)
        let over = head.column + whole.width - lastColumn
        var missed = patchCount(over)
        for _ in 0..<mostWindows(head, over: over) where missed > 0 {
            let last = missed + stride
            guard last < entries.count else { break }
            let start = Self.byte(ofCharacter: entries[last].end, boundaries)
            let rest = Array(run.bytes[start...])
            let line = try typesetter.line(rest, direction: .rightToLeft)
            var drawn = line
            if patchCount(head.column + line.width) > maxPatches - 1 {
                drawn = try prefix(
                    of: rest, patches: maxPatches - 1, column: head.column, direction: .rightToLeft, isReference: true)
            }
            report.noteMissing(drawn, of: run, from: start, shown: start..<start + drawn.text.count)
            let width = min(options.padLeft + line.width, lastColumn - head.column)
            let first = max(0, last - width / patchSize)
            try drawPair(
                head, drawn, run, shown: start..<start + drawn.text.count, shift: start,
                entries: Array(entries[first...last]), widthForEnd: line.width, &report, emit)
            missed = first
        }
        if missed > 0 { report.truncated = true }
    }

    /// How many windows the reference expects to need after the first.
    private func mostWindows(_ head: PairHead, over: Int) -> Int {
        let room = lastColumn - patchSize * (head.separator + 1 + (options.stride ?? 0))
        return room > 0 ? (over + room - 1) / room : 0
    }

    /// Where a character begins; a negative index counts from the end, as in the reference's language.
    private static func byte(ofCharacter character: Int, _ boundaries: [Int]) -> Int {
        let index = character < 0 ? boundaries.count - 1 + character : character
        return boundaries[min(max(index, 0), boundaries.count - 1)]
    }
}
