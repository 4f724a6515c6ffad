import Foundation

/// How rotary frequencies are changed so that a model reads further than it was first trained to.
public enum RotaryScaling: Sendable, Equatable {
    /// Every frequency divided by `factor` (Chen et al. 2023).
    case linear(factor: Double)
    /// Llama 3.1: waves longer than `positions / low` are divided by `factor`, those shorter than `positions / high` stay, between
    /// them the two are mixed in the proportion of their waves' counts.
    case llama3(factor: Double, low: Double, high: Double, positions: Int)

    /// What the frequency (radians a position) `plain` becomes.
    public func frequency(_ plain: Double) -> Double {
        switch self {
        case .linear(let factor): return plain / factor
        case .llama3(let factor, let low, let high, let positions):
            let waves = Double(positions) * plain / (2 * .pi)
            if waves < low { return plain / factor }
            if waves > high { return plain }
            let share = (waves - low) / (high - low)
            return (1 - share) * plain / factor + share * plain
        }
    }
}
