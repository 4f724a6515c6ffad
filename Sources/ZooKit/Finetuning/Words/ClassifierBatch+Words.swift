extension [ClassifierExample] {
    /// Places of the examples of which something is read off: of labelled words those with a row at least.
    var readable: [Int] { indices.filter { self[$0].rows.isEmpty || self[$0].rows.contains { $0 != nil } } }
}

extension ClassifierBatch {
    /// The batch with the rows of words in place of one row an example, where examples have words. Its order counts words: the place of
    /// a word among all words of `examples` that have a row.
    func byWord(_ examples: [ClassifierExample]) -> ClassifierBatch {
        guard examples.contains(where: { !$0.rows.isEmpty }) else { return self }
        var before = [0]
        for example in examples { before.append(before[before.count - 1] + example.rows.count { $0 != nil }) }
        var (places, targets, words): ([Int32], [ExampleTarget?], [Int]) = ([], [], [])
        for (b, place) in order.enumerated() {
            let example = examples[place]
            var word = before[place]
            for (index, row) in example.rows.enumerated() {
                guard let row else { continue }
                words.append(word)
                word += 1
                places.append(kind == .image ? input.row(ofPatch: row, b) : input.row(ofToken: row, b))
                targets.append(example.targets.indices.contains(index) ? example.targets[index] : nil)
            }
        }
        return ClassifierBatch(
            input: input, pooled: PooledRows(places.map { [$0] }), targets: targets, order: words, kind: kind)
    }
}
