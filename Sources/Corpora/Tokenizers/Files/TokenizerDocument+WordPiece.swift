import Foundations

extension TokenizerDocument {
    /// The tokenizer of a BERT-like folder. Throws `unknownKind` for parts that are not read here.
    func wordPieceTokenizer(
        _ special: (TokenNames) throws(TokenizerError) -> SpecialTokens
    ) throws(TokenizerError) -> WordPieceTokenizer {
        guard case .string("BertPreTokenizer")? = parts["pre_tokenizer"]?["type"] else {
            throw refuse("pre_tokenizer", parts["pre_tokenizer"], known: ["BertPreTokenizer"])
        }
        let added = try addedTokens()
        let names = TokenNames(added: added, words: words, ids: wordIDs)
        let text = try text("unk_token", default: "[UNK]")
        guard let unknown = names.id(of: text) else {
            throw .invalid(path: path, key: "model.unk_token", expected: "a token of the vocabulary", got: text)
        }
        var options = WordPieceTokenizer.Options(unknown: unknown, normaliser: try bertNormaliser())
        options.continuation = Array(try self.text("continuing_subword_prefix", default: "##").utf8)
        switch model["max_input_chars_per_word"] {
        case nil: break
        case .integer(let limit)? where limit >= 0: options.longestWord = limit
        case let value?:
            throw .invalid(
                path: path, key: "model.max_input_chars_per_word", expected: "an integer, 0 or more", got: value.kind)
        }
        guard let decoder = parts["decoder"], case .string("WordPiece")? = decoder["type"],
            (decoder["prefix"] ?? .string("##")) == .string(String(decoding: options.continuation, as: UTF8.self))
        else { throw refuse("decoder", parts["decoder"], known: ["WordPiece with the prefix of the model"]) }
        options.cleansUp = (decoder["cleanup"] ?? .bool(true)) == .bool(true)
        let template = try template()
        (options.prefix, options.suffix) = (template.prefix, template.suffix)
        return try WordPieceTokenizer(
            tokens: spellingsByID(), options, added: added, special: special(names), source: path)
    }

    private func text(_ key: String, default value: String) throws(TokenizerError) -> String {
        switch model[key] {
        case nil: return value
        case .string(let text)?: return text
        case let other?:
            throw .invalid(path: path, key: "model.\(key)", expected: "a string", got: other.kind)
        }
    }

    private func bertNormaliser() throws(TokenizerError) -> BERTNormaliser? {
        guard let value = parts["normalizer"], value != .null else { return nil }
        guard case .string("BertNormalizer")? = value["type"] else {
            throw refuse("normalizer", value, known: ["null", "BertNormalizer"])
        }
        let lowercases = (value["lowercase"] ?? .bool(true)) == .bool(true)
        return BERTNormaliser(
            cleans: (value["clean_text"] ?? .bool(true)) == .bool(true),
            separatesChinese: (value["handle_chinese_chars"] ?? .bool(true)) == .bool(true),
            stripsAccents: value["strip_accents"].flatMap { if case .bool(let strips) = $0 { strips } else { nil } }
                ?? lowercases,
            lowercases: lowercases)
    }
}
