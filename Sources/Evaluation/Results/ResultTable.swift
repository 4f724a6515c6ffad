import Foundations

/// Measured scores of models beside each other, and those that publications print.
public struct ResultTable: Sendable, Equatable {
    /// What stands in a column.
    public struct Column: Sendable, Equatable {
        /// The task, shortened.
        public var title: String
        /// The metric.
        public var metric: String
        /// By what its values are multiplied.
        public var scale: Double
        /// Which values are better.
        public var direction: Metric.Direction
        let task, split: String
        let language: String?
    }

    /// A value, as the table tells it: multiplied already.
    public struct Cell: Sendable, Equatable {
        /// The value; of several seeds their mean.
        public var value: Double
        /// The standard error by bootstrap; of several seeds the sample's standard deviation.
        public var spread: Double?
    }

    /// A model.
    public struct Row: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// What stands behind the name: seeds, or size and input of a quoted one.
        public var note: String
        /// A cell a column; nil where there is no value.
        public var cells: [Cell?]
        /// The mean over the columns.
        public var mean: Cell?
        /// For a quoted row the place of its source.
        public var source: Int?
    }

    /// Of a suite, or a task.
    public var title: String
    /// The columns.
    public var columns: [Column]
    /// For each column the metrics behind its task's first.
    public var second: [[MetricLine]]
    /// Models that were measured.
    public var measured: [Row]
    /// Answers that look at no text: chance and majority.
    public var baselines: [Row] = []
    /// Models whose scores are quoted, not measured.
    public var quoted: [Row]
    /// Where the quoted scores are printed.
    public var sources: [String]
    /// True if there is a column of means.
    public var hasMean: Bool
    /// Examples of a split and language that were asked at most; nil for all.
    public var limit: Int?

    /// The tables of results: one for each suite, one for each task with languages, the rest together. Splits whose labels are all
    /// withheld have no column. Noise and other fonts have tables of their own, ``RobustnessTable``.
    public static func all(_ results: EvaluationResults) -> [ResultTable] {
        var groups: [(title: String, tasks: [EvaluationResults.TaskRecord])] = []
        for task in results.tasks {
            let isByLanguage =
                !task.languages.isEmpty && results.results.contains { $0.task == task.name && $0.language != nil }
            let title = isByLanguage ? task.name : task.suites.first ?? "tasks"
            if let place = groups.firstIndex(where: { $0.title == title }), !isByLanguage {
                groups[place].tasks.append(task)
            } else {
                groups.append((title, [task]))
            }
        }
        return groups.compactMap { ResultTable($0.title, $0.tasks, results) }
    }

    /// GLUE's mean is over these, MNLI's two splits among them.
    static let glue = ["cola", "mnli", "mrpc", "qnli", "qqp", "rte", "sst2", "stsb", "wnli"].map { "glue-\($0)" }

    private init?(_ title: String, _ tasks: [EvaluationResults.TaskRecord], _ results: EvaluationResults) {
        self.title = title
        (columns, second, measured, quoted, sources, hasMean) = ([], [], [], [], [], false)
        // What nobody answered has a column of dashes, unless the task has other splits that somebody answered.
        let plain = results.results.filter(\.isPlain)
        let answered = plain.filter { $0.skipped == nil && $0.examples > $0.unlabelled }
        let told = plain.filter { result in
            result.skipped == nil
                ? result.examples > result.unlabelled
                : !answered.contains { $0.task == result.task }
                    || answered.contains { $0.task == result.task && $0.split == result.split }
        }
        for task in tasks {
            let own = told.filter { $0.task == task.name }
            let splits = task.splits.filter { split in own.contains { $0.split == split } }
            for split in splits {
                let here = own.filter { $0.split == split }
                let languages = task.languages.filter { language in here.contains { $0.language == language } }
                let known = languages.isEmpty ? [nil] : languages.map(Optional.some)
                columns += known.map { Column(task, split: split, of: splits, language: $0) }
            }
        }
        guard !columns.isEmpty else { return nil }
        if case .integer(let most)? = results.settings["limit"] { limit = most }
        let isGLUE = Set(tasks.map(\.name)) == Set(Self.glue) && columns.count == 10
        let isByLanguage =
            columns.count > 1 && columns.allSatisfy { $0.language != nil && $0.split == columns[0].split }
        hasMean = isGLUE || isByLanguage
        measure(told, isIndependent: !isByLanguage)
        let names = measured.map(\.name)
        second = columns.map { column in
            Self.second(column, of: tasks.first { $0.name == column.task }, names, told)
        }
        compare(results)
        quote(tasks)
    }

    /// Rows of the models that were measured.
    private mutating func measure(_ results: [SplitResult], isIndependent: Bool) {
        let tasks = Set(columns.map(\.task))
        var models: [String] = []
        for result in results where tasks.contains(result.task) && !models.contains(result.model) {
            models.append(result.model)
        }
        for model in models {
            let own = results.filter { $0.model == model && tasks.contains($0.task) }
            let seeds = own.reduce(into: [Int]()) { list, result in
                if let seed = result.seed, !list.contains(seed) { list.append(seed) }
            }
            let scores = columns.map { column in
                own.filter { $0.task == column.task && $0.split == column.split && $0.language == column.language }
                    .map { ($0.seed, $0.metrics[column.metric]) }
            }
            let cells = zip(columns, scores).map { Cell($0, $1.map(\.1)) }
            var row = Row(
                name: model, note: seeds.count > 1 ? counted(seeds.count, "seed") : "", cells: cells,
                mean: nil, source: nil)
            if hasMean { row.mean = Self.mean(cells, seeds.count, scores, columns, isIndependent) }
            measured.append(row)
        }
    }

    private static func mean(
        _ cells: [Cell?], _ seeds: Int, _ scores: [[(Int?, SplitResult.Score?)]], _ columns: [Column],
        _ isIndependent: Bool
    ) -> Cell? {
        let known = cells.compactMap(\.self)
        guard known.count == cells.count else { return nil }
        let mean = known.reduce(0) { $0 + $1.value } / Double(known.count)
        if seeds > 1 {
            // Each seed has a mean of its own, where all columns have as many.
            guard scores.allSatisfy({ $0.count == seeds }) else { return Cell(value: mean, spread: nil) }
            let means = (0..<seeds).map { seed in
                zip(columns, scores).reduce(0) { $0 + $1.0.scale * ($1.1[seed].1?.value ?? 0) } / Double(columns.count)
            }
            return Cell(value: mean, spread: deviation(means))
        }
        // Splits of different tasks are independent samples; translations of one are not.
        let spreads = known.compactMap(\.spread)
        guard isIndependent, spreads.count == known.count else { return Cell(value: mean, spread: nil) }
        return Cell(
            value: mean, spread: spreads.reduce(0) { $0 + $1 * $1 }.squareRoot() / Double(known.count))
    }

    /// The sample's standard deviation; nil of fewer than two.
    static func deviation(_ values: [Double]) -> Double? {
        guard values.count > 1 else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        return (values.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(values.count - 1)).squareRoot()
    }
}

extension ResultTable.Column {
    init(_ task: EvaluationResults.TaskRecord, split: String, of splits: [String], language: String?) {
        (self.task, self.split, self.language) = (task.name, split, language)
        metric = task.metrics.first ?? ""
        scale = Metric.named(metric)?.tableScale ?? 1
        direction = task.direction
        let suite = task.suites.first { task.name.hasPrefix("\($0)-") }
        let short = suite.map { String(task.name.dropFirst($0.count + 1)) } ?? task.name
        // Of several splits the name tells which, by what is not common to them.
        let first = split.prefix { $0 != "_" }
        let isCommon = splits.allSatisfy { $0.hasPrefix("\(first)_") }
        let part = isCommon ? split.dropFirst(first.count + 1) : split[...]
        title = language ?? (splits.count > 1 ? "\(short) \(part)" : short)
    }
}

extension ResultTable.Cell {
    /// The cell of the scores of all seeds; nil where one has no value.
    init?(_ column: ResultTable.Column, _ scores: [SplitResult.Score?]) { self.init(scale: column.scale, scores) }

    /// The same for values that are multiplied by `scale`.
    init?(scale: Double, _ scores: [SplitResult.Score?]) {
        let values = scores.compactMap { $0?.value }
        guard !values.isEmpty, values.count == scores.count else { return nil }
        let mean = values.reduce(0, +) / Double(values.count)
        let spread = values.count > 1 ? ResultTable.deviation(values) : scores[0]?.standardError
        self.init(value: scale * mean, spread: spread.map { scale * $0 })
    }
}
