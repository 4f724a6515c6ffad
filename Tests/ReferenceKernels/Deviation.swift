/// The worst of the places where an array is too far from another.
public struct Deviation: CustomStringConvertible {
    /// The place in the arrays, row-major.
    public let index: Int
    /// What stands there.
    public let got: Double
    /// What should.
    public let expected: Double
    /// How far apart the two may be there.
    public let bound: Double
    /// How many places are too far apart.
    public let count: Int

    /// The place, both values and the bound.
    public var description: String {
        "worst at \(index): \(got) for \(expected), may differ by \(bound); \(count) places differ by more"
    }

    /// Compares whole arrays; nil if every place lies within `relative` of its own size plus `scaled` of the largest size in
    /// `expected` plus `absolute`. Infinities must be equal, and one that is not a number only stands for another.
    public static func between(
        _ got: [Double], _ expected: [Double], relative: Double = 0, scaled: Double = 0, absolute: Double = 0
    ) -> Deviation? {
        guard got.count == expected.count else {
            return Deviation(
                index: min(got.count, expected.count), got: Double(got.count), expected: Double(expected.count),
                bound: 0, count: abs(got.count - expected.count))
        }
        let largest = expected.lazy.filter(\.isFinite).map { abs($0) }.max() ?? 0
        var worst: (index: Int, excess: Double)?
        var count = 0
        for (index, (a, b)) in zip(got, expected).enumerated() where !(a == b || a.isNaN && b.isNaN) {
            let distance = abs(a - b)
            let bound = relative * abs(b) + scaled * largest + absolute
            if distance <= bound, distance.isFinite { continue }
            let excess = distance.isFinite ? (bound > 0 ? distance / bound : distance * 1e300) : .infinity
            count += 1
            if excess > worst?.excess ?? -1 { worst = (index, excess) }
        }
        return worst.map { worst in
            let bound = relative * abs(expected[worst.index]) + scaled * largest + absolute
            return Deviation(
                index: worst.index, got: got[worst.index], expected: expected[worst.index], bound: bound, count: count)
        }
    }
}
