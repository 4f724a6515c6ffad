import Foundations
import Patches
import Testing
import Typesetting

/// Random Unicode through every layout: no trap, no endless loop, and the counts stay true.
@Suite struct LayoutFuzzTests {
    static func text(_ count: Int, _ generator: inout SplitMix64) -> [UInt8] {
        let special: [UInt32] = [
            0x20, 0x20, 0x20, 0x0A, 0x0D, 0x09, 0, 0x200D, 0x200B, 0xFE0F, 0x301, 0x5D0, 0x628, 0x627, 0x202E, 0x2067,
            0x1F600, 0x1F1E9, 0x1F3FD, 0xFDFD, 0xE000, 0x10FFFF, 0x0E33, 0x0939, 0x094D, 0x4E00, 0x85, 0x2028,
        ]
        var scalars = String.UnicodeScalarView()
        for _ in 0..<count {
            let value =
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: special[Int.random(in: 0..<special.count, using: &generator)]
                case 1: UInt32.random(in: 0x20...0x7E, using: &generator)
                case 2: UInt32.random(in: 0x20...0x2FFF, using: &generator)
                default: UInt32.random(in: 0...0x10FFFF, using: &generator)
                }
            if let scalar = Unicode.Scalar(value) { scalars.append(scalar) }
        }
        return Array(String(scalars).utf8)
    }

    @Test(arguments: LayoutOptions.Overflow.allCases, LayoutOptions.Offsets.allCases)
    func everyLayoutTakesAnyText(overflow: LayoutOptions.Overflow, offsets: LayoutOptions.Offsets) throws {
        var generator = SplitMix64(seed: 11)
        for round in 0..<24 {
            let L = [2, 3, 5, 9, 33][round % 5]
            let first = Self.text(Int.random(in: 0...60, using: &generator), &generator)
            let second = Self.text(Int.random(in: 0...300, using: &generator), &generator)
            for (layout, strategy) in [
                (LayoutOptions.Layout.single, LayoutOptions.Strategy.continuous), (.pair, .continuous),
                (.words, .continuous), (.single, .bigrams), (.single, .words), (.single, .adaptive),
                (.words, .adaptive),
                (.pair, .words), (.pair, .bigrams), (.pair, .adaptive),
            ] {
                let renderer = try makeRenderer(TestFonts.sansAndArabic, L: L) {
                    $0.layout = layout
                    $0.strategy = strategy
                    $0.overflow = overflow
                    let startsWords = layout == .words || strategy != .continuous
                    $0.offsets = offsets == .compat && startsWords ? .exact : offsets
                    $0.compatBugs = round % 3 == 0
                    $0.rightToLeft = layout == .pair && strategy != .words && round % 7 == 0
                    $0.flipRTL = round % 4 == 0 && layout != .words && strategy == .continuous
                    if layout == .pair, L > 8 { $0.stride = round % 3 }
                    if layout == .pair, L > 8 { $0.textAMaxPatches = 3 }
                }
                do {
                    let document = try renderer.render(layout == .pair ? .pair(first, second) : .single(second))
                    #expect(!document.sequences.isEmpty)
                    #expect(document.report.sequenceCount == document.sequences.count)
                    for sequence in document.sequences {
                        #expect((1..<L).contains(sequence.textPatchCount))
                        #expect(sequence.patches(sequence.textPatchCount..<sequence.patchCount).allSatisfy { $0 == 0 })
                        #expect(sequence.source.utf8.upperBound <= second.count)
                        #expect(sequence.spans?.allSatisfy { $0.patch < sequence.textPatchCount } != false)
                    }
                } catch LayoutError.tooWide where overflow == .error {
                } catch LayoutError.noRoom where L < 5 {
                }
            }
        }
    }

    @Test(arguments: ["x", "ab ", "\u{301}", "\u{200B}", "ﷺ", "سلام ", "हिन्दी"])
    func aLongLineOfOneKindIsRenderedInParts(unit: String) throws {
        let text = Array(String(repeating: unit, count: 60_000 / unit.utf8.count).utf8)
        for strategy in [LayoutOptions.Strategy.continuous, .words, .bigrams, .adaptive] {
            let renderer = try makeRenderer(TestFonts.sansAndArabic, L: 256) { $0.strategy = strategy }
            var end = 0
            let report = try renderer.render(.single(text)) { sequence in
                #expect(sequence.source.utf8.lowerBound >= end)
                end = sequence.source.utf8.upperBound
            }
            #expect(report.sequenceCount >= 1)
            #expect(end >= text.count - 1)
        }
        for strategy in [LayoutOptions.Strategy.continuous, .words, .bigrams, .adaptive] {
            let pairs = try makeRenderer(TestFonts.sansAndArabic, L: 256) {
                $0.layout = .pair
                $0.strategy = strategy
            }
            var end = 0
            _ = try pairs.render(.pair(Array("Why?".utf8), text)) { end = $0.source.utf8.upperBound }
            #expect(end >= text.count - 1)
        }
    }
}
