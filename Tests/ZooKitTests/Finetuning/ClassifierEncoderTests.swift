import Patches
import Testing
import Typesetting

@testable import ZooKit

/// Texts as classifiers read them.
@Suite struct ClassifierEncoderTests {
    private func encoder(
        _ kind: ExampleKind, length: Int = 40, layout: LayoutOptions = LayoutOptions()
    ) throws -> ClassifierEncoder {
        var options = ExampleOptions(
            length: length, channels: 3, encoding: TrainingData.bytes, fonts: try TrainingData.fonts.get())
        options.layout = layout
        return try ClassifierEncoder(kind, options)
    }

    private func bytes(_ text: String) -> [UInt8] { Array(text.utf8) }

    @Test func textsBeginWithTheirMarkAndHaveNoEnd() throws {
        let encoder = try encoder(.text)
        #expect(try encoder.encode(bytes("ab")).content.tokens == [256, 97, 98])
        #expect(try encoder.encode(bytes("ab"), bytes("c")).content.tokens == [256, 97, 98, 256, 99])
        #expect(try encoder.encode([]).content.tokens == [256])
        let long = try encoder.encode([UInt8](repeating: 97, count: 100))
        #expect(long.content.tokens.count == 40 && long.isTruncated)
        #expect(encoder.patchLimit == 0 && encoder.tokenLimit == 40)
    }

    /// One token after the other goes from the longer text, from the second where both are equal.
    @Test func twoTextsAreCutAtTheLonger() {
        func expected(_ a: Int, _ b: Int, _ room: Int) -> (Int, Int) {
            var (a, b) = (a, b)
            while a + b > room { if a > b { a -= 1 } else { b -= 1 } }
            return (a, b)
        }
        for a in 0..<9 {
            for b in 0..<9 {
                for room in 0..<12 {
                    let found = ClassifierEncoder.tokens(
                        TrainingData.bytes, [UInt8](repeating: 97, count: a), [UInt8](repeating: 98, count: b),
                        limit: room + 2)
                    let want = expected(a, b, room)
                    #expect(found.ids.count { $0 == 97 } == want.0 && found.ids.count { $0 == 98 } == want.1)
                    #expect(found.isTruncated == (a + b > room) && found.ids[0] == 256)
                }
            }
        }
    }

    @Test func picturesAreThoseOfTheRenderer() throws {
        let encoder = try encoder(.image)
        let one = try encoder.encode(bytes("Hello, press"))
        let typesetter = try Typesetter(fonts: try TrainingData.fonts.get(), options: RenderOptions())
        var layout = LayoutOptions()
        (layout.maxPatches, layout.channels, layout.overflow) = (40, .rgb, .truncate)
        var drawn = try #require(
            PatchRenderer(typesetter: typesetter, options: layout).render(.single(bytes("Hello, press"))).sequences
                .first)
        #expect(one.content.pixels == drawn.pixels && one.content.patches == drawn.patchCount)
        #expect(one.content.tokens.isEmpty && !one.isTruncated)
        layout.layout = .pair
        let pair = try encoder.encode(bytes("Hello,"), bytes("press"))
        drawn = try #require(
            PatchRenderer(typesetter: typesetter, options: layout).render(.pair(bytes("Hello,"), bytes("press")))
                .sequences.first)
        #expect(pair.content.pixels == drawn.pixels && drawn.innerSeparators.count == 1)
        let long = try encoder.encode(bytes(String(repeating: "many words ", count: 50)))
        #expect(long.isTruncated && long.content.patches <= 40)
        #expect(try encoder.encode([]).content.patches >= 1)
    }

    /// Strategies that cut text into words draw two texts as the others do, each as it is drawn alone.
    @Test(arguments: [LayoutOptions.Strategy.words, .bigrams, .adaptive])
    func everyStrategyDrawsTwoTexts(strategy: LayoutOptions.Strategy) throws {
        var layout = LayoutOptions()
        layout.strategy = strategy
        let encoder = try encoder(.image, layout: layout)
        let (a, b) = (try encoder.encode(bytes("abc def")), try encoder.encode(bytes("ghi")))
        let pair = try encoder.encode(bytes("abc def"), bytes("ghi"))
        #expect(pair.content.patches == a.content.patches + b.content.patches && !pair.isTruncated)
        #expect(pair.content.pixels == a.content.pixels + b.content.pixels)
        let long = try encoder.encode(bytes("abc def"), bytes(String(repeating: "many words ", count: 50)))
        #expect(long.isTruncated && long.content.patches <= 40)
    }

    @Test func bothKindsHoldTheWholeText() throws {
        let encoder = try encoder(.pair)
        #expect(encoder.patchLimit == 20 && encoder.tokenLimit == 20)
        let pair = try encoder.encode(bytes("Hello,"), bytes("press"))
        let text = try self.encoder(.text).encode(bytes("Hello,"), bytes("press"))
        let image = try self.encoder(.image).encode(bytes("Hello,"), bytes("press"))
        #expect(pair.content.tokens == text.content.tokens && pair.content.pixels == image.content.pixels)
    }
}
