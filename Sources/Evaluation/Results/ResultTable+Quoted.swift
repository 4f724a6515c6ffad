import Foundation

extension ResultTable {
    /// Rows of publications whose metric and split are those of a column.
    mutating func quote(_ tasks: [EvaluationResults.TaskRecord]) {
        for (place, column) in columns.enumerated() {
            let published = tasks.first { $0.name == column.task }?.published ?? []
            for scores in published where scores.metric == column.metric {
                for row in scores.rows {
                    guard let value = row.scores[column.language ?? column.split] else { continue }
                    let line = line(of: row, scores)
                    quoted[line].cells[place] = Cell(value: value * column.scale / scores.scale, spread: nil)
                }
            }
        }
        guard hasMean else { return }
        for place in quoted.indices {
            let values = quoted[place].cells.compactMap { $0?.value }
            guard values.count == columns.count else { continue }
            quoted[place].mean = Cell(value: values.reduce(0, +) / Double(values.count), spread: nil)
        }
    }

    /// The row of a quoted model, which is made where there is none.
    private mutating func line(of row: PublishedScores.Row, _ scores: PublishedScores) -> Int {
        let source = sources.firstIndex(of: scores.source) ?? sources.count
        if source == sources.count { sources.append(scores.source) }
        let note = ([row.parameters] + [row.input]).compactMap(\.self).joined(separator: ", ")
        if let place = quoted.firstIndex(where: { $0.name == row.model && $0.note == note && $0.source == source }) {
            return place
        }
        quoted.append(
            Row(
                name: row.model, note: note, cells: [Cell?](repeating: nil, count: columns.count), mean: nil,
                source: source))
        return quoted.count - 1
    }

    /// A number as the table tells it: of per cents one digit behind the point, of others four digits.
    static func text(_ value: Double, _ scale: Double) -> String {
        scale == 1 ? String(format: "%.4g", value) : String(format: "%.1f", value)
    }

    /// A cell as text, "84.2 ± 0.6".
    public static func text(_ cell: Cell?, scale: Double) -> String {
        guard let cell else { return "–" }
        let spread = cell.spread.map { scale == 1 ? String(format: "%.2g", $0) : text($0, scale) }
        return text(cell.value, scale) + (spread.map { " ± \($0)" } ?? "")
    }

    /// The cell of a row in a column as text; behind the last that of the mean.
    public func text(_ row: Row, column: Int) -> String {
        if columns.indices.contains(column) { return Self.text(row.cells[column], scale: columns[column].scale) }
        return Self.text(row.mean, scale: columns.first?.scale ?? 1)
    }

    /// The best measured value of a column, or of the means; nil where only one model has one.
    public func best(column: Int) -> Double? {
        let cells = measured.map { columns.indices.contains(column) ? $0.cells[column] : $0.mean }
        let values = cells.compactMap { $0?.value }
        guard values.count > 1 else { return nil }
        let direction = columns.indices.contains(column) ? columns[column].direction : columns[0].direction
        return direction == .lower ? values.min() : values.max()
    }

    /// What the spreads are.
    public var spreadNote: String {
        measured.contains { $0.note.hasSuffix("seeds") }
            ? "± is the standard deviation over seeds where there are several, else the standard error by bootstrap over the examples."
            : "± is the standard error by bootstrap over the examples."
    }
}
