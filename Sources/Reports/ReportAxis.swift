import Foundation

/// The axis of a drawing: the place of values between its ends, and the round marks on it.
///
/// Marks are 1, 2 or 5 times powers of ten, or multiples of such a number.
public struct ReportAxis: Sendable, Equatable {
    /// The value at the lower end.
    public let low: Double
    /// The value at the upper end, greater than ``low``.
    public let high: Double
    /// True if equal factors have equal lengths.
    public let isLogarithmic: Bool
    private let grid: Grid

    /// An axis from `low` to `high` with at most `intervals` and two more between marks. Ends beyond ±1e300, of a logarithmic axis
    /// below 1e-300, are moved there, and ends too close for numbers to tell marks from each other are moved apart, so that any ends
    /// make an axis.
    public init(low: Double, high: Double, isLogarithmic: Bool = false, intervals: Int = 6) {
        let least = isLogarithmic ? 1e-300 : -1e300
        let low = low.isNaN ? max(0, least) : min(max(low, least), 1e300)
        let high = high.isNaN ? low : min(max(high, least), 1e300)
        let room = max(max(abs(low), abs(high)) * 1e-9, 1e-300)
        let top = high - low >= room ? high : low + room
        self.init(low, top, isLogarithmic, Grid(low, top, isLogarithmic, intervals))
    }

    private init(_ low: Double, _ high: Double, _ isLogarithmic: Bool, _ grid: Grid) {
        (self.low, self.high, self.isLogarithmic, self.grid) = (low, high, isLogarithmic, grid)
    }

    /// An axis that holds `low` and `high` and has a mark at each end.
    public static func rounded(low: Double, high: Double, isLogarithmic: Bool = false) -> ReportAxis {
        let exact = ReportAxis(low: low, high: high, isLogarithmic: isLogarithmic)
        let (bottom, top) = exact.grid.around(exact.low, exact.high)
        return ReportAxis(bottom, top, isLogarithmic, exact.grid)
    }

    /// The place of a value, 0 at the lower end and 1 at the upper; values far beyond the ends, and no numbers, stand at -0.5 or 1.5.
    public func part(_ value: Double) -> Double {
        let part =
            isLogarithmic
            ? value > 0 ? (log(value) - log(low)) / (log(high) - log(low)) : -0.5 : (value - low) / (high - low)
        return part.isNaN ? -0.5 : min(max(part, -0.5), 1.5)
    }

    /// Round values from end to end, ascending: three to nine, of a logarithmic axis up to a dozen.
    public var marks: [Double] { grid.marks(low, high) }

    /// A mark as text, with as many digits as the distance of marks has.
    public func text(_ mark: Double) -> String { ReportNumbers.mark(mark, step: isLogarithmic ? mark : grid.step) }

    /// A mark that is a share as per cent: "12.5 %".
    public func percentText(_ mark: Double) -> String {
        ReportNumbers.mark(100 * mark, step: 100 * (isLogarithmic ? mark : grid.step)) + " %"
    }
}

extension ReportAxis {
    /// Where marks may stand, whatever the ends: multiples of a round number, or round numbers themselves.
    fileprivate struct Grid: Sendable, Equatable {
        /// The distance of marks is `digit` times 10 to the `power`.
        private var (digit, power) = (1, 0)
        /// Of a logarithmic axis what powers of ten are multiplied by; empty on a linear one.
        private var factors: [Double] = []
        /// Of a logarithmic axis the powers that have marks are multiples of this.
        private var every = 1

        /// Ends are marks but for rounding.
        private static let slack = 1e-9

        init(_ low: Double, _ high: Double, _ isLogarithmic: Bool, _ intervals: Int) {
            guard !isLogarithmic else {
                let decades = log10(high) - log10(low)
                factors = decades > 3 ? [1] : [1, 2, 5]
                every = max(1, Int((decades / 8).rounded(.up)))
                return
            }
            let rough = (high - low) / Double(intervals)
            power = Int(log10(rough).rounded(.down))
            let found = [1, 2, 5].first { Double($0) * pow(10, Double(power)) >= rough * (1 - Self.slack) }
            (digit, power) = found.map { ($0, power) } ?? (1, power + 1)
        }

        var step: Double { multiple(1) }

        /// `count` times the step, rounded once: 3 times 0.1 is 0.3.
        private func multiple(_ count: Double) -> Double {
            let value = count * Double(digit)
            return power < 0 ? value / pow(10, Double(-power)) : value * pow(10, Double(power))
        }

        private func powers(_ low: Double, _ high: Double) -> [Double] {
            let all = Int(log10(low).rounded(.down)) - every...Int(log10(high).rounded(.up)) + every
            return all.filter { $0 % every == 0 }.flatMap { power in
                factors.map { power < 0 ? $0 / pow(10, Double(-power)) : $0 * pow(10, Double(power)) }
            }.filter { $0 > 0 && $0.isFinite }
        }

        func marks(_ low: Double, _ high: Double) -> [Double] {
            guard factors.isEmpty else {
                return powers(low, high).filter { $0 >= low * (1 - Self.slack) && $0 <= high * (1 + Self.slack) }
                    .map { min(max($0, low), high) }
            }
            let (first, last) = ((low / step - Self.slack).rounded(.up), (high / step + Self.slack).rounded(.down))
            return (0...20).map { first + Double($0) }.filter { $0 <= last }.map { min(max(multiple($0), low), high) }
        }

        /// The marks at or beyond the ends.
        func around(_ low: Double, _ high: Double) -> (Double, Double) {
            guard factors.isEmpty else {
                let all = powers(low, high)
                let bottom = all.last { $0 <= low * (1 + Self.slack) } ?? low
                let top = all.first { $0 >= high * (1 - Self.slack) && $0 > bottom } ?? high
                return (bottom, top)
            }
            return (
                multiple((low / step + Self.slack).rounded(.down)), multiple((high / step - Self.slack).rounded(.up))
            )
        }
    }
}
