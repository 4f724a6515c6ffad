import Foundations
import Testing
import Typesetting

@Suite struct FitTests {
    private static let texts = [
        "My cool cat sits in a beautiful box full of black beans.", "1234 5678 9012 (3456) 7890 and then words",
        "مطبعة قديمة في ساحة المدينة 2024 وكتاب جديد على الطاولة", "印刷所は古い町の中心にあり、毎日たくさんの本を刷っています。",
        "mixed עברית and English (סוגריים) with 12 numbers", "word" + String(repeating: "longer", count: 60) + " end",
        "  leading and   inner   spaces  ", spaces(400) + "behind" + spaces(400) + "spaces" + spaces(400), spaces(400),
    ]

    static func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }

    /// Every part fits, all bytes but the spaces between parts are drawn once, and a part is what it is alone.
    @Test(arguments: [40, 100, 333, 1000])
    func partsCoverTheTextAndFit(maxWidth: Int) throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        for text in Self.texts {
            let bytes = Array(text.utf8)
            var start = 0
            while start < bytes.count {
                let fit = try typesetter.fit(bytes, from: start, maxWidth: maxWidth)
                #expect(fit.line.width <= maxWidth, "\(text)")
                #expect(fit.next > start)
                #expect(bytes[fit.end..<fit.next].allSatisfy { $0 == 0x20 })
                #expect(bytes[start..<fit.start].allSatisfy { $0 == 0x20 })
                let alone = try typesetter.line(Array(bytes[fit.start..<fit.end]))
                #expect(alone.width == fit.line.width)
                let one = typesetter.canvas(patchCount: maxWidth / 16 + 2)
                try typesetter.draw(alone, on: one, x: 2)
                let two = typesetter.canvas(patchCount: maxWidth / 16 + 2)
                try typesetter.draw(fit.line, on: two, x: 2)
                let same = one.gray(of: 0..<one.patchCount) == two.gray(of: 0..<two.patchCount)
                #expect(same, "\(text) at \(start)")
                start = fit.next
            }
        }
    }

    @Test func aPartIsTheLongestThatEndsAtAWord() throws {
        let typesetter = try Typesetter(fonts: Fonts.named("NotoSans-Regular.ttf"))
        let bytes = Array(Self.texts[0].utf8)
        for maxWidth in stride(from: 60, to: 320, by: 7) {
            let fit = try typesetter.fit(bytes, from: 0, maxWidth: maxWidth)
            guard fit.next < bytes.count else { continue }
            let rest = bytes[fit.next...]
            let nextEnd = rest.firstIndex(of: 0x20) ?? bytes.count
            #expect(try typesetter.line(Array(bytes[..<nextEnd])).width > maxWidth)
        }
    }

    @Test(arguments: [40, 333, 1000]) func aCutSwallowsItsSpacesInOneStep(maxWidth: Int) throws {
        let typesetter = try Typesetter(fonts: Fonts.named("NotoSans-Regular.ttf"))
        func parts(_ text: String) throws -> [Range<Int>] {
            var parts: [Range<Int>] = []
            var start = 0
            while start < text.utf8.count {
                let fit = try typesetter.fit(Array(text.utf8), from: start, maxWidth: maxWidth)
                parts.append(fit.start..<fit.end)
                start = fit.next
            }
            return parts
        }
        for count in [400, 7000] {
            let run = Self.spaces(count)
            #expect(try parts(run) == [0..<0])
            #expect(try parts("a" + run) == [0..<1])
            #expect(try parts(run + "b") == [count..<count + 1])
            #expect(try parts("a" + run + "b") == [0..<1, count + 1..<count + 2])
            #expect(try parts(run + "a" + run + "é" + run) == [count..<count + 1, 2 * count + 1..<2 * count + 3])
        }
        #expect(try parts("a  b  ") == [0..<6], "what fits keeps its spaces")
    }

    @Test func oneClusterWiderThanTheWidthIsStillTaken() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        let fit = try typesetter.fit(Array("😀😀".utf8), from: 0, maxWidth: 5)
        #expect(fit.end == 4)
    }

    @Test func clustersTileTheLine() throws {
        let typesetter = try Typesetter(fonts: Fonts.all())
        for text in Self.texts + [
            "א\tב (ג)\t\tabc 12", "a\tשלום\t(עולם", "office ffi", "क्षत्रिय हिन्दी", "e\u{301}a\u{30A}", "a\tb", "x\u{E123}y",
        ] {
            let line = try typesetter.line(Array(text.utf8))
            let clusters = try typesetter.clusters(of: line)
            let sum = clusters.reduce(0) { $0 + $1.x.count }
            #expect(sum == line.width, "\(text)")
            var next = 0
            for cluster in clusters {
                #expect(cluster.utf8.lowerBound == next, "\(text)")
                next = cluster.utf8.upperBound
            }
            #expect(next == text.utf8.count, "\(text)")
        }
    }
}
