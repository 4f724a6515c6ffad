import Foundations

extension Metric {
    /// Every metric.
    public static let all: [Metric] =
        [
            Metric(name: "accuracy", summary: "share of examples that are right", direction: .higher) { outcomes in
                switch outcomes {
                case .choices(let scores, _, let gold): ChoiceScores.accuracy(scores, nil, gold)
                case .losses(_, _, let isGreedy): share(isGreedy)
                case .words(let sentences, _): WordScores.accuracy(sentences)
                default: classes(outcomes) { $0.accuracy }
                }
            },
            Metric(
                name: "accuracy_norm", summary: "share of examples that are right by likelihood over length",
                direction: .higher
            ) { outcomes in
                guard case .choices(let scores, let lengths, let gold) = outcomes else { return mismatch("choices") }
                return ChoiceScores.accuracy(scores, lengths, gold)
            },
            Metric(name: "f1", summary: "F1 of the second of two classes", direction: .higher) { outcomes in
                classes(outcomes) { $0.counts.count == 2 ? $0.f1(of: 1) : nil }
            },
            Metric(name: "f1_macro", summary: "mean of the classes' F1", direction: .higher) { outcomes in
                if case .words(let sentences, let labels) = outcomes {
                    return WordScores.macroF1(sentences, labels: labels)
                }
                return classes(outcomes) { $0.macroF1 }
            },
            Metric(name: "f1_micro", summary: "F1 over all decisions", direction: .higher) {
                classes($0) { $0.microF1 }
            },
            Metric(name: "matthews", summary: "Matthews correlation", direction: .higher) {
                classes($0) { $0.matthews }
            },
            Metric(name: "balanced_accuracy", summary: "mean of the classes' recall", direction: .higher) {
                classes($0) { $0.balancedAccuracy }
            },
            Metric(name: "spearman", summary: "rank correlation", direction: .higher) {
                numbers($0, Correlation.spearman)
            },
            Metric(name: "pearson", summary: "correlation", direction: .higher) { numbers($0, Correlation.pearson) },
            Metric(name: "mse", summary: "mean squared error", direction: .lower) {
                numbers($0, Correlation.meanSquaredError)
            },
            Metric(name: "exact_match", summary: "share of texts that are an answer", direction: .higher) { outcomes in
                texts(outcomes) { AnswerText.isExact($0, $1) ? 1 : 0 }
            },
            Metric(name: "token_f1", summary: "mean F1 of words against the nearest answer", direction: .higher) {
                outcomes in
                texts(outcomes) { AnswerText.f1($0, $1) }
            },
            Metric(name: "rouge_l", summary: "mean ROUGE-L against the nearest answer", direction: .higher) {
                outcomes in
                texts(outcomes) { RougeL.score($0, $1) }
            },
            Metric(name: "pass_rate", summary: "share of texts that a script passes", direction: .higher) { outcomes in
                switch outcomes {
                case .passes(let passes), .judged(_, _, let passes): return share(passes)
                default: return mismatch("passes")
                }
            },
            Metric(
                name: "perplexity", summary: "e to the mean loss of a token, or of a continuation", direction: .lower
            ) {
                outcomes in
                guard case .losses(let sums, let weights, _) = outcomes else { return mismatch("losses") }
                return LossScores.perplexity(sums: sums, weights: weights)
            },
            Metric(name: "patch_loss", summary: "mean normalised squared error of a patch", direction: .lower) {
                outcomes in
                guard case .losses(let sums, let weights, _) = outcomes else { return mismatch("losses") }
                return LossScores.mean(sums: sums, weights: weights)
            },
        ] + ofEntities + ofRanks

    private static func mismatch(_ wanted: String) -> MetricValue {
        .undefined("the metric is of \(wanted)")
    }

    private static func share(_ flags: [Bool]) -> MetricValue {
        .value(Double(flags.count { $0 }) / Double(flags.count))
    }

    private static func classes(_ outcomes: Outcomes, _ score: (ConfusionMatrix) -> Double?) -> MetricValue {
        guard case .classes(let predicted, let gold, let classes) = outcomes else { return mismatch("classes") }
        guard let matrix = ConfusionMatrix(predicted: predicted, gold: gold, classes: classes) else {
            return .undefined(
                "the predictions are not one class below \(classes) for each of \(counted(gold.count, "label"))")
        }
        return score(matrix).map { .value($0) } ?? .undefined("the metric is of two classes, there are \(classes)")
    }

    private static func numbers(
        _ outcomes: Outcomes, _ score: ([Double], [Double]) -> MetricValue
    ) -> MetricValue {
        guard case .numbers(let predicted, let gold) = outcomes else { return mismatch("numbers") }
        return score(predicted, gold)
    }

    private static func texts(_ outcomes: Outcomes, _ score: (String, [String]) -> Double) -> MetricValue {
        let (predicted, answers): ([String], [[String]])
        switch outcomes {
        case .texts(let texts, let right), .judged(let texts, let right, _): (predicted, answers) = (texts, right)
        case .passes: return .undefined("no example has an answer")
        default: return mismatch("texts")
        }
        guard predicted.count == answers.count else {
            return .undefined("\(counted(predicted.count, "text")) for \(counted(answers.count, "example"))")
        }
        return .value(zip(predicted, answers).reduce(0) { $0 + score($1.0, $1.1) } / Double(predicted.count))
    }
}
