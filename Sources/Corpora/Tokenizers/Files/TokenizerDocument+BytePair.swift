import Foundations

extension TokenizerDocument {
    /// The byte-level tokenizer that the document describes. Throws `unknownKind` for parts that are not read here.
    func bytePairTokenizer(_ special: (TokenNames) throws(TokenizerError) -> SpecialTokens) throws(TokenizerError)
        -> BytePairTokenizer
    {
        for key in ["continuing_subword_prefix", "end_of_word_suffix"] {
            if let value = model[key], value != .null, value != .string("") {
                throw refuse("model.\(key)", value, known: ["null"])
            }
        }
        if model["byte_fallback"] == .bool(true) {
            throw refuse("model.byte_fallback", .bool(true), known: ["false", "a tokenizer.model beside it"])
        }
        if let dropout = model["dropout"], dropout != .null, dropout != .number(0), dropout != .integer(0) {
            throw refuse("model.dropout", dropout, known: ["null"])
        }
        guard case .string("ByteLevel")? = parts["decoder"]?["type"] else {
            throw refuse("decoder", parts["decoder"], known: ["ByteLevel"])
        }
        let added = try addedTokens()
        let vocabulary = try BytePairVocabulary(spellings: spellingsByID(), mergeParts: mergeParts, source: path)
        var options = BytePairTokenizer.Options(pattern: try pattern())
        options.composes = try composes()
        options.ignoresMerges = model["ignore_merges"] == .bool(true)
        options.fusesUnknown = model["fuse_unk"] == .bool(true)
        let template = try template()
        (options.prefix, options.suffix) = (template.prefix, template.suffix)
        let names = TokenNames(added: added, words: words, ids: wordIDs)
        if case .string(let unknown)? = model["unk_token"] {
            guard let id = names.id(of: unknown) else {
                throw .invalid(path: path, key: "model.unk_token", expected: "a token of the vocabulary", got: unknown)
            }
            options.unknown = id
        }
        return try BytePairTokenizer(vocabulary, options, added: added, special: special(names))
    }
}

/// Finds the ids of tokens by their names while a tokenizer is read.
struct TokenNames {
    let added: [AddedToken]
    let words: ByteStrings
    let ids: [Int]

    func id(of name: String) -> Int32? {
        let wanted = Array(name.utf8)
        if let token = added.first(where: { $0.content == wanted }) { return token.id }
        return (0..<words.count).first { words[$0].elementsEqual(wanted) }.flatMap { Int32(exactly: ids[$0]) }
    }
}
