import Foundations
import ZooKit

extension ClassificationProgram {
    /// The answers of all ranks to sentences, in the order of the examples, on every rank; each is its scores, bit for bit.
    func gatheredWords(_ own: [GivenAnswer], _ communicator: any Communicator) throws -> [GivenAnswer] {
        // A word has its scores, and a 1 that says that it has some.
        let width = parts.task.labels.count + 1
        var starts = [0]
        for example in parts.select { starts.append(starts[starts.count - 1] + example.words.count * width) }
        var table = [Double](repeating: 0, count: starts[starts.count - 1])
        for (index, answer) in own.enumerated() {
            guard case .words(let scores) = answer else { continue }
            var place = starts[index * communicator.size + communicator.rank]
            for word in scores {
                if !word.isEmpty { table.replaceSubrange(place..<place + width, with: word + [1]) }
                place += width
            }
        }
        try communicator.sum(&table)
        return parts.select.indices.map { index in
            let words = stride(from: starts[index], to: starts[index + 1], by: width)
            return .words(scores: words.map { table[$0 + width - 1] == 0 ? [] : Array(table[$0..<$0 + width - 1]) })
        }
    }
}
