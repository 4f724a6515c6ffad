import Foundations

/// What is known of an id.
struct TokenMarks: OptionSet, Sendable {
    let rawValue: UInt8
    /// Bytes spelled in characters; the others stand as they are.
    static let spelled = TokenMarks(rawValue: 1)
    static let special = TokenMarks(rawValue: 2)
    static let added = TokenMarks(rawValue: 4)
    /// Part of the vocabulary, not only an added token.
    static let vocabulary = TokenMarks(rawValue: 8)
}

/// The bytes of all ids, with what is known of each.
struct TokenTable {
    var tokens = ByteStrings()
    var marks: [TokenMarks] = []
    var added: [AddedToken]

    /// Joins a vocabulary and added tokens, which may be part of it or follow it.
    ///
    /// `isByteLevel` says that tokens spell bytes in the characters of ``ByteLevelAlphabet``. Throws `invalid`.
    init(
        spellings: ByteStrings, added unsorted: [AddedToken], source: String, isByteLevel: Bool
    ) throws(TokenizerError) {
        added = unsorted.sorted { $0.id < $1.id }
        let count = max(spellings.count, (added.last.map { Int($0.id) } ?? -1) + 1)
        // Ids without a token cost memory that no file accounts for.
        guard count <= 2 * (spellings.count + added.count) + 1024, (added.first?.id ?? 0) >= 0 else {
            throw .invalid(
                path: source, key: "added_tokens", expected: "ids that follow the vocabulary",
                got: "\(added.last?.id ?? 0) after \(counted(spellings.count, "token"))")
        }
        var contents = Set<[UInt8]>()
        var next = 0
        for id in 0..<count {
            var mark: TokenMarks = []
            var spelling: ArraySlice<UInt8> = []
            if id < spellings.count, !spellings.range(id).isEmpty {
                mark.insert(.vocabulary)
                spelling = spellings[id]
            }
            if next < added.count, Int(added[next].id) == id {
                let token = added[next]
                next += 1
                try Self.check(token, against: spelling, &contents, source: source)
                mark.insert(.added)
                if token.isSpecial { mark.insert(.special) }
                spelling = token.content[...]
            }
            var isSpelled = false
            tokens.append { bytes in
                isSpelled = isByteLevel && ByteLevelAlphabet.unspell(spelling, into: &bytes)
                if !isSpelled { bytes.append(contentsOf: spelling) }
            }
            if isSpelled { mark.insert(.spelled) }
            marks.append(mark)
        }
        guard next == added.count else {
            throw .invalid(
                path: source, key: "added_tokens", expected: "each id once", got: "\(added[next].id) again")
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

extension SpecialTokens {
    /// Throws `invalid` where these ids or the `others` are none of `count`.
    func check(against count: Int, and others: [Int32], source: String) throws(TokenizerError) {
        let named = [begin, end, pad, unknown, mask].compactMap { $0 }
        for id in named + ends + others where id < 0 || id >= count {
            throw .invalid(path: source, key: "special tokens", expected: "ids below \(count)", got: "\(id)")
        }
    }
}
