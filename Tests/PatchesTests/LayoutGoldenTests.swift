import Patches
import Testing
import Typesetting

/// The values that the reference renderer classes gave, with Noto Sans 2.004.
@Suite struct LayoutGoldenTests {
    @Test(arguments: [
        ("", [16], 1, 65_280), (" ", [16], 1, 65_280), ("a", [16], 1, 70_270), ("a\nb", [32], 2, 76_769),
        (sentence, [320], 20, 264_194),
    ])
    func singleTextsHaveTheReferenceGeometryAndInk(text: String, separators: [Int], count: Int, ink: Int) throws {
        let document = try makeRenderer { $0.overflow = .truncate }.render(single(text))
        let sequence = try #require(document.sequences.first)
        #expect(document.sequences.count == 1)
        #expect(sequence.separatorColumns == separators)
        #expect(sequence.textPatchCount == count)
        #expect(sequence.ink == ink)
    }

    @Test func truncatedTextHasTheReferenceInk() throws {
        let document = try makeRenderer(L: 16) { $0.overflow = .truncate }.render(single(sentence))
        let sequence = try #require(document.sequences.first)
        #expect(document.sequences.count == 1 && document.truncated)
        #expect(sequence.separatorColumns == [240] && sequence.textPatchCount == 15)
        #expect(sequence.ink == 214_482)
    }

    @Test func pairsHaveTheReferenceMapping() throws {
        let renderer = try makeRenderer {
            $0.layout = .pair
            $0.offsets = .compat
        }
        let sequence = try #require(try renderer.render(pair("My cool cat", "sits in a box")).sequences.first)
        #expect(sequence.separatorColumns == [80, 176] && sequence.textPatchCount == 11)
        #expect(sequence.ink == 216_449)
        let golden = [
            [0, 1], [1, 4], [4, 6], [6, 9], [9, 11], [0, 0], [0, 3], [3, 6], [6, 9], [9, 11], [11, 13],
        ]
        #expect(entries(sequence.referenceMapping, 11) == golden)
        #expect(sequence.referenceMapping?.count == 64)
        #expect(sequence.referenceMapping?.dropFirst(11).allSatisfy { $0 == CharacterPair(0, 0) } == true)
    }

    @Test(arguments: [
        (["My", "cool", "cat"], [0, 2, 4, 6], 6, 109_067),
        (["internationalization", "is", "hard"], [0, 8, 9, 11], 11, 171_794),
    ])
    func wordsStartAtTheReferencePatches(list: [String], starts: [Int], count: Int, ink: Int) throws {
        let renderer = try makeRenderer { $0.layout = .words }
        let sequence = try #require(try renderer.render(words(list)).sequences.first)
        #expect(sequence.separators == [count] && sequence.textPatchCount == count)
        #expect(sequence.wordStarts == starts)
        #expect(sequence.ink == ink)
    }

    @Test func wordsStopAtTheReferencePatch() throws {
        let renderer = try makeRenderer(L: 16) {
            $0.layout = .words
            $0.overflow = .truncate
        }
        let document = try renderer.render(words(of: sentence))
        let sequence = try #require(document.sequences.first)
        #expect(document.sequences.count == 1 && document.truncated)
        #expect(sequence.separatorColumns == [240] && sequence.textPatchCount == 15)
        #expect(sequence.wordStarts == [0, 2, 4, 6, 8, 9, 10, 14, 15])
        #expect(sequence.ink == 186_227)
    }

    @Test(arguments: [false, true]) func overflowingPairsHaveTheReferenceWindows(compatBugs: Bool) throws {
        let renderer = try makeRenderer(L: 24) {
            $0.layout = .pair
            $0.stride = 3
            $0.offsets = .compat
            $0.compatBugs = compatBugs
        }
        let document = try renderer.render(pair("My cool cat?", sentence))
        try #require(document.sequences.count == 2)
        let first = document.sequences[0]
        #expect(first.separatorColumns == [80, 368] && first.textPatchCount == 23)
        #expect(first.ink == 350_085)
        let textA = [[0, 1], [1, 4], [4, 6], [6, 9], [9, 12]]
        let golden = [
            [0, 1], [1, 4], [4, 6], [6, 9], [9, 13], [13, 17], [17, 20], [20, 23], [23, 25], [25, 28], [28, 31],
            [31, 33], [33, 36], [36, 40], [40, 43], [43, 46], [46, 48],
        ]
        #expect(entries(first.referenceMapping, 23) == textA + [[0, 0]] + golden)
        let second = document.sequences[1]
        #expect(second.separatorColumns == [80, 208] && second.textPatchCount == 13)
        #expect(second.ink == 236_303)
        let rest = [[40, 43], [43, 46], [46, 48], [48, 51], [51, 53], [53, 57]]
        #expect(entries(second.referenceMapping, 12) == textA + [[0, 0]] + rest)
    }

    @Test func pygameHasItsReferenceValues() throws {
        let sequence = try #require(try makeRenderer(profile: .pygame).render(single(sentence)).sequences.first)
        #expect(sequence.separators == [20] && sequence.ink == 292_687)
        let rows = (0..<16).filter { row in
            (0..<20).contains { patch in
                sequence.pixels[(patch * 16 + row) * 16..<(patch * 16 + row + 1) * 16].contains { $0 < 255 }
            }
        }
        #expect(rows == Array(1...15))
        let pairs = try makeRenderer(profile: .pygame) { $0.layout = .pair }
        let two = try #require(try pairs.render(pair("My cool cat", "sits in a box")).sequences.first)
        #expect(two.separators == [5, 11] && two.ink == 228_948)
        let lists = try makeRenderer(profile: .pygame) { $0.layout = .words }
        let three = try #require(try lists.render(words(["My", "cool", "cat"])).sequences.first)
        #expect(three.wordStarts == [0, 2, 4, 6] && three.ink == 115_480)
    }
}
