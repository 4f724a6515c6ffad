import Foundations
import Testing
import Typesetting

@Suite struct HostileTextTests {
    /// Tabs, controls, spaces, emoji and marks next to each other, with every rule for baselines and profile: the
    /// clusters tile the text, and the ink stays inside the patches that the width asks for.
    @Test(arguments: RenderOptions.Profile.allCases, RenderOptions.LineMetrics.allCases)
    func anyMixtureIsLaidOutAndDrawn(profile: RenderOptions.Profile, metrics: RenderOptions.LineMetrics) throws {
        var options = RenderOptions()
        options.profile = profile
        options.lineMetrics = metrics
        guard profile != .pygame || metrics == .primary else {
            #expect(throws: TypesettingError.self) { try Typesetter(fonts: Fonts.all(), options: options) }
            return
        }
        let typesetter = try Typesetter(fonts: Fonts.all(), options: options)
        let parts = [
            "\t", " ", "\u{1}", "😀", "\u{301}", "\u{FE0F}", "ש", "a", "漢", "\u{E123}", "\u{202E}", "1", "\u{FFF9}",
        ]
        var generator = SplitMix64(seed: 3)
        var texts = parts.flatMap { first in parts.map { first + $0 } }
        for _ in 0..<300 {
            texts.append((0..<6).map { _ in parts[Int.random(in: 0..<parts.count, using: &generator)] }.joined())
        }
        for text in texts {
            let line = try typesetter.line(Array(text.utf8))
            let canvas = typesetter.canvas(patchCount: line.width / 16 + 4)
            canvas.firstPatch = -1
            try typesetter.draw(line, on: canvas, x: 2)
            let clusters = try typesetter.clusters(of: line)
            let ends = clusters.map(\.utf8.upperBound)
            #expect(ends.last == text.utf8.count, "\(text.unicodeScalars.map { String($0.value, radix: 16) })")
            #expect(ends == ends.sorted())
            let farRight = canvas.gray(of: canvas.patchCount - 2..<canvas.patchCount - 1, from: .alpha)
            #expect(farRight.allSatisfy { $0 == 255 }, "ink beyond the width of \(text.debugDescription)")
        }
    }

    @Test func anyScalarsOfAnyPlaneAreLaidOut() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        var texts = RandomText(seed: 21)
        for _ in 0..<400 {
            let text = texts.anything(limit: 60)
            let line = try typesetter.line(Array(text.utf8))
            let canvas = typesetter.canvas(patchCount: 16)
            try typesetter.draw(line, on: canvas, x: 2)
            let clusters = try typesetter.clusters(of: line)
            #expect(clusters.last?.utf8.upperBound == text.utf8.count)
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

    @Test func aLongRightToLeftParagraphRunsFromTheRight() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        let word = "كلمة "
        let line = try typesetter.line(Array((String(repeating: word, count: 20_000) + "نهاية").utf8))
        #expect(line.forcedCuts == 1)
        let last = try #require(typesetter.clusters(of: line).last)
        #expect(last.x.lowerBound == 0, "what is read last stands leftmost")
    }

    @Test func undrawnCharactersCostTheirLength() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        let clock = ContinuousClock()
        func seconds(_ count: Int) throws -> Double {
            let text = Array(String(repeating: "a \u{FFF9}", count: count).utf8)
            let start = clock.now
            let line = try typesetter.line(text)
            #expect(line.missing.count == count)
            return start.duration(to: clock.now) / .seconds(1)
        }
        _ = try seconds(1000)
        let (small, large) = (try seconds(5_000), try seconds(20_000))
        #expect(large < 12 * max(small, 0.01), "four times the text took \(large / small) times as long")
    }

    @Test func stormsOfControlsAndJoinersAreDrawn() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        for scalar in ["\u{200B}", "\u{200D}", "\u{202E}", "\u{2067}", "\u{FE0F}", "\u{1F1E6}", "\u{E0061}", "(", "\t"]
        {
            let text = Array(String(repeating: scalar, count: 20_000).utf8)
            let line = try typesetter.line(text)
            let canvas = typesetter.canvas(patchCount: 64)
            try typesetter.draw(line, on: canvas, x: 2)
            #expect(try typesetter.clusters(of: line, before: 1024).first?.utf8.lowerBound == 0)
        }
    }
}
