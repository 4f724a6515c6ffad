import Corpora
import Foundation
import Foundations
import TestSupport
import Testing

/// Byte-level tokenizers beyond what the fixtures show.
@Suite struct BytePairTests {
    /// The spellings of the 256 bytes, and then of `more`.
    private func tokens(_ more: [String]) throws -> [[UInt8]] {
        let bytes = try BytePairTokenizer.bytes()
        let json = try JSONSerialization.jsonObject(with: Data(bytes.tokenizerJSON())) as? [String: Any]
        let model = json?["model"] as? [String: Any]
        let vocabulary = try #require(model?["vocab"] as? [String: Int])
        let spellings = vocabulary.sorted { $0.value < $1.value }.prefix(256).map { Array($0.key.utf8) }
        return spellings + more.map { Array($0.utf8) }
    }

    private func tokenizer(
        _ more: [String], _ merges: [String], added: [AddedToken] = [], special: SpecialTokens = SpecialTokens()
    ) throws -> BytePairTokenizer {
        try BytePairTokenizer(
            byteLevelTokens: tokens(more), merges: merges.map { Array($0.utf8) }, pattern: .whole, added: added,
            special: special)
    }

    @Test(arguments: TokenizerFixture.byteLevel)
    func whatIsWrittenIsReadAsTheSame(name: String) throws {
        let folder = try TemporaryFolder()
        let tokenizer = try #require(try TokenizerFixture.load(name) as? BytePairTokenizer)
        try folder.write(tokenizer.tokenizerJSON(), to: "tokenizer.json")
        try folder.write(tokenizer.tokenizerConfigJSON(chatTemplate: "{{ x }}"), to: "tokenizer_config.json")
        let read = try #require(try TokenizerFolder.load(folder.path) as? BytePairTokenizer)
        for item in try TokenizerFixture.cases(name) {
            #expect(read.encode(item.text) == item.ids)
            #expect(read.encode(item.text, EncodeOptions(parsesSpecial: false)) == item.literal)
            #expect(read.decode(item.ids, keepsSpecial: true).isSpelled(as: item.kept))
        }
        #expect(read.vocabularySize == tokenizer.vocabularySize && read.added == tokenizer.added)
        #expect(read.special.begin == tokenizer.special.begin && read.special.end == tokenizer.special.end)
        #expect(read.tokenizerJSON() == tokenizer.tokenizerJSON())
    }

    @Test func theByteTokenizerIsTheBytes() throws {
        let tokenizer = try BytePairTokenizer.bytes()
        #expect(tokenizer.vocabularySize == 260)
        #expect(tokenizer.special == SpecialTokens(begin: 256, end: 257, pad: 258, unknown: 259, mask: 259))
        let text = "né\0\u{10FFFF} <|end|>x"
        let literal = tokenizer.encode(text, EncodeOptions(parsesSpecial: false))
        #expect(literal == text.utf8.map { Int32($0) })
        #expect(tokenizer.encode(text) == text.utf8.dropLast(8).map { Int32($0) } + [257, 120])
        #expect(tokenizer.decode(literal) == text)
        #expect(tokenizer.decode([256, 104, 257], keepsSpecial: true) == "<|begin|>h<|end|>")
        #expect((0..<256).allSatisfy { tokenizer.piece($0) == [UInt8($0)] })
    }

    /// Merges of the lowest rank first, of those the first, by looking at everything again and again.
    private func merged(_ text: [UInt8], _ merges: [(String, String)]) -> [String] {
        var parts = text.map { String(UnicodeScalar($0)) }
        while true {
            var best: (rank: Int, place: Int)?
            for place in parts.indices.dropLast() {
                guard let rank = merges.firstIndex(where: { $0 == (parts[place], parts[place + 1]) }) else { continue }
                if best.map({ rank < $0.rank }) ?? true { best = (rank, place) }
            }
            guard let best else { return parts }
            parts.replaceSubrange(best.place...best.place + 1, with: [parts[best.place] + parts[best.place + 1]])
        }
    }

    @Test func longWordsMergeAsShortOnes() throws {
        var generator = SplitMix64(seed: 4)
        for round in 0..<60 {
            var known = ["a", "b", "c"]
            var merges: [(String, String)] = []
            for _ in 0..<Int.random(in: 1...24, using: &generator) {
                let pair = (known.randomElement(using: &generator) ?? "", known.randomElement(using: &generator) ?? "")
                if known.contains(pair.0 + pair.1) { continue }
                merges.append(pair)
                known.append(pair.0 + pair.1)
            }
            merges.shuffle(using: &generator)
            let tokenizer = try tokenizer(Array(known.dropFirst(3)), merges.map { "\($0.0) \($0.1)" })
            for count in [1, 2, 7, 63, 64, 65, 66, 150] {
                let text = (0..<count).map { _ in UInt8.random(in: 97...99, using: &generator) }
                let pieces = tokenizer.encode(bytes: text).map { String(decoding: tokenizer.piece($0), as: UTF8.self) }
                #expect(pieces == merged(text, merges), "round \(round), \(count) letters")
            }
        }
    }

    @Test(arguments: TokenizerFixture.byteLevel, ["a", " ", "\n", "é", "字", "1", "\u{301}", "\u{1100}", "'", "ab"])
    func aMegabyteOfTheSameTakesNoLongerThanText(name: String, unit: String) throws {
        let tokenizer = try TokenizerFixture.load(name)
        let text = String(repeating: unit, count: 1_000_000 / unit.utf8.count)
        let start = ContinuousClock.now
        let ids = tokenizer.encode(text)
        // Quadratic work would take hours.
        #expect(ContinuousClock.now - start < .seconds(30))
        #expect(!ids.isEmpty)
    }

    @Test func keysThatLookAlikeAreDifferent() throws {
        let folder = try TemporaryFolder()
        // é in one and in two code points, and the Kelvin sign: `String` calls them equal to other keys.
        let json =
            #"{"added_tokens":[{"id":2,"content":"\#u{212A}"},{"id":3,"content":"K"}],"#
            + #""pre_tokenizer":{"type":"ByteLevel","add_prefix_space":false,"use_regex":false},"#
            + #""decoder":{"type":"ByteLevel"},"model":{"type":"BPE","vocab":{"\#u{E9}":0,"e\#u{301}":1},"merges":[]}}"#
        try folder.write(json, to: "tokenizer.json")
        let tokenizer = try TokenizerFolder.load(folder.path)
        #expect(tokenizer.vocabularySize == 4)
        #expect(tokenizer.encode("K\u{212A}") == [3, 2])
        #expect(tokenizer.piece(0) == [0xE9] && tokenizer.piece(1) == Array("e\u{301}".utf8))
    }

    @Test func contradictionsAreErrors() throws {
        func error(_ body: () throws -> BytePairTokenizer) -> String {
            do { _ = try body() } catch { return "\(error)" }
            return "accepted"
        }
        #expect(error { try tokenizer(["a"], []) }.contains("token 256: expected each token once, got a"))
        #expect(error { try tokenizer([], ["a b"]) }.contains("merge 0"))
        #expect(error { try tokenizer(["ab"], ["ab"]) }.contains("two parts"))
        #expect(error { try tokenizer(["ab"], ["a  b"]) }.contains("two parts"))
        #expect(error { try tokenizer([], [], special: SpecialTokens(end: 256)) }.contains("ids below 256, got 256"))
        let far = AddedToken(id: 1 << 30, content: [0x3C])
        #expect(error { try tokenizer([], [], added: [far]) }.contains("ids that follow the vocabulary"))
        let two = [AddedToken(id: 256, content: [0x3C, 0x3C]), AddedToken(id: 257, content: [0x3C, 0x3C])]
        #expect(error { try tokenizer([], [], added: two) }.contains("no other added token has"))
        #expect(error { try tokenizer([], [], added: [AddedToken(id: 256, content: [])]) }.contains("got nothing"))
        #expect(error { try tokenizer([], [], added: [AddedToken(id: 97, content: [0x62])]) }.contains("id 97"))
        #expect(
            error { try tokenizer([], [], added: [AddedToken(id: -1, content: [0x62, 0x62])]) }.contains("ids that"))
    }
}
