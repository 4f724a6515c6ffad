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

    private static func spaces(_ count: Int) -> String { String(repeating: " ", count: count) }

    /// N does not depend on how many spaces a cut swallows, and what is drawn is the text without them.
    @Test(.timeLimit(.minutes(5)), arguments: [16, 64], [700, 1 << 20])
    func runsOfSpacesWiderThanASequenceAreSwallowed(L: Int, count: Int) throws {
        let renderer = try makeRenderer(L: L)
        let run = Self.spaces(count)
        func texts(_ text: String) throws -> [Range<Int>] {
            let sequences = try renderer.render(single(text)).sequences
            for sequence in sequences {
                let bytes = Array(Array(text.utf8)[sequence.source.utf8])
                #expect(try renderer.render(.single(bytes)).sequences[0].pixels == sequence.pixels)
            }
            return sequences.map(\.source.utf8)
        }
        #expect(try texts(run) == [0..<0])
        #expect(try texts("a" + run) == [0..<1])
        #expect(try texts(run + "b") == [count..<count + 1])
        #expect(try texts("a" + run + "b") == [0..<1, count + 1..<count + 2])
        let report = try renderer.render(single("a" + run)).report
        #expect(report.overflowed && !report.truncated && report.textPatchCount == 1)
    }

    @Test(.timeLimit(.minutes(5)), arguments: [0, 3], [700, 1 << 20])
    func noWindowOfAPairShowsSpacesAlone(stride: Int, count: Int) throws {
        let renderer = try makeRenderer(TestFonts.sansAndHebrew, L: 16) {
            $0.layout = .pair
            $0.stride = stride
        }
        let run = Self.spaces(count)
        func starts(_ textB: String) throws -> [Int] {
            let document = try renderer.render(pair("A", textB))
            #expect(document.overflowed && !document.truncated)
            return document.sequences.map(\.source.utf8.lowerBound)
        }
        #expect(try starts(run) == [0])
        #expect(try starts(run + "b") == [count])
        #expect(try starts(run + "ב") == [count])
        for letter in ["b", "ב"] {
            let windows = try starts("a" + run + letter)
            #expect(windows.first == 0 && windows.last == count + 1)
            #expect(windows.count <= 2 + stride, "a stride may repeat the text before the spaces")
        }
        let blank = try renderer.render(pair("A", run)).sequences[0]
        #expect(blank.patches(2..<3).allSatisfy { $0 == 255 } && blank.textPatchCount == 3)
        #expect(try starts("a" + run) == [0])
    }

    @Test(.timeLimit(.minutes(5))) func textAOfSpacesIsCutInOneStep() throws {
        let renderer = try makeRenderer(L: 16) { $0.layout = .pair }
        for text in [("", ""), ("", "a"), ("a", "a")] {
            let (few, many) = (text.0 + Self.spaces(200) + text.1, text.0 + Self.spaces(1 << 20) + text.1)
            let sequence = try renderer.render(pair(many, "b")).sequences[0]
            #expect(try sequence == renderer.render(pair(few, "b")).sequences[0])
            #expect(sequence.textPatchCount == sequence.innerSeparators[0] + 2)
        }
    }

    /// A long text B is laid out piece by piece: its windows are those of a short one.
    @Test(arguments: [0, 3]) func windowsDoNotDependOnHowMuchFollowsThem(stride: Int) throws {
        let renderer = try makeRenderer(L: 16) {
            $0.layout = .pair
            $0.stride = stride
        }
        let text = "one" + Self.spaces(120) + "two three   four, five, six, seven, eight, nine, ten and so on"
        let some = try renderer.render(pair("A", text)).sequences
        let more = try renderer.render(pair("A", text + " " + Self.long + Self.long)).sequences
        #expect(some.count > 2 && Array(some.dropLast()) == Array(more.prefix(some.count - 1)))
    }

    @Test func wordsOfSpacesAreSwallowedToo() throws {
        for strategy in [LayoutOptions.Strategy.words, .bigrams, .adaptive] {
            let renderer = try makeRenderer(L: 16) {
                $0.layout = .words
                $0.strategy = strategy
            }
            for list in [["a", Self.spaces(1 << 20), "b"], [Self.spaces(1 << 20) + "a", "b"]] {
                let document = try renderer.render(words(list))
                #expect(document.sequences.count <= 3, "\(strategy)")
            }
        }
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
