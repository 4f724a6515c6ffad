import Patches
import Testing
import Typesetting

@Suite struct LayoutReportTests {
    /// Scalars that no font of the test draws: one Hangul syllable a word.
    private func text(_ count: Int) -> String { (0..<count).map { "word\($0) \u{D55C} " }.joined() }

    @Test(arguments: [LayoutOptions.Overflow.split, .truncate], [false, true])
    func aMissingCharacterOfAPairIsCountedOnce(overflow: LayoutOptions.Overflow, isShort: Bool) throws {
        let renderer = try makeRenderer(L: 24) {
            $0.layout = .pair
            $0.overflow = overflow
            $0.offsets = .exact
        }
        let count = isShort ? 20 : 200
        let document = try renderer.render(pair("\u{D55C} A", text(count)))
        let shown = Set(document.sequences.flatMap { $0.spans ?? [] }.filter { $0.segment == 1 }.flatMap(\.utf8))
        let bytes = Array(text(count).utf8)
        let expected = shown.count { bytes[$0] == 0xED }
        #expect(document.missing.count == expected + 1)
        #expect(expected > 0 && (expected == count) == (overflow == .split))
    }

    @Test(arguments: [LayoutOptions.Strategy.continuous, .words, .bigrams, .adaptive])
    func missingCharactersBehindTheEndAreNotCounted(strategy: LayoutOptions.Strategy) throws {
        for overflow in [LayoutOptions.Overflow.split, .truncate] {
            let renderer = try makeRenderer(L: 12) {
                $0.strategy = strategy
                $0.overflow = overflow
                $0.offsets = .exact
            }
            let document = try renderer.render(single(text(40)))
            let shown = Set(document.sequences.flatMap { $0.spans ?? [] }.flatMap(\.utf8))
            let bytes = Array(text(40).utf8)
            #expect(document.missing.count == shown.count { bytes[$0] == 0xED })
            #expect((document.missing.count == 40) == (overflow == .split))
        }
    }

    @Test func cutWordsTakeTimeInProportionToTheText() throws {
        let renderer = try makeRenderer(L: 2) { $0.strategy = .words }
        let text = Array(String(repeating: "mmmm ", count: 20_000).utf8)
        var sequences = 0
        let clock = ContinuousClock()
        let time = try clock.measure { _ = try renderer.render(.single(text)) { _ in sequences += 1 } }
        #expect(sequences >= 20_000)
        #expect(time < .seconds(8))
    }
}
