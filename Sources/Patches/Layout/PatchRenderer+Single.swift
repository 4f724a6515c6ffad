import Typesetting

/// The layout `single`: one line from the left padding on.
extension PatchRenderer {
    /// Bytes from which on a text is not first laid out whole to see whether it fits. Changes no pixel.
    private var longTextByteCount: Int { 3 * maxPatches }

    /// Pixels that a text may take, its paddings taken off.
    private var singleWidth: Int { max(lastColumn - options.padLeft - options.padRight, 1) }

    func renderSingle(_ run: TextRun, _ report: inout RenderReport, _ emit: Emit) throws {
        if options.overflow == .split, run.bytes.count > longTextByteCount {
            return try renderParts(run, &report, emit)
        }
        let line = try typesetter.line(run.bytes)
        if line.width <= singleWidth {
            return try drawSingle(line, run, 0..<run.bytes.count, &report, emit)
        }
        let isCut = options.padLeft + line.width > lastColumn
        switch options.overflow {
        case .split: return try renderParts(run, &report, emit)
        case .error where isCut:
            throw LayoutError.tooWide(
                segment: run.segment, width: options.padLeft + line.width, available: lastColumn,
                maxPatches: maxPatches)
        case .error, .truncate: break
        }
        var shown = 0..<run.bytes.count
        if isCut {
            report.overflowed = true
            report.truncated = true
            shown = try visibleBytes(
                of: typesetter.clusters(of: line, before: maxPatches * patchSize), x: options.padLeft)
        }
        try drawSingle(line, run, shown, shift: 0, &report, emit)
    }

    /// Sequences of the longest parts that fit, cut at word boundaries. Each equals its part rendered alone. The spaces
    /// at a cut are in no sequence.
    private func renderParts(_ run: TextRun, _ report: inout RenderReport, _ emit: Emit) throws {
        var start = 0
        repeat {
            let fit = try typesetter.fit(run.bytes, from: start, maxWidth: singleWidth, direction: .auto)
            if start == 0, fit.next >= run.bytes.count {
                let line = fit.start == 0 && fit.end == run.bytes.count ? fit.line : try typesetter.line(run.bytes)
                if line.width <= singleWidth {
                    return try drawSingle(line, run, 0..<run.bytes.count, &report, emit)
                }
            }
            report.overflowed = true
            try drawSingle(fit.line, run, fit.start..<fit.end, &report, emit)
            start = fit.next
        } while start < run.bytes.count
    }

    /// Draws a line that shows `bytes` of the run; its byte 0 is byte `shift`, by default the first one shown.
    private func drawSingle(
        _ line: Line, _ run: TextRun, _ bytes: Range<Int>, shift: Int? = nil, _ report: inout RenderReport,
        _ emit: Emit
    ) throws {
        let x = options.padLeft
        canvas.clear()
        try typesetter.draw(line, on: canvas, x: x)
        let end = max(nextPatch(x + line.width + options.padRight) / patchSize, 1)
        var spans: [PatchSpan]?
        var mapping: [CharacterPair]?
        if options.offsets != .none {
            let clusters = try typesetter.clusters(
                of: line, before: options.offsets == .exact ? maxPatches * patchSize : .max)
            if options.offsets == .exact {
                let placed = PlacedCluster.place(clusters, x: x, shift: shift ?? bytes.lowerBound, in: run)
                spans = exactSpans?.spans(of: placed, in: run, limit: end)
            } else {
                let reference = ReferenceMapping(patchSize: patchSize, maxPatches: maxPatches)
                mapping = reference.padded(
                    reference.entries(
                        text: line.text, clusters: clusters, offset: x, width: line.width + options.padRight, shift: 0))
            }
        }
        report.note(line, of: run, from: shift ?? bytes.lowerBound, shown: bytes)
        let sequence = takeSequence(
            end: end, spans: spans, mapping: mapping,
            flipped: options.flipRTL && line.isRightToLeft ? [0..<end] : [],
            source: SourceSpan(segment: run.segment, utf8: run.original(bytes)))
        try hand(sequence, &report, emit)
    }
}
