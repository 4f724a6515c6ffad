/// What a byte-level tokenizer is made of, as its file or the metadata of another spells it.
public struct BytePairVocabulary: Sendable {
    /// Where it comes from, for messages.
    var source: String
    /// The spelling of each id (`Ġthe`), in UTF-8; empty where an id has none.
    var spellings: ByteStrings
    /// The pairs that merge, in the order of their ranks: places of the left and the right spelling in `spellings`.
    var merges: [(left: Int32, right: Int32, result: Int32)]

    /// A vocabulary from the spellings of all ids, and the merges as `left right`.
    ///
    /// Throws `invalid` for a spelling that stands twice and for a merge whose parts or result are not in the vocabulary.
    public init(byteLevelTokens: [[UInt8]], merges: [[UInt8]], source: String) throws(TokenizerError) {
        var spellings = ByteStrings()
        for token in byteLevelTokens { spellings.append(token) }
        var parts = ByteStrings()
        for (rank, merge) in merges.enumerated() {
            guard let space = merge.firstIndex(of: 0x20), !merge[(space + 1)...].contains(0x20) else {
                throw .invalid(
                    path: source, key: "merge \(rank)", expected: "two parts with a space between them",
                    got: String(decoding: merge, as: UTF8.self))
            }
            parts.append(merge[..<space])
            parts.append(merge[(space + 1)...])
        }
        try self.init(spellings: spellings, mergeParts: parts, source: source)
    }

    /// A vocabulary from spellings by id and the left and right parts of merges, one after the other.
    init(spellings: ByteStrings, mergeParts: ByteStrings, source: String) throws(TokenizerError) {
        self.source = source
        self.spellings = spellings
        var index = ByteStringIndex(capacity: spellings.count)
        for id in 0..<spellings.count where !spellings.range(id).isEmpty {
            if let other = index.insert(id, of: spellings) {
                throw .invalid(
                    path: source, key: "token \(id)", expected: "each token once",
                    got: "\(spellings.text(id)), which is token \(other)")
            }
        }
        merges = []
        merges.reserveCapacity(mergeParts.count / 2)
        var joined: [UInt8] = []
        for rank in 0..<mergeParts.count / 2 {
            let (left, right) = (mergeParts[2 * rank], mergeParts[2 * rank + 1])
            joined.removeAll(keepingCapacity: true)
            joined.append(contentsOf: left)
            joined.append(contentsOf: right)
            guard let first = index.find(left, in: spellings), let second = index.find(right, in: spellings),
                let result = index.find(joined, in: spellings)
            else {
                let text = "\(mergeParts.text(2 * rank)) \(mergeParts.text(2 * rank + 1))"
                throw .invalid(
                    path: source, key: "merge \(rank)", expected: "parts and a result of the vocabulary", got: text)
            }
            merges.append((Int32(first), Int32(second), Int32(result)))
        }
    }
}
