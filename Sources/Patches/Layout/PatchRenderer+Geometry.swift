import Typesetting

/// What all layouts share: columns and patches, and the way from canvas to sequence.
extension PatchRenderer {
    /// NP(x): the next patch edge at or after column `x`, at most that of the last patch.
    func nextPatch(_ x: Int) -> Int { min(unboundedNextPatch(x), lastColumn) }

    /// The next patch edge at or after column `x`.
    func unboundedNextPatch(_ x: Int) -> Int { patchCount(x) * patchSize }

    /// Patches that `x` pixels touch.
    func patchCount(_ x: Int) -> Int { (x + patchSize - 1) / patchSize }

    /// Blackens the separators and takes the patches up to the end patch off the canvas.
    ///
    /// - Parameters:
    ///   - end: N, the index of the end patch.
    ///   - flipped: ranges of patches whose order is reversed.
    func takeSequence(
        end: Int, separators: [Int] = [], wordStarts: [Int]? = nil, spans: [PatchSpan]? = nil,
        mapping: [CharacterPair]? = nil, flipped: [Range<Int>] = [], source: SourceSpan
    ) -> PatchSequence {
        for separator in separators { canvas.fillBlack(patch: separator) }
        canvas.fillBlack(patch: end)
        var (pixels, isColoured) = takePixels(0..<end + 1)
        var spans = spans
        for range in flipped {
            let patch = patchSize * patchSize * (isColoured ? 3 : 1)
            Self.reverse(&pixels, patches: range, patchByteCount: patch)
            spans = spans.map { Self.reverse($0, patches: range) }
        }
        return PatchSequence(
            patchSize: patchSize, channels: isColoured ? 3 : 1, pixels: pixels, textPatchCount: end,
            innerSeparators: separators, wordStarts: wordStarts, spans: spans, referenceMapping: mapping,
            source: source)
    }

    /// Pixels of patches in the channels and the colour mode in force.
    private func takePixels(_ patches: Range<Int>) -> (pixels: [UInt8], isColoured: Bool) {
        let render = typesetter.options
        guard render.colourMode == .rgb else {
            var gray = canvas.gray(of: patches, from: render.grayFrom)
            if render.colourMode == .binary {
                for index in gray.indices { gray[index] = gray[index] < 128 ? 0 : 255 }
            }
            guard options.channels == .rgb else { return (gray, false) }
            return (Picture.tripled(gray), true)
        }
        let isColoured = options.channels == .rgb || (options.channels == .auto && canvas.hasColour)
        return (isColoured ? canvas.rgb(of: patches) : canvas.gray(of: patches, from: render.grayFrom), isColoured)
    }

    /// Adds up what a sequence means for its document, and hands it out.
    func hand(_ sequence: PatchSequence, _ report: inout RenderReport, _ emit: Emit) throws {
        report.sequenceCount += 1
        report.textPatchCount += sequence.textPatchCount
        try emit(sequence)
    }

    /// Bytes of the line's text that a canvas shows, when the pen starts at column `x`.
    func visibleBytes(of clusters: [Cluster], x: Int) -> Range<Int> {
        let shown = clusters.filter { x + $0.x.lowerBound < lastColumn }
        let lower = shown.map(\.utf8.lowerBound).min() ?? 0
        return lower..<(shown.map(\.utf8.upperBound).max() ?? lower)
    }

    private static func reverse(_ pixels: inout [UInt8], patches: Range<Int>, patchByteCount: Int) {
        var low = patches.lowerBound
        var high = patches.upperBound - 1
        while low < high {
            for offset in 0..<patchByteCount {
                pixels.swapAt(low * patchByteCount + offset, high * patchByteCount + offset)
            }
            low += 1
            high -= 1
        }
    }

    private static func reverse(_ spans: [PatchSpan], patches: Range<Int>) -> [PatchSpan] {
        let moved = spans.map { span in
            guard patches.contains(span.patch) else { return span }
            return PatchSpan(
                patch: patches.lowerBound + patches.upperBound - 1 - span.patch, segment: span.segment,
                utf8: span.utf8, scalars: span.scalars)
        }
        return moved.enumerated().sorted { ($0.element.patch, $0.offset) < ($1.element.patch, $1.offset) }
            .map(\.element)
    }
}
