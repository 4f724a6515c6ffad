/// Suggestions for a misspelled name.
public enum NearNames {
    /// At most three of `candidates` within an edit distance of a third of the name's length, nearest first; names
    /// that differ in case, hyphens or underscores alone are nearest. O(candidates · length²).
    public static func of(_ name: String, among candidates: some Sequence<String>) -> [String] {
        let plain = folded(name)
        let limit = max(1, plain.count / 3)
        return candidates.map { (name: $0, distance: distance(plain, folded($0))) }
            .filter { $0.distance <= limit }
            .sorted { ($0.distance, $0.name) < ($1.distance, $1.name) }
            .prefix(3).map(\.name)
    }

    private static func folded(_ name: String) -> [UInt8] {
        name.lowercased().utf8.filter { $0 != UInt8(ascii: "_") && $0 != UInt8(ascii: "-") }
    }

    private static func distance(_ a: [UInt8], _ b: [UInt8]) -> Int {
        // Rows of the table of edits: two neighbours that changed places are one edit.
        var (before, last, row) = ([Int](), [Int](), Array(0...b.count))
        for (i, left) in a.enumerated() {
            (before, last) = (last, row)
            row[0] = i + 1
            for (j, right) in b.enumerated() {
                row[j + 1] = min(last[j] + (left == right ? 0 : 1), row[j] + 1, last[j + 1] + 1)
                if i > 0, j > 0, left == b[j - 1], a[i - 1] == right { row[j + 1] = min(row[j + 1], before[j - 1] + 1) }
            }
        }
        return row[b.count]
    }
}
