import Foundation
import Foundations

extension GivenAnswer {
    /// For each word the number of the label with the highest score, the first of equals, and nil where it had no room; nil for other
    /// answers.
    public var wordLabels: [Int?]? {
        guard case .words(let scores) = self else { return nil }
        return scores.map { scores in scores.isEmpty ? nil : GivenAnswer.classes(scores: scores).index }
    }

    /// For each word the probability of its label; 0 where it had no room.
    public var wordProbabilities: [Double] {
        guard case .words(let scores) = self else { return [] }
        return scores.map { GivenAnswer.classes(scores: $0).probabilities.max() ?? 0 }
    }

    /// Cross-entropy of the words that have scores, summed, and how many they are.
    func wordLoss(_ labels: [Int]) -> (sum: Double, count: Int) {
        guard case .words(let scores) = self else { return (0, 0) }
        var (sum, count) = (0.0, 0)
        for (scores, label) in zip(scores, labels) where scores.indices.contains(label) {
            let most = scores.max() ?? 0
            sum += most + log(scores.reduce(0) { $0 + exp($1 - most) }) - scores[label]
            count += 1
        }
        return (sum, count)
    }
}

extension Prediction {
    /// A word with its label, nil where it had no room, and the label's probability.
    public typealias Word = (word: String, label: String?, probability: Double)

    /// The words with their labels; nil for a prediction about texts.
    public var words: [Word]? {
        guard let labels = answer.wordLabels else { return nil }
        return zip(texts, zip(labels, answer.wordProbabilities)).map { word, label in
            (word, label.0.map(name), label.1)
        }
    }
}

extension PredictionLine {
    /// The fields of an answer to words: the label of each, and its scores; both null for a word without room.
    static func wordFields(_ scores: [[Double]], _ answer: GivenAnswer, _ task: TaskDefinition) -> [String: JSONValue] {
        let labels = (answer.wordLabels ?? []).map { $0.map { name($0, task) } ?? .null }
        return [
            "prediction": .array(labels),
            "word_scores": .array(scores.map { $0.isEmpty ? .null : .array($0.map(json)) }),
        ]
    }

    /// The scores that ``wordFields(_:_:_:)`` wrote; nil for what it did not write.
    static func wordScores(_ value: JSONValue) -> [[Double]]? {
        guard case .array(let words)? = value["word_scores"] else { return nil }
        var scores: [[Double]] = []
        for word in words {
            if word == .null {
                scores.append([])
            } else {
                guard let found = numbers(word) else { return nil }
                scores.append(found)
            }
        }
        return scores
    }
}
