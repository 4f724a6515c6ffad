import Foundations

extension ExampleReader {
    /// Words and labels of a record. Throws `record` for words that are empty or not there, and for labels that are not one for each.
    func fillWords(_ example: inout TaskExample, _ record: TaskRecord) throws(TaskError) {
        let column = columns["words"] ?? "words"
        let words = try record.texts(column)
        guard !words.isEmpty else { throw record.flaw(column, "there are no words") }
        if let place = words.firstIndex(where: { $0.allSatisfy(\.isWhitespace) }) {
            throw record.flaw(column, "word \(place + 1) of \(words.count) is empty")
        }
        example.words = words
        example.textA = words.joined(separator: " ")
        guard files.labelled else { return }
        let place = columns["labels"] ?? "labels"
        let names = try record.texts(place)
        guard names.count == words.count else {
            throw record.flaw(place, "\(counted(names.count, "label")) for \(counted(words.count, "word"))")
        }
        var labels: [Int] = []
        for (index, name) in names.enumerated() {
            labels.append(try classIndex(name, record, place, of: ", word \(index + 1) ('\(words[index])')"))
        }
        example.label = .indices(labels)
    }
}
