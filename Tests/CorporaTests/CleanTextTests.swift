import Corpora
import Foundations
import Testing

private func clean(_ text: String, _ normalisation: Normalisation = .none) -> CleanText {
    TextCleaner.clean(Array(text.utf8), normalisation: normalisation)
}

@Suite struct CleanTextTests {
    @Test func everyLineBreakBecomesOneSpaceAndNULIsReplaced() {
        let text = "a\nb\rc\r\nd\u{B}e\u{C}f\u{85}g\u{2028}h\u{2029}i\0j\n\r"
        #expect(String(decoding: clean(text).bytes, as: UTF8.self) == "a b c d e f g h i\u{FFFD}j  ")
    }

    @Test func textThatNeedsNothingIsTheSame() {
        for text in ["", "plain\ttext", "é字😀 \u{2027}\u{202A}\u{84}\u{A0}"] {
            let result = clean(text, .nfc)
            #expect(result.isUnchanged)
            #expect(result.bytes == Array(text.utf8))
            #expect(result.originalOffset(of: text.utf8.count) == text.utf8.count)
        }
    }

    @Test func offsetsLeadBackToTheOriginal() {
        let result = clean("a\r\nb\u{2028}\0c")
        // cleaned: a space b space EF BF BD c; original: a CR LF b E2 80 A8 NUL c
        #expect((0...8).map { result.originalOffset(of: $0) } == [0, 1, 3, 4, 7, 7, 7, 8, 9])
    }

    @Test func compositionKeepsOffsetsOfClusters() {
        let text = "e\u{301}x\ne\u{301}\u{1100}\u{1161}!"
        #expect(clean(text).bytes == Array("e\u{301}x e\u{301}\u{1100}\u{1161}!".utf8))
        let result = clean(text, .nfc)
        #expect(result.bytes == Array("\u{E9}x \u{E9}\u{AC00}!".utf8))
        // é(2) x space é(2) 가(3) !
        #expect((0...10).map { result.originalOffset(of: $0) } == [0, 0, 3, 4, 5, 5, 8, 8, 8, 14, 15])
    }

    @Test func randomTextsKeepTheirOrderAndTheirKeptBytes() {
        var generator = SplitMix64(seed: 9)
        let pool = ["a", "\n", "\r\n", "\r", "\0", "e\u{301}", "字", "\u{2028}", "\u{85}", "각", "\u{1100}\u{1161}"]
        for _ in 0..<400 {
            let text = (0..<Int.random(in: 0..<30, using: &generator)).map { _ in
                pool[Int.random(in: 0..<pool.count, using: &generator)]
            }.joined()
            let bytes = Array(text.utf8)
            for normalisation in Normalisation.allCases {
                let result = TextCleaner.clean(bytes, normalisation: normalisation)
                #expect(UTF8Text.firstInvalid(in: result.bytes) == nil)
                #expect(result.originalOffset(of: 0) == 0)
                #expect(result.originalOffset(of: result.bytes.count) == bytes.count)
                let offsets = (0...result.bytes.count).map { result.originalOffset(of: $0) }
                #expect(zip(offsets, offsets.dropFirst()).allSatisfy { $0 <= $1 })
                for (offset, byte) in zip(offsets, result.bytes) where byte == 0x61 { #expect(bytes[offset] == 0x61) }
                #expect(TextCleaner.clean(result.bytes, normalisation: normalisation).isUnchanged)
            }
        }
    }
}
