import Evaluation
import Testing

@Suite struct NoiseTests {
    static let text =
        "The press prints a page of PATIENT letters, and nobody reads it twice; the ink dries slowly. Ein großes Blatt, "
        + "Пресса печатает страницу. 印刷機が動く。 👩‍👩‍👧 🇩🇰🇫🇷 e\u{301}tude नमस्ते שלום"
    static let long = String(
        repeating: "the quick brown fox jumps over a lazy dog while seven ships sail by ", count: 80)

    @Test(arguments: NoiseKind.allCases)
    func aRateOfNothingChangesNothing(kind: NoiseKind) {
        for rate in [0, -1, Double.nan] {
            let result = Noise(kind, rate: rate, seed: 1).apply(to: Self.text, id: "x")
            #expect(result.text.utf8.elementsEqual(Self.text.utf8) && result.changed == 0 && result.eligible > 0)
        }
    }

    @Test(arguments: NoiseKind.allCases)
    func theShareOfChangedCharactersIsTheRate(kind: NoiseKind) {
        for rate in [0.05, 0.2, 0.5, 0.9] {
            let result = Noise(kind, rate: rate, seed: 3).apply(to: Self.long, id: "x")
            let share = Double(result.changed) / Double(result.eligible)
            // Five standard deviations; a swap changes two characters by one draw.
            let draws = Double(result.eligible) / (kind == .swap ? 2 : 1)
            let tolerance = 5 * (rate * (1 - rate) / draws).squareRoot()
            #expect((share - rate).magnitude < tolerance, "\(kind) \(rate): \(share) of \(result.eligible)")
        }
    }

    @Test(arguments: NoiseKind.allCases)
    func theSameSeedAndExampleGiveTheSameAndOthersDoNot(kind: NoiseKind) {
        func noisy(_ seed: UInt64, _ id: String, _ part: String = "a") -> String {
            Noise(kind, rate: 0.3, seed: seed).apply(to: Self.long, id: id, part: part).text
        }
        #expect(noisy(1, "x") == noisy(1, "x"))
        #expect(noisy(1, "x") != noisy(2, "x") && noisy(1, "x") != noisy(1, "y") && noisy(1, "x", "b") != noisy(1, "x"))
    }

    @Test(arguments: NoiseKind.allCases.filter { $0 != .drop && $0 != .swap })
    func aHigherRateChangesMoreInTheSameWay(kind: NoiseKind) {
        let plain = Array(Self.long)
        func changes(_ rate: Double) -> [Int: String] {
            // Each character of the text becomes one piece: noise on it alone would draw for place 0.
            let noisy = Noise(kind, rate: rate, seed: 5).apply(to: Self.long, id: "x").text
            var changes: [Int: String] = [:]
            var rest = Substring(noisy)
            for (index, character) in plain.enumerated() {
                var piece = rest.prefix(1)
                let next = rest.dropFirst(1).first
                if kind == .repeat, next == character, index + 1 == plain.count || plain[index + 1] != character {
                    piece = rest.prefix(2)
                }
                if kind == .zeroWidth, let next, ["\u{200B}", "\u{2060}", "\u{FEFF}"].contains(String(next)) {
                    piece = rest.prefix(2)
                }
                rest = rest.dropFirst(piece.count)
                if !piece.utf8.elementsEqual(String(character).utf8) { changes[index] = String(piece) }
            }
            #expect(rest.isEmpty)
            return changes
        }
        let (few, many) = (changes(0.1), changes(0.4))
        #expect(few.count > 50 && many.count > 2 * few.count)
        for (index, piece) in few { #expect(many[index] == piece) }
    }

    @Test func droppingMoreLeavesASubsequence() {
        func left(_ rate: Double) -> String { Noise(.drop, rate: rate, seed: 5).apply(to: Self.long, id: "x").text }
        var rest = Substring(left(0.1))
        for character in left(0.5) {
            guard let place = rest.firstIndex(of: character) else {
                Issue.record("'\(character)' is no part of what a lower rate left")
                return
            }
            rest = rest[rest.index(after: place)...]
        }
        #expect(Noise(.drop, rate: 1, seed: 1).apply(to: "word", id: "x").text.count == 1)
        #expect(Noise(.drop, rate: 1, seed: 1).apply(to: "", id: "x").text == "")
    }

    @Test(arguments: NoiseKind.allCases)
    func charactersStayWhole(kind: NoiseKind) {
        for id in 0..<40 {
            let result = Noise(kind, rate: 0.5, seed: 7).apply(to: Self.text, id: "\(id)")
            let known = Set(Self.text)
            let count = result.text.count
            switch kind {
            case .drop: #expect(count == Self.text.count - result.changed && Set(result.text).isSubset(of: known))
            case .repeat: #expect(count == Self.text.count + result.changed && Set(result.text).isSubset(of: known))
            case .swap:
                #expect(count == Self.text.count && Set(result.text) == known)
                #expect(result.text.split(separator: " ").map(\.count) == Self.text.split(separator: " ").map(\.count))
            case .zeroWidth:
                #expect(count == Self.text.count + result.changed)
                let visible = result.text.unicodeScalars.filter { !["\u{200B}", "\u{2060}", "\u{FEFF}"].contains($0) }
                #expect(String(String.UnicodeScalarView(visible)) == Self.text)
            default: #expect(count == Self.text.count)
            }
        }
    }

    @Test func exampleNoiseTouchesTheTextsOnlyAndWhatStandsBeforeChoices() {
        let example = TaskExample(
            id: "4", textA: "a letter", textB: "a letter", label: .index(1),
            choices: [TaskChoice(context: "a letter", continuation: " b")], answers: ["a letter"])
        let noisy = Noise(.leetspeak, rate: 1, seed: 1)(example)
        #expect(noisy.textA == "4 l3773r".replacing("l", with: "1") && noisy.textB == noisy.textA)
        #expect(noisy.choices == [TaskChoice(context: noisy.textA, continuation: " b")])
        #expect(noisy.answers == example.answers && noisy.label == example.label)
    }

    @Test func kindsDoWhatTheyAreNamedFor() {
        func all(_ kind: NoiseKind, _ text: String) -> String {
            Noise(kind, rate: 1, seed: 2).apply(to: text, id: "").text
        }
        #expect(
            all(.homoglyph, "pace") != "pace" && all(.homoglyph, "pace").unicodeScalars.allSatisfy { $0.value > 0x36F })
        #expect(all(.swap, "ab") == "ba" && all(.repeat, "a b") == "aa bb")
        #expect(all(.diacritic, "a1").count == 2 && all(.diacritic, "a1").unicodeScalars.count == 3)
        #expect(all(.keyboard, "QQ").allSatisfy { "WA".contains($0) })
        #expect(all(.repeat, "🇩🇰") == "🇩🇰")
    }
}
