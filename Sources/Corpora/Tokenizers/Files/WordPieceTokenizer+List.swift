import Foundations

extension WordPieceTokenizer {
    /// The tokenizer of a `vocab.txt`, a token a line, with what `tokenizer_config.json` says of case and accents: that of
    /// the class `BertTokenizer` of `transformers`.
    static func load(list path: String, _ settings: TokenizerSettings) throws(TokenizerError) -> WordPieceTokenizer {
        var tokens = ByteStrings()
        for line in try TokenizerFolder.read(path).split(separator: 0x0A, omittingEmptySubsequences: false) {
            tokens.append(line.last == 0x0D ? line.dropLast() : line)
        }
        if tokens.count > 0, tokens.range(tokens.count - 1).isEmpty { tokens.removeLast() }
        var index = ByteStringIndex(capacity: tokens.count)
        for id in 0..<tokens.count where !tokens.range(id).isEmpty { _ = index.insert(id, of: tokens) }
        func find(_ key: String, _ name: String) throws(TokenizerError) -> Int32? {
            func id(_ name: String) -> Int32? { index.find(Array(name.utf8), in: tokens).map { Int32($0) } }
            if let found = try settings.named(key, id) { return found }
            return id(name)
        }
        func need(_ key: String, _ name: String) throws(TokenizerError) -> Int32 {
            guard let found = try find(key, name) else {
                throw .invalid(path: path, key: key, expected: "a line with \(name)", got: "none")
            }
            return found
        }
        func flag(_ key: String) -> Bool? { if case .bool(let value)? = settings[key] { value } else { nil } }
        let unknown = try need("unk_token", "[UNK]")
        let begin = try need("cls_token", "[CLS]")
        let end = try need("sep_token", "[SEP]")
        let special = SpecialTokens(
            pad: try find("pad_token", "[PAD]"), unknown: unknown, mask: try find("mask_token", "[MASK]"))
        let lowercases = flag("do_lower_case") ?? true
        var options = Options(
            unknown: unknown,
            normaliser: BERTNormaliser(
                separatesChinese: flag("tokenize_chinese_chars") ?? true,
                stripsAccents: flag("strip_accents") ?? lowercases, lowercases: lowercases))
        (options.prefix, options.suffix) = ([begin], [end])
        let ids = Set([unknown, begin, end] + [special.pad, special.mask].compactMap { $0 }).sorted()
        return try WordPieceTokenizer(
            tokens: tokens, options, added: ids.map { AddedToken(id: $0, content: Array(tokens[Int($0)])) },
            special: special, source: path)
    }
}
