/// One metric of one split, as it is and under noise, and with pictures drawn by other stacks: models beside each other.
public struct RobustnessTable: Sendable, Equatable {
    /// A model's values.
    public struct Line: Sendable, Equatable {
        /// The model.
        public var model: String
        /// The model's place among all, which decides its colour.
        public var place: Int
        /// A value for each rate, or each stack; nil where there is none. Multiplied by the table's scale, as those of ``ResultTable``.
        public var cells: [ResultTable.Cell?]
    }

    /// The values under noise of one kind.
    public struct Panel: Sendable, Equatable {
        /// The kind.
        public var kind: NoiseKind
        /// The models.
        public var lines: [Line]
    }

    /// Task and split.
    public var title: String
    /// The task.
    public var task: String
    /// The split; nil where the task has one alone.
    public var split: String?
    /// The metric.
    public var metric: String
    /// By what its values are multiplied.
    public var scale: Double
    /// Which values are better.
    public var direction: Metric.Direction
    /// True if it is the task's first metric.
    public var isMain: Bool
    /// Ascending, the first is 0: the examples as they are.
    public var rates: [Double]
    /// A panel a kind of noise.
    public var noise: [Panel]
    /// Stacks, the first is "own": the model's own. Empty where no other was tried.
    public var stacks: [String]
    /// Models that read pictures, over ``stacks``.
    public var fonts: [Line]
    /// What the spreads are.
    public var spread: String
    /// What cannot be told, and why.
    public var notes: [String]
    /// Names and values of answers that look at no text, which nothing changes.
    public private(set) var baselines: [Line] = []

    /// The tables of results: for each task, split and metric that has values under noise or with other fonts. Of languages all together
    /// count.
    public static func all(_ results: EvaluationResults) -> [RobustnessTable] {
        let told = results.results.filter { $0.language == nil && ($0.skipped != nil || $0.examples > $0.unlabelled) }
        guard told.contains(where: { $0.variant != TaskVariant.plain.name }) else { return [] }
        let names = results.models.map(\.name)
        return results.tasks.flatMap { task in
            let splits = task.splits.filter { split in
                told.contains { $0.task == task.name && $0.split == split && $0.variant != TaskVariant.plain.name }
            }
            return splits.flatMap { split in
                let own = told.filter { $0.task == task.name && $0.split == split }
                return task.metrics.compactMap { metric in
                    var table = RobustnessTable(task, split, isOnly: splits.count == 1, metric, own, names)
                    table?.compare(results, split)
                    return table
                }
            }
        }
    }

    private init?(
        _ task: EvaluationResults.TaskRecord, _ split: String, isOnly: Bool, _ metric: String, _ results: [SplitResult],
        _ models: [String]
    ) {
        (title, self.task, self.split) = ("\(task.name) \(split)", task.name, isOnly ? nil : split)
        (self.metric, isMain) = (metric, metric == task.metrics.first)
        (scale, direction) = (Metric.named(metric)?.tableScale ?? 1, Metric.named(metric)?.direction ?? task.direction)
        (rates, noise, stacks, fonts, notes, spread) = ([], [], [], [], [], "")
        // Of several seeds the cells have another spread.
        let areSeveral = models.contains { name in
            Set(results.filter { $0.model == name }.compactMap(\.seed)).count > 1
        }
        spread =
            "standard \(areSeveral ? "deviation over seeds where there are several, else standard error" : "error")"
        let names = models.filter { name in results.contains { $0.model == name && $0.skipped == nil } }
        rates = Set(results.compactMap(\.noise?.rate)).union([0]).sorted()
        for kind in NoiseKind.allCases where results.contains(where: { $0.noise?.kind == kind }) {
            let lines = names.map { name in
                let cells = rates.map { rate in
                    cell(results.filter { $0.model == name && $0.isAnswer(kind, rate) })
                }
                return Line(model: name, place: models.firstIndex(of: name) ?? 0, cells: cells)
            }
            noise.append(Panel(kind: kind, lines: lines))
        }
        for result in results {
            if let stack = result.fonts?.stack, result.skipped == nil, !stacks.contains(stack) { stacks.append(stack) }
        }
        for name in models {
            let left = results.filter { $0.model == name && $0.fonts != nil && $0.skipped != nil }
            guard let reason = left.first?.skipped else { continue }
            let all = left.compactMap(\.fonts?.stack).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            notes.append("\(name) is not drawn with \(all.joined(separator: ", ")): \(reason).")
        }
        if !stacks.isEmpty {
            for name in names
            where results.contains(where: { $0.model == name && $0.fonts != nil && $0.skipped == nil }) {
                let own = results.filter { $0.model == name && $0.skipped == nil }
                let plain = cell(own.filter { $0.variant == TaskVariant.plain.name })
                let cells = [plain] + stacks.map { stack in cell(own.filter { $0.fonts?.stack == stack }) }
                fonts.append(Line(model: name, place: models.firstIndex(of: name) ?? 0, cells: cells))
            }
            stacks.insert("own", at: 0)
        }
        let isTold = (noise.flatMap(\.lines) + fonts).contains { $0.cells.contains { $0 != nil } }
        guard isTold || isMain && !notes.isEmpty else { return nil }
    }

    private mutating func compare(_ results: EvaluationResults, _ split: String) {
        for name in BaselineScores.names {
            let found = results.baselines(name).first { $0.task == task && $0.split == split && $0.language == nil }
            guard let value = found?.metrics[metric] else { continue }
            let cell = ResultTable.Cell(value: scale * value, spread: nil)
            baselines.append(Line(model: name, place: 0, cells: [cell]))
        }
    }

    /// The rows of the baselines, the same in all columns.
    private func baselineRows(_ columns: Int) -> [[String]] {
        baselines.map { line in
            ["", line.model] + [String](repeating: ResultTable.text(line.cells[0], scale: scale), count: columns)
        }
    }

    private func cell(_ results: [SplitResult]) -> ResultTable.Cell? {
        ResultTable.Cell(scale: scale, results.map { $0.metrics[metric] })
    }

    /// The title with the metric.
    public var heading: String { "\(title), \(metric)\(direction == .lower ? " ↓" : "")" }

    /// Head and rows of the table of noise: kind, model, a column a rate. Empty where there is none.
    public var noiseRows: [[String]] {
        guard !noise.isEmpty else { return [] }
        return [["noise", "model"] + rates.map { "rate \(TaskVariant.rateText($0))" }]
            + noise.flatMap { panel in
                panel.lines.map { line in
                    [panel.kind.rawValue, line.model] + line.cells.map { ResultTable.text($0, scale: scale) }
                }
            } + baselineRows(rates.count)
    }

    /// Head and rows of the table of fonts: model, a column a stack. Empty where there is none.
    public var fontRows: [[String]] {
        guard !fonts.isEmpty else { return [] }
        return [["fonts", "model"] + stacks]
            + fonts.map { line in ["", line.model] + line.cells.map { ResultTable.text($0, scale: scale) } }
            + baselineRows(stacks.count)
    }

    /// The file of the drawing, from the folder of the results.
    public var plotName: String { "plots/\(task)-\(split.map { "\($0)-" } ?? "")\(metric).svg" }
}

extension SplitResult {
    /// True if this is an answer under noise of a kind at a rate, where that of rate 0 is the plain one.
    fileprivate func isAnswer(_ kind: NoiseKind, _ rate: Double) -> Bool {
        guard skipped == nil else { return false }
        return rate == 0 ? variant == TaskVariant.plain.name : noise?.kind == kind && noise?.rate == rate
    }
}
