import Foundations

/// Scores of predicted numbers.
public enum Correlation {
    /// Pearson's correlation.
    ///
    /// Where scipy gives NaN or an error there is no value: a constant side, or fewer than two numbers. O(n).
    public static func pearson(_ a: [Double], _ b: [Double]) -> MetricValue {
        guard a.count == b.count else { return .undefined("\(counted(a.count, "number")) beside \(b.count)") }
        guard a.count >= 2 else { return .undefined("a correlation needs two examples, there is \(a.count)") }
        for (side, values) in [("predicted", a), ("right", b)] {
            if let place = values.firstIndex(where: { !$0.isFinite }) {
                return .undefined("the \(side) number of example \(place) is \(values[place])")
            }
            if values.allSatisfy({ $0 == values[0] }) { return .undefined("all \(side) numbers are the same") }
        }
        let (left, right) = (unit(a), unit(b))
        let sum = zip(left, right).reduce(0) { $0 + $1.0 * $1.1 }
        return sum.isFinite
            ? .value(min(1, max(-1, sum))) : .undefined("the numbers are too large or too close together")
    }

    /// The numbers less their mean, at length 1. The largest is divided out first, so that no square runs over.
    private static func unit(_ values: [Double]) -> [Double] {
        let scale = values.reduce(0) { max($0, $1.magnitude) }
        let scaled = values.map { $0 / scale }
        let mean = scaled.reduce(0, +) / Double(values.count)
        let centred = scaled.map { $0 - mean }
        let largest = centred.reduce(0) { max($0, $1.magnitude) }
        let length = centred.reduce(0) { $0 + ($1 / largest) * ($1 / largest) }.squareRoot()
        return centred.map { $0 / largest / length }
    }

    /// Spearman's rank correlation: Pearson's of ``ranks(_:)``. Undefined as ``pearson(_:_:)``. O(n log n).
    public static func spearman(_ a: [Double], _ b: [Double]) -> MetricValue {
        if let place = (a + b).firstIndex(where: { $0.isNaN }) {
            return .undefined("the number of example \(place < a.count ? place : place - a.count) is no number")
        }
        return pearson(ranks(a), ranks(b))
    }

    /// Ranks from 1; equal numbers share the mean of their ranks. O(n log n).
    public static func ranks(_ values: [Double]) -> [Double] {
        let order = values.indices.sorted { values[$0] < values[$1] }
        var ranks = [Double](repeating: 0, count: values.count)
        var start = 0
        while start < order.count {
            var end = start + 1
            while end < order.count, values[order[end]] == values[order[start]] { end += 1 }
            for place in start..<end { ranks[order[place]] = Double(start + 1 + end) / 2 }
            start = end
        }
        return ranks
    }

    /// The mean squared error. O(n).
    public static func meanSquaredError(_ a: [Double], _ b: [Double]) -> MetricValue {
        guard a.count == b.count else { return .undefined("\(counted(a.count, "number")) beside \(b.count)") }
        guard !a.isEmpty else { return .undefined("there are no examples") }
        let sum = zip(a, b).reduce(0) { $0 + ($1.0 - $1.1) * ($1.0 - $1.1) }
        return sum.isNaN ? .undefined("a number is no number") : .finite(sum / Double(a.count))
    }
}
