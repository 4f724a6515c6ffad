import Corpora
import Foundations
import Testing

@Suite struct StreamingDecoderTests {
    @Test(arguments: TokenizerFixture.byteLevel)
    func whatComesOutIsTheTextAndWhole(name: String) throws {
        let tokenizer = try TokenizerFixture.load(name)
        for item in try TokenizerFixture.cases(name) {
            for keepsSpecial in [false, true] {
                var decoder = StreamingDecoder(tokenizer, keepsSpecial: keepsSpecial)
                var text = ""
                for id in item.ids { text += decoder.add(id) }
                text += decoder.finish()
                #expect(text.isSpelled(as: keepsSpecial ? item.kept : item.decoded))
            }
        }
    }

    @Test func charactersComeOutAsSoonAsTheyAreWhole() throws {
        let tokenizer = try BytePairTokenizer.bytes()
        var decoder = StreamingDecoder(tokenizer)
        let parts = Array("aé字😀".utf8).map { decoder.add(Int32($0)) }
        #expect(parts == ["a", "", "é", "", "", "字", "", "", "", "😀"])
        #expect(decoder.finish().isEmpty)
    }

    @Test func whatIsNoUTF8ComesOutAsTheWholeTextWouldShowIt() throws {
        let tokenizer = try BytePairTokenizer.bytes()
        var generator = SplitMix64(seed: 9)
        let leads: [UInt8] = [
            0x41, 0x80, 0xBF, 0xC0, 0xC3, 0xE0, 0xE2, 0xED, 0xEF, 0xF0, 0xF4, 0xF5, 0xFF, 0x9F, 0xA0, 0x90,
        ]
        for _ in 0..<2000 {
            let ids = (0..<Int.random(in: 0...12, using: &generator)).map { _ in
                Int32(leads.randomElement(using: &generator) ?? 0)
            }
            var decoder = StreamingDecoder(tokenizer)
            let text = ids.map { decoder.add($0) }.joined() + decoder.finish()
            #expect(text.isSpelled(as: tokenizer.decode(ids)), "\(ids)")
        }
    }
}
