import Foundation

/// A classifier's prediction for a text: a class with the probabilities of all, or a number.
public struct Prediction: Sendable, Equatable {
    /// The answer as files of predictions keep it.
    public let answer: GivenAnswer
    /// Names of the classes, by their number; empty for a number.
    public let labels: [String]
    /// True if some of the text had no room.
    public let isTruncated: Bool
    /// The words that are labelled; empty for other predictions.
    var texts: [String] = []

    /// A prediction from its parts.
    public init(_ answer: GivenAnswer, labels: [String], isTruncated: Bool = false) {
        (self.answer, self.labels, self.isTruncated) = (answer, labels, isTruncated)
    }

    /// The number of the likeliest class, the first of equals; nil for a number.
    public var index: Int? { answer.index }

    /// The number that was predicted; nil for a class.
    public var number: Double? {
        if case .number(let number) = answer { return number }
        return nil
    }

    /// The probability of each class; empty for a number.
    public var probabilities: [Double] { answer.probabilities }

    /// The classes by probability, the likeliest first, at most `count`; of equals the first first.
    public func top(_ count: Int) -> [(label: String, probability: Double)] {
        let all = probabilities
        let order = all.indices.sorted { all[$0] > all[$1] || all[$0] == all[$1] && $0 < $1 }
        return order.prefix(count).map { (name($0), all[$0]) }
    }

    /// The name of a class.
    public func name(_ index: Int) -> String { labels.indices.contains(index) ? labels[index] : "\(index)" }
}

extension GivenAnswer {
    /// Softmax of the scores of classes; empty for other answers.
    public var probabilities: [Double] {
        guard case .classes(let scores) = self, let greatest = scores.max() else { return [] }
        let powers = scores.map { exp($0 - greatest) }
        let sum = powers.reduce(0, +)
        return powers.map { $0 / sum }
    }
}
