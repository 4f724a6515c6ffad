extension BaselineScores {
    /// Uniform guesses of labels of words: accuracy and the mean F1 of labels, in the expectation.
    static func wordChance(_ examples: [TaskExample], _ task: TaskDefinition) -> [String: Double] {
        var golds = [Int](repeating: 0, count: task.labels.count)
        for label in examples.compactMap(\.label?.indices).joined() where golds.indices.contains(label) {
            golds[label] += 1
        }
        var values: [String: Double] = [:]
        for name in ["accuracy", "f1_macro"] where task.metrics.contains(name) {
            values[name] = Chance.value(of: name, golds: golds)
        }
        return values
    }

    /// The most frequent label of all words, the first of equals; nil without labelled words.
    static func wordMajority(_ counted: [TaskExample], _ task: TaskDefinition) -> Int? {
        var counts = [Int](repeating: 0, count: task.labels.count)
        for label in counted.compactMap(\.label?.indices).joined() where counts.indices.contains(label) {
            counts[label] += 1
        }
        guard let most = counts.max(), most > 0 else { return nil }
        return counts.firstIndex(of: most)
    }

    /// The scores of one label for all words, and of each form's most frequent label.
    static func wordScores(_ examples: [TaskExample], _ task: TaskDefinition, _ answer: (String) -> Int) -> [String:
        Double]
    {
        let scheme = TagScheme(task.labels)
        let sentences = examples.compactMap { example in
            example.label?.indices.map { gold in
                SentenceOutcome(predicted: example.words.map { answer($0) }, gold: gold, scheme)
            }
        }
        return Metric.values(task.metrics, .words(sentences, labels: task.labels.count)).compactMapValues(\.number)
    }

    /// The most frequent label of each form, the first of equals.
    static func lexicon(_ counted: [TaskExample], _ task: TaskDefinition) -> [String: Int] {
        var counts: [String: [Int: Int]] = [:]
        for example in counted {
            for (word, label) in zip(example.words, example.label?.indices ?? []) {
                counts[word, default: [:]][label, default: 0] += 1
            }
        }
        return counts.compactMapValues { labels in
            labels.max { ($0.value, $1.key) < ($1.value, $0.key) }?.key
        }
    }
}
