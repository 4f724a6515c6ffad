import Foundations

/// Turns text into ids of a vocabulary and back.
///
/// Implementations are exact: the ids and the text are those of the Python packages `tokenizers` and `sentencepiece`
/// for the same files.
public protocol Tokenizer: Sendable {
    /// Ids are `0 ..< vocabularySize`; not every one need stand for something.
    var vocabularySize: Int { get }
    /// What it is, in a few words.
    var summary: String { get }
    /// The ids with a task of their own.
    var special: SpecialTokens { get }
    /// The ids of well-formed UTF-8. The bytes need not end with zero. O(n log n) in the longest word, else O(n).
    func encode(utf8 text: UnsafeBufferPointer<UInt8>, _ options: EncodeOptions) -> [Int32]
    /// The bytes that an id stands for in the middle of a text: part of a character perhaps. Empty for ids that stand
    /// for nothing and, unless `keepsSpecial`, for special ones.
    func piece(_ id: Int32, keepsSpecial: Bool) -> [UInt8]
    /// The text of some ids, ill-formed UTF-8 replaced by U+FFFD. Ids out of range are passed over.
    func decode(_ ids: [Int32], keepsSpecial: Bool) -> String
    /// The text of an id as the tokenizer's files list it; empty for ids that stand for nothing.
    func spelling(of id: Int32) -> [UInt8]
    /// Whether an id is a special token, which decoding leaves out.
    func isSpecial(_ id: Int32) -> Bool
    /// The id of a token that the files list by this text (`<|im_end|>`), or of a word of the vocabulary.
    func id(of token: String) -> Int32?
}

extension Tokenizer {
    /// The ids of a text.
    public func encode(_ text: String, _ options: EncodeOptions = EncodeOptions()) -> [Int32] {
        var text = text
        return text.withUTF8 { unsafe encode(utf8: $0, options) }
    }

    /// The ids of some bytes; what is no well-formed UTF-8 is replaced by U+FFFD first.
    public func encode(bytes: [UInt8], _ options: EncodeOptions = EncodeOptions()) -> [Int32] {
        let (text, _) = UTF8Text.repaired(bytes)
        return unsafe text.withUnsafeBufferPointer { unsafe encode(utf8: $0, options) }
    }

    /// The bytes that an id stands for in the middle of a text; empty for special ids.
    public func piece(_ id: Int32) -> [UInt8] { piece(id, keepsSpecial: false) }

    /// The text of some ids without special ones.
    public func decode(_ ids: [Int32]) -> String { decode(ids, keepsSpecial: false) }
}

/// What encoding adds and what it looks for.
public struct EncodeOptions: Sendable, Equatable {
    /// Adds what the tokenizer puts around a text: the begin token of Llama, `[CLS]` and `[SEP]` of BERT (default).
    public var addsSpecial: Bool
    /// Special tokens written out in the text become their ids (default); otherwise they are text as any other. For text
    /// of strangers, who must not be able to end a turn, pass `false`. Tokens that files add without calling them special are
    /// looked for in both cases.
    public var parsesSpecial: Bool

    /// As the Python packages encode: both, unless said otherwise.
    public init(addsSpecial: Bool = true, parsesSpecial: Bool = true) {
        self.addsSpecial = addsSpecial
        self.parsesSpecial = parsesSpecial
    }
}

/// Ids with a task of their own.
public struct SpecialTokens: Sendable, Equatable {
    /// Begins a text.
    public var begin: Int32?
    /// Ends a text.
    public var end: Int32?
    /// Fills up rows of a batch.
    public var pad: Int32?
    /// Stands for what the vocabulary does not have.
    public var unknown: Int32?
    /// Stands for what is hidden.
    public var mask: Int32?
    /// All ids at which generation stops, `end` among them.
    public var ends: [Int32]

    /// The ids; `end` is added to `ends`.
    public init(
        begin: Int32? = nil, end: Int32? = nil, pad: Int32? = nil, unknown: Int32? = nil, mask: Int32? = nil,
        ends: [Int32] = []
    ) {
        self.begin = begin
        self.end = end
        self.pad = pad
        self.unknown = unknown
        self.mask = mask
        self.ends = ends
        if let end, !ends.contains(end) { self.ends.insert(end, at: 0) }
    }
}
