/// WordPiece as BERT uses it: words between white space and signs, cut into the longest pieces of the vocabulary from the left.
///
/// Source: Devlin and others, BERT, 2019. Ids and texts are those of the Python package `tokenizers`; truncation and padding
/// that a file may ask for are left to who makes batches.
public final class WordPieceTokenizer: Tokenizer {
    /// What belongs to a tokenizer of this kind besides its vocabulary.
    public struct Options: Sendable {
        /// What is done to text first; `nil` leaves it as it is.
        public var normaliser: BERTNormaliser?
        /// Stands for words that no pieces make up.
        public var unknown: Int32
        /// Begins the pieces that continue a word.
        public var continuation = Array("##".utf8)
        /// Words of more characters are unknown.
        public var longestWord = 100
        /// Whether decoding removes spaces before signs.
        public var cleansUp = true
        /// Ids before a text where ``EncodeOptions/addsSpecial`` is set.
        public var prefix: [Int32] = []
        /// Ids behind it.
        public var suffix: [Int32] = []

        /// As BERT has it.
        public init(unknown: Int32, normaliser: BERTNormaliser? = BERTNormaliser()) {
            self.unknown = unknown
            self.normaliser = normaliser
        }
    }

    /// Normaliser, limits and template.
    public let options: Options
    /// The ids with a task of their own.
    public let special: SpecialTokens
    /// The added tokens in the order of their ids.
    public let added: [AddedToken]

    let tokens: ByteStrings
    let index: ByteStringIndex
    /// Bytes of the longest token.
    let longestToken: Int
    let isSpecialID: [Bool]
    let rawMatcher: AddedTokenMatcher
    let normalisedMatcher: AddedTokenMatcher
    let classes = UnicodeClasses.table
    /// Caches and buffers, taken by one call of `encode` at a time.
    private let spare = SpareBuffers()

    /// A tokenizer of the tokens by id; empty where an id has none.
    ///
    /// Throws `invalid` where the parts contradict each other.
    convenience init(
        tokens: ByteStrings, _ options: Options, added: [AddedToken], special: SpecialTokens, source: String
    ) throws(TokenizerError) {
        let table = try TokenTable(spellings: tokens, added: added, source: source, isByteLevel: false)
        try self.init(table, options, special: special, source: source)
    }

    init(_ table: TokenTable, _ options: Options, special: SpecialTokens, source: String) throws(TokenizerError) {
        self.options = options
        self.special = special
        added = table.added
        tokens = table.tokens
        isSpecialID = table.marks.map { $0.contains(.special) }
        try special.check(
            against: tokens.count, and: options.prefix + options.suffix + [options.unknown], source: source)
        var index = ByteStringIndex(capacity: tokens.count)
        for id in 0..<tokens.count where table.marks[id].contains(.vocabulary) {
            if let other = index.insert(id, of: tokens) {
                throw .invalid(
                    path: source, key: "token \(id)", expected: "each token once",
                    got: "\(tokens.text(id)), which is token \(other)")
            }
        }
        self.index = index
        longestToken = (0..<table.tokens.count).map { table.tokens.range($0).count }.max() ?? 0
        rawMatcher = AddedTokenMatcher(added.filter { !$0.isNormalised })
        normalisedMatcher = AddedTokenMatcher(
            added.filter(\.isNormalised).compactMap { token in
                guard let normaliser = options.normaliser else { return token }
                var token = token
                token.content = unsafe token.content.withUnsafeBufferPointer { unsafe normaliser.apply($0) }
                return token.content.isEmpty ? nil : token
            })
    }

    /// What it is: the normaliser and the counts.
    public var summary: String {
        "WordPiece" + (options.normaliser?.lowercases == true ? ", lower case" : "")
            + (options.normaliser?.stripsAccents == true ? ", without accents" : "")
            + (added.isEmpty ? "" : ", \(added.count) added tokens")
    }

    /// Ids are `0 ..< vocabularySize`.
    public var vocabularySize: Int { tokens.count }

    /// Whether decoding leaves an id out.
    public func isSpecial(_ id: Int32) -> Bool { isSpecialID.indices.contains(Int(id)) && isSpecialID[Int(id)] }

    /// The bytes of an id: a continuation without its mark, anything else with a space before it.
    public func piece(_ id: Int32, keepsSpecial: Bool) -> [UInt8] {
        guard isSpecialID.indices.contains(Int(id)), keepsSpecial || !isSpecialID[Int(id)] else { return [] }
        let token = tokens[Int(id)]
        if token.isEmpty { return [] }
        return token.starts(with: options.continuation)
            ? Array(token.dropFirst(options.continuation.count)) : [0x20] + token
    }

    /// The text of a token as files list it.
    public func spelling(of id: Int32) -> [UInt8] {
        isSpecialID.indices.contains(Int(id)) ? Array(tokens[Int(id)]) : []
    }

    /// The id of a token by its text.
    public func id(of token: String) -> Int32? {
        let wanted = Array(token.utf8)
        if let found = added.first(where: { $0.content == wanted }) { return found.id }
        return index.find(wanted, in: tokens).map { Int32($0) }
    }

    /// The ids of well-formed UTF-8. O(n), and in a word O(n · longest piece).
    public func encode(utf8 text: UnsafeBufferPointer<UInt8>, _ encoding: EncodeOptions) -> [Int32] {
        unsafe spare.ids(of: text, encoding, prefix: options.prefix, suffix: options.suffix) { start, count, buffers in
            unsafe encode(start, count, encoding, buffers)
        }
    }
}
