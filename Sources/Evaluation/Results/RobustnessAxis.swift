import Foundation

/// The axis of values that all panels of a drawing share.
struct RobustnessAxis {
    /// A level with its name.
    struct Mark {
        let value: Double
        let text: String
    }

    let low, high: Double
    /// Whether values span so much that equal factors have equal heights.
    let isLogarithmic: Bool
    let marks: [Mark]

    /// An axis that holds all values with their spreads; nil where there is no finite one. Shares are per cent, and stay within 0 and 100
    /// unless they are correlations below it.
    init?(_ cells: [ResultTable.Cell], isShare: Bool) {
        let finite = cells.filter(\.value.isFinite)
        let values = finite.flatMap { [$0.value - ($0.spread ?? 0), $0.value + ($0.spread ?? 0)] }.filter(\.isFinite)
        let (least, greatest) = (finite.map(\.value).min() ?? 0, finite.map(\.value).max() ?? 0)
        guard let bottom = values.min(), let top = values.max() else { return nil }
        isLogarithmic = !isShare && least > 0 && top / least > 20
        if isLogarithmic {
            (low, high) = (max(bottom, least / 2) / 1.1, top * 1.1)
            let factors = high / low > 1000 ? [1.0] : [1.0, 2, 5]
            var levels: [Double] = []
            for power in Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up)) {
                levels += factors.map { $0 * pow(10, Double(power)) }
            }
            let range = low...high
            marks = levels.filter(range.contains).map { Mark(value: $0, text: String(format: "%g", $0)) }
            return
        }
        var room = (top - bottom) * 0.06
        if room <= 0 { room = isShare ? 5 : max(abs(top) * 0.05, 0.5) }
        // What no value can reach is not drawn.
        low = isShare && least >= 0 ? max(0, bottom - room) : bottom - room
        high = isShare && greatest <= 100 ? min(100, top + room) : top + room
        let rough = (high - low) / 5
        let power = pow(10, log10(rough).rounded(.down))
        let step = power * ([1.0, 2, 2.5, 5].first { $0 * power >= rough } ?? 10)
        let digits =
            (0...6).first { abs(step * pow(10, Double($0)) - (step * pow(10, Double($0))).rounded()) < 1e-6 } ?? 6
        marks = (Int((low / step).rounded(.up))...Int((high / step).rounded(.down))).map { number in
            Mark(value: Double(number) * step, text: String(format: "%.\(digits)f", Double(number) * step))
        }
    }

    /// The part of the height, 0 at the bottom and 1 at the top; what lies beyond is at the edge.
    func part(_ value: Double) -> Double {
        let part = isLogarithmic ? log(max(value, low) / low) / log(high / low) : (value - low) / (high - low)
        return min(1, max(0, part.isFinite ? part : 0))
    }
}
