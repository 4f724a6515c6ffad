public import Corpora
public import ZooKit

/// Texts as a model's tokens: what stands before them, and where a continuation begins.
public struct PromptTokens: Sendable {
    /// Makes tokens of text.
    public let tokenizer: any Tokenizer
    /// Stands before every text; nil for nothing.
    public let begin: Int32?

    /// Tokens of a tokenizer that puts `begin` before texts; nil leaves it to the tokenizer itself.
    public init(_ tokenizer: any Tokenizer, begin: Int32? = nil) {
        self.tokenizer = tokenizer
        let own = tokenizer.special.begin
        self.begin = own.map { tokenizer.encode("").first == $0 } ?? false ? own : begin
    }

    /// Tokens of a model's tokenizer.
    public init(_ model: ModelTokenizer) { self.init(model.tokenizer, begin: model.begin) }

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
