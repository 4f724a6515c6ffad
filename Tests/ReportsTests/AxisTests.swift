import Reports
import Testing

/// Axes and their marks.
@Suite struct AxisTests {
    @Test func marksAreRoundAndInside() {
        #expect(ReportAxis(low: 0, high: 10).marks == [0, 2, 4, 6, 8, 10])
        #expect(ReportAxis(low: 0.62, high: 1.03).marks.map { ($0 * 10).rounded() } == [7, 8, 9, 10])
        #expect(
            ReportAxis(low: 0.02, high: 6, isLogarithmic: true).marks.map { Float($0) } == [0.03, 0.1, 0.3, 1, 3])
        #expect(ReportAxis(low: -3, high: 2).marks == [-3, -2, -1, 0, 1, 2])
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
                #expect(axis.low < axis.high && marks.count <= 16, "\(low) \(high)")
                #expect(marks.allSatisfy { (axis.low...axis.high).contains($0) } && Set(marks).count == marks.count)
                #expect(marks == marks.sorted() && marks.allSatisfy { !axis.text($0).contains("n") })
                for value in ends { #expect((-0.5...1.5).contains(axis.part(value))) }
            }
        }
    }
}
