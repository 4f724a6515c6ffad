/// Query heads that share key or value heads, directly or through others: what one task of the backward pass sums up.
struct AttentionCluster {
    /// Query heads, ascending.
    let heads: [Int]
    /// Key heads that they read, ascending.
    let keyHeads: [Int]
    /// Value heads that they read, ascending.
    let valueHeads: [Int]

    /// The clusters of a shape, by their first heads. Cost: O(H^2).
    static func all(_ shape: AttentionShape) -> [AttentionCluster] {
        var mark = Array(0..<shape.heads)  // the first head of each one's cluster, once nothing changes any more
        var changes = true
        while changes {
            changes = false
            for one in 0..<shape.heads {
                for other in 0..<one where mark[one] != mark[other] && shape.shares(one, other) {
                    (mark[one], mark[other]) = (min(mark[one], mark[other]), min(mark[one], mark[other]))
                    changes = true
                }
            }
        }
        return Set(mark).sorted().map { first in
            let heads = (0..<shape.heads).filter { mark[$0] == first }
            return AttentionCluster(
                heads: heads, keyHeads: Set(heads.map { shape.keyHead[$0] }).sorted(),
                valueHeads: Set(heads.map { shape.valueHead[$0] }).sorted())
        }
    }
}

extension AttentionShape {
    fileprivate func shares(_ one: Int, _ other: Int) -> Bool {
        keyHead[one] == keyHead[other] || valueHead[one] == valueHead[other]
    }

    /// For each key head whether a query head reads it.
    var isKeyHeadUsed: [Bool] { (0..<keyHeads).map { keyHead.contains($0) } }
    /// For each value head whether a query head reads it.
    var isValueHeadUsed: [Bool] { (0..<valueHeads).map { valueHead.contains($0) } }
}
