import Foundation
import Foundations

/// Decisions between continuations.
public enum ChoiceScores {
    /// The likeliest choice, by log-likelihood or by log-likelihood over length; the first of equals. `nil` when there is none,
    /// a likelihood is no number, or the arrays differ in length.
    public static func decision(_ logLikelihoods: [Double], lengths: [Int]?) -> Int? {
        guard !logLikelihoods.isEmpty, lengths.map({ $0.count == logLikelihoods.count }) ?? true else { return nil }
        var best = 0
        var bestScore = -Double.infinity
        for (index, value) in logLikelihoods.enumerated() {
            let score = lengths.map { value / Double(max(1, $0[index])) } ?? value
            if score.isNaN { return nil }
            if score > bestScore { (best, bestScore) = (index, score) }
        }
        return best
    }

    /// The share of examples whose decision is right.
    static func accuracy(
        _ logLikelihoods: [[Double]], _ lengths: [[Int]]?, _ gold: [Int]
    ) -> MetricValue {
        guard logLikelihoods.count == gold.count, lengths.map({ $0.count == gold.count }) ?? true else {
            return .undefined("\(counted(logLikelihoods.count, "decision")) for \(counted(gold.count, "label"))")
        }
        var right = 0
        for (index, values) in logLikelihoods.enumerated() {
            guard let decision = decision(values, lengths: lengths?[index]) else {
                return .undefined("a likelihood of example \(index) is no number")
            }
            if decision == gold[index] { right += 1 }
        }
        return .value(Double(right) / Double(gold.count))
    }
}

/// Means of losses.
public enum LossScores {
    /// The summed losses over the summed weights. Undefined without weight.
    public static func mean(sums: [Double], weights: [Double]) -> MetricValue {
        let (sum, weight) = (sums.reduce(0, +), weights.reduce(0, +))
        guard sums.count == weights.count, weight > 0, weight.isFinite else { return .undefined("nothing was counted") }
        return sum.isNaN ? .undefined("a loss is no number") : .finite(sum / weight)
    }

    /// e to the mean loss in nats: of a sum over tokens, the perplexity of a token.
    public static func perplexity(sums: [Double], weights: [Double]) -> MetricValue {
        switch mean(sums: sums, weights: weights) {
        case .value(let mean): .finite(exp(mean))
        case .undefined(let reason): .undefined(reason)
        }
    }
}
