import Foundation

/// Scores of the ranks at which right texts stand, from 1.
enum RankScores {
    /// The mean of 1 over the rank.
    static func reciprocal(_ ranks: [Int]) -> Double { ranks.reduce(0) { $0 + 1 / Double($1) } / Double(ranks.count) }

    /// The share of ranks of at most `count`.
    static func recall(_ ranks: [Int], at count: Int) -> Double {
        Double(ranks.count { $0 <= count }) / Double(ranks.count)
    }

    /// The expected score of a random order of `count` texts; nil for another metric.
    static func chance(_ metric: String, count: Int) -> Double? {
        let all = Double(max(1, count))
        if metric == "mrr" { return (1...max(1, count)).reduce(0) { $0 + 1 / Double($1) } / all }
        return depths.first { "recall@\($0)" == metric }.map { min(1, Double($0) / all) }
    }

    /// Depths that recall is told at.
    static let depths = [1, 5, 10]
}

extension Metric {
    /// The metrics of retrieval.
    static let ofRanks: [Metric] =
        [
            Metric(name: "mrr", summary: "mean reciprocal rank of the right text", direction: .higher) { outcomes in
                ranks(outcomes) { RankScores.reciprocal($0) }
            }
        ]
        + RankScores.depths.map { depth in
            Metric(
                name: "recall@\(depth)", summary: "share of right texts among the first \(depth)", direction: .higher
            ) { outcomes in ranks(outcomes) { RankScores.recall($0, at: depth) } }
        }

    private static func ranks(_ outcomes: Outcomes, _ score: ([Int]) -> Double) -> MetricValue {
        guard case .ranks(let ranks) = outcomes else { return .undefined("the metric is of ranks") }
        return .value(score(ranks))
    }
}
