import Testing
import Typesetting

@testable import Patches

/// Right-to-left pairs, flipped patches, spans of mixed lines, colour.
@Suite struct LayoutDirectionTests {
    static let hebrew = "שלום עולם"

    @Test(arguments: [
        ("שלום", true), ("abc", false), ("", false), ("123 !?", false), ("שלום abc עולם", true),
        ("abc שלום def", false), ("12 שלום.", true), ("שa", false), ("aש", true), ("abש", false), ("אבc\t", true),
    ])
    func twoOfTheFirstLastAndMiddleLettersDecide(text: String, isRightToLeft: Bool) {
        #expect(TextDirection.looksRightToLeft(Array(text.utf8), isStrongRTL: BidiClass.isStrongRTL) == isRightToLeft)
    }

    @Test func aPairRunsRightToLeftWhenBothTextsDoOrItIsAsked() throws {
        func sequences(_ isAsked: Bool, _ first: String, _ second: String) throws -> [PatchSequence] {
            try makeRenderer(TestFonts.sansAndHebrew) {
                $0.layout = .pair
                $0.rightToLeft = isAsked
            }.render(pair(first, second)).sequences
        }
        // The full stop stands on the other side when the base direction changes.
        let both = "Abc. \(Self.hebrew) \(Self.hebrew) ש."
        let latin = "abc."
        #expect(
            try sequences(false, "\(Self.hebrew).", "ש \(latin) שש")
                == sequences(true, "\(Self.hebrew).", "ש \(latin) שש"))
        #expect(try sequences(false, both, latin) != sequences(true, both, latin))
    }

    @Test func rightToLeftPairsKeepTextAOnTheLeft() throws {
        let renderer = try makeRenderer(TestFonts.sansAndHebrew) {
            $0.layout = .pair
            $0.offsets = .exact
        }
        let sequence = try #require(try renderer.render(pair(Self.hebrew, "עוד")).sequences.first)
        let spans = try #require(sequence.spans)
        #expect(spans.first?.segment == 0 && spans.last?.segment == 1)
        #expect(spans.first?.utf8.upperBound == Self.hebrew.utf8.count, "the end of the text stands leftmost")
        let single0 = try #require(
            try makeRenderer(TestFonts.sansAndHebrew).render(single(Self.hebrew)).sequences.first)
        let separator = sequence.innerSeparators[0]
        #expect(sequence.patches(0..<separator) == single0.patches(0..<separator))
    }

    @Test func truncatedRightToLeftPairsShowTheBeginningOfB() throws {
        let textB = String(repeating: Self.hebrew + " ", count: 12)
        let renderer = try makeRenderer(TestFonts.sansAndHebrew, L: 20) {
            $0.layout = .pair
            $0.overflow = .truncate
            $0.offsets = .exact
        }
        let document = try renderer.render(pair(Self.hebrew, textB))
        let sequence = try #require(document.sequences.first)
        #expect(document.truncated && document.sequences.count == 1)
        #expect(sequence.source.segment == 1 && sequence.source.utf8.lowerBound == 0)
        #expect(sequence.source.utf8.upperBound < textB.utf8.count)
        #expect(sequence.spans?.last?.utf8.lowerBound == 0, "the beginning stands rightmost")
    }

    @Test(arguments: [0, 2]) func compatibleRightToLeftWindowsTakeRemaindersFromTheLeft(stride: Int) throws {
        let textB = (0..<40).map { _ in Self.hebrew }.joined(separator: " ")
        let renderer = try makeRenderer(TestFonts.sansAndHebrew, L: 24) {
            $0.layout = .pair
            $0.stride = stride
            $0.offsets = .compat
            $0.compatBugs = true
        }
        let document = try renderer.render(pair(Self.hebrew, textB))
        #expect(document.sequences.count > 3)
        var before = -1
        for sequence in document.sequences {
            let separator = sequence.innerSeparators[0]
            #expect(sequence.patches(0..<separator + 1) == document.sequences[0].patches(0..<separator + 1))
            #expect(sequence.source.utf8.lowerBound > before, "windows go on in reading order")
            before = sequence.source.utf8.lowerBound
            // Entries count from the end of the text: patch after patch further to its beginning.
            let mapping = try #require(sequence.referenceMapping)
            let own = mapping[(separator + 1)..<sequence.textPatchCount].filter { $0.start > 0 }
            #expect(zip(own, own.dropFirst()).allSatisfy { $0.start >= $1.start } && !own.isEmpty)
        }
        #expect(document.sequences.dropLast().allSatisfy { $0.textPatchCount == 23 })
    }

    @Test func flippingReversesPatchesOfRightToLeftTextOnly() throws {
        let plain = try makeRenderer(TestFonts.sansAndHebrew) { $0.offsets = .exact }
        let flipping = try makeRenderer(TestFonts.sansAndHebrew) {
            $0.flipRTL = true
            $0.offsets = .exact
        }
        #expect(try plain.render(single("abc def")) == flipping.render(single("abc def")))
        let one = try #require(try plain.render(single(Self.hebrew)).sequences.first)
        let two = try #require(try flipping.render(single(Self.hebrew)).sequences.first)
        let count = one.textPatchCount
        #expect(count > 2 && two.textPatchCount == count)
        for patch in 0..<count {
            #expect(Array(one.patches(patch..<patch + 1)) == Array(two.patches(count - 1 - patch..<count - patch)))
        }
        #expect(two.patches(count..<count + 1).allSatisfy { $0 == 0 })
        #expect(two.spans?.first?.utf8.lowerBound == 0)
    }

    @Test func aPatchWhereTheDirectionChangesHasSeveralSpans() throws {
        let text = "ab שלום עולם cd"
        let renderer = try makeRenderer(TestFonts.sansAndHebrew) { $0.offsets = .exact }
        let sequence = try #require(try renderer.render(single(text)).sequences.first)
        let spans = try #require(sequence.spans)
        #expect(Set(spans.flatMap { Array($0.utf8) }) == Set(0..<text.utf8.count))
        // No span runs over the end of the Latin letters into the far end of the Hebrew ones.
        #expect(spans.allSatisfy { $0.utf8.count < 12 })
    }

    @Test func colourMakesThreeChannelsAndOnlyThen() throws {
        let renderer = try makeRenderer(TestFonts.emoji) { $0.layout = .pair }
        let plain = try #require(try renderer.render(pair("abc", "def")).sequences.first)
        let coloured = try #require(try renderer.render(pair("abc", "def 😀")).sequences.first)
        #expect(plain.channels == 1 && coloured.channels == 3)
        #expect(try #require(try renderer.render(pair("abc", "def")).sequences.first) == plain)
        let separator = coloured.innerSeparators[0]
        #expect(coloured.patches(0..<separator) == plain.withThreeChannels().patches(0..<separator))
        let gray = try makeRenderer(TestFonts.emoji, colour: .gray) { $0.layout = .pair }
        #expect(try gray.render(pair("abc", "def 😀")).sequences[0].channels == 1)
    }

    @Test func colouredClustersComeAlongInBigrams() throws {
        let renderer = try makeRenderer(TestFonts.emoji) { $0.strategy = .bigrams }
        let sequence = try #require(try renderer.render(single("a😀b")).sequences.first)
        #expect(sequence.channels == 3)
        let pixels = sequence.pixels
        #expect(stride(from: 0, to: pixels.count, by: 3).contains { pixels[$0] != pixels[$0 + 2] })
    }
}
