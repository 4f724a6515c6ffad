import Foundation

extension TaskExample {
    /// The mean loss of the examples whose labels are known, as training has it: cross-entropy, or the squared error; not a number
    /// where none is known. O(classes) an example.
    static func meanLoss(_ examples: [TaskExample], _ answers: [GivenAnswer]) -> Double {
        var (sum, count) = (0.0, 0)
        for (example, answer) in zip(examples, answers) {
            switch (example.label, answer) {
            case (.value(let value)?, .number(let number)): sum += (number - value) * (number - value)
            case (.indices(let labels)?, .words):
                let loss = answer.wordLoss(labels)
                sum += loss.sum
                count += loss.count - 1
            case (.index(let index)?, .classes(let scores)) where scores.indices.contains(index):
                let most = scores.max() ?? 0
                sum += most + log(scores.reduce(0) { $0 + exp($1 - most) }) - scores[index]
            default: continue
            }
            count += 1
        }
        return count > 0 ? sum / Double(count) : .nan
    }
}
