/// Cuts sequences of many lengths into micro-batches in which little is padded.
enum LengthBuckets {
    /// Rows that a further micro-batch costs: the weights are read and their gradients added up once more.
    static let cost = 64

    /// Patches and tokens of a sequence, each of which is padded to the longest of the micro-batch.
    struct Length {
        var patches: Int
        var tokens: Int
        var rows: Int { patches + tokens }
    }

    /// Places in `lengths`, longest first, in micro-batches of at most `limit`. Of all cuts of that order the one with the fewest
    /// rows, padding and `cost` for each micro-batch counted. O(n limit) for n sequences.
    static func cut(_ lengths: [Length], limit: Int) -> [[Int]] {
        let order = lengths.indices.sorted {
            let (a, b) = (lengths[$0], lengths[$1])
            return (b.rows, b.patches, $0) < (a.rows, a.patches, $1)
        }
        // least[i]: rows of the best cut of the first i; start[i]: where its last micro-batch begins.
        var least = [0]
        var start = [0]
        for end in 1..<max(order.count + 1, 1) {
            var best = (rows: Int.max, first: end - 1)
            var longest = Length(patches: 0, tokens: 0)
            for first in stride(from: end - 1, through: max(0, end - max(limit, 1)), by: -1) {
                let own = lengths[order[first]]
                longest.patches = max(longest.patches, own.patches)
                longest.tokens = max(longest.tokens, own.tokens)
                let rows = least[first] + (end - first) * longest.rows + cost
                if rows <= best.rows { best = (rows, first) }
            }
            least.append(best.rows)
            start.append(best.first)
        }
        var cuts: [[Int]] = []
        var end = order.count
        while end > 0 {
            cuts.append(Array(order[start[end]..<end]))
            end = start[end]
        }
        return cuts.reversed()
    }
}
