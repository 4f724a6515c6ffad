import Foundations

extension WordPieceTokenizer {
    /// The tokenizer as a `tokenizer.json` with a template, which ``TokenizerFolder`` and the Python package `tokenizers` read. O(n).
    public func tokenizerJSON(template: TokenizerTemplate) -> [UInt8] {
        let listed = added.map { token in
            #"{"id":\#(token.id),"content":\#(JSONText.quoted(token.content)),"single_word":false,"#
                + #""lstrip":\#(token.stripsLeft),"rstrip":\#(token.stripsRight),"#
                + #""normalized":\#(token.isNormalised),"special":\#(token.isSpecial)}"#
        }
        let normaliser = options.normaliser.map {
            #"{"type":"BertNormalizer","clean_text":\#($0.cleans),"handle_chinese_chars":\#($0.separatesChinese),"#
                + #""strip_accents":\#($0.stripsAccents),"lowercase":\#($0.lowercases)}"#
        }
        let prefix = JSONText.quoted(options.continuation)
        let vocabulary = (0..<tokens.count).filter { !tokens.range($0).isEmpty }.map {
            "\(JSONText.quoted(tokens[$0])):\($0)"
        }
        let text =
            #"{"version":"1.0","truncation":null,"padding":null,"added_tokens":[\#(listed.joined(separator: ","))],"#
            + #""normalizer":\#(normaliser ?? "null"),"pre_tokenizer":{"type":"BertPreTokenizer"},"#
            + #""post_processor":\#(template.postProcessor(self)),"#
            + #""decoder":{"type":"WordPiece","prefix":\#(prefix),"cleanup":\#(options.cleansUp)},"#
            + #""model":{"type":"WordPiece","unk_token":\#(JSONText.quoted(spelling(of: options.unknown))),"#
            + #""continuing_subword_prefix":\#(prefix),"max_input_chars_per_word":\#(options.longestWord),"#
            + #""vocab":{\#(vocabulary.joined(separator: ","))}}}"#
        return Array((text + "\n").utf8)
    }
}
