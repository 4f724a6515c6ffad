import Foundation

/// How the learning rate runs over a training: linear warm-up, then linear or cosine descent to `floor`, or constant. The same
/// formulas as transformers' schedules of those names.
public struct Schedule: Codable, Sendable, Equatable {
    /// The course after warm-up.
    public enum Shape: String, Codable, Sendable, CaseIterable {
        /// Straight down to `floor` at the last step.
        case linear
        /// Half a cosine down to `floor` at the last step.
        case cosine
        /// The peak rate.
        case constant
    }

    /// The course after warm-up.
    public var shape: Shape
    /// Steps in which the rate grows from 0: step i has (i / warmUp) of the peak.
    public var warmUp: Int
    /// Steps in all; 0 where the shape is constant and no end is known.
    public var steps: Int
    /// What is left of the peak at the end, as a part of it.
    public var floor: Double

    enum CodingKeys: String, CodingKey {
        case shape
        case warmUp = "warm_up"
        case steps, floor
    }

    /// A schedule over `steps` steps.
    public init(_ shape: Shape, warmUp: Int = 0, steps: Int, floor: Double = 0) {
        self.shape = shape
        self.warmUp = warmUp
        self.steps = steps
        self.floor = floor
    }

    /// The part of the peak rate that optimiser step `step`, counted from 0, has; 0 at step 0 where there is a warm-up.
    public func factor(at step: Int) -> Double {
        if step < warmUp { return Double(step) / Double(warmUp) }
        let rest = max(1, steps - warmUp)
        let done = min(1, Double(step - warmUp) / Double(rest))
        switch shape {
        case .constant: return 1
        case .linear: return floor + (1 - floor) * (1 - done)
        case .cosine: return floor + (1 - floor) * 0.5 * (1 + cos(Double.pi * done))
        }
    }
}
