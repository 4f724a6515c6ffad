import Foundations
import Patches
import Testing
import Typesetting

/// Text that does not fit: parts, windows, errors.
@Suite struct LayoutOverflowTests {
    static let long = (0..<12).map { "\($0): \(sentence)" }.joined(separator: " ")

    @Test func paddingThatLeavesNoRoomForTextBIsAnError() throws {
        let renderer = try makeRenderer(L: 4) { $0.padLeft = 30 }
        #expect(throws: LayoutError.self) { try renderer.render(pair("x", "hello world this is a test")) }
    }

    @Test(arguments: [4, 9, 24, 60]) func partsEqualTheirTextRenderedAlone(L: Int) throws {
        let renderer = try makeRenderer(L: L)
        let document = try renderer.render(single(Self.long))
        #expect(document.sequences.count > 1 && document.overflowed && !document.truncated)
        let bytes = Array(Self.long.utf8)
        var end = 0
        for sequence in document.sequences {
            let span = sequence.source.utf8
            #expect(bytes[end..<span.lowerBound].allSatisfy { $0 == 0x20 }, "only spaces are left out")
            end = span.upperBound
            let alone = try renderer.render(.single(Array(bytes[span])))
            #expect(alone.sequences.count == 1)
            #expect(alone.sequences[0].pixels == sequence.pixels)
            #expect(sequence.textPatchCount < L)
        }
        #expect(end == bytes.count)
    }

    @Test func longTextsAreCutWhereShortOnesAre() throws {
        // The first parts of a text must not depend on how much follows.
        let renderer = try makeRenderer(L: 32)
        let some = try renderer.render(single(Self.long)).sequences
        let more = try renderer.render(single(Self.long + " " + Self.long + " " + Self.long)).sequences
        #expect(Array(some.dropLast()) == Array(more.prefix(some.count - 1)))
    }

    @Test func oneWordWiderThanASequenceIsCutInside() throws {
        let text = String(repeating: "unbreakable", count: 40)
        let document = try makeRenderer(L: 8).render(single(text))
        #expect(document.sequences.map(\.source.utf8.count).reduce(0, +) == text.utf8.count)
        #expect(document.sequences.allSatisfy { $0.textPatchCount <= 7 })
    }

    @Test func theErrorPolicyNamesTheWidths() throws {
        let renderer = try makeRenderer(L: 16) { $0.overflow = .error }
        #expect(throws: LayoutError.tooWide(segment: 0, width: 317, available: 240, maxPatches: 16)) {
            try renderer.render(single(sentence))
        }
        #expect(try renderer.render(single("short")).sequences.count == 1)
        let pairs = try makeRenderer(L: 16) {
            $0.overflow = .error
            $0.layout = .pair
        }
        #expect(throws: LayoutError.self) { try pairs.render(pair("short", sentence)) }
        let lists = try makeRenderer(L: 16) {
            $0.overflow = .error
            $0.layout = .words
        }
        #expect(throws: LayoutError.self) { try lists.render(words(of: sentence)) }
    }

    @Test(arguments: [0, 1, 3, 8], [false, true])
    func windowsRepeatTextAAndCoverTextB(stride: Int, mixed: Bool) throws {
        let renderer = try makeRenderer(mixed ? TestFonts.sansAndHebrew : TestFonts.sans, L: 24) {
            $0.layout = .pair
            $0.stride = stride
            $0.offsets = .exact
        }
        let textB = mixed ? Self.long.replacing("cool cat", with: "cool שלום עולם cat") : Self.long
        let document = try renderer.render(pair("My cool cat?", textB))
        #expect(document.sequences.count > 3 && !document.truncated)
        let separator = document.sequences[0].innerSeparators[0]
        for sequence in document.sequences {
            #expect(sequence.patches(0..<separator + 1) == document.sequences[0].patches(0..<separator + 1))
        }
        let shown = document.sequences.flatMap { $0.spans ?? [] }.filter { $0.segment == 1 }
        let covered = Set(shown.flatMap { Array($0.utf8) })
        let bytes = Array(textB.utf8)
        #expect((0..<bytes.count).allSatisfy { covered.contains($0) || bytes[$0] == 0x20 })
        if stride > 0, !mixed {
            for (one, next) in zip(document.sequences, document.sequences.dropFirst()) {
                let again = next.source.utf8.lowerBound
                let patch = one.spans?.last { $0.segment == 1 && $0.utf8.contains(again) }?.patch
                #expect(patch == 23 - stride)
            }
        }
    }

    @Test func aLongTextALeavesRoomForTextB() throws {
        let renderer = try makeRenderer(L: 24) { $0.layout = .pair }
        let document = try renderer.render(pair(Self.long, "and then B"))
        #expect(document.truncated)
        #expect(document.sequences.allSatisfy { $0.innerSeparators == [12] })
        #expect(document.sequences.last?.source.utf8.upperBound == 10)
    }

    @Test(arguments: [3, 6, 11]) func textAIsTheLongestPrefixWithinItsPatches(limit: Int) throws {
        let renderer = try makeRenderer {
            $0.layout = .pair
            $0.textAMaxPatches = limit
            $0.offsets = .exact
        }
        let document = try renderer.render(pair(sentence, "B"))
        let sequence = try #require(document.sequences.first)
        let count = (sequence.spans ?? []).filter { $0.segment == 0 }.map(\.utf8.upperBound).max() ?? 0
        let bytes = Array(sentence.utf8)
        func width(_ count: Int) throws -> Int { try renderer.typesetter.line(Array(bytes[..<count])).width }
        #expect(try 2 + width(count) <= 16 * limit)
        #expect(try 2 + width(count + 1) > 16 * limit)
        #expect(try sequence.innerSeparators == [(2 + width(count) + 2 + 15) / 16])
        #expect(document.truncated)
    }

    @Test func compatBugsPlaceTheSeparatorByTheWholeTextA() throws {
        let renderer = try makeRenderer {
            $0.layout = .pair
            $0.textAMaxPatches = 6
            $0.compatBugs = true
        }
        let sequence = try #require(try renderer.render(pair(sentence, "B")).sequences.first)
        let whole = try #require(try renderer.render(pair(sentence, "B")).sequences.first)
        #expect(sequence.innerSeparators == [20] && whole.innerSeparators == [20])
        // Nothing is drawn from the seventh patch to the separator.
        #expect(sequence.patches(6..<20).allSatisfy { $0 == 255 })
        let small = try makeRenderer(L: 16) {
            $0.layout = .pair
            $0.overflow = .truncate
            $0.textAMaxPatches = 6
            $0.compatBugs = true
        }
        let lost = try #require(try small.render(pair(sentence, "B")).sequences.first)
        #expect(lost.separators == [15, 15])
    }
}
