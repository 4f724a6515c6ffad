/// Scores of a simple baseline: uniform guesses, always the most frequent label, or, of words, the most frequent label of each form.
public struct BaselineScores: Codable, Sendable, Equatable {
    /// Uniform guesses, in the expectation.
    public static let chance = "chance"
    /// The most frequent label of the training split, or of the split itself; of a regression the mean.
    public static let majority = "majority"

    /// Of words the most frequent label of each form in the training split, where there is one; else that of all words.
    public static let lexicon = "lexicon"
    /// Of pairs compared by vectors the cosine of counts of runs of three characters.
    public static let trigrams = "trigrams"
    /// Every baseline, in the order of tables.
    public static let names = [chance, majority, lexicon, trigrams]

    /// ``chance``, ``majority``, ``lexicon`` or ``trigrams``.
    public var name: String
    /// The task.
    public var task: String
    /// The split.
    public var split: String
    /// The language; nil for all of them.
    public var language: String?
    /// The split whose labels were counted; nil for chance.
    public var from: String?
    /// The prediction of the majority baseline: a class, the number of a choice, or a mean.
    public var label: String?
    /// The metrics that are defined, by name.
    public var metrics: [String: Double]

    /// The baselines of a split, and of each language of it; none where labels are withheld, and for tasks that have none. `train` are
    /// the examples to train on, where they are there. O(examples · metrics).
    public static func all(
        _ task: TaskDefinition, split: String, _ examples: [TaskExample], train: [TaskExample]?
    ) -> [BaselineScores] {
        var languages: [String?] = [nil]
        for case let language? in examples.map(\.language) where !languages.contains(language) {
            languages.append(language)
        }
        let counted = train.map { (task.use.train ?? "train", $0) } ?? (split, examples)
        return languages.flatMap { language in
            let part = language == nil ? examples : examples.filter { $0.language == language }
            return [
                BaselineScores(chanceOn: part, task, split, language),
                BaselineScores(majorityOf: counted.1, from: counted.0, on: part, task, split, language),
                train.flatMap { BaselineScores(lexiconOf: $0, on: part, task, split, language) },
                BaselineScores(trigramsOf: part, task, split, language),
            ].compactMap(\.self)
        }
    }

    private init?(chanceOn examples: [TaskExample], _ task: TaskDefinition, _ split: String, _ language: String?) {
        let isOfRanks = task.kind == .retrieval
        let known = isOfRanks ? examples : examples.filter { $0.label != nil }
        guard !known.isEmpty else { return nil }
        var values: [String: Double] = isOfRanks ? Self.rankChance(known, task) : [:]
        if task.kind.needs.contains(.words) {
            values = Self.wordChance(known, task)
        } else if task.kind.needs.contains(.classes) {
            let golds = Self.counts(known, task.labels.count)
            for name in task.metrics { values[name] = Chance.value(of: name, golds: golds) }
        } else if task.kind.needs.contains(.choices) {
            let share = known.reduce(0) { $0 + 1 / Double(max(1, $1.choices.count)) } / Double(known.count)
            for name in task.metrics where ["accuracy", "accuracy_norm"].contains(name) { values[name] = share }
        } else if task.kind.needs.contains(.number) {
            for name in task.metrics where ["pearson", "spearman"].contains(name) { values[name] = 0 }
        }
        guard !values.isEmpty else { return nil }
        (name, self.task, self.split, self.language) = (Self.chance, task.name, split, language)
        metrics = values
    }

    private init?(
        majorityOf counted: [TaskExample], from: String, on examples: [TaskExample], _ task: TaskDefinition,
        _ split: String, _ language: String?
    ) {
        let known = examples.filter { $0.label != nil }
        guard !known.isEmpty else { return nil }
        if task.kind.needs.contains(.words) {
            guard let index = Self.wordMajority(counted, task) else { return nil }
            label = task.labels[index]
            metrics = Self.wordScores(known, task) { _ in index }
            (name, self.task, self.split, self.language) = (Self.majority, task.name, split, language)
            self.from = from
            return
        }
        let outcomes: Outcomes
        if task.kind.needs.contains(.number) {
            let numbers = counted.compactMap(\.label?.value)
            guard !numbers.isEmpty else { return nil }
            let mean = numbers.reduce(0, +) / Double(numbers.count)
            label = "\(mean)"
            outcomes = .numbers(
                predicted: known.map { _ in mean }, gold: known.compactMap(\.label?.value))
        } else if task.kind.needs.contains(where: { $0 == .classes || $0 == .choices }) {
            let isClass = task.kind.needs.contains(.classes)
            let choices = (counted + known).map(\.choices.count).max() ?? 0
            let counts = Self.counts(counted, isClass ? task.labels.count : choices)
            // The first of equals, as scikit-learn takes it.
            guard let most = counts.max(), most > 0, let index = counts.firstIndex(of: most) else { return nil }
            label = isClass ? task.labels[index] : "\(index)"
            let gold = known.compactMap(\.label?.index)
            outcomes =
                isClass
                ? .classes(predicted: gold.map { _ in index }, gold: gold, classes: task.labels.count)
                : .choices(
                    logLikelihoods: known.map { example in example.choices.indices.map { $0 == index ? 0 : -1 } },
                    lengths: known.map { $0.choices.map { _ in 1 } }, gold: gold)
        } else {
            return nil
        }
        metrics = Metric.values(task.metrics, outcomes).compactMapValues(\.number)
        guard !metrics.isEmpty else { return nil }
        (name, self.task, self.split, self.language) = (Self.majority, task.name, split, language)
        self.from = from
    }

    private init?(
        lexiconOf counted: [TaskExample], on examples: [TaskExample], _ task: TaskDefinition, _ split: String,
        _ language: String?
    ) {
        let known = examples.filter { $0.label != nil }
        guard task.kind.needs.contains(.words), !known.isEmpty, let usual = Self.wordMajority(counted, task) else {
            return nil
        }
        let labels = Self.lexicon(counted, task)
        metrics = Self.wordScores(known, task) { labels[$0] ?? usual }
        (name, self.task, self.split, self.language) = (Self.lexicon, task.name, split, language)
        from = task.use.train ?? "train"
    }

    private init?(trigramsOf examples: [TaskExample], _ task: TaskDefinition, _ split: String, _ language: String?) {
        let known = task.kind == .retrieval ? examples : examples.filter { $0.label != nil }
        guard task.kind.isOfVectors, !known.isEmpty else { return nil }
        metrics = Self.trigramScores(known, task)
        guard !metrics.isEmpty else { return nil }
        (name, self.task, self.split, self.language) = (Self.trigrams, task.name, split, language)
    }

    /// Examples of each class or choice.
    private static func counts(_ examples: [TaskExample], _ classes: Int) -> [Int] {
        var counts = [Int](repeating: 0, count: classes)
        for case let index? in examples.map(\.label?.index) where counts.indices.contains(index) { counts[index] += 1 }
        return counts
    }
}

extension EvaluationResults {
    /// The baselines of a task, by the name that tables give them.
    func baselines(_ name: String) -> [BaselineScores] { (baselines ?? []).filter { $0.name == name } }
}
