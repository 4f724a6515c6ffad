import Foundation

/// Expected scores of answers that are drawn uniformly and look at nothing.
enum Chance {
    /// The expected value of a metric of classes, of which `golds` counts the examples; nil where it has none.
    ///
    /// Every guess is each class with probability 1/n. `accuracy` and `f1_micro` are 1/n, and so is the recall of every class;
    /// `matthews` is 0, for guesses do not depend on the labels. F1 is the expectation over true and false positives, both binomial.
    static func value(of metric: String, golds: [Int]) -> Double? {
        let (count, total) = (golds.count, golds.reduce(0, +))
        guard count > 1, total > 0 else { return nil }
        let share = 1 / Double(count)
        switch metric {
        case "accuracy", "f1_micro", "balanced_accuracy": return share
        case "matthews": return 0
        case "f1": return count == 2 ? f1(positives: golds[1], negatives: golds[0], share) : nil
        case "f1_macro":
            let sum = golds.filter { $0 > 0 }.reduce(0) { $0 + f1(positives: $1, negatives: total - $1, share) }
            // A class without an example has the F1 0, and counts where it is guessed.
            let (seen, absent) = (golds.count { $0 > 0 }, golds.count { $0 == 0 })
            let guessed = 1 - pow(1 - share, Double(total))
            return sum
                * binomial(absent, guessed).reduce(0) { $0 + $1.weight / (Double(seen) + $1.value) }
        default: return nil
        }
    }

    /// The expectation of 2 TP / (2 TP + FP + FN) where each example is taken for positive with probability `share`.
    static func f1(positives: Int, negatives: Int, _ share: Double) -> Double {
        let (right, wrong) = (binomial(positives, share), binomial(negatives, share))
        var sum = 0.0
        for hit in right where hit.value > 0 {
            for false_ in wrong {
                sum += hit.weight * false_.weight * 2 * hit.value / (hit.value + false_.value + Double(positives))
            }
        }
        return sum
    }

    /// Values of a binomial count with their weights: all that weigh more than 1e-18; of more than 100,000 trials three values that have
    /// the first five moments of a normal count.
    private static func binomial(_ trials: Int, _ share: Double) -> [(value: Double, weight: Double)] {
        guard trials > 0 else { return [(0, 1)] }
        let mean = Double(trials) * share
        let deviation = (mean * (1 - share)).squareRoot()
        guard trials <= 100_000 else {
            let step = 3.0.squareRoot() * deviation
            return [(mean - step, 1 / 6), (mean, 2 / 3), (mean + step, 1 / 6)]
        }
        guard share < 1 else { return [(Double(trials), 1)] }
        let first = max(0, Int(mean - 9 * deviation) - 9)
        let last = min(trials, Int(mean + 9 * deviation) + 9)
        // Each weight from the one before; what is left out at both ends weighs nothing.
        var weights = [1.0]
        for count in first..<last {
            let ratio = Double(trials - count) / Double(count + 1) * share / (1 - share)
            weights.append(weights[weights.count - 1] * ratio)
        }
        let sum = weights.reduce(0, +)
        return weights.enumerated().map { (Double(first + $0.offset), $0.element / sum) }
    }
}
