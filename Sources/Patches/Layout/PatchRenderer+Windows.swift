import Typesetting

/// Further sequences of a pair whose B does not fit: A again, and B from further on.
///
/// Left to right, B runs into the black end patch as in the reference, and the next window starts with the first
/// cluster that was not shown whole, or `stride` patches earlier. Where a line holds right-to-left text, a window shows
/// the longest run of words that fits, and the next one starts so that about `stride` patches are repeated. Either way
/// every byte of B is shown whole at least once, unless one cluster is wider than a window. No window shows spaces
/// alone: it starts behind them, and where nothing follows them there is none, unless it were the only one.
///
/// Under `compat_bugs` windows follow the reference to the letter: see `renderReferenceWindows`.
extension PatchRenderer {
    func renderWindows(
        _ head: PairHead, _ whole: Line?, _ run: TextRun, _ report: inout RenderReport, _ emit: Emit
    ) throws {
        if options.compatBugs {
            let line = try whole ?? typesetter.line(run.bytes, direction: head.direction)
            return head.isRightToLeft
                ? try renderReferenceWindowsFromRight(head, line, run, &report, emit)
                : try renderReferenceWindows(head, line, run, &report, emit)
        }
        let stride = options.stride ?? 0
        let room = maxPatches - 2 - head.separator
        let entries = try options.offsets == .compat ? whole.map { try referenceEntries(head, $0) } : nil
        var start = 0
        var over = 0
        while true {
            let (line, isWhole) = try windowLine(run, from: start, known: start == 0 ? whole : nil, head)
            let clusters = try typesetter.clusters(of: line)
            if line.isRightToLeft || clusters.contains(where: \.isRightToLeft) {
                return try renderFittedWindows(head, run, from: start, &report, emit)
            }
            let isLast = isWhole && head.column + line.width <= lastColumn
            let shown = visibleBytes(of: clusters, x: head.column)
            let end = isLast ? run.bytes.count : start + shown.upperBound
            if run.bytes[start..<end].allSatisfy({ $0 == 0x20 }) {
                start = Self.afterSpaces(run.bytes, start)
                if start < run.bytes.count { continue }
                return try drawBlankWindow(head, run, &report, emit)
            }
            report.note(line, of: run, from: start, shown: start..<end)
            var own: [CharacterPair]?
            if start > 0, let entries {
                // The reference's slice of B's mapping, where it begins with the character that we begin with.
                let slice = windowEntries(entries, over: over, line, head)
                if slice?.first?.start == UTF8Walk.count(run.bytes, in: 0..<start) { own = slice }
            }
            try drawPair(head, line, run, shown: start..<end, shift: start, entries: own, &report, emit)
            if isLast { return }
            over = head.column + line.width - lastColumn
            let edge = patchSize * (room - stride) - options.padLeft
            let next = clusters.first { $0.x.upperBound > edge }?.utf8.lowerBound ?? 0
            start += max(next, clusters.first?.utf8.upperBound ?? line.text.count)
        }
    }

    /// The rest of B from byte `start`, or its beginning up to a word well behind the window's end.
    private func windowLine(
        _ run: TextRun, from start: Int, known: Line?, _ head: PairHead
    ) throws -> (line: Line, isWhole: Bool) {
        if let known { return (known, true) }
        if run.bytes.count - start <= 16 * maxPatches {
            return (try typesetter.line(Array(run.bytes[start...]), direction: head.direction), true)
        }
        let fit = try typesetter.fit(run.bytes, from: start, maxWidth: 2 * lastColumn, direction: head.direction)
        if fit.start == start, head.column + fit.line.width > lastColumn {
            return (fit.line, fit.next >= run.bytes.count)
        }
        // Spaces that were cut off fill the window, at a pixel or more each.
        let spaces = fit.start > start ? start : fit.end
        let end = min(Self.afterSpaces(run.bytes, spaces), spaces + lastColumn)
        let line = try typesetter.line(Array(run.bytes[start..<end]), direction: head.direction)
        return (line, end >= run.bytes.count)
    }

    private static func afterSpaces(_ text: [UInt8], _ byte: Int) -> Int {
        text[byte...].firstIndex { $0 != 0x20 } ?? text.count
    }

    /// The window of a text of spaces, when there is no other.
    private func drawBlankWindow(
        _ head: PairHead, _ run: TextRun, _ report: inout RenderReport, _ emit: Emit
    ) throws {
        guard report.sequenceCount == 0 else { return }
        let line = try typesetter.line([], direction: head.direction)
        try drawPair(head, line, run, shown: 0..<0, &report, emit)
    }

    private func renderFittedWindows(
        _ head: PairHead, _ run: TextRun, from first: Int, _ report: inout RenderReport, _ emit: Emit
    ) throws {
        let overlap = (options.stride ?? 0) * patchSize
        let width = max(lastColumn - head.column - options.padRight, 1)
        var start = first
        while true {
            let fit = try typesetter.fit(run.bytes, from: start, maxWidth: width, direction: head.direction)
            report.note(fit.line, of: run, from: fit.start, shown: fit.start..<fit.end)
            try drawPair(head, fit.line, run, shown: fit.start..<fit.end, shift: fit.start, &report, emit)
            guard fit.next < run.bytes.count else { return }
            var next = fit.next
            var repeated = 0
            for cluster in try typesetter.clusters(of: fit.line).reversed() {
                repeated += cluster.x.count
                // A window that begins where this one did would go on for ever.
                guard repeated <= overlap, cluster.utf8.lowerBound > 0 else { break }
                next = fit.start + cluster.utf8.lowerBound
            }
            start = next
        }
    }
}
