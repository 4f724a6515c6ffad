import Foundations
import Patches
import Testing
import Typesetting

/// Pairs of the strategies that cut text into words.
@Suite struct LayoutRowPairTests {
    static let strategies: [LayoutOptions.Strategy] = [.words, .bigrams, .adaptive]
    static let b = "sits in a beautiful box full of black beans and 日本語の文 goes on until nothing more fits here"

    private func renderer(
        _ strategy: LayoutOptions.Strategy, L: Int = 64, _ layout: LayoutOptions.Layout = .pair,
        _ change: (inout LayoutOptions) -> Void = { _ in }
    ) throws -> PatchRenderer {
        try makeRenderer(LayoutAdaptiveTests.many, L: L) {
            ($0.layout, $0.strategy, $0.offsets) = (layout, strategy, .exact)
            change(&$0)
        }
    }

    /// What a sequence shows of B, byte after byte.
    private func bytesOfB(_ sequence: PatchSequence) -> Set<Int> {
        (sequence.spans ?? []).filter { $0.segment == 1 }.reduce(into: []) { $0.formUnion($1.utf8) }
    }

    private func isBlack(_ sequence: PatchSequence, _ patch: Int) -> Bool {
        sequence.patches(patch..<patch + 1).allSatisfy { $0 == 0 }
    }

    @Test(
        arguments: strategies,
        [
            ("My cool cat", "sits in a box"), ("", "x"), ("x", ""), ("", ""), ("مرحبا بالعالم", "漢字 कि"),
            ("שלום עולם", "good שלום"),
        ])
    func bothTextsAreDrawnAsAlone(strategy: LayoutOptions.Strategy, texts: (String, String)) throws {
        let document = try renderer(strategy).render(pair(texts.0, texts.1))
        let sequence = document.sequences[0]
        let a = try renderer(strategy, .single).render(single(texts.0)).sequences[0]
        let b = try renderer(strategy, .single).render(single(texts.1)).sequences[0]
        let s = a.textPatchCount
        #expect(document.sequences.count == 1 && !document.overflowed && !document.truncated)
        #expect(sequence.separators == [s, s + 1 + b.textPatchCount] && isBlack(sequence, s))
        #expect(sequence.patches(0..<s) == a.patches(0..<s))
        #expect(Array(sequence.patches(s + 1..<sequence.patchCount)) == b.pixels)
        let moved = (b.spans ?? []).map {
            PatchSpan(patch: $0.patch + s + 1, segment: 1, utf8: $0.utf8, scalars: $0.scalars)
        }
        #expect(sequence.spans == (a.spans ?? []) + moved)
        #expect(sequence.source.segment == 1 && sequence.wordStarts == nil)
    }

    @Test(arguments: strategies)
    func whatDoesNotFitIsLostAtTheEndOfB(strategy: LayoutOptions.Strategy) throws {
        let long = try renderer(strategy, L: 24) { $0.overflow = .truncate }.render(pair("My cool cat", Self.b))
        let whole = try renderer(strategy, L: 200).render(pair("My cool cat", Self.b)).sequences[0]
        let sequence = try #require(long.sequences.first)
        let end = sequence.textPatchCount
        #expect(long.sequences.count == 1 && long.truncated && end < 24 && end > 18)
        #expect(sequence.patches(0..<end - 1) == whole.patches(0..<end - 1))
        #expect(bytesOfB(sequence).max() == sequence.source.utf8.upperBound - 1)
        #expect(throws: LayoutError.self) {
            try renderer(strategy, L: 24) { $0.overflow = .error }.render(pair("My cool cat", Self.b))
        }
        let full = try renderer(strategy, L: 8) { $0.overflow = .truncate }.render(pair(Self.b, "x y"))
        #expect(full.truncated && full.sequences.count == 1 && full.sequences[0].separators.allSatisfy { $0 < 8 })
    }

    @Test(arguments: strategies, [0, 5, 9])
    func aSplitPairRepeatsAAndLosesNothing(strategy: LayoutOptions.Strategy, stride: Int) throws {
        let renderer = try renderer(strategy, L: 28) { $0.stride = stride }
        let document = try renderer.render(pair("My cool cat", Self.b))
        let a = try self.renderer(strategy, .single).render(single("My cool cat")).sequences[0]
        let s = a.textPatchCount
        var shown: Set<Int> = []
        var last: (bytes: Set<Int>, sequence: PatchSequence)?
        for sequence in document.sequences {
            #expect(sequence.innerSeparators == [s] && sequence.patches(0..<s) == a.patches(0..<s))
            let bytes = bytesOfB(sequence)
            #expect(!bytes.subtracting(shown).isEmpty)
            if let last {
                let again = bytes.intersection(last.bytes)
                let patches = (sequence.spans ?? []).filter { $0.segment == 1 && again.contains($0.utf8.lowerBound) }
                #expect(Set(patches.map(\.patch)).count <= stride)
                #expect(stride == 9 ? !again.isEmpty : true)
            }
            shown.formUnion(bytes)
            last = (bytes, sequence)
        }
        #expect(document.sequences.count > 2 && document.overflowed && !document.truncated)
        #expect(shown == Set(Array(Self.b.utf8).indices.filter { Array(Self.b.utf8)[$0] != 0x20 }))
    }

    @Test(arguments: strategies)
    func textAKeepsToItsLimit(strategy: LayoutOptions.Strategy) throws {
        for limit in 1...6 {
            let document = try renderer(strategy) { $0.textAMaxPatches = limit }.render(
                pair("My cool cats are here", "b"))
            let sequence = document.sequences[0]
            #expect(sequence.innerSeparators[0] <= limit && document.truncated)
            let free = try renderer(strategy).render(pair("My cool cats are here", "b")).sequences[0]
            let spans = sequence.spans?.filter { $0.segment == 0 } ?? []
            let firstWord = free.spans?.first { $0.utf8.lowerBound > 2 }?.patch ?? 0
            // The first word is cut where not even that fits.
            #expect(limit < firstWord || Array(free.spans?.prefix(spans.count) ?? []) == spans)
            #expect(limit < 2 || !spans.isEmpty)
        }
        // A wide text gives up half of a split sequence, and nothing of it stands behind its separator.
        let document = try renderer(strategy, L: 12).render(pair(Self.b, "one two three four five six seven"))
        #expect(document.truncated && document.sequences.allSatisfy { $0.innerSeparators[0] <= 6 })
        #expect(throws: LayoutError.self) { try renderer(strategy, L: 3).render(pair("a b c", "d e f")) }
    }

    /// A cluster wider than the limit is left out, not drawn over what follows.
    @Test(arguments: strategies)
    func aWideClusterOfAStaysBeforeTheSeparator(strategy: LayoutOptions.Strategy) throws {
        let document = try renderer(strategy) { $0.textAMaxPatches = 1 }.render(pair("﷽", "b"))
        let alone = try renderer(strategy).render(pair("", "b"))
        #expect(document.sequences[0].pixels == alone.sequences[0].pixels && document.truncated)
    }

    @Test func wordsHaveNoDirectionToForce() throws {
        #expect(throws: LayoutError.self) { try renderer(.words) { $0.rightToLeft = true } }
        let forced = try renderer(.bigrams) { $0.rightToLeft = true }.render(pair("ab cd", "ef"))
        #expect(forced.sequences[0].spans?.map(\.utf8.lowerBound) == [3, 0, 0])
    }
}
