public import Corpora
public import ZooKit

/// Texts as a model's tokens: what stands before them, and where a continuation begins.
public struct PromptTokens: Sendable {
    /// Makes tokens of text.
    public let tokenizer: any Tokenizer
    /// Stands before every text; nil for nothing.
    public let begin: Int32?

    /// Tokens with what the tokenizer itself puts before a text, or else with `begin`; with our byte tokenizer, which puts nothing
    /// there itself, its begin token, for no model reads its texts without.
    public init(_ tokenizer: any Tokenizer, begin: Int32? = nil) {
        self.tokenizer = tokenizer
        let empty = tokenizer.encode("")
        let own = tokenizer.special.begin
        let isOwn = own.map { empty.first == $0 } ?? false || Self.isByteTokenizer(tokenizer)
        self.begin = isOwn ? own : begin
    }

    /// Whether it has the vocabulary of `BytePairTokenizer.bytes()`, which a copied folder still tells.
    private static func isByteTokenizer(_ tokenizer: any Tokenizer) -> Bool {
        tokenizer.vocabularySize == 260 && tokenizer.special.begin == 256 && tokenizer.id(of: "<|begin|>") == 256
            && tokenizer.id(of: "<|mask|>") == 259
    }

    /// What our pretraining puts before documents, of a model whose folder has the state of a pretraining; nil for other models,
    /// whose tokenizers say it themselves.
    public static func begin(_ tokenizer: any Tokenizer, of folder: ModelFolder.Description) -> Int32? {
        folder.isOwnPretraining ? tokenizer.special.begin : nil
    }

    private func plain(_ text: String) -> [Int32] { tokenizer.encode(text, EncodeOptions(addsSpecial: false)) }

    /// A text that others follow: without what the tokenizer puts behind texts.
    public func prompt(_ text: String) -> [Int32] { (begin.map { [$0] } ?? []) + plain(text) }

    /// A whole text, with all that the tokenizer puts around it.
    public func text(_ text: String) -> [Int32] {
        let ids = tokenizer.encode(text)
        guard let begin, ids.first != begin else { return ids }
        return [begin] + ids
    }

    /// A context and its continuation, as the usual harness cuts them: both are encoded together, and the continuation's tokens are
    /// those after as many as the context alone has; blanks at the end of the context belong to the continuation. A continuation
    /// of nothing stands behind the token that begins texts, or else the one that ends them.
    ///
    /// Where a token spans the boundary the tokens before the continuation are the context's own; a continuation that merges into
    /// it may have none left. O(bytes).
    public func continuation(_ context: String, _ continuation: String) -> Continuation {
        let scalars = context.unicodeScalars
        let end = scalars.lastIndex { !Self.isBlank($0) }.map { scalars.index(after: $0) } ?? scalars.startIndex
        let (kept, moved) = (String(scalars[..<end]), String(scalars[end...]))
        if kept.isEmpty {
            let before = begin ?? tokenizer.special.begin ?? tokenizer.special.end
            return Continuation(context: before.map { [$0] } ?? [], tokens: plain(moved + continuation))
        }
        let alone = prompt(kept)
        let whole = prompt(kept + moved + continuation)
        return Continuation(context: alone, tokens: Array(whole.dropFirst(alone.count)))
    }

    /// What Python's `str.rstrip` takes away.
    private static func isBlank(_ scalar: Unicode.Scalar) -> Bool {
        scalar.properties.isWhitespace || (0x1C...0x1F).contains(scalar.value)
    }
}
