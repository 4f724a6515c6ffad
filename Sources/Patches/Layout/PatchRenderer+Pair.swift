import Typesetting

/// The layout `pair`: text A, a black patch, text B.
extension PatchRenderer {
    /// Text A as it is drawn in every sequence of a pair.
    struct PairHead {
        /// What is drawn of A.
        let line: Line
        /// Its width, or under `compat_bugs` that of the whole A: the separator stands behind it.
        let width: Int
        /// s: index of the black patch between the texts.
        let separator: Int
        /// Column where B's pen starts.
        let column: Int
        /// Spans of A.
        let spans: [PatchSpan]?
        /// Reference entries of A.
        let entries: [CharacterPair]
        /// Whether the pair is drawn right to left.
        let isRightToLeft: Bool

        /// Base direction of both lines.
        var direction: BaseDirection { isRightToLeft ? .rightToLeft : .auto }
    }

    func renderPair(_ first: TextRun, _ second: TextRun, _ report: inout RenderReport, _ emit: Emit) throws {
        let isRightToLeft =
            options.rightToLeft
            || [first, second].allSatisfy {
                TextDirection.looksRightToLeft($0.bytes, isStrongRTL: BidiClass.isStrongRTL)
            }
        var head = try pairHead(first, isRightToLeft, limit: options.textAMaxPatches, &report)
        let isLong = options.overflow == .split && second.bytes.count > 16 * maxPatches
        var line: Line?
        if !isLong {
            let whole = try typesetter.line(second.bytes, direction: head.direction)
            if head.column + whole.width <= lastColumn || second.bytes.isEmpty {
                report.note(whole, of: second, shown: 0..<second.bytes.count)
                return try drawPair(head, whole, second, shown: 0..<second.bytes.count, &report, emit)
            }
            line = whole
        }
        report.overflowed = true
        switch options.overflow {
        case .error:
            let width = head.column + (line?.width ?? 0)
            throw LayoutError.tooWide(
                segment: second.segment, width: width, available: lastColumn, maxPatches: maxPatches)
        case .truncate:
            guard let line else { return }
            report.truncated = true
            try drawTruncatedPair(head, line, second, &report, emit)
        case .split:
            let stride = options.stride ?? 0
            if maxPatches - 2 - head.separator <= stride {
                // A leaves no room: it gives up half the sequence, or what stride needs.
                let limit = max(min(maxPatches / 2, maxPatches - 3 - stride), 1)
                guard maxPatches - 2 - limit > stride else {
                    throw LayoutError.noRoom(textA: limit + 1, stride: stride, maxPatches: maxPatches)
                }
                head = try pairHead(first, isRightToLeft, limit: limit, ignoringBugs: true, &report)
            }
            // Padding may take what the patches leave; a window that shows nothing would be followed by itself.
            guard head.column < lastColumn else {
                throw LayoutError.noRoom(textA: head.separator + 1, stride: stride, maxPatches: maxPatches)
            }
            try renderWindows(head, line, second, &report, emit)
        }
    }

    /// Lays out text A, within `limit` patches where there is a limit.
    private func pairHead(
        _ run: TextRun, _ isRightToLeft: Bool, limit: Int?, ignoringBugs: Bool = false, _ report: inout RenderReport
    ) throws -> PairHead {
        let direction: BaseDirection = isRightToLeft ? .rightToLeft : .auto
        let whole = try typesetter.line(run.bytes, direction: direction)
        let x = options.padLeft
        var line = whole
        let keepsBugs = options.compatBugs && !ignoringBugs
        if let limit, patchCount(x + whole.width) > limit {
            line = try prefix(
                of: run.bytes, patches: limit, column: x, direction: direction, isReference: keepsBugs)
            report.overflowed = true
            report.truncated = true
        } else if x + whole.width > lastColumn {
            report.overflowed = true
            report.truncated = true
        }
        let width = keepsBugs ? whole.width : line.width
        let separator = nextPatch(x + width + options.padRight)
        report.note(line, of: run, shown: 0..<line.text.count)
        var spans: [PatchSpan]?
        var entries: [CharacterPair] = []
        if options.offsets != .none {
            let clusters = try typesetter.clusters(of: line)
            if options.offsets == .exact {
                let placed = PlacedCluster.place(clusters, x: x, shift: 0, in: run)
                spans = exactSpans?.spans(of: placed, in: run, limit: separator / patchSize)
            } else {
                entries = ReferenceMapping(patchSize: patchSize, maxPatches: maxPatches).entries(
                    text: line.text, clusters: clusters, offset: x, width: width + options.padRight, shift: 0,
                    rightToLeft: isRightToLeft)
            }
        }
        return PairHead(
            line: line, width: width, separator: separator / patchSize,
            column: separator + patchSize + options.padLeft, spans: spans, entries: entries,
            isRightToLeft: isRightToLeft)
    }

    /// One sequence: A, the separator and a line of B whose byte 0 is byte `shift` of the run.
    ///
    /// - Parameters:
    ///   - shown: bytes of B that the sequence shows.
    ///   - entries: reference entries of B; by default those of the line.
    ///   - widthForEnd: what the end patch is placed from; by default the line's width.
    func drawPair(
        _ head: PairHead, _ line: Line, _ run: TextRun, shown: Range<Int>, shift: Int = 0,
        entries: [CharacterPair]? = nil, widthForEnd: Int? = nil, _ report: inout RenderReport, _ emit: Emit
    ) throws {
        canvas.clear()
        try typesetter.draw(head.line, on: canvas, x: options.padLeft)
        try typesetter.draw(line, on: canvas, x: head.column)
        let end = nextPatch(head.column + (widthForEnd ?? line.width) + options.padRight) / patchSize
        var spans = head.spans
        var mapping: [CharacterPair]?
        if options.offsets == .exact {
            let placed = try PlacedCluster.place(typesetter.clusters(of: line), x: head.column, shift: shift, in: run)
            spans = (spans ?? []) + (exactSpans?.spans(of: placed, in: run, limit: end) ?? [])
        } else if options.offsets == .compat {
            let before = UTF8Walk.count(run.bytes, in: 0..<shift)
            let own =
                try entries
                ?? referenceEntries(head, line, widthForEnd: widthForEnd).map { $0.moved(by: before) }
            mapping = ReferenceMapping(patchSize: patchSize, maxPatches: maxPatches).padded(
                head.entries + [CharacterPair(0, 0)] + own)
        }
        var flipped: [Range<Int>] = []
        if options.flipRTL {
            if head.line.isRightToLeft { flipped.append(0..<head.separator) }
            if line.isRightToLeft, head.separator + 1 < end { flipped.append(head.separator + 1..<end) }
        }
        let sequence = takeSequence(
            end: end, separators: [head.separator], spans: spans, mapping: mapping, flipped: flipped,
            source: SourceSpan(segment: run.segment, utf8: run.original(shown)))
        try hand(sequence, &report, emit)
    }

    /// The reference entries of a line of B.
    func referenceEntries(_ head: PairHead, _ line: Line, widthForEnd: Int? = nil) throws -> [CharacterPair] {
        try ReferenceMapping(patchSize: patchSize, maxPatches: maxPatches).entries(
            text: line.text, clusters: typesetter.clusters(of: line), offset: head.column,
            width: (widthForEnd ?? line.width) + options.padRight, shift: head.column - options.padLeft,
            rightToLeft: head.isRightToLeft)
    }

    /// A pair that loses the end of B. Left to right B is clipped; right to left it is cut so that it fits, because
    /// its beginning stands on the right.
    func drawTruncatedPair(
        _ head: PairHead, _ line: Line, _ run: TextRun, _ report: inout RenderReport, _ emit: Emit
    ) throws {
        if head.isRightToLeft, patchCount(head.column + line.width) > maxPatches - 1 {
            let cut = try prefix(
                of: run.bytes, patches: maxPatches - 1, column: head.column, direction: .rightToLeft,
                isReference: options.compatBugs)
            report.note(cut, of: run, shown: 0..<cut.text.count)
            return try drawPair(
                head, cut, run, shown: 0..<cut.text.count, widthForEnd: options.compatBugs ? line.width : nil,
                &report, emit)
        }
        let shown = try visibleBytes(of: typesetter.clusters(of: line), x: head.column)
        report.note(line, of: run, shown: shown)
        try drawPair(head, line, run, shown: shown, &report, emit)
    }
}
