import Foundations
import Patches
import Testing
import Typesetting

/// The strategies words, mono and bigrams, and packing.
@Suite struct LayoutStrategyTests {
    static let arabic = "مرحبا بالعالم كتاب"

    @Test func theStrategyWordsEqualsTheLayoutWordsOnCutText() throws {
        let strategy = try makeRenderer { $0.strategy = .words }.render(single("  My cool\tcat\n"))
        let layout = try makeRenderer { $0.layout = .words }.render(words(["My", "cool", "cat"]))
        #expect(strategy.sequences.map(\.pixels) == layout.sequences.map(\.pixels))
        #expect(strategy.sequences[0].wordStarts == [0, 2, 4, 6])
        #expect(strategy.sequences[0].source == SourceSpan(segment: 0, utf8: 2..<13))
        #expect(layout.sequences[0].source == SourceSpan(segment: 0, lastSegment: 2, utf8: 0..<9))
    }

    @Test func unspacedScriptsAreOneWord() throws {
        let font = Result { try FontSet(paths: [TestFonts.path("NotoSansThai-Regular.ttf")]) }
        let document = try makeRenderer(font) { $0.strategy = .words }.render(single("ภาษาไทยง่าย"))
        #expect(document.sequences[0].wordStarts?.count == 2)
    }

    @Test(arguments: [LayoutOptions.Strategy.words, .bigrams, .adaptive], [8, 16, 40])
    func wordStartsCountTheDrawnWordsAndEndWithN(strategy: LayoutOptions.Strategy, L: Int) throws {
        let list = LayoutOverflowTests.long.split(separator: " ").map(String.init)
        let renderer = try makeRenderer(L: L) {
            $0.layout = .words
            $0.strategy = strategy
            $0.offsets = .exact
        }
        let document = try renderer.render(words(list))
        var next = 0
        for sequence in document.sequences {
            let starts = try #require(sequence.wordStarts)
            #expect(starts.last == sequence.textPatchCount && starts.first == 0)
            #expect(zip(starts, starts.dropFirst()).allSatisfy { $0 < $1 })
            #expect(sequence.source.segment == next)
            #expect(starts.count - 1 == sequence.source.lastSegment - next + 1)
            let shown = list[next...sequence.source.lastSegment].joined()
            #expect(sequence.source.utf8 == 0..<shown.utf8.count)
            for (index, start) in starts.dropLast().enumerated() {
                let first = sequence.spans?.first { $0.segment == next + index }
                #expect(first?.patch == start && first?.utf8.lowerBound == 0)
            }
            next = sequence.source.lastSegment + 1
        }
        #expect(next == list.count)
    }

    @Test(arguments: [LayoutOptions.Strategy.words, .bigrams, .adaptive])
    func aWordWiderThanASequenceGoesOnInTheNext(strategy: LayoutOptions.Strategy) throws {
        let word = String(repeating: "abcdefghij", count: 30)
        let renderer = try makeRenderer(L: 10) {
            $0.layout = .words
            $0.strategy = strategy
            $0.offsets = .exact
        }
        let document = try renderer.render(words(["one", word, "two"]))
        let covered = document.sequences.flatMap { $0.spans ?? [] }.filter { $0.segment == 1 }.flatMap { $0.utf8 }
        #expect(Set(covered) == Set(0..<word.utf8.count))
        #expect(document.sequences.allSatisfy { $0.textPatchCount <= 9 })
        #expect(document.sequences.last?.source.lastSegment == 2)
    }

    @Test func emptyListsAndEmptyTextsAreOneWhitePatch() throws {
        for strategy in [LayoutOptions.Strategy.words, .bigrams, .adaptive] {
            let renderer = try makeRenderer {
                $0.layout = .words
                $0.strategy = strategy
            }
            for input in [words([]), words([""]), single(""), single("   ")] {
                let document = try renderer.render(input)
                #expect(document.sequences.count == 1)
                #expect(document.sequences[0].textPatchCount == 1)
                #expect(document.sequences[0].ink == 65_280)
                #expect(document.sequences[0].wordStarts?.last == 1)
            }
        }
    }

    @Test func monoNeedsAFontOfOneWidth() throws {
        #expect(throws: LayoutError.self) { try makeRenderer { $0.strategy = .mono } }
        let mono = try makeRenderer(TestFonts.mono) { $0.strategy = .mono }.render(single("ilWM"))
        let plain = try makeRenderer(TestFonts.mono).render(single("ilWM"))
        #expect(mono == plain)
    }

    @Test func bigramsPutTwoClustersOnAPatch() throws {
        let renderer = try makeRenderer {
            $0.strategy = .bigrams
            $0.offsets = .exact
        }
        let sequence = try #require(try renderer.render(single("abcde fg")).sequences.first)
        #expect(sequence.wordStarts == [0, 3, 4] && sequence.textPatchCount == 4)
        #expect(sequence.spans?.map(\.utf8) == [0..<2, 2..<4, 4..<5, 6..<8])
        #expect(sequence.spans?.map(\.patch) == [0, 1, 2, 3])
        // The first chunk starts at column 0: two pixels further left than a single text.
        let alone = try #require(try makeRenderer { $0.padLeft = 0 }.render(single("ab")).sequences.first)
        #expect(Array(sequence.patches(0..<1)) == Array(alone.patches(0..<1)))
    }

    @Test func accentsStayWithTheirLetterUnlessCharactersAreIsolated() throws {
        let text = "e\u{301}ae\u{301}a"
        let shaped = try makeRenderer { $0.strategy = .bigrams }.render(single(text))
        let isolated = try makeRenderer {
            $0.strategy = .bigrams
            $0.isolatedChars = true
        }.render(single(text))
        #expect(shaped.sequences[0].textPatchCount == 2)
        #expect(isolated.sequences[0].textPatchCount == 3)
    }

    @Test func bigramsKeepJoinedFormsAndRunFromTheRight() throws {
        let renderer = try makeRenderer(TestFonts.sansAndArabic) {
            $0.strategy = .bigrams
            $0.offsets = .exact
        }
        let isolated = try makeRenderer(TestFonts.sansAndArabic) {
            $0.strategy = .bigrams
            $0.isolatedChars = true
        }
        let shaped = try renderer.render(single(Self.arabic))
        let alone = try isolated.render(single(Self.arabic))
        #expect(shaped.sequences[0].pixels != alone.sequences[0].pixels)
        #expect(shaped.sequences[0].ink > 65_280)
        let spans = try #require(shaped.sequences[0].spans)
        #expect(spans.first?.utf8.upperBound == Self.arabic.utf8.count, "the last letters stand leftmost")
        #expect(spans.last?.utf8.lowerBound == 0)
    }

    @Test func truncatedBigramsLoseWholeWords() throws {
        let text = "aaaa bbbb cccc dddd"
        func starts(_ compatBugs: Bool) throws -> [Int]? {
            let document = try makeRenderer(L: 8) {
                $0.strategy = .bigrams
                $0.overflow = .truncate
                $0.compatBugs = compatBugs
            }.render(single(text))
            #expect(document.truncated && document.sequences.count == 1)
            return document.sequences[0].wordStarts
        }
        #expect(try starts(false) == [0, 2, 4, 6])
        #expect(try starts(true) == [0, 2, 4])
    }

    @Test func packedLinesFillBlocks() throws {
        let lines = (0..<30).map { "Line \($0) has some words." }
        let text = lines.joined(separator: "\n\n")
        let renderer = try makeRenderer(L: 40) { $0.packing = .lines }
        let document = try renderer.render(single(text))
        let widths = try lines.map { try renderer.typesetter.line(Array($0.utf8)).width }
        var blocks: [[String]] = [[]]
        var width = 0
        for (line, own) in zip(lines, widths) {
            if width + own >= 16 * 38, width > 0 {
                blocks.append([])
                width = 0
            }
            blocks[blocks.count - 1].append(line)
            width += own
        }
        let plain = try makeRenderer(L: 40)
        let expected = try blocks.flatMap { try plain.render(single($0.joined(separator: " "))).sequences }
        #expect(document.sequences.map(\.pixels) == expected.map(\.pixels))
        #expect(document.sequences.count < lines.count)
        let bytes = Array(text.utf8)
        #expect(document.sequences.first?.source.utf8.lowerBound == 0)
        #expect(document.sequences.last?.source.utf8.upperBound == bytes.count)
        for sequence in document.sequences {
            #expect(bytes[sequence.source.utf8.lowerBound] == UInt8(ascii: "L"))
        }
    }

    @Test func eachLineCanBeABlock() throws {
        let renderer = try makeRenderer(L: 12) { $0.packing = .eachLine }
        let document = try renderer.render(single("short\r\n\n\(sentence)\u{2028}end"))
        let plain = try makeRenderer(L: 12)
        let expected = try ["short", sentence, "end"].flatMap { try plain.render(single($0)).sequences }
        #expect(document.sequences.map(\.pixels) == expected.map(\.pixels))
        #expect(try renderer.render(single("\n\n")).sequences.map(\.textPatchCount) == [1])
    }
}
