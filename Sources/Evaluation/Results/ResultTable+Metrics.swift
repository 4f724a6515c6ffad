extension ResultTable {
    /// The values of one metric in a column, main or not.
    public struct MetricLine: Sendable, Equatable {
        /// The metric.
        public var metric: String
        /// By what its values are multiplied.
        public var scale: Double
        /// Which values are better.
        public var direction: Metric.Direction
        /// A cell for each model that was measured; nil where there is no value.
        public var cells: [Cell?]
        /// A cell for each row of baselines.
        public var baselines: [Cell?] = []
    }

    /// The metrics behind the first of a task, for a column. O(results).
    static func second(
        _ column: Column, of task: EvaluationResults.TaskRecord?, _ models: [String], _ results: [SplitResult]
    ) -> [MetricLine] {
        (task?.metrics.dropFirst() ?? []).map { name in
            let metric = Metric.named(name)
            let scale = metric?.tableScale ?? 1
            let cells = models.map { model in
                Cell(
                    scale: scale,
                    results.filter {
                        $0.model == model && $0.task == column.task && $0.split == column.split
                            && $0.language == column.language
                    }.map { $0.metrics[name] })
            }
            return MetricLine(metric: name, scale: scale, direction: metric?.direction ?? .higher, cells: cells)
        }
    }

    /// True if a task has more metrics than its first.
    public var hasSecondMetrics: Bool { second.contains { !$0.isEmpty } }

    /// The table on its side, head and rows: a row for each metric of each column, the main one first, and the means at the end; a
    /// column for each model that was measured and for each baseline. The name of a column stands in its first row alone.
    public var metricRows: [[String]] {
        let all = measured + baselines
        var rows = [[title, ""] + all.map(Self.named)]
        for (place, column) in columns.enumerated() {
            rows.append(
                [column.title, column.metric + Self.mark(column.direction)]
                    + all.map { text($0, column: place) })
            for line in second[place] {
                rows.append(
                    ["", line.metric + Self.mark(line.direction)]
                        + (line.cells + line.baselines).map { Self.text($0, scale: line.scale) })
            }
        }
        if hasMean { rows.append(["mean", ""] + all.map { text($0, column: columns.count) }) }
        return rows
    }

    /// The name of a row with what stands behind it.
    static func named(_ row: Row) -> String { row.note.isEmpty ? row.name : "\(row.name) (\(row.note))" }

    /// An arrow behind metrics of which less is better.
    static func mark(_ direction: Metric.Direction) -> String { direction == .lower ? " ↓" : "" }
}
