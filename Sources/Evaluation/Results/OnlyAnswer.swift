import Foundations

/// One class for all examples or words, or nearly all: a model that has learnt nothing of the texts.
public struct OnlyAnswer: Codable, Sendable, Equatable {
    /// The number of the class.
    public var index: Int
    /// Examples that were answered with it.
    public var count: Int
    /// Examples that were answered; of labelled words the words.
    public var examples: Int
    /// True if words were labelled.
    public var ofWords: Bool?

    enum CodingKeys: String, CodingKey {
        case index, count, examples
        case ofWords = "of_words"
    }

    /// A share of the answers that is nearly all.
    static let share = 0.98
    /// Fewer answers may be of one class by chance.
    static let least = 8

    /// The one answer to examples of classes; nil where answers differ, where there are few, and where the labels are of one class too.
    public init?(_ task: TaskDefinition, _ examples: [TaskExample], _ answers: [GivenAnswer]) {
        let isOfWords = task.kind.needs.contains(.words)
        guard isOfWords || task.kind.needs.contains(.classes) else { return nil }
        let given = isOfWords ? answers.compactMap(\.wordLabels).flatMap { $0 } : answers.map(\.index)
        let answered = given.compactMap(\.self)
        guard answered.count >= Self.least else { return nil }
        var counts: [Int: Int] = [:]
        for index in answered { counts[index, default: 0] += 1 }
        guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
            Double(most.value) >= Self.share * Double(answered.count)
        else { return nil }
        let golds =
            isOfWords
            ? examples.compactMap(\.label?.indices).flatMap { $0 } : examples.compactMap(\.label?.index)
        if !golds.isEmpty, golds.allSatisfy({ $0 == most.key }) { return nil }
        (index, count, self.examples) = (most.key, most.value, answered.count)
        if isOfWords { ofWords = true }
    }

    /// The warning for people.
    public func warning(labels: [String]) -> String {
        let name = labels.indices.contains(index) ? labels[index] : "\(index)"
        let all = counted(examples, ofWords == true ? "word" : "example")
        return "the model answers '\(name)' for " + (count == examples ? "all \(all)" : "\(count) of \(all)")
    }
}

extension SplitResult {
    /// A warning on the predictions; nil where there is none.
    public func warning(labels: [String]) -> String? {
        onlyAnswer.map { "\(title): \($0.warning(labels: labels))" }
    }
}
