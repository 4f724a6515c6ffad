import Foundations

/// Byte-level byte-pair encoding: text is cut into words by a pattern, and within a word the pairs of bytes and tokens
/// merge that stand first in a list.
///
/// Source: Sennrich and others, Neural Machine Translation of Rare Words with Subword Units, 2016, on bytes as in GPT-2.
/// Ids and texts are those of the Python package `tokenizers`.
public final class BytePairTokenizer: Tokenizer {
    /// What else belongs to a tokenizer of this kind.
    public struct Options: Sendable {
        /// How text is cut into words.
        public var pattern: PreTokenizerPattern
        /// Whether text is brought into Unicode's composed form (NFC) first.
        public var composes = false
        /// Whether a word that is a token as a whole becomes that token without merging (Llama 3).
        public var ignoresMerges = false
        /// Stands for bytes that are not in the vocabulary; without it they are left out.
        public var unknown: Int32?
        /// Whether several unknown bytes in a row become one id.
        public var fusesUnknown = false
        /// Ids before a text where ``EncodeOptions/addsSpecial`` is set.
        public var prefix: [Int32] = []
        /// Ids behind it.
        public var suffix: [Int32] = []

        /// Only a pattern.
        public init(pattern: PreTokenizerPattern) { self.pattern = pattern }
    }

    /// Pattern, normalisation and template.
    public let options: Options
    /// The ids with a task of their own.
    public let special: SpecialTokens
    /// The added tokens in the order of their ids.
    public let added: [AddedToken]

    /// The bytes of each id.
    let tokens: ByteStrings
    let marks: [TokenMarks]
    /// The id of each byte; -1 where the vocabulary lacks it.
    let byteIDs: [Int32]
    let pairs: [(left: Int32, right: Int32, result: Int32)]
    let merges: MergeTable
    /// All tokens by their bytes, where whole words are looked up.
    let wholeWords: ByteStringIndex?
    let rawMatcher: AddedTokenMatcher
    let normalisedMatcher: AddedTokenMatcher
    let classes = UnicodeClasses.table
    /// Caches and buffers, taken by one call of `encode` at a time.
    private let spare = SpareBuffers()

    /// A tokenizer from the spellings of all ids and the merges as `left right`, as GGUF files hold them.
    ///
    /// Throws `invalid` where these contradict each other.
    public convenience init(
        byteLevelTokens: [[UInt8]], merges: [[UInt8]], pattern: PreTokenizerPattern, added: [AddedToken],
        special: SpecialTokens, source: String = "tokenizer"
    ) throws(TokenizerError) {
        let vocabulary = try BytePairVocabulary(byteLevelTokens: byteLevelTokens, merges: merges, source: source)
        try self.init(vocabulary, Options(pattern: pattern), added: added, special: special)
    }

    /// A tokenizer from all its parts.
    ///
    /// Throws `invalid` where these contradict each other.
    public init(
        _ vocabulary: BytePairVocabulary, _ options: Options, added: [AddedToken], special: SpecialTokens
    ) throws(TokenizerError) {
        self.options = options
        self.special = special
        let table = try TokenTable(
            spellings: vocabulary.spellings, added: added, source: vocabulary.source, isByteLevel: true)
        self.added = table.added
        tokens = table.tokens
        marks = table.marks
        let count = tokens.count
        var named = options.prefix + options.suffix
        if let unknown = options.unknown { named.append(unknown) }
        try special.check(against: count, and: named, source: vocabulary.source)
        var byteIDs = [Int32](repeating: -1, count: 256)
        for id in 0..<count where tokens.range(id).count == 1 && marks[id].isSuperset(of: [.spelled, .vocabulary]) {
            byteIDs[Int(tokens.bytes[tokens.range(id).lowerBound])] = Int32(id)
        }
        self.byteIDs = byteIDs
        pairs = vocabulary.merges
        merges = MergeTable(vocabulary.merges)
        if options.ignoresMerges {
            var index = ByteStringIndex(capacity: count)
            for id in 0..<count where marks[id].isSuperset(of: [.spelled, .vocabulary]) {
                _ = index.insert(id, of: tokens)
            }
            wholeWords = index
        } else {
            wholeWords = nil
        }
        rawMatcher = AddedTokenMatcher(self.added.filter { !$0.isNormalised })
        normalisedMatcher = AddedTokenMatcher(
            self.added.filter(\.isNormalised).map { token in
                guard options.composes else { return token }
                var token = token
                token.content =
                    unsafe token.content.withUnsafeBufferPointer { unsafe CanonicalComposition.composed($0) }
                    ?? token.content
                return token
            })
    }

    /// What it is: the pattern and the counts.
    public var summary: String {
        "byte-level BPE, \(counted(pairs.count, "merge")), pattern \(options.pattern.rawValue)"
            + (options.composes ? ", NFC" : "") + (added.isEmpty ? "" : ", \(added.count) added tokens")
    }

    /// Ids are `0 ..< vocabularySize`.
    public var vocabularySize: Int { tokens.count }

    /// Whether decoding leaves an id out.
    public func isSpecial(_ id: Int32) -> Bool {
        marks.indices.contains(Int(id)) && marks[Int(id)].contains(.special)
    }

    /// The bytes of an id.
    public func piece(_ id: Int32, keepsSpecial: Bool) -> [UInt8] {
        guard marks.indices.contains(Int(id)), keepsSpecial || !marks[Int(id)].contains(.special) else { return [] }
        return Array(tokens[Int(id)])
    }

    /// The text of some ids; ill-formed UTF-8 becomes U+FFFD. O(n).
    public func decode(_ ids: [Int32], keepsSpecial: Bool) -> String {
        var bytes: [UInt8] = []
        for id in ids where marks.indices.contains(Int(id)) {
            if keepsSpecial || !marks[Int(id)].contains(.special) { bytes.append(contentsOf: tokens[Int(id)]) }
        }
        return String(decoding: bytes, as: UTF8.self)
    }

    /// The id of an added token by its text, or of a token by its bytes. O(vocabulary).
    public func id(of token: String) -> Int32? {
        let wanted = Array(token.utf8)
        if let found = added.first(where: { $0.content == wanted }) { return found.id }
        return marks.indices.first { marks[$0].contains(.vocabulary) && tokens[$0].elementsEqual(wanted) }
            .map { Int32($0) }
    }

    /// The ids of well-formed UTF-8. O(n), and O(n log n) in a long word.
    public func encode(utf8 text: UnsafeBufferPointer<UInt8>, _ encoding: EncodeOptions) -> [Int32] {
        unsafe spare.ids(of: text, encoding, prefix: options.prefix, suffix: options.suffix) { start, count, buffers in
            unsafe encode(start, count, encoding, buffers)
        }
    }
}
