import Typesetting

/// Texts cut to a number of patches.
extension PatchRenderer {
    /// The line of a prefix of `text` that, drawn at `column`, ends within `patches` patches of the canvas.
    ///
    /// Ours is the longest one that ends at a cluster. The reference's is the first that a binary search over
    /// character counts finds to end in exactly the last patch, or else the last one tried.
    func prefix(
        of text: [UInt8], patches: Int, column: Int, direction: BaseDirection, isReference: Bool
    ) throws -> Line {
        isReference
            ? try referencePrefix(of: text, patches: patches, column: column, direction: direction)
            : try longestPrefix(of: text, width: patches * patchSize - column, direction: direction)
    }

    private func longestPrefix(of text: [UInt8], width: Int, direction: BaseDirection) throws -> Line {
        func line(_ end: Int) throws -> Line {
            try typesetter.line(Array(text[..<end]), direction: direction)
        }
        // From the last word boundary that fits, go on by clusters: a line's width need not grow with every one.
        let fit = try typesetter.fit(text, from: 0, maxWidth: max(width, 1), direction: direction)
        // Spaces that were cut off are drawn as far as they fit, at a pixel or more each.
        let known = fit.start > 0 ? 0 : fit.end
        let tail = try line(cut(text, after: min(fit.next, known + max(width, 1))))
        let ends = try typesetter.clusters(of: tail).map(\.utf8.upperBound).filter { $0 > known }.sorted()
        var best = fit.start == 0 && fit.line.width <= width ? fit.line : try line(0)
        var low = 0
        var high = ends.count
        while low < high {
            let middle = (low + high) / 2
            let candidate = try line(ends[middle])
            if candidate.width <= width {
                best = candidate
                low = middle + 1
            } else {
                high = middle
            }
        }
        while low < ends.count {
            let candidate = try line(ends[low])
            guard candidate.width <= width else { break }
            best = candidate
            low += 1
        }
        return best
    }

    /// A scalar boundary some words after byte `start`.
    private func cut(_ text: [UInt8], after start: Int) -> Int {
        var end = min(start + 512, text.count)
        while end < text.count, text[end] & 0xC0 == 0x80 { end += 1 }
        return end
    }

    private func referencePrefix(
        of text: [UInt8], patches: Int, column: Int, direction: BaseDirection
    ) throws -> Line {
        let boundaries = UTF8Walk.boundaries(text)
        var low = 0
        var high = boundaries.count - 1
        while true {
            let middle = (low + high) / 2
            let line = try typesetter.line(Array(text[..<boundaries[middle]]), direction: direction)
            let count = patchCount(column + line.width)
            if count < patches {
                low = middle + 1
            } else if count > patches {
                high = middle - 1
            } else {
                return line
            }
            if low > high { return line }
        }
    }
}
