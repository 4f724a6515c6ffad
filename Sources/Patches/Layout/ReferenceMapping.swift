import Typesetting

/// The offset mapping of the reference renderers, its quirks included: spans may lag behind in scripts with wide
/// clusters, the last end may exceed the text by one, a blank patch merges the two entries before it.
struct ReferenceMapping {
    /// P.
    let patchSize: Int
    /// L.
    let maxPatches: Int

    /// The next patch edge, at most that of the last patch.
    func nextPatch(_ x: Int) -> Int {
        min((x + patchSize - 1) / patchSize * patchSize, patchSize * (maxPatches - 1))
    }

    /// Entries for the patches of one text, before padding.
    ///
    /// - Parameters:
    ///   - text: the bytes drawn.
    ///   - clusters: of those bytes.
    ///   - offset: column of the pen's start.
    ///   - width: of the text with the pixels after it.
    ///   - shift: column from which patches count.
    ///   - rightToLeft: a pair drawn right to left: indices count from the end.
    func entries(
        text: [UInt8], clusters: [Cluster], offset: Int, width: Int, shift: Int, rightToLeft: Bool = false
    ) -> [CharacterPair] {
        var positions = Self.positions(text: text, clusters: clusters).map { $0 + offset }
        let count = UTF8Walk.count(text, in: text.indices)
        positions.append(nextPatch(width + offset))
        var entries: [CharacterPair] = []
        func append(_ start: Int, _ end: Int) {
            entries.append(rightToLeft ? CharacterPair(count - start, count - end) : CharacterPair(start, end))
        }
        var start = 0
        for (index, position) in positions.enumerated() {
            let edge = patchSize * (entries.count + 1)
            guard position - shift >= edge else { continue }
            let end = position - shift == edge ? index : index - 1
            append(start, end)
            start = end
        }
        if entries.count < (width + offset - shift + patchSize - 1) / patchSize {
            if rightToLeft {
                entries.append(CharacterPair(count - start, 0))
            } else {
                entries.append(CharacterPair(start, positions.count))
            }
        }
        let isBlankAdded = nextPatch(width) - width < offset % patchSize
        if isBlankAdded, entries.count >= 2 {
            let last = entries.count - 1
            entries[last - 1] = CharacterPair(entries[last - 1].start, entries[last].end)
            entries[last] = CharacterPair(-1, -1)
        }
        return entries
    }

    /// Padded with (0, 0) to L entries; cut to L - 1 and one (0, 0) where there are L or more.
    func padded(_ entries: [CharacterPair]) -> [CharacterPair] {
        let none = CharacterPair(0, 0)
        if entries.count >= maxPatches { return entries.prefix(maxPatches - 1) + [none] }
        return entries + [CharacterPair](repeating: none, count: maxPatches - entries.count)
    }

    /// Where the cluster of each character starts, characters in visual order; one 0 for empty text.
    private static func positions(text: [UInt8], clusters: [Cluster]) -> [Int] {
        let visual = clusters.enumerated().sorted { left, right in
            (left.element.x.lowerBound, left.offset) < (right.element.x.lowerBound, right.offset)
        }
        let positions = visual.flatMap { _, cluster in
            [Int](repeating: cluster.x.lowerBound, count: UTF8Walk.count(text, in: cluster.utf8))
        }
        return positions.isEmpty ? [0] : positions
    }
}
