import Foundation

/// The axis of a drawing: the place of values between its ends, and the round marks on it.
public struct ReportAxis: Sendable, Equatable {
    /// The value at the lower end.
    public let low: Double
    /// The value at the upper end, greater than ``low``.
    public let high: Double
    /// True if equal factors have equal lengths.
    public let isLogarithmic: Bool

    /// An axis from `low` to `high`. Ends beyond ±1e300, of a logarithmic axis below 1e-300, are moved there, and ends too close
    /// for numbers to tell marks from each other are moved apart, so that any ends make an axis.
    public init(low: Double, high: Double, isLogarithmic: Bool = false) {
        let least = isLogarithmic ? 1e-300 : -1e300
        let low = low.isNaN ? max(0, least) : min(max(low, least), 1e300)
        let high = high.isNaN ? low : min(max(high, least), 1e300)
        let room = max(max(abs(low), abs(high)) * 1e-9, 1e-300)
        (self.low, self.isLogarithmic) = (low, isLogarithmic)
        self.high = high - low >= room ? high : low + room
    }

    /// The place of a value, 0 at the lower end and 1 at the upper; values far beyond the ends, and no numbers, stand at -0.5 or 1.5.
    public func part(_ value: Double) -> Double {
        let part =
            isLogarithmic
            ? value > 0 ? (log(value) - log(low)) / (log(high) - log(low)) : -0.5 : (value - low) / (high - low)
        return part.isNaN ? -0.5 : min(max(part, -0.5), 1.5)
    }

    /// Round values between the ends, ascending: about five, of a logarithmic axis up to a dozen.
    public var marks: [Double] {
        guard isLogarithmic else {
            let first = (low / step).rounded(.up)
            return (0..<12).map { (first + Double($0)) * step }.filter((low...high).contains)
        }
        let decades = log10(high) - log10(low)
        let factors = decades > 3 ? [1.0] : decades > log10(30) ? [1.0, 3] : [1.0, 2, 5]
        let every = max(1, Int((decades / 8).rounded(.up)))
        return (Int(log10(low).rounded(.down))...Int(log10(high).rounded(.up))).filter { $0 % every == 0 }
            .flatMap { power in factors.map { $0 * pow(10, Double(power)) } }
            .filter { (low...high).contains($0) }
    }

    /// A mark as text, with as many digits as the distance of marks has.
    public func text(_ mark: Double) -> String { ReportNumbers.mark(mark, step: isLogarithmic ? mark : step) }

    /// The distance of marks on a linear axis: 1, 2, 2.5 or 5 times a power of ten.
    private var step: Double {
        let rough = (high - low) / 5
        let power = pow(10, log10(rough).rounded(.down))
        return power * ([1.0, 2, 2.5, 5].first { $0 * power >= rough } ?? 10)
    }
}
