import Foundation
import Foundations
import ZooKit

/// What a model answered to the examples of a split.
public struct ClassifierAnswers: Sendable {
    /// The examples.
    public let examples: [TaskExample]
    /// For each example the scores of the classes, or its number.
    public let scores: [[Double]]

    /// Answers of `examples`, scores in their order.
    public init(_ examples: [TaskExample], scores: [[Double]]) {
        self.examples = examples
        self.scores = scores
    }

    /// The class of each example: the first of those with the highest score.
    public var classes: [Int] {
        scores.map { row in row.indices.reduce(0) { row[$1] > row[$0] ? $1 : $0 } }
    }

    /// Answers beside what is right, for metrics; examples whose labels are given away are left out.
    public func outcomes(of task: TaskDefinition) -> Outcomes {
        let known = examples.indices.filter { examples[$0].label != nil }
        if task.kind.needs.contains(.number) {
            return .numbers(
                predicted: known.map { scores[$0].first ?? .nan }, gold: known.map { examples[$0].label?.value ?? .nan }
            )
        }
        let classes = classes
        return .classes(
            predicted: known.map { classes[$0] }, gold: known.map { examples[$0].label?.index ?? 0 },
            classes: task.labels.count)
    }

    /// The metrics of a task that are defined.
    public func metrics(of task: TaskDefinition, and extra: String? = nil) -> [String: Double] {
        let outcomes = outcomes(of: task)
        var found: [String: Double] = [:]
        for name in task.metrics + (extra.map { [$0] } ?? []) {
            if let value = Metric.named(name)?(outcomes).number { found[name] = value }
        }
        return found
    }

    /// The mean loss of the examples whose labels are known, as training has it: cross-entropy, or the squared error; not a number
    /// where none is known.
    public var loss: Double {
        var (sum, count) = (0.0, 0)
        for (example, row) in zip(examples, scores) {
            switch example.label {
            case .value(let value)?: sum += (row[0] - value) * (row[0] - value)
            case .index(let index)? where row.indices.contains(index):
                let most = row.max() ?? 0
                sum += most + log(row.reduce(0) { $0 + exp($1 - most) }) - row[index]
            default: continue
            }
            count += 1
        }
        return count > 0 ? sum / Double(count) : .nan
    }

    /// JSON lines: an example's id and language, what is right, what was answered, all scores.
    public func lines(of task: TaskDefinition) -> [UInt8] {
        var bytes: [UInt8] = []
        let classes = classes
        func name(_ index: Int) -> JSONValue {
            task.labels.indices.contains(index) ? .string(task.labels[index]) : .integer(index)
        }
        for (place, example) in examples.enumerated() {
            var fields: [String: JSONValue] = ["id": .string(example.id)]
            fields["language"] = example.language.map { .string($0) }
            switch example.label {
            case .index(let index)?: fields["label"] = name(index)
            case .value(let value)?: fields["label"] = .number(value)
            case nil: break
            }
            if task.kind.needs.contains(.number) {
                fields["prediction"] = .number(scores[place].first ?? .nan)
            } else {
                fields["prediction"] = name(classes[place])
                fields["scores"] = .array(scores[place].map { .number($0) })
            }
            bytes += JSONValue.object(fields).encoded() + [UInt8(ascii: "\n")]
        }
        return bytes
    }
}

extension TaskExample {
    /// What a classifier should answer.
    var target: ExampleTarget? {
        switch label {
        case .index(let index)?: .label(index)
        case .value(let value)?: .value(value)
        case nil: nil
        }
    }
}
