import Foundations
import Patches
import Testing
import Typesetting

/// Properties that hold for every text: separators, independence of the canvas, positions, spans.
@Suite struct LayoutInvariantTests {
    static let texts = [
        "", " ", "a", "Hello, world", sentence, "Ein längerer Satz mit Umlauten: äöü ÄÖÜ ß, und e\u{301}!",
        "Ελληνικά και русский вместе", "ffi fl AV To — “quoted”",
    ]

    static func random(_ count: Int, seed: UInt64) -> String {
        var generator = SplitMix64(seed: seed)
        let letters = Array("abcdefghij klmnop qrstuv äöé fiffl .,")
        return String((0..<count).map { _ in letters[Int.random(in: 0..<letters.count, using: &generator)] })
    }

    @Test(arguments: texts) func separatorsAreBlackAndTheEndPatchIsLast(text: String) throws {
        let renderer = try makeRenderer { $0.layout = .pair }
        let sequence = try #require(try renderer.render(pair(text, text + "x")).sequences.first)
        #expect(sequence.separators.last == sequence.textPatchCount && sequence.separators.count == 2)
        for separator in sequence.separators {
            #expect(sequence.patches(separator..<separator + 1).allSatisfy { $0 == 0 })
        }
        #expect(sequence.pixels.count == sequence.patchCount * sequence.patchByteCount)
        let padded = sequence.padded(to: 64)
        #expect(padded.dropFirst(sequence.pixels.count).allSatisfy { $0 == 255 })
        #expect(Array(padded.prefix(sequence.pixels.count)) == sequence.pixels)
    }

    @Test(arguments: texts) func theCanvasLengthDoesNotMatterWhereAllFits(text: String) throws {
        for layout in [LayoutOptions.Layout.single, .words] {
            let short = try makeRenderer(L: 64) { $0.layout = layout }.render(single(text))
            let long = try makeRenderer(L: 128) { $0.layout = layout }.render(single(text))
            #expect(short.sequences == long.sequences)
            #expect(short.sequences.count == 1 && !short.overflowed)
        }
    }

    @Test(arguments: texts, texts) func partsOfAPairEqualSingleTexts(first: String, second: String) throws {
        let both = try #require(
            try makeRenderer { $0.layout = .pair }.render(pair(first, second)).sequences.first)
        let renderer = try makeRenderer()
        let one = try #require(try renderer.render(single(first)).sequences.first)
        let two = try #require(try renderer.render(single(second)).sequences.first)
        let separator = both.innerSeparators[0]
        #expect(separator == one.textPatchCount)
        #expect(both.patches(0..<separator) == one.patches(0..<separator))
        #expect(both.textPatchCount - separator - 1 == two.textPatchCount)
        let textB = both.patches(separator + 1..<both.textPatchCount)
        #expect(Array(textB) == Array(two.patches(0..<two.textPatchCount)))
    }

    @Test func stripsAndPatchesAreInverse() throws {
        for channels in [1, 3] {
            let bytes = PicturesTests.noise(5 * 256 * channels, seed: 7)
            let strip = PatchSequence.strip(fromPatches: bytes, patchSize: 16, channels: channels)
            #expect(strip != bytes)
            #expect(PatchSequence.patches(fromStrip: strip, patchSize: 16, channels: channels) == bytes)
        }
        let sequence = try #require(try makeRenderer().render(single("ab")).sequences.first)
        let strip = sequence.strip()
        // Row 5, column 20: the second patch's fifth row, fourth column.
        #expect(strip[5 * sequence.patchCount * 16 + 20] == sequence.pixels[256 + 5 * 16 + 4])
    }

    @Test func binaryIsTheThresholdOfGrayAndStaysBinary() throws {
        let gray = try #require(try makeRenderer(colour: .gray).render(single(sentence)).sequences.first)
        let binary = try #require(try makeRenderer(colour: .binary).render(single(sentence)).sequences.first)
        #expect(binary.channels == 1 && gray.channels == 1)
        #expect(binary.pixels == gray.pixels.map { $0 < 128 ? 0 : 255 })
        let rgb = try #require(
            try makeRenderer { $0.channels = .rgb }.render(single(sentence)).sequences.first)
        #expect(rgb.channels == 3 && rgb == gray.withThreeChannels())
    }

    @Test(arguments: texts) func spansOfLeftToRightTextAreInOrderAndCoverIt(text: String) throws {
        let renderer = try makeRenderer { $0.offsets = .exact }
        let sequence = try #require(try renderer.render(single(text)).sequences.first)
        let spans = try #require(sequence.spans)
        #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.utf8.lowerBound <= $1.utf8.lowerBound })
        #expect(zip(spans, spans.dropFirst()).allSatisfy { $0.patch < $1.patch })
        #expect(Set(spans.flatMap { Array($0.utf8) }) == Set(0..<text.utf8.count))
        #expect(Set(spans.flatMap { Array($0.scalars) }) == Set(0..<text.unicodeScalars.count))
        let bytes = Array(text.utf8)
        for span in spans {
            #expect(String(decoding: bytes[span.utf8], as: UTF8.self).unicodeScalars.count == span.scalars.count)
            #expect(span.patch < sequence.textPatchCount && span.segment == 0)
        }
    }

    @Test(arguments: texts) func patchCountFollowsFromTheWidth(text: String) throws {
        let renderer = try makeRenderer()
        let width = try renderer.typesetter.line(Array(text.utf8)).width
        let document = try renderer.render(single(text))
        #expect(document.sequences[0].textPatchCount == (width + 4 + 15) / 16)
        #expect(document.report.textPatchCount == document.sequences[0].textPatchCount)
    }

    @Test func repeatedCallsAndOtherRenderersGiveTheSameBytes() throws {
        let renderer = try makeRenderer(L: 20)
        let texts = (0..<20).map { Self.random(10 + 40 * $0, seed: UInt64($0)) }
        let first = try texts.map { try renderer.render(single($0)) }
        let again = try texts.reversed().map { try renderer.render(single($0)) }
        #expect(first == again.reversed())
        let fresh = try texts.map { try makeRenderer(L: 20).render(single($0)) }
        #expect(first == fresh)
    }

    @Test func croppingEqualsAShorterCanvasButForTheEndPatch() throws {
        let long = try #require(try makeRenderer { $0.overflow = .truncate }.render(single(sentence)).sequences.first)
        let short = try #require(
            try makeRenderer(L: 12) { $0.overflow = .truncate }.render(single(sentence)).sequences.first)
        #expect(short.patches(0..<11) == long.patches(0..<11))
        #expect(short.patches(11..<12).allSatisfy { $0 == 0 })
        #expect(long.patches(11..<12).contains { $0 > 0 })
        #expect(long.padded(to: 12) == Array(long.patches(0..<12)))
    }

    @Test func masksCoverTextAndEnd() throws {
        let sequence = try #require(try makeRenderer().render(single("cool")).sequences.first)
        let count = sequence.textPatchCount
        #expect(sequence.attentionMask(length: 8).reduce(0) { $0 + Int($1) } == count + 1)
        #expect(sequence.attentionMask(length: 8, eosAttended: false).reduce(0) { $0 + Int($1) } == count)
        #expect(sequence.attentionMask(length: 8).count == 8)
        #expect(sequence.attentionMask(length: 2) == [1, 1])
        #expect(sequence.attentionMask(length: 8).first == 1 && sequence.attentionMask(length: 8).last == 0)
    }
}
