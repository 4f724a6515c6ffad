import Corpora
import Foundation
import Foundations
import TestSupport
import Testing

/// What stands around texts in a `tokenizer.json`, and SentencePiece models and lists of pieces as one.
@Suite struct TokenizerTemplateTests {
    private static let withJSON = TokenizerFixture.byteLevel + ["wordpiece"]

    /// The tokenizer of a text that stands for a fixture's `tokenizer.json`, its other files beside it.
    private func load(_ json: [UInt8], like name: String) throws -> any Tokenizer {
        let folder = try TemporaryFolder()
        for file in try FileManager.default.contentsOfDirectory(atPath: TokenizerFixture.folder(name)) {
            try folder.write(try TokenizerFixture.bytes("\(name)/\(file)"), to: file)
        }
        try folder.write(json, to: "tokenizer.json")
        return try TokenizerFolder.load(folder.path)
    }

    @Test(arguments: withJSON)
    func aTemplateStandsInPlaceOfTheOldOne(name: String) throws {
        let tokenizer = try TokenizerFixture.load(name)
        let old = try TokenizerFixture.bytes("\(name)/tokenizer.json")
        let template = TokenizerTemplate(before: [1], between: [3, 1], after: [2])
        let json = try template.replacing(in: old, of: tokenizer)
        let read = try load(json, like: name)
        for item in try TokenizerFixture.cases(name).prefix(40) {
            #expect(read.encode(item.text) == [1] + item.plain + [2])
            #expect(read.encode(item.text, EncodeOptions(addsSpecial: false)) == item.plain)
        }
        // Once more changes nothing, and no template takes away what the other put.
        #expect(try template.replacing(in: json, of: read) == json)
        let bare = try load(try TokenizerTemplate().replacing(in: json, of: read), like: name)
        #expect(bare.encode("a b") == tokenizer.encode("a b", EncodeOptions(addsSpecial: false)))
    }

    @Test func allElseStaysAsItIs() throws {
        let tokenizer = try TokenizerFixture.load("gpt2")
        let text = #"{"a": 1.50, "post_processor" : {"type": "ByteLevel", "trim_offsets": false} , "é": [ ]}"#
        let json = try TokenizerTemplate(before: [0]).replacing(in: Array(text.utf8), of: tokenizer)
        let written = String(decoding: json, as: UTF8.self)
        #expect(written.hasPrefix(#"{"a": 1.50, "post_processor" : {"type":"Sequence","processors":[{"#))
        #expect(written.hasSuffix(#"} , "é": [ ]}"#) && written.contains(#""trim_offsets":false"#))
        let absent = try TokenizerTemplate(before: [0]).replacing(in: Array(#"{"a":1}"#.utf8), of: tokenizer)
        #expect(try JSONValue.parse(absent)["post_processor"]?["type"] == .string("TemplateProcessing"))
        #expect(throws: TokenizerError.self) {
            try TokenizerTemplate().replacing(in: Array("{".utf8), of: tokenizer)
        }
    }

    @Test func aListOfPiecesIsWrittenAsJSON() throws {
        let folder = try TemporaryFolder()
        for file in ["vocab.txt", "tokenizer_config.json"] {
            try folder.write(try TokenizerFixture.bytes("wordpiece/\(file)"), to: file)
        }
        let list = try #require(try TokenizerFolder.load(folder.path) as? WordPieceTokenizer)
        let json = list.tokenizerJSON(template: TokenizerTemplate(before: [2], between: [3], after: [3]))
        let read = try load(json, like: "wordpiece")
        for item in try TokenizerFixture.cases("wordpiece") { #expect(read.encode(item.text) == item.ids) }
    }

    /// `written.json` has hashes of the files that `Tests/Peers/tokenizer_exports.py` compared with the packages of Python.
    @Test(arguments: ["sentencepiece", "unigram"])
    func aSentencePieceModelIsWrittenAsThePackagesReadIt(name: String) throws {
        let model = try TokenizerFixture.bytes("\(name)/tokenizer.model")
        let tokenizer = try #require(try TokenizerFixture.load(name) as? SentencePieceTokenizer)
        let json = try tokenizer.tokenizerJSON(
            model: model, template: TokenizerTemplate(around: ([1], [])))
        let hashes = try JSONValue.parse(try TokenizerFixture.bytes("written.json"))
        #expect(hashes[name] == .string(SHA256Digest.of(json).hex), "run Tests/Peers/tokenizer_exports.py")
        // The model beside it is read, not the copy.
        #expect(try load(json, like: name).encode("a") == tokenizer.encode("a"))
    }

    @Test func whatAFileCannotSayIsRefusedByName() throws {
        let tokenizer = try #require(try TokenizerFixture.load("sentencepiece") as? SentencePieceTokenizer)
        func message(_ model: [UInt8]) throws -> String {
            do { _ = try tokenizer.tokenizerJSON(model: model, template: TokenizerTemplate()) } catch {
                return "\(error)"
            }
            return "written"
        }
        func field(_ number: UInt8, _ bytes: [UInt8]) -> [UInt8] { [number << 3 | 2, UInt8(bytes.count)] + bytes }
        func piece(_ text: String, _ kind: UInt8 = 1) -> [UInt8] {
            field(1, field(1, Array(text.utf8)) + [0x15, 0, 0, 0, 0] + [0x18, kind])
        }
        let bpe = field(2, [0x18, 2])
        let pieces = piece("<unk>", 2) + piece("a") + piece("b") + piece("ab")
        #expect(try message(pieces + bpe) == "written")
        #expect(try message(pieces + field(2, [0x18, 4])).contains("model_type: character is not read here"))
        #expect(try message(pieces + field(2, [0x18, 2, 0xC0, 1, 1])).contains("treat_whitespace_as_suffix"))
        #expect(try message(pieces + bpe + field(3, [0x28, 0])).contains("escape_whitespaces"))
        #expect(try message(pieces + piece("c", 5) + bpe).contains("piece 4: an unused piece"))
        #expect(try message(pieces + piece("ax") + bpe).contains("piece 4: a character that is no piece"))
    }
}
