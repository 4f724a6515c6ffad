import Foundations
import Testing

/// Numbers before their nouns.
@Suite struct CountedNounTests {
    @Test func nounsFollowTheirNumber() {
        let forms = [
            ("shard", "shards"), ("class", "classes"), ("patch", "patches"), ("entry", "entries"), ("key", "keys"),
            ("box", "boxes"), ("process", "processes"), ("held-out patch", "held-out patches"), ("y", "ys"),
        ]
        for (one, many) in forms {
            #expect(counted(1, one) == "1 \(one)")
            for count in [0, 2, 11, 1000, -1] { #expect(counted(count, one) == "\(count) \(many)") }
        }
    }
}
