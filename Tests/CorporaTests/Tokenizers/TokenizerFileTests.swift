import Corpora
import Foundation
import TestSupport
import Testing

/// What files may say, and what is refused by its name.
@Suite struct TokenizerFileTests {
    /// The message for the tokenizer of a fixture with a part of its text replaced.
    private func message(_ name: String, _ old: String, _ new: String, beside: [String: String] = [:]) throws -> String
    {
        let folder = try TemporaryFolder()
        let text = String(decoding: try TokenizerFixture.bytes("\(name)/tokenizer.json"), as: UTF8.self)
        #expect(text.contains(old))
        try folder.write(text.replacingOccurrences(of: old, with: new), to: "tokenizer.json")
        for (file, content) in beside { try folder.write(content, to: file) }
        do { _ = try TokenizerFolder.load(folder.path) } catch {
            let message = "\(error)"
            #expect(message.hasPrefix(folder.path))
            return String(message.dropFirst(folder.path.count + 1))
        }
        return "read"
    }

    @Test(arguments: [
        ("gpt2", #""use_regex":true"#, #""use_regex":1"#, "pre_tokenizer"),
        ("gpt2", #""add_prefix_space":false"#, #""add_prefix_space":true"#, "pre_tokenizer"),
        ("smollm", #""individual_digits":true"#, #""individual_digits":false"#, "Sequence of"),
        ("qwen2", #"\\p{N}"#, #"\\p{Nd}"#, "that of qwen2"), ("qwen2", #""Isolated""#, #""Removed""#, "pre_tokenizer"),
        ("qwen2", #"{"type":"NFC"}"#, #"{"type":"NFKC"}"#, "normalizer: {\"type\":\"NFKC\"} is not read here"),
        ("gpt2", #""type":"BPE""#, #""type":"Unigram""#, "model.type"),
        ("gpt2", #""byte_fallback":false"#, #""byte_fallback":true"#, "model.byte_fallback"),
        ("gpt2", #""dropout":null"#, #""dropout":0.5"#, "model.dropout"),
        ("gpt2", #""end_of_word_suffix":null"#, #""end_of_word_suffix":"</w>""#, "model.end_of_word_suffix"),
        ("gpt2", #""decoder":{"type":"ByteLevel""#, #""decoder":{"type":"Fuse""#, "decoder"),
        ("llama3", #""type":"TemplateProcessing""#, #""type":"Other""#, "post_processor"),
        ("odd", #""single_word":false"#, #""single_word":true"#, "added_tokens[0].single_word"),
        ("wordpiece", #""BertPreTokenizer""#, #""Whitespace""#, "pre_tokenizer"),
        ("wordpiece", #""type":"BertNormalizer""#, #""type":"Lowercase""#, "normalizer"),
    ])
    func otherKindsAreRefusedByName(name: String, old: String, new: String, expected: String) throws {
        let message = try message(name, old, new)
        #expect(message.contains("is not read here; known are") && message.contains(expected), "\(message)")
    }

    @Test(arguments: [
        ("gpt2", #""!":1"#, #""!":2"#, "expected an id of its own"), ("gpt2", #""!":1"#, #""!":-1"#, "byte"),
        ("gpt2", #""!":1"#, #""!":99999999"#, "ids without large gaps"), ("gpt2", #""!":1"#, #""!":"1""#, "byte"),
        ("gpt2", #""id":0"#, #""id":1"#, "expected the token of the vocabulary"),
        ("gpt2", #""id":0"#, #""id":4294967296"#, "an object with id and content"),
        ("odd", #""unk_token":"<unk>""#, #""unk_token":"<none>""#, "model.unk_token"),
        ("llama3", #""ids":[420]"#, #""ids":[4200]"#, "ids below"),
        ("llama3", #""Sequence":{"id":"A""#, #""S":{"id":"A""#, "single"),
        ("gpt2", #""model":"#, #""module":"#, "vocab"),
        ("wordpiece", #""unk_token":"[UNK]""#, #""unk_token":"[NO]""#, "model.unk_token"),
    ])
    func nonsenseIsAnErrorThatSaysWhere(name: String, old: String, new: String, expected: String) throws {
        let message = try message(name, old, new)
        #expect(message.contains(expected) && message.contains("expected"), "\(message)")
    }

    @Test func theFilesBesideAreCheckedToo() throws {
        func beside(_ file: String, _ text: String) throws -> String {
            try message("gpt2", #""!":1"#, #""!":1"#, beside: [file: text])
        }
        #expect(try beside("config.json", #"{"eos_token_id": 3}"#) == "read")
        #expect(
            try beside("config.json", #"{"eos_token_id": [3, "4"]}"#).hasPrefix(
                "config.json, eos_token_id: expected an id"))
        #expect(try beside("config.json", #"{"eos_token_id": 420}"#).contains("ids below 420, got 420"))
        #expect(try beside("tokenizer_config.json", #"{"eos_token": "<none>"}"#).contains("got <none>"))
        #expect(try beside("tokenizer_config.json", "{").hasPrefix("tokenizer_config.json: broken JSON"))
    }

    @Test func foldersWithoutATokenizerAreErrors() throws {
        let folder = try TemporaryFolder()
        #expect(throws: TokenizerError.self) { try TokenizerFolder.load(folder.path) }
        #expect(throws: TokenizerError.self) { try TokenizerFolder.load(folder.file("none/tokenizer.json")) }
    }

    @Test func aModelStandsInForATokenizerThatIsNotRead() throws {
        let folder = try TemporaryFolder()
        try folder.write(try TokenizerFixture.bytes("sentencepiece/tokenizer.model"), to: "tokenizer.model")
        try folder.write(#"{"model":{"type":"Unigram","vocab":[["a",0]]}}"#, to: "tokenizer.json")
        #expect(try TokenizerFolder.load(folder.path) is SentencePieceTokenizer)
        try folder.write(#"{"model":"#, to: "tokenizer.json")
        #expect(throws: TokenizerError.self) { try TokenizerFolder.load(folder.path) }
    }

    @Test func llamaFoldersBeginTexts() throws {
        let folder = try TemporaryFolder()
        try folder.write(try TokenizerFixture.bytes("sentencepiece/tokenizer.model"), to: "tokenizer.model")
        func ids(_ config: String) throws -> [Int32] {
            try folder.write(config, to: "tokenizer_config.json")
            return try TokenizerFolder.load(folder.path).encode("a")
        }
        let plain = try ids("{}")
        #expect(try ids(#"{"tokenizer_class": "LlamaTokenizer"}"#) == [1] + plain)
        #expect(try ids(#"{"tokenizer_class": "LlamaTokenizer", "add_bos_token": false}"#) == plain)
        #expect(try ids(#"{"add_bos_token": true, "add_eos_token": true}"#) == [1] + plain + [2])
        #expect(throws: TokenizerError.self) { try ids(#"{"added_tokens_decoder": {"900": {"content": "<x>"}}}"#) }
        #expect(try ids(#"{"added_tokens_decoder": {"899": {"content": "<x>"}}}"#) == plain)
    }
}
