import Foundations

/// One class for all examples, or nearly all: a model that has learnt nothing of the texts.
public struct OnlyAnswer: Codable, Sendable, Equatable {
    /// The number of the class.
    public var index: Int
    /// Examples that were answered with it.
    public var count: Int
    /// Examples that were answered.
    public var examples: Int

    /// A share of the answers that is nearly all.
    static let share = 0.98
    /// Fewer answers may be of one class by chance.
    static let least = 8

    /// The one answer to examples of classes; nil where answers differ, where there are few, and where the labels are of one class too.
    public init?(_ task: TaskDefinition, _ examples: [TaskExample], _ answers: [GivenAnswer]) {
        guard task.kind.needs.contains(.classes), answers.count >= Self.least else { return nil }
        var counts: [Int: Int] = [:]
        for case let index? in answers.map(\.index) { counts[index, default: 0] += 1 }
        guard let most = counts.max(by: { ($0.value, $1.key) < ($1.value, $0.key) }),
            Double(most.value) >= Self.share * Double(answers.count)
        else { return nil }
        let golds = examples.compactMap(\.label?.index)
        if !golds.isEmpty, golds.allSatisfy({ $0 == most.key }) { return nil }
        (index, count, self.examples) = (most.key, most.value, answers.count)
    }

    /// The warning for people.
    public func warning(labels: [String]) -> String {
        let name = labels.indices.contains(index) ? labels[index] : "\(index)"
        let all = counted(examples, "example")
        return "the model answers '\(name)' for " + (count == examples ? "all \(all)" : "\(count) of \(all)")
    }
}

extension SplitResult {
    /// A warning on the predictions; nil where there is none.
    public func warning(labels: [String]) -> String? {
        onlyAnswer.map { "\(title): \($0.warning(labels: labels))" }
    }
}
