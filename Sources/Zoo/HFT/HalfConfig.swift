public import Foundations
import ZooKit

/// The settings of half fine-tuning.
public struct HalfConfig: DefaultFilled, Sendable, Equatable {
    /// Among which units the draw is made.
    public enum Level: String, Codable, Sendable, CaseIterable {
        /// In every layer, among its attention matrices, its feed-forward matrices and its norms, each by themselves: the published rule.
        case category
        /// Among whole layers.
        case layer
        /// Among all matrices and norms of all layers.
        case model
    }

    /// When a new round begins within a run.
    public enum Reselection: String, Codable, Sendable, CaseIterable {
        /// Never; each run is a round, numbered on from those that the model has behind it.
        case stage
        /// At every pass over the training data.
        case epoch
        /// Every `every` steps.
        case steps
        /// Never, and each run is round 0: a sequence of runs trains the same half.
        case never
    }

    /// The share of units that are trained, 0 to 1.
    public var ratio = 0.5
    /// Among which units the draw is made.
    public var level = Level.category
    /// When a new round begins.
    public var reselect = Reselection.stage
    /// Steps of a round, where rounds are counted in steps.
    public var every: Int?
    /// The seed of the draws; nil is that of the run.
    public var seed: Int?
    /// The number of the first round; nil numbers on from the model's file of rounds.
    public var round: Int?
    /// True if embeddings, heads and the final norm are trained, as published; false freezes them.
    public var trainEnds = true
    /// True if moments of units stay while these are frozen, in fp32 as they are, 8 bytes a number; else they are dropped, and begin at
    /// step one when a unit is trained again. Moments in half precision (section 3.5 of the specification) are not built.
    public var keepMoments = false

    enum CodingKeys: String, CodingKey {
        case ratio, level, reselect, every, seed, round
        case trainEnds = "train_ends"
        case keepMoments = "keep_moments"
    }

    /// The published settings.
    public init() {}

    /// Checks ranges. Throws `invalidValue` with the key.
    func check() throws(ConfigError) {
        func invalid(_ key: String, _ reason: String) -> ConfigError {
            .invalidValue(source: "method half", keyPath: key, reason: reason)
        }
        guard (0...1).contains(ratio) else { throw invalid("ratio", "\(ratio) is not in 0 to 1") }
        if let every, every < 1 { throw invalid("every", "it is below 1") }
        if let seed, seed < 0 { throw invalid("seed", "it is below 0") }
        if let round, !HalfRounds.numbers.contains(round) { throw invalid("round", "\(round) is not in 0 to 2^53") }
        if (reselect == .steps) != (every != nil) {
            throw invalid("every", "steps of a round go with reselect=steps, and it with them")
        }
    }
}
