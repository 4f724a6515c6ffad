/// Unicode's canonical composition, NFC.
enum CanonicalComposition {
    /// The composed text; `nil` when it is composed already. O(n log n) in the longest run of
    /// marks, else O(n).
    static func composed(_ text: UnsafeBufferPointer<UInt8>) -> [UInt8]? {
        guard let base = text.baseAddress else { return nil }
        let tables = CanonicalTables.shared
        let flags = unsafe tables.flags.pointers
        let watched = CanonicalTables.combines | CanonicalTables.isUnsettled
        var output: [UInt8] = []
        var points: [UInt32] = []
        var copied = 0
        // Where the last character begins that neither moves nor composes with what is before it.
        var boundary = 0
        var place = 0
        while place < text.count {
            // Below U+0300 (bytes CC 80) everything is settled.
            if unsafe base[place] < 0xCC {
                boundary = place
                place += unsafe base[place] < 0x80 ? 1 : 2
                continue
            }
            let (kind, length) = unsafe flags.at(place, base, text.count)
            if kind & watched == 0 {
                boundary = place
                place += length
                continue
            }
            var end = place + length
            while end < text.count {
                let (kind, length) = unsafe flags.at(end, base, text.count)
                if kind & watched == 0 { break }
                end += length
            }
            points.removeAll(keepingCapacity: true)
            var next = boundary
            while next < end {
                let (point, length) = unsafe UTF8Scalar.any(next, base, end)
                tables.decompose(point, into: &points)
                next += length
            }
            tables.order(&points)
            compose(&points, tables)
            unsafe output.append(contentsOf: text[copied..<boundary])
            for point in points { UTF8Scalar.append(point, to: &output) }
            copied = end
            place = end
            boundary = end
        }
        if copied == 0 { return nil }
        unsafe output.append(contentsOf: text[copied...])
        return unsafe output.elementsEqual(text) ? nil : output
    }

    /// Composes ordered, decomposed code points in place.
    private static func compose(_ points: inout [UInt32], _ tables: CanonicalTables) {
        var kept = 0
        var starter: Int?
        var lastClass: UInt8 = 0
        for point in points {
            let value = tables.combiningClass(point)
            if let starter, lastClass < value || (lastClass == 0 && starter == kept - 1),
                let composed = tables.composition(points[starter], point)
            {
                points[starter] = composed
                continue
            }
            if value == 0 { starter = kept }
            lastClass = value
            points[kept] = point
            kept += 1
        }
        points.removeLast(points.count - kept)
    }
}
