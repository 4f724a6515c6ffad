import Foundations
import Testing
import Typesetting

@Suite struct HostileTextTests {
    @Test func anyScalarsOfAnyPlaneAreDrawn() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        var texts = RandomText(seed: 21)
        for _ in 0..<400 {
            let line = try typesetter.line(Array(texts.anything(limit: 60).utf8))
            let canvas = typesetter.canvas(patchCount: 16)
            try typesetter.draw(line, on: canvas, x: 2)
            #expect(line.width >= 0)
        }
    }

    @Test func aClusterKeepsSixtyFourMarks() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        let storm = "a" + String(repeating: "\u{301}", count: 5000) + "b"
        let line = try typesetter.line(Array(storm.utf8))
        #expect(line.droppedMarks == 5000 - 64)
        let kept = try typesetter.line(Array(("a" + String(repeating: "\u{301}", count: 64) + "b").utf8))
        #expect(kept.droppedMarks == 0)
        #expect(line.width == kept.width)
    }

    @Test func longParagraphsAreCutAtASpace() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        // Arabic, so that the text needs levels and takes the long way.
        let word = "كلمة "
        let text = Array(String(repeating: word, count: 30_000).utf8)
        let line = try typesetter.line(text)
        #expect(line.forcedCuts == 2)
        let one = try typesetter.line(Array(word.utf8))
        #expect(line.width == one.width * 30_000)
        #expect(line.isRightToLeft)
    }

    @Test func aMillionBytesWithoutASpaceAreLaidOut() throws {
        let typesetter = try Typesetter(fonts: Fonts.named("NotoSans-Regular.ttf"))
        let line = try typesetter.line([UInt8](repeating: UInt8(ascii: "m"), count: 1_000_000))
        #expect(line.width == 1_000_000 * 12)
        #expect(line.forcedCuts == 15)
    }

    @Test func stormsOfControlsAndJoinersEnd() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        for scalar in ["\u{200B}", "\u{200D}", "\u{202E}", "\u{2067}", "\u{FE0F}", "\u{1F1E6}", "\u{E0061}", "(", "\t"]
        {
            let line = try typesetter.line(Array(String(repeating: scalar, count: 20_000).utf8))
            #expect(line.width >= 0)
        }
    }
}
