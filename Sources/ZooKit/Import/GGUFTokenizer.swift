public import Corpora
import Foundations

extension GGUFModel {
    /// The tokenizer that the metadata hold: byte-level pairs with a known pattern.
    ///
    /// Tokens of type 3 are special; those of type 4 were added by hand. Throws: `GGUFError` with the key, `TokenizerError`.
    public func tokenizer() throws -> BytePairTokenizer {
        func wrong(_ key: String, _ expected: String, _ got: String) -> GGUFError {
            .metadata(path: file.path, key: key, expected: expected, got: got)
        }
        let kind = try file.text("tokenizer.ggml.model") ?? "none"
        guard kind == "gpt2" else {
            throw wrong(
                "tokenizer.ggml.model", "gpt2, byte-level pairs",
                "'\(SafetensorsError.plain(kind))'; convert without the tokenizer and put the model's own files beside it"
            )
        }
        guard let tokens = try file.strings("tokenizer.ggml.tokens") else {
            throw wrong("tokenizer.ggml.tokens", "all tokens", "nothing")
        }
        guard tokens.count <= config.vocabulary else {
            throw wrong("tokenizer.ggml.tokens", "at most \(config.vocabulary), the embeddings", "\(tokens.count)")
        }
        let merges = try file.strings("tokenizer.ggml.merges") ?? []
        let types = try file.integers("tokenizer.ggml.token_type") ?? []
        guard types.isEmpty || types.count == tokens.count else {
            throw wrong("tokenizer.ggml.token_type", "\(tokens.count), one a token", "\(types.count)")
        }
        let added = types.indices.filter { types[$0] == 3 || types[$0] == 4 }.map { id in
            AddedToken(id: Int32(id), content: tokens[id], isSpecial: types[id] == 3)
        }
        let pattern = try PreTokenizerPattern(
            ggufName: try file.text("tokenizer.ggml.pre") ?? "gpt-2", path: file.path)
        func id(_ name: String) throws -> Int32? {
            let key = "tokenizer.ggml.\(name)_token_id"
            guard let id = try file.integer(key) else { return nil }
            guard tokens.indices.contains(id) else { throw wrong(key, "an id below \(tokens.count)", "\(id)") }
            return Int32(id)
        }
        let special = SpecialTokens(
            begin: try id("bos"), end: try id("eos"), pad: try id("padding"), unknown: try id("unknown"),
            ends: try ["eos", "eot", "eom"].compactMap { try id($0) })
        var options = BytePairTokenizer.Options(pattern: pattern)
        // Llama 3 takes whole words first and begins every text with its mark, whether the file says so or not.
        options.ignoresMerges = pattern == .llama3
        options.composes = pattern == .qwen2
        if try file.flag("tokenizer.ggml.add_bos_token") ?? (pattern == .llama3), let begin = special.begin {
            options.prefix = [begin]
        }
        if try file.flag("tokenizer.ggml.add_eos_token") ?? false, let end = special.end { options.suffix = [end] }
        let vocabulary = try BytePairVocabulary(byteLevelTokens: tokens, merges: merges, source: file.path)
        return try BytePairTokenizer(vocabulary, options, added: added, special: special)
    }

    /// `tokenizer.json` and `tokenizer_config.json`, with the template of turns where the file has one. Throws as ``tokenizer()``.
    public func tokenizerFiles() throws -> [String: [UInt8]] {
        let tokenizer = try tokenizer()
        return [
            "tokenizer.json": tokenizer.tokenizerJSON(),
            "tokenizer_config.json": tokenizer.tokenizerConfigJSON(
                chatTemplate: try file.text("tokenizer.chat_template")),
            "generation_config.json": ModelFiles.generation(config, ends: tokenizer.special.ends.map { Int($0) }),
        ]
    }
}
