import Typesetting

/// A cluster on a canvas.
struct PlacedCluster {
    /// Bytes of the run that it comes from.
    var utf8: Range<Int>
    /// Columns of the canvas that its advance takes.
    var x: Range<Int>

    /// The clusters of a line whose pen starts at column `x` and whose byte 0 is byte `shift` of the run. Bytes that
    /// the run does not have (a space drawn after a word) are left out.
    static func place(_ clusters: [Cluster], x: Int, shift: Int, in run: TextRun) -> [PlacedCluster] {
        clusters.compactMap { cluster in
            let lower = cluster.utf8.lowerBound + shift
            let upper = min(cluster.utf8.upperBound + shift, run.bytes.count)
            guard lower < upper else { return nil }
            return PlacedCluster(utf8: lower..<upper, x: x + cluster.x.lowerBound..<x + cluster.x.upperBound)
        }
    }
}

/// Which text each patch shows, by overlap of intervals.
struct ExactSpans {
    private let patchSize: Int
    /// For each segment asked for: scalars before each byte.
    private var scalarCounts: [Int: [Int32]] = [:]
    private let segments: [[UInt8]]

    /// Spans into `segments`, the texts as they were given.
    init(patchSize: Int, segments: [[UInt8]]) {
        self.patchSize = patchSize
        self.segments = segments
    }

    /// The spans of clusters of `run` in the patches before `limit`, by patch and in visual order.
    ///
    /// A cluster belongs to every patch that its advance overlaps; one without advance to the patch of its pen, at
    /// most the last one.
    /// Neighbours in a patch are joined where their bytes touch.
    mutating func spans(of clusters: [PlacedCluster], in run: TextRun, limit: Int) -> [PatchSpan] {
        var spans: [PatchSpan] = []
        let segment = run.segment
        let scalars = scalarCount(segment)
        for (patch, ranges) in rangesByPatch(clusters, limit: limit) {
            for range in ranges {
                let utf8 = run.original(range)
                spans.append(
                    PatchSpan(
                        patch: patch, segment: segment, utf8: utf8,
                        scalars: Int(scalars[utf8.lowerBound])..<Int(scalars[utf8.upperBound])))
            }
        }
        return spans
    }

    private func rangesByPatch(_ clusters: [PlacedCluster], limit: Int) -> [(Int, [Range<Int>])] {
        var byPatch: [[Range<Int>]] = []
        var base = 0
        let visual = clusters.enumerated().sorted { left, right in
            (left.element.x.lowerBound, left.offset) < (right.element.x.lowerBound, right.offset)
        }
        for (_, cluster) in visual {
            let from = cluster.x.lowerBound
            let to = max(cluster.x.upperBound - 1, from)
            var patches = max(from, 0) / patchSize...max(to, 0) / patchSize
            if cluster.x.isEmpty, from == limit * patchSize { patches = limit - 1...limit - 1 }
            for patch in patches where patch < limit {
                if byPatch.isEmpty { base = patch }
                while byPatch.count <= patch - base { byPatch.append([]) }
                Self.add(cluster.utf8, to: &byPatch[patch - base])
            }
        }
        return byPatch.enumerated().filter { !$0.element.isEmpty }.map { (base + $0.offset, $0.element) }
    }

    private static func add(_ range: Range<Int>, to ranges: inout [Range<Int>]) {
        guard let last = ranges.last, last.upperBound >= range.lowerBound, range.upperBound >= last.lowerBound else {
            ranges.append(range)
            return
        }
        ranges[ranges.count - 1] =
            min(last.lowerBound, range.lowerBound)..<max(last.upperBound, range.upperBound)
    }

    private mutating func scalarCount(_ segment: Int) -> [Int32] {
        if let counts = scalarCounts[segment] { return counts }
        var counts: [Int32] = [0]
        counts.reserveCapacity(segments[segment].count + 1)
        var count: Int32 = 0
        for byte in segments[segment] {
            if byte & 0xC0 != 0x80 { count += 1 }
            counts.append(count)
        }
        scalarCounts[segment] = counts
        return counts
    }
}
