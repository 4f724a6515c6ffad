import Foundations
import Testing

@Suite struct UTF8TextTests {
    /// The standard library follows the same practice of maximal subparts, so it is the oracle.
    @Test func repairsAsTheStandardLibraryDoes() {
        var generator = SplitMix64(seed: 5)
        let pool: [UInt8] = [
            0x00, 0x41, 0x7F, 0x80, 0x8F, 0x90, 0x9F, 0xA0, 0xBF, 0xC0, 0xC1, 0xC2, 0xDF, 0xE0, 0xE1, 0xED, 0xEE, 0xEF,
            0xF0, 0xF1, 0xF3, 0xF4, 0xF5, 0xFF,
        ]
        for _ in 0..<20_000 {
            let bytes = (0..<Int.random(in: 0..<24, using: &generator)).map { _ in
                pool[Int.random(in: 0..<pool.count, using: &generator)]
            }
            let expected = Array(String(decoding: bytes, as: UTF8.self).utf8)
            let (repaired, replacements) = UTF8Text.repaired(bytes)
            #expect(repaired == expected)
            #expect((replacements == 0) == (String(validating: bytes, as: UTF8.self) != nil))
            #expect((UTF8Text.firstInvalid(in: bytes) == nil) == (replacements == 0))
        }
    }

    @Test func findsTheFirstBadByteWhereverItStands() {
        for position in 0..<40 {
            var bytes = [UInt8](repeating: 0x61, count: 40)
            bytes[position] = 0xFF
            #expect(UTF8Text.firstInvalid(in: bytes) == position)
        }
        #expect(UTF8Text.firstInvalid(in: Array("aé字😀".utf8)) == nil)
    }

    @Test func lineBreaksAreFoundWithTheirLengths() {
        let breaks = ["\n", "\r", "\r\n", "\u{B}", "\u{C}", "\u{85}", "\u{2028}", "\u{2029}"]
        for text in breaks {
            let bytes = Array("aé\u{2027}\0\u{84}\u{202A}".utf8)
            let whole = bytes + Array(text.utf8) + Array("z".utf8)
            let end = bytes.count + text.utf8.count
            #expect(UTF8Text.nextLineBreak(in: whole.span) == bytes.count..<end)
            #expect(UTF8Text.nextLineBreak(in: whole.span, orNUL: true) == 6..<7)
            #expect(UTF8Text.nextLineBreak(in: whole.span, from: end) == nil)
        }
        for cut: [UInt8] in [[0xC2], [0xE2, 0x80], [0xE2]] { #expect(UTF8Text.nextLineBreak(in: cut.span) == nil) }
    }
}
