import Corpora
import Foundation
import Foundations
import TestSupport
import Testing
import ZooKit

/// Folders' tokenizers as `AutoTokenizer` reads them: the written template gives the ids that the model was trained on.
@Suite struct TokenizerExportTests {
    private static let fixtures = [
        "gpt2", "smollm", "llama3", "qwen2", "qwen35", "odd", "wordpiece", "sentencepiece", "unigram",
    ]
    private static let kinds = ["bytes", "list"] + fixtures

    /// The tokenizer of a kind, as trainings take it.
    private func words(_ kind: String) throws -> ModelTokenizer {
        if kind == "bytes" { return try ModelTokenizer(kind).forTraining() }
        let root = "\(Repository.root)/Tests/CorporaTests/Fixtures/tokenizers/"
        guard kind == "list" else { return try ModelTokenizer(root + kind).forTraining() }
        let folder = try TemporaryFolder()
        for file in ["vocab.txt", "tokenizer_config.json"] {
            try folder.write(
                [UInt8](try Data(contentsOf: URL(fileURLWithPath: "\(root)wordpiece/\(file)"))), to: file)
        }
        return try ModelTokenizer(folder.path)
    }

    private func read(_ files: [String: [UInt8]]) throws -> ModelTokenizer {
        let folder = try TemporaryFolder()
        for (name, bytes) in files { try folder.write(bytes, to: name) }
        return try ModelTokenizer(folder.path)
    }

    /// The ids that the template of a `tokenizer.json` puts around texts.
    private func assembled(_ json: [UInt8], _ key: String, _ texts: [String: [Int32]]) throws -> [Int32] {
        var processor = try #require(try JSONValue.parse(json)["post_processor"])
        if case .array(let all)? = processor["processors"], let last = all.last { processor = last }
        guard case .array(let items)? = processor[key] else { throw FixtureError("no \(key)") }
        return try items.flatMap { item -> [Int32] in
            if case .string(let id)? = item["Sequence"]?["id"] { return try #require(texts[id]) }
            guard case .string(let name)? = item["SpecialToken"]?["id"],
                case .array(let ids)? = processor["special_tokens"]?[name]?["ids"]
            else { throw FixtureError("no token") }
            return ids.compactMap { if case .integer(let id) = $0 { Int32(id) } else { nil } }
        }
    }

    @Test(arguments: kinds)
    func aClassifiersTemplateGivesTheIdsOfTheEncoder(kind: String) throws {
        let words = try words(kind)
        var options = ExampleOptions(length: 64, channels: 3)
        options.encoding = words.encoding
        let encoder = try ClassifierEncoder(.text, options)
        let (files, _) = try words.exported(for: .classification(length: 64, pad: 1))
        let json = try #require(files["tokenizer.json"])
        let (a, b) = ("Ink, naïvely  two", "A second text")
        let (first, second) = (words.encoding.encode(Array(a.utf8)), words.encoding.encode(Array(b.utf8)))
        let texts = ["A": first, "B": second]
        #expect(try assembled(json, "single", texts) == encoder.encode(Array(a.utf8)).content.tokens)
        #expect(try assembled(json, "pair", texts) == encoder.encode(Array(a.utf8), Array(b.utf8)).content.tokens)
    }

    @Test(arguments: kinds)
    func aFolderIsReadBackAsTheSameTokenizer(kind: String) throws {
        let words = try words(kind)
        for purpose in [ModelTokenizer.Purpose.language, .classification(length: 64, pad: 1)] {
            let again = try read(try words.exported(for: purpose).files)
            #expect(again.begin == words.begin && again.forTraining().begin == words.begin)
            let text = Array("Ink, naïvely  two".utf8)
            #expect(again.encoding.encode(text) == words.encoding.encode(text))
            if purpose == .language { #expect(again.ids(of: text) == words.ids(of: text)) }
            // The begin token stands once.
            if let begin = words.begin { #expect(again.ids(of: text).prefix(2).count { $0 == begin } == 1) }
            // A copy of a copy is the same.
            #expect(
                try again.exported(for: purpose).files["tokenizer.json"]
                    == words.exported(for: purpose).files["tokenizer.json"])
        }
    }

    @Test func aBeginTokenThatTheSettingsAloneNameGoesIntoTheTemplate() throws {
        let root = "\(Repository.root)/Tests/CorporaTests/Fixtures/tokenizers/gpt2/tokenizer.json"
        let json = [UInt8](try Data(contentsOf: URL(fileURLWithPath: root)))
        let config = #"{"bos_token": "<|endoftext|>", "eos_token": "<|endoftext|>", "add_bos_token": true}"#
        let words = try read(["tokenizer.json": json, "tokenizer_config.json": Array(config.utf8)]).forTraining()
        #expect(words.begin == 0)
        for purpose in [ModelTokenizer.Purpose.language, .classification(length: 8, pad: 0)] {
            let written = try #require(try words.exported(for: purpose).files["tokenizer.json"])
            #expect(try assembled(written, "single", ["A": [7]]) == [0, 7])
            #expect(try assembled(written, "pair", ["A": [7], "B": [8]]) == [0, 7, 0, 8])
        }
    }

    @Test(arguments: kinds)
    func theSettingsSayWhatPythonNeeds(kind: String) throws {
        let words = try words(kind)
        let files = try words.exported(for: .classification(length: 48, pad: 1)).files
        let config = try JSONValue.parse(try #require(files["tokenizer_config.json"]))
        let pad = String(decoding: words.tokenizer.spelling(of: 1), as: UTF8.self)
        #expect(config["pad_token"] == .string(pad) && config["padding_side"] == .string("right"))
        #expect(config["model_max_length"] == .integer(48) && config["split_special_tokens"] == .bool(true))
        #expect(config["tokenizer_class"] == .string("PreTrainedTokenizerFast"))
        #expect(config["add_bos_token"] == .bool(words.begin != nil) && config["add_eos_token"] == .bool(false))
    }

    @Test func aCopyOfASentencePieceModelIsNoOtherTokenizer() throws {
        let words = try words("sentencepiece")
        let (files, note) = try words.exported(for: .language)
        #expect(files["tokenizer.json"] != nil && note == nil)
        var bare = files
        bare["tokenizer.json"] = nil
        #expect(try read(files).identity == read(bare).identity)
        #expect(try self.words("unigram").exported(for: .language).note?.contains("sentencepiece alone") == true)
    }

    @Test func withoutPaddingTheNoteSaysSo() throws {
        let note = try words("wordpiece").exported(for: .classification(length: 8, pad: nil)).note
        #expect(note?.contains("one by one") == true)
        #expect(try words("wordpiece").padding == 0)
    }
}
