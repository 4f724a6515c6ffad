public import Corpora
import Foundations

extension ModelTokenizer {
    /// The texts that a folder's tokenizer is asked for.
    public enum Purpose: Sendable, Equatable {
        /// One text, with what stands around it in a language model.
        case language
        /// One or two texts as ``ClassifierEncoder`` makes tokens of them, of at most `length`, filled up with `pad`.
        case classification(length: Int?, pad: Int32?)
    }

    /// The files as a folder of models keeps them, with which `AutoTokenizer` of `transformers` makes the ids that the model reads, and
    /// a note on what it cannot do.
    ///
    /// A `tokenizer.json` gets the template of the purpose; a SentencePiece model and a list of pieces get a `tokenizer.json`.
    /// Throws `TokenizerError`.
    public func exported(for purpose: Purpose) throws(TokenizerError) -> (files: [String: [UInt8]], note: String?) {
        var files = files
        var note: String?
        let template = template(for: purpose)
        switch tokenizer {
        case let pieces as SentencePieceTokenizer:
            guard let model = files["tokenizer.model"] else { return (files, nil) }
            do throws(TokenizerError) {
                files["tokenizer.json"] = try pieces.tokenizerJSON(model: model, template: template)
                if try SentencePieceTokenizer.mapsCharacters(model: model) { note = Self.mapNote }
            } catch .unknownKind(_, let key, let got, _) {
                files["tokenizer.json"] = nil
                return (files, Self.note(key, got))
            }
        case let words as WordPieceTokenizer where files["tokenizer.json"] == nil:
            files["tokenizer.json"] = words.tokenizerJSON(template: template)
        default:
            guard let json = files["tokenizer.json"] else { return (files, nil) }
            if purpose == .language, begin == nil || tokenizer.encode("").first == begin { return (files, nil) }
            files["tokenizer.json"] = try template.replacing(in: json, of: tokenizer)
        }
        files["tokenizer_config.json"] = JSONValue.object(settings(for: purpose)).encoded(pretty: true)
        guard case .classification(_, nil) = purpose else { return (files, note) }
        return (files, "the tokenizer has no token to fill up rows with: transformers classifies texts one by one")
    }

    private static let mapNote =
        "tokenizer.model normalises characters by a map, which the package tokenizers applies to a letter with its marks at once: "
        + "AutoTokenizer's ids may differ in stacked marks; the package sentencepiece alone gives the same"

    private static func note(_ key: String, _ got: String) -> String {
        "tokenizer.model, \(key): \(got), which tokenizer.json cannot say; AutoTokenizer needs the packages sentencepiece "
            + "and protobuf, and its ids may differ"
    }

    /// The id that rows are filled up with, where the files name one or the vocabulary has one of a usual name.
    public var padding: Int32? {
        tokenizer.special.pad ?? ["[PAD]", "<pad>", "<|pad|>"].lazy.compactMap { tokenizer.id(of: $0) }.first
    }

    private func template(for purpose: Purpose) -> TokenizerTemplate {
        if purpose != .language {
            let encoding = encoding
            return TokenizerTemplate(
                before: encoding.begin.map { [$0] } ?? [], between: (encoding.begin ?? encoding.end).map { [$0] } ?? [])
        }
        var (before, after) = added
        if let begin, before.first != begin { before = [begin] }
        return TokenizerTemplate(around: (before, after))
    }

    /// Tokens that the tokenizer's own files put around a text.
    private var added: (before: [Int32], after: [Int32]) {
        switch tokenizer {
        case let pairs as BytePairTokenizer: return (pairs.options.prefix, pairs.options.suffix)
        case let words as WordPieceTokenizer: return (words.options.prefix, words.options.suffix)
        default:
            let around = tokenizer.encode("")
            let isBegun = around.first != nil && around.first == tokenizer.special.begin
            return (Array(around.prefix(isBegun ? 1 : 0)), Array(around.dropFirst(isBegun ? 1 : 0)))
        }
    }

    /// `tokenizer_config.json`: a class that reads `tokenizer.json` as it is, and the names of the special tokens.
    private func settings(for purpose: Purpose) -> [String: JSONValue] {
        var fields = Self.config(files)
        func name(_ id: Int32) -> JSONValue {
            .string(String(decoding: tokenizer.spelling(of: id), as: UTF8.self))
        }
        fields["tokenizer_class"] = .string("PreTrainedTokenizerFast")
        fields["model_input_names"] = .array([.string("input_ids"), .string("attention_mask")])
        fields["add_bos_token"] = .bool(begin != nil)
        let special = tokenizer.special
        let named = [
            ("bos_token", special.begin), ("eos_token", special.end), ("unk_token", special.unknown),
            ("pad_token", special.pad),
        ]
        // Also over an object: how such a token is found in a text stands in tokenizer.json.
        for case (let key, let id?) in named { fields[key] = name(id) }
        guard case .classification(let length, let pad) = purpose else { return fields }
        fields["add_eos_token"] = .bool(false)
        fields["padding_side"] = .string("right")
        fields["truncation_side"] = .string("right")
        // Special tokens that a text spells out were text in the training.
        fields["split_special_tokens"] = .bool(true)
        if let length { fields["model_max_length"] = .integer(length) }
        if let pad { fields["pad_token"] = name(pad) }
        return fields
    }
}
