import Foundations
import Patches
import Testing
import Typesetting

/// The strategy adaptive: what stands on a patch depends on the script.
@Suite struct LayoutAdaptiveTests {
    /// Text of scripts that are drawn by words, each with the font that draws it.
    static let joined: [(text: String, font: String)] = [
        ("مرحبا بالعالم كتاب", "NotoSansArabic-Regular.ttf"), ("ܫܠܡܐ ܥܠܡܐ", "NotoSansSyriac-Regular.ttf"),
        ("שלום עולם טוב", "NotoSansHebrew-Regular.ttf"), ("ߒߞߏ ߞߊ߲", "NotoSansNKo-Regular.ttf"),
        ("हिन्दी भाषा क्षेत्र", "NotoSansDevanagari-Regular.ttf"), ("বাংলা ভাষা", "NotoSansBengali-Regular.ttf"),
        ("தமிழ் மொழி", "NotoSansTamil-Regular.ttf"), ("ภาษาไทย ง่าย", "NotoSansThai-Regular.ttf"),
        ("ភាសា ខ្មែរ", "NotoSansKhmer-Regular.ttf"), ("မြန်မာ ဘာသာ", "NotoSansMyanmar-Regular.ttf"),
        ("བོད་སྐད་ ཡིག", "NotoSerifTibetan-Regular.ttf"), ("ᠮᠣᠩᠭᠣᠯ ᠬᠡᠯᠡ", "NotoSansMongolian-Regular.ttf"),
    ]

    static func fonts(_ files: [String]) -> Result<FontSet, any Error> {
        Result { try FontSet(paths: ["NotoSans-Regular.ttf"].map(TestFonts.path) + files.map(TestFonts.path)) }
    }

    static let many = fonts(joined.map(\.font) + ["NotoSansCJK-Regular.ttc", "NotoColorEmoji.ttf"])

    /// A renderer of single texts with exact offsets.
    private func renderer(
        _ fonts: Result<FontSet, any Error>, _ strategy: LayoutOptions.Strategy, L: Int = 64,
        _ change: (inout LayoutOptions) -> Void = { _ in }
    ) throws -> PatchRenderer {
        try makeRenderer(fonts, L: L) {
            $0.strategy = strategy
            $0.offsets = .exact
            change(&$0)
        }
    }

    @Test(arguments: LayoutOptions.Overflow.allCases, [8, 64, 400])
    func alphabetsEqualBigrams(overflow: LayoutOptions.Overflow, L: Int) throws {
        let texts = [
            "Offices: naïve fjords, 1,024 §§ (ﬁne)!", "Γειά σου Κόσμε", "Привет, мир", "e\u{301}ae\u{301}a x\u{200B}y",
            "42", "",
            LayoutOverflowTests.long,
        ]
        func result(_ strategy: LayoutOptions.Strategy, _ text: String) throws -> RenderedDocument? {
            let renderer = try renderer(TestFonts.sans, strategy, L: L) { $0.overflow = overflow }
            do { return try renderer.render(single(text)) } catch LayoutError.tooWide { return nil }
        }
        for text in texts {
            #expect(try result(.adaptive, text) == result(.bigrams, text), "\(text)")
        }
    }

    @Test func squareSignsAreAPatchEach() throws {
        let text = "漢字かなカナ한글、注音ㄅ"
        let sequence = try renderer(Self.many, .adaptive).render(single(text)).sequences[0]
        let spans = try #require(sequence.spans)
        #expect(sequence.textPatchCount == text.count && sequence.wordStarts == [0, text.count])
        #expect(spans.map(\.patch) == Array(0..<text.count))
        #expect(spans.map(\.utf8.count) == text.map { String($0).utf8.count })
    }

    @Test(arguments: joined.indices)
    func aJoinedWordIsThePictureOfTheWholeWord(index: Int) throws {
        let (text, font) = Self.joined[index]
        let renderer = try renderer(Self.fonts([font]), .adaptive)
        let sequence = try renderer.render(single(text)).sequences[0]
        let starts = try #require(sequence.wordStarts)
        let isReversed = sequence.spans?.first?.utf8.lowerBound != 0
        let words = text.split(separator: " ").map { Array($0.utf8) }
        #expect(starts.count == words.count + 1)
        for (number, word) in (isReversed ? words.reversed() : words).enumerated() {
            let line = try renderer.typesetter.line(word, role: .word)
            #expect(starts[number + 1] - starts[number] == (line.width + 15) / 16)
            let canvas = renderer.typesetter.canvas(patchCount: starts[number + 1] - starts[number])
            try renderer.typesetter.draw(line, on: canvas, x: 0)
            #expect(
                Array(sequence.patches(starts[number]..<starts[number + 1])) == canvas.gray(of: 0..<canvas.patchCount))
        }
    }

    /// Without padding a word drawn alone is the same under `words`.
    @Test(arguments: joined.indices)
    func joinedWordsEqualTheStrategyWords(index: Int) throws {
        let (text, font) = Self.joined[index]
        for word in text.split(separator: " ") {
            let adaptive = try renderer(Self.fonts([font]), .adaptive).render(single(String(word)))
            let words = try renderer(Self.fonts([font]), .words) { ($0.padLeft, $0.padRight) = (0, 0) }.render(
                single(String(word)))
            #expect(adaptive.sequences.map(\.pixels) == words.sequences.map(\.pixels))
            #expect(adaptive.sequences.map(\.spans) == words.sequences.map(\.spans))
        }
    }

    /// Characters of no script go with those before them, at the start of a word with those behind; ASCII is never square.
    @Test(arguments: [
        ("iPhone是好", ["iP", "ho", "ne", "是", "好"]), ("2024年", ["20", "24", "年"]),
        ("年2024", ["年", "20", "24"]), ("abcд", ["ab", "c", "д"]), ("(漢)ab", ["(", "漢", ")a", "b"]),
        ("漢1、2字", ["漢", "1", "、", "2", "字"]), ("「漢」12", ["「", "漢", "」", "12"]), ("1ไทย", ["1ไทย"]),
        ("12", ["12"]), ("ไทยab", ["ไทย", "ab"]), ("x\u{301}漢", ["x\u{301}", "漢"]), ("漢🐱", ["漢", "🐱"]),
    ])
    func wordsAreCutWhereTheScriptChanges(text: String, chunks: [String]) throws {
        let sequence = try renderer(Self.many, .adaptive).render(single(text)).sequences[0]
        var shown: [String] = []
        var end = 0
        for span in try #require(sequence.spans) where span.utf8.upperBound > end {
            // A new chunk starts where the patch does; a chunk of several patches goes on with clusters across their edges.
            if shown.isEmpty || chunks.prefix(shown.count).joined().utf8.count == span.utf8.lowerBound {
                shown.append("")
            }
            let bytes = Array(text.utf8)[max(end, span.utf8.lowerBound)..<span.utf8.upperBound]
            shown[shown.count - 1] += String(decoding: bytes, as: UTF8.self)
            end = span.utf8.upperBound
        }
        #expect(shown == chunks)
        let widths = try chunks.map {
            try renderer(Self.many, .adaptive).typesetter.line(Array($0.utf8), role: .word).width
        }
        #expect(sequence.textPatchCount == widths.reduce(0) { $0 + ($1 + 15) / 16 })
    }

    /// Words of many scripts at random: every byte is shown, on patches side by side, and no patch shows two words.
    @Test func everyCharacterIsShownOnce() throws {
        var generator = SplitMix64(seed: 5)
        let words =
            Self.joined.flatMap { $0.text.split(separator: " ").map(String.init) }
            + ["漢字", "かな", "한국어", "Straße", "мир", "x²", "3.14", "iPhone是", "🐱🐶", "é", "日本語で、"]
        for round in 0..<20 {
            let list = (0..<12).map { _ in words[Int.random(in: 0..<words.count, using: &generator)] }
            let text = list.joined(separator: " ")
            let document = try renderer(Self.many, .adaptive, L: [12, 40, 300][round % 3]).render(single(text))
            var patches: [Int: [Int]] = [:]
            var wordsOfPatch: [Int: Set<Int>] = [:]
            let bytes = Array(text.utf8)
            var base = 0
            for sequence in document.sequences {
                for span in sequence.spans ?? [] {
                    for byte in span.utf8 { patches[byte, default: []].append(base + span.patch) }
                    let word = bytes[..<span.utf8.lowerBound].count { $0 == 0x20 }
                    wordsOfPatch[base + span.patch, default: []].insert(word)
                }
                base += sequence.patchCount
            }
            #expect(Set(patches.keys) == Set(bytes.indices.filter { bytes[$0] != 0x20 }))
            #expect(patches.values.allSatisfy { $0 == Array($0[0]...($0.last ?? 0)) })
            #expect(wordsOfPatch.values.allSatisfy { $0.count == 1 })
        }
    }

    /// Unspaced text fills its sequences: a word of square signs ends where the patches do.
    @Test(arguments: [LayoutOptions.Overflow.split, .truncate])
    func unspacedTextLeavesNoGaps(overflow: LayoutOptions.Overflow) throws {
        let text = "短い " + String(repeating: "日本語の文章", count: 12)
        let document = try renderer(Self.many, .adaptive, L: 21) { $0.overflow = overflow }.render(single(text))
        #expect(document.sequences.dropLast().allSatisfy { $0.textPatchCount == 20 })
        #expect(document.sequences[0].textPatchCount == 20)
        #expect(document.sequences.count == (overflow == .split ? 4 : 1))
        #expect(document.truncated == (overflow == .truncate))
    }

    /// A list's words are labelled one by one, and stay whole where they fit.
    @Test func wordsOfAListAreNotCut() throws {
        let document = try renderer(Self.many, .adaptive, L: 9) { $0.layout = .words }.render(
            words(["短い言葉です", "日本語の文", "東京"]))
        #expect(document.sequences.map(\.wordStarts) == [[0, 6], [0, 5, 7]])
    }

    /// A picture that does not fit is cut between clusters, where it loses its end or goes on.
    @Test func longJoinedWordsAreCutBetweenClusters() throws {
        let text = "ไทย " + String(repeating: "ภาษาไทย", count: 20)
        let thai = Self.fonts(["NotoSansThai-Regular.ttf"])
        let split = try renderer(thai, .adaptive, L: 16).render(single(text))
        let shown = split.sequences.flatMap { $0.spans ?? [] }.reduce(into: Set<Int>()) { $0.formUnion($1.utf8) }
        let bytes = Array(text.utf8)
        #expect(shown == Set(bytes.indices.filter { bytes[$0] != 0x20 }))
        let cut = try renderer(thai, .adaptive, L: 16) { $0.overflow = .truncate }.render(single(text))
        #expect(cut.sequences.count == 1 && cut.sequences[0].textPatchCount == 15 && cut.truncated)
    }

    @Test func rightToLeftTextIsOrderedAsInBigrams() throws {
        let text = "שלום abc עולם"
        func starts(_ strategy: LayoutOptions.Strategy) throws -> [Int] {
            let sequence = try renderer(TestFonts.sansAndHebrew, strategy).render(single(text)).sequences[0]
            return sequence.spans?.map { text.utf8.prefix($0.utf8.lowerBound).count { $0 == 0x20 } } ?? []
        }
        let (adaptive, bigrams) = (try starts(.adaptive), try starts(.bigrams))
        #expect(adaptive == adaptive.sorted(by: >) && bigrams == bigrams.sorted(by: >) && Set(adaptive) == [0, 1, 2])
    }
}
