/// The bytes of all ids, with what is known of each.
struct TokenTable {
    var tokens = ByteStrings()
    var marks: [BytePairTokenizer.Marks] = []
    var added: [AddedToken]

    /// Joins a vocabulary and added tokens, which may be part of it or follow it.
    init(_ vocabulary: BytePairVocabulary, added unsorted: [AddedToken]) throws(TokenizerError) {
        added = unsorted.sorted { $0.id < $1.id }
        let spellings = vocabulary.spellings
        let count = max(spellings.count, (added.last.map { Int($0.id) } ?? -1) + 1)
        // Ids without a token cost memory that no file accounts for.
        guard count <= 2 * (spellings.count + added.count) + 1024, (added.first?.id ?? 0) >= 0 else {
            throw .invalid(
                path: vocabulary.source, key: "added_tokens", expected: "ids that follow the vocabulary",
                got: "\(added.last?.id ?? 0) after \(spellings.count) tokens")
        }
        var contents = Set<[UInt8]>()
        var next = 0
        for id in 0..<count {
            var mark: BytePairTokenizer.Marks = []
            var spelling: ArraySlice<UInt8> = []
            if id < spellings.count, !spellings.range(id).isEmpty {
                mark.insert(.vocabulary)
                spelling = spellings[id]
            }
            if next < added.count, Int(added[next].id) == id {
                let token = added[next]
                next += 1
                try Self.check(token, against: spelling, &contents, source: vocabulary.source)
                mark.insert(.added)
                if token.isSpecial { mark.insert(.special) }
                spelling = token.content[...]
            }
            var isSpelled = false
            tokens.append { bytes in
                isSpelled = ByteLevelAlphabet.unspell(spelling, into: &bytes)
                if !isSpelled { bytes.append(contentsOf: spelling) }
            }
            if isSpelled { mark.insert(.spelled) }
            marks.append(mark)
        }
        guard next == added.count else {
            throw .invalid(
                path: vocabulary.source, key: "added_tokens", expected: "each id once", got: "\(added[next].id) again")
        }
    }

    private static func check(
        _ token: AddedToken, against spelling: ArraySlice<UInt8>, _ contents: inout Set<[UInt8]>, source: String
    ) throws(TokenizerError) {
        let shown = String(decoding: token.content, as: UTF8.self)
        if !spelling.isEmpty, !spelling.elementsEqual(token.content) {
            throw .invalid(
                path: source, key: "added_tokens, id \(token.id)",
                expected: "the token of the vocabulary, \(String(decoding: spelling, as: UTF8.self))", got: shown)
        }
        guard !token.content.isEmpty, contents.insert(token.content).inserted else {
            throw .invalid(
                path: source, key: "added_tokens, id \(token.id)", expected: "a text that no other added token has",
                got: shown.isEmpty ? "nothing" : shown)
        }
    }
}
