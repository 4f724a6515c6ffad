import Corpora
import Foundation
import Foundations
import TestSupport
import Testing

/// Damaged and invented files of tokenizers: an error or a tokenizer that works, never a trap.
@Suite struct TokenizerFuzzTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    /// Opens the folder; whatever is accepted is used. Whether it was accepted.
    private func accepts() throws -> Bool {
        let tokenizer: any Tokenizer
        do { tokenizer = try TokenizerFolder.load(folder.path) } catch {
            #expect("\(error)".hasPrefix(folder.path), "\(error)")
            return false
        }
        let texts = [
            "", "Hello, world! 12 don't\n\n  x", "é\u{301}字😀 <|eot_id|><mask> [SEP]", "\u{1100}\u{1161} ﬁ Å ⅷ",
        ]
        for text in texts {
            let ids = tokenizer.encode(text)
            #expect(ids.allSatisfy { (0..<Int32(tokenizer.vocabularySize)).contains($0) })
            _ = tokenizer.decode(ids, keepsSpecial: true)
        }
        for id in [0, 1, 2, Int32(tokenizer.vocabularySize) - 1] { _ = tokenizer.piece(id, keepsSpecial: true) }
        _ = tokenizer.decode((0..<Int32(min(tokenizer.vocabularySize, 300))).map { $0 })
        if let written = tokenizer as? BytePairTokenizer { _ = written.tokenizerJSON() }
        return true
    }

    private func damaged(
        _ whole: [UInt8], within range: Range<Int>, _ generator: inout SplitMix64, alphabet: [UInt8]
    ) -> [UInt8] {
        var bytes = whole
        for _ in 0..<Int.random(in: 1...3, using: &generator) {
            let place = Int.random(in: range, using: &generator) % max(1, bytes.count)
            if bytes.isEmpty { break }
            switch Int.random(in: 0..<7, using: &generator) {
            case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
            case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
            case 2, 3: bytes[place] = alphabet.randomElement(using: &generator) ?? 0
            case 4: bytes.remove(at: place)
            case 5: bytes.insert(bytes[Int.random(in: 0..<bytes.count, using: &generator)], at: place)
            default:
                let end = min(bytes.count, place + Int.random(in: 0..<40, using: &generator))
                bytes.removeSubrange(place..<end)
            }
        }
        return bytes
    }

    @Test(arguments: ["llama3", "odd", "smollm", "wordpiece"])
    func damagedJSONIsRefusedOrRead(name: String) throws {
        let whole = try TokenizerFixture.bytes("\(name)/tokenizer.json")
        let text = String(decoding: whole, as: UTF8.self)
        let vocabulary = try #require(text.range(of: #""vocab""#)).lowerBound.utf16Offset(in: text)
        var generator = SplitMix64(seed: 41)
        var accepted = 0
        for round in 0..<1200 {
            // Most damage where the keys are, some within the vocabulary.
            let range = round % 4 == 0 ? 0..<whole.count : 0..<min(vocabulary, whole.count)
            let alphabet = Array(#"0123456789{}[],:"-"#.utf8)
            try folder.write(damaged(whole, within: range, &generator, alphabet: alphabet), to: "tokenizer.json")
            if try accepts() { accepted += 1 }
        }
        #expect(accepted > 20 && accepted < 1000, "\(accepted)")
    }

    @Test func truncatedJSONIsRefused() throws {
        let whole = try TokenizerFixture.bytes("odd/tokenizer.json")
        for count in stride(from: 0, to: whole.count, by: 37) {
            try folder.write(Array(whole[..<count]), to: "tokenizer.json")
            #expect(try !accepts(), "\(count) bytes")
        }
    }

    @Test func invertedPartsAreRefusedOrRead() throws {
        var generator = SplitMix64(seed: 42)
        let values = [
            "null", "1", "-1", "\"\"", "\"a\"", "[]", "{}", "[1]", "[[\"a\",\"b\"]]", "{\"a\":0}", "{\"a\":1e9}",
            "true",
            #"{"type":"Sequence"}"#, #"{"type":"ByteLevel","add_prefix_space":false}"#, #"{"type":"BPE"}"#,
            #"{"type":"WordPiece"}"#, #"[{"id":0,"content":"a"}]"#,
            #"{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}"#,
            #"{"type":"Sequence","processors":[{"type":"TemplateProcessing","single":[]}]}"#,
            #"{"type":"TemplateProcessing","single":[{"Sequence":{"id":"A"}}],"special_tokens":{}}"#,
        ]
        let keys = ["added_tokens", "normalizer", "pre_tokenizer", "post_processor", "decoder", "model"]
        var accepted = 0
        for _ in 0..<3000 {
            var fields = [#""model":{"type":"BPE","vocab":{"a":0,"b":1,"ab":2},"merges":["a b"]}"#]
            fields += [
                #""pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false}"#, #""decoder":{"type":"ByteLevel"}"#,
            ]
            for _ in 0..<Int.random(in: 0...2, using: &generator) {
                let key = keys.randomElement(using: &generator) ?? ""
                fields.append("\"\(key)\":\(values.randomElement(using: &generator) ?? "")")
            }
            try folder.write("{\(fields.joined(separator: ","))}", to: "tokenizer.json")
            if try accepts() { accepted += 1 }
        }
        #expect(accepted > 500 && accepted < 2900, "\(accepted)")
    }

    @Test(arguments: ["sentencepiece", "unigram"])
    func damagedModelsAreRefusedOrRead(name: String) throws {
        let whole = try TokenizerFixture.bytes("\(name)/tokenizer.model")
        var generator = SplitMix64(seed: 43)
        var accepted = 0
        for round in 0..<1500 {
            // The end holds settings and the map of characters.
            let range = round % 3 == 0 ? 0..<whole.count : round % 3 == 1 ? whole.count - 300..<whole.count : 0..<3000
            let bytes = damaged(whole, within: range, &generator, alphabet: [0, 1, 2, 8, 10, 18, 0x7F, 0xFF])
            try folder.write(bytes, to: "tokenizer.model")
            if try accepts() { accepted += 1 }
        }
        #expect(accepted > 50 && accepted < 1400, "\(accepted)")
    }

    @Test func damagedMapsOfCharactersAreRefusedOrFollowed() throws {
        let whole = try TokenizerFixture.bytes("unigram/tokenizer.model")
        // The map is nearly all of the file: every unit of its trie may lead astray.
        let start = try #require(
            whole.indices.dropLast(8).first { place in
                whole[place..<place + 4].elementsEqual([0x00, 0xB4, 0x02, 0x00]) || whole.count - place < 240_000
            })
        var generator = SplitMix64(seed: 44)
        for _ in 0..<800 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...40, using: &generator) {
                bytes[Int.random(in: start..<whole.count - 64, using: &generator)] = UInt8(
                    truncatingIfNeeded: generator.next())
            }
            try folder.write(bytes, to: "tokenizer.model")
            _ = try accepts()
        }
    }

    @Test func damagedListsAreRefusedOrRead() throws {
        let whole = try TokenizerFixture.bytes("wordpiece/vocab.txt")
        var generator = SplitMix64(seed: 45)
        var accepted = 0
        for _ in 0..<800 {
            let bytes = damaged(whole, within: 0..<60, &generator, alphabet: Array("[]\nUNKCLSEP#\r".utf8))
            try folder.write(bytes, to: "vocab.txt")
            if try accepts() { accepted += 1 }
        }
        #expect(accepted > 50 && accepted < 790, "\(accepted)")
    }

    @Test func randomBytesAreRefused() throws {
        var generator = SplitMix64(seed: 46)
        for file in ["tokenizer.json", "tokenizer.model", "vocab.txt"] {
            for _ in 0..<300 {
                let bytes = (0..<Int.random(in: 0..<200, using: &generator)).map { _ in
                    UInt8(truncatingIfNeeded: generator.next())
                }
                try folder.write(bytes, to: file)
                #expect(try !accepts())
            }
            try FileManager.default.removeItem(atPath: folder.file(file))
        }
    }
}
