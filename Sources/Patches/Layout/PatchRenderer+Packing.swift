import Corpora
import Typesetting

/// Lines of a document that become sequences together.
extension PatchRenderer {
    /// A block takes lines while the sum of their widths stays below P(L - 2) pixels; what its text then does not fit
    /// (the spaces between the lines are not in the sum) is left to the overflow policy. Blank lines are dropped.
    ///
    /// Source: the pre-rendering scripts of PIXEL; ``LayoutOptions/Packing/eachLine`` with overflow split is the rule
    /// of the PixelGPT paper.
    func renderPacked(_ text: [UInt8], _ report: inout RenderReport, _ emit: Emit) throws {
        let limit = patchSize * (maxPatches - 2)
        var block: [(text: CleanText, base: Int)] = []
        var width = 0
        var isEmpty = true
        for range in WordBreaks.lines(text) {
            let line = clean(Array(text[range]))
            guard !WordBreaks.words(line.bytes).isEmpty else { continue }
            isEmpty = false
            let lineWidth = options.packing == .lines ? try typesetter.line(line.bytes).width : limit
            if !block.isEmpty, width + lineWidth >= limit {
                try renderText(TextRun(joining: block, segment: 0), &report, emit)
                block.removeAll()
                width = 0
            }
            block.append((line, range.lowerBound))
            width += lineWidth
        }
        if !block.isEmpty || isEmpty { try renderText(TextRun(joining: block, segment: 0), &report, emit) }
    }
}
