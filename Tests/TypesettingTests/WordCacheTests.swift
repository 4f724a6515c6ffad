import Foundations
import Testing
import Typesetting

@Suite struct WordCacheTests {
    /// The cache cuts runs into words and keeps their pictures; what it draws must be what whole runs draw.
    @Test(arguments: [(RenderOptions.LineMetrics.primary, 1), (.max, 2)])
    func cacheOffEqualsCacheOnOnRandomText(metrics: RenderOptions.LineMetrics, seed: Int) throws {
        var options = RenderOptions()
        options.lineMetrics = metrics
        options.wordCacheBytes = 1 << 16  // small, so that words are dropped all the time
        let cached = try Typesetter(fonts: Fonts.all(), options: options)
        options.wordCache = false
        let plain = try Typesetter(fonts: Fonts.all(), options: options)
        var texts = RandomText(seed: UInt64(seed))
        for number in 0..<1200 {
            let text = texts.next(limit: 40)
            let one = try Drawing(text, cached)
            let two = try Drawing(text, plain)
            let same = one == two
            #expect(same, "text \(number): \(text.unicodeScalars.map { String($0.value, radix: 16) })")
            // A second time the words come from the cache.
            let sameAgain = try Drawing(text, cached) == two
            #expect(sameAgain, "again, text \(number)")
        }
        #expect(cached.wordCacheStatistics.hits > 1000)
    }

    @Test(arguments: [
        "NotoSansDevanagari-Regular.ttf", "NotoSansArabic-Regular.ttf", "NotoNastaliqUrdu-Regular.ttf",
        "NotoSansKhmer-Regular.ttf", "NotoSansMyanmar-Regular.ttf", "NotoSansMongolian-Regular.ttf",
        "NotoSerifTibetan-Regular.ttf", "NotoSansThai-Regular.ttf", "NotoSerif-Regular.ttf",
    ])
    func cacheOffEqualsCacheOnWithOneFont(file: String) throws {
        var options = RenderOptions()
        let cached = try Typesetter(fonts: Fonts.named(file), options: options)
        options.wordCache = false
        let plain = try Typesetter(fonts: Fonts.named(file), options: options)
        var texts = RandomText(seed: 7)
        for _ in 0..<300 {
            let text = texts.next(limit: 30)
            let same = try Drawing(text, cached) == Drawing(text, plain)
            #expect(same, "\(file): \(text.unicodeScalars.map { String($0.value, radix: 16) })")
        }
    }

    /// Words of plain letters are put together from pairs; HarfBuzz shapes the whole run when the cache is off.
    @Test(
        arguments: [
            ("NotoSans-Regular.ttf", [0x21...0x7E, 0xA1...0x17F, 0x370...0x3FF, 0x400...0x4FF]),
            ("NotoSerif-Regular.ttf", [0x21...0x7E, 0xA1...0x24F, 0x400...0x4FF]),
            ("NotoSansMono-Regular.ttf", [0x21...0x7E, 0xA1...0x17F, 0x400...0x45F]),
            ("NotoSansArmenian-Regular.ttf", [0x531...0x58F, 0x21...0x7E]),
            ("NotoSansGeorgian-Regular.ttf", [0x10A0...0x10FF]),
            ("NotoSansCJK-Regular.ttc", [0x21...0x7E, 0x4E00...0x4E80]),
        ] as [(String, [ClosedRange<UInt32>])])
    func pairsOfLettersEqualWholeRuns(file: String, blocks: [ClosedRange<UInt32>]) throws {
        var options = RenderOptions()
        let cached = try Typesetter(fonts: Fonts.named(file), options: options)
        options.wordCache = false
        let plain = try Typesetter(fonts: Fonts.named(file), options: options)
        var generator = SplitMix64(seed: 11)
        for _ in 0..<400 {
            let block = blocks[Int.random(in: 0..<blocks.count, using: &generator)]
            var text = ""
            for _ in 0..<Int.random(in: 2...40, using: &generator) {
                let isSpace = Int.random(in: 0..<6, using: &generator) == 0
                let scalar = isSpace ? 0x20 : UInt32.random(in: block, using: &generator)
                if let scalar = Unicode.Scalar(scalar) { text.unicodeScalars.append(scalar) }
            }
            let same = try Drawing(text, cached) == Drawing(text, plain)
            #expect(same, "\(file): \(text.unicodeScalars.map { String($0.value, radix: 16) })")
        }
    }

    @Test func aLineDrawnAfterItsWordsWereDroppedIsTheSame() throws {
        var options = RenderOptions()
        options.wordCacheBytes = 1 << 16
        let typesetter = try Typesetter(fonts: Fonts.named("NotoSans-Regular.ttf"), options: options)
        let text = Array("The press stands in the yard, and the press is old.".utf8)
        let before = try Drawing(text, typesetter)
        let line = try typesetter.line(text)
        for number in 0..<5000 { _ = try typesetter.line(Array("word\(number)".utf8)) }
        let canvas = typesetter.canvas(patchCount: (line.width + 64) / 16 + 1)
        try typesetter.draw(line, on: canvas, x: 2)
        let same = canvas.gray(of: 0..<canvas.patchCount, from: .alpha) == before.gray
        #expect(same)
    }

    @Test func repetitionAndOrderChangeNothing() throws {
        let texts = ["printing", "a press", "printing a press", "press", "AVA Ta To.", "fi ffi office"]
        let fonts = try Fonts.named("NotoSans-Regular.ttf")
        let first = try Typesetter(fonts: fonts)
        let forward = try texts.map { try Drawing($0, first) }
        let second = try Typesetter(fonts: fonts)
        let backward = try texts.reversed().map { try Drawing($0, second) }
        let isOrderFree = forward == backward.reversed()
        #expect(isOrderFree)
        let isRepeatable = try texts.map { try Drawing($0, first) } == forward
        #expect(isRepeatable)
    }
}
