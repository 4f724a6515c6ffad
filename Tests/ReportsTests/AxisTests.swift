import Foundation
import Foundations
import Reports
import Testing

/// Axes and their marks.
@Suite struct AxisTests {
    @Test func marksAreRoundAndInside() {
        #expect(ReportAxis(low: 0, high: 10).marks == [0, 2, 4, 6, 8, 10])
        #expect(ReportAxis(low: 0.62, high: 1.03).marks.map { ($0 * 10).rounded() } == [7, 8, 9, 10])
        #expect(
            ReportAxis(low: 0.02, high: 6, isLogarithmic: true).marks == [0.02, 0.05, 0.1, 0.2, 0.5, 1, 2, 5])
        #expect(ReportAxis(low: -3, high: 2).marks == [-3, -2, -1, 0, 1, 2])
        // The last mark stands at the end, also where multiples of the step are rounded: 3 * 0.1 > 0.3.
        #expect(ReportAxis(low: 0, high: 0.3).marks == [0, 0.05, 0.1, 0.15, 0.2, 0.25, 0.3])
        #expect(ReportAxis(low: 0, high: 0.6, intervals: 7).marks == [0, 0.1, 0.2, 0.3, 0.4, 0.5, 0.6])
        #expect(ReportAxis(low: 0, high: 129, intervals: 7).marks == [0, 20, 40, 60, 80, 100, 120])
    }

    @Test func marksHaveTheDigitsOfTheirDistance() {
        let axis = ReportAxis(low: 0.62, high: 1.03)
        #expect(axis.marks.map(axis.text) == ["0.7", "0.8", "0.9", "1.0"])
        let levels = ReportAxis(low: 0.5, high: 30_000, isLogarithmic: true)
        #expect(levels.marks.map(levels.text) == ["1", "10", "100", "1000", "10k"])
    }

    @Test func placesFollowTheScale() {
        #expect([-2, 0, 3].map(ReportAxis(low: -2, high: 2).part) == [0, 0.5, 1.25])
        let axis = ReportAxis(low: 1, high: 100, isLogarithmic: true)
        #expect(abs(axis.part(10) - 0.5) < 1e-12 && axis.part(0) == -0.5 && axis.part(-1) == -0.5)
        #expect(axis.part(.infinity) == 1.5 && axis.part(.nan) == -0.5)
    }

    /// The digits of a number that count: 250 and 0.025 have 25.
    private func digits(_ value: Double) -> Int? {
        guard value != 0 else { return 1 }
        let text = String(format: "%.6e", abs(value)).prefix { $0 != "e" }.filter { $0 != "." }
        return Int(text.reversed().drop { $0 == "0" }.reversed().map(String.init).joined())
    }

    /// Ends of all sizes: the rounded axis holds them, begins and ends with a mark, and its marks are 1, 2 or 5 times powers of ten or
    /// multiples of one distance that is.
    @Test(arguments: [false, true]) func roundedAxesBeginAndEndWithRoundMarks(_ isLogarithmic: Bool) {
        var random = SplitMix64(seed: 5)
        func number() -> Double {
            Double(random.next() % 1_000_000) / 1000 * pow(10, Double(random.next() % 13) - 6) + 1e-9
        }
        for _ in 0..<2000 {
            let (a, b) = (number(), number())
            let low = isLogarithmic || random.next() % 2 == 0 ? min(a, b) : -a
            let axis = ReportAxis.rounded(low: low, high: max(a, b), isLogarithmic: isLogarithmic)
            let marks = axis.marks
            let room = 1e-8 * (axis.high - axis.low)
            #expect(axis.low <= low + room && axis.high >= max(a, b) - room, "\(low) \(max(a, b))")
            #expect(
                marks.first == axis.low && marks.last == axis.high && marks.count >= 2 && marks.count <= 13, "\(marks)")
            #expect(Set(marks.map { axis.text($0) }).count == marks.count, "\(marks.map { axis.text($0) })")
            if isLogarithmic {
                #expect(marks.allSatisfy { [1, 2, 5].contains(digits($0)) }, "\(marks)")
            } else {
                let steps = zip(marks, marks.dropFirst()).map { $1 - $0 }
                #expect(
                    steps.allSatisfy { abs($0 - steps[0]) < 1e-6 * steps[0] && [1, 2, 5].contains(digits($0)) },
                    "\(marks)")
            }
        }
    }

    /// Ends of every kind: none traps, and marks are few, finite, ascending and between the ends.
    @Test(arguments: [false, true]) func anyEndsMakeAnAxis(_ isLogarithmic: Bool) {
        let ends = [
            Double.nan, .infinity, -.infinity, 0, -1, 1, 0x1p-1074, 0x1p-1063, -0x1p-1063, 1e-300, 1e300, 1.7e308,
            -1.7e308,
            .greatestFiniteMagnitude, 1e16, 1e16 + 2, Double(Int.max), Double(Int.min),
        ]
        for low in ends {
            for high in ends {
                let axis = ReportAxis(low: low, high: high, isLogarithmic: isLogarithmic)
                let marks = axis.marks
                #expect(axis.low < axis.high && marks.count <= 21, "\(low) \(high)")
                #expect(marks.allSatisfy { (axis.low...axis.high).contains($0) } && Set(marks).count == marks.count)
                #expect(marks == marks.sorted() && marks.allSatisfy { !axis.text($0).contains("n") })
                for value in ends { #expect((-0.5...1.5).contains(axis.part(value))) }
            }
        }
    }
}
