import Typesetting

/// Further sequences of a pair whose B does not fit: A again, and B from further on.
///
/// Left to right, B runs into the black end patch as in the reference, and the next window starts with the first
/// cluster that was not shown whole, or `stride` patches earlier. Where a line holds right-to-left text, a window shows
/// the longest run of words that fits, and the next one starts so that about `stride` patches are repeated. Either way
/// every byte of B is shown whole at least once, unless one cluster is wider than a window.
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
            let (line, isWhole) = try windowLine(run, from: start, known: start == 0 ? whole : nil, head.direction)
            let clusters = try typesetter.clusters(of: line)
            if line.isRightToLeft || clusters.contains(where: \.isRightToLeft) {
                return try renderFittedWindows(head, run, from: start, &report, emit)
            }
            let isLast = isWhole && head.column + line.width <= lastColumn
            let shown = visibleBytes(of: clusters, x: head.column)
            let end = isLast ? run.bytes.count : start + shown.upperBound
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
        _ run: TextRun, from start: Int, known: Line?, _ direction: BaseDirection
    ) throws -> (line: Line, isWhole: Bool) {
        if let known { return (known, true) }
        if run.bytes.count - start <= 16 * maxPatches {
            return (try typesetter.line(Array(run.bytes[start...]), direction: direction), true)
        }
        let fit = try typesetter.fit(run.bytes, from: start, maxWidth: 2 * lastColumn, direction: direction)
        return (fit.line, fit.next >= run.bytes.count)
    }

    private func renderFittedWindows(
        _ head: PairHead, _ run: TextRun, from first: Int, _ report: inout RenderReport, _ emit: Emit
    ) throws {
        let overlap = (options.stride ?? 0) * patchSize
        let width = max(lastColumn - head.column - options.padRight, 1)
        var start = first
        while true {
            let fit = try typesetter.fit(run.bytes, from: start, maxWidth: width, direction: head.direction)
            report.note(fit.line, of: run, from: start, shown: start..<fit.end)
            try drawPair(head, fit.line, run, shown: start..<fit.end, shift: start, &report, emit)
            guard fit.next < run.bytes.count else { return }
            var next = fit.next
            var repeated = 0
            for cluster in try typesetter.clusters(of: fit.line).reversed() {
                repeated += cluster.x.count
                // A window that begins where this one did would go on for ever.
                guard repeated <= overlap, cluster.utf8.lowerBound > 0 else { break }
                next = start + cluster.utf8.lowerBound
            }
            start = next
        }
    }
}
