import Foundation
import Foundations

extension ResultTable {
    /// Rows of publications whose metric and split are those of a column.
    mutating func quote(_ tasks: [EvaluationResults.TaskRecord]) {
        for (place, column) in columns.enumerated() {
            let published = tasks.first { $0.name == column.task }?.published ?? []
            for scores in published where scores.metric == column.metric {
                for row in scores.rows {
                    guard let value = row.scores[column.language ?? column.split] else { continue }
                    let line = line(of: row, scores)
                    let scale = column.scale / scores.scale
                    quoted[line].cells[place] = Cell(value: value * scale, spread: nil)
                    if let average = row.scores["average"], hasMean {
                        quoted[line].mean = Cell(value: average * scale, spread: nil)
                    }
                }
            }
        }
        guard hasMean else { return }
        // What is not printed beside the numbers is computed from them.
        for place in quoted.indices where quoted[place].mean == nil {
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

    /// A number with as many digits as the format says, and no point behind the last.
    private static func digits(_ format: String, _ value: Double) -> String {
        let text = String(format: format, value)
        return text.hasSuffix(".") ? String(text.dropLast()) : text
    }

    /// A cell as text, "84.2 ± 0.6".
    public static func text(_ cell: Cell?, scale: Double) -> String {
        guard let cell else { return "–" }
        guard let spread = cell.spread else { return text(cell.value, scale) }
        guard scale == 1 else { return "\(text(cell.value, scale)) ± \(text(spread, scale))" }
        return "\(digits("%#.4g", cell.value)) ± \(digits("%#.2g", spread))"
    }

    /// The cell of a row in a column as text; behind the last that of the mean.
    public func text(_ row: Row, column: Int) -> String {
        if columns.indices.contains(column) { return Self.text(row.cells[column], scale: columns[column].scale) }
        return Self.text(row.mean, scale: columns.first?.scale ?? 1)
    }

    /// True if the cell of a measured row in a column, or behind the last its mean, is better than that of every other measured row
    /// by more than the standard error of the difference. Where a spread is not known no difference can be judged.
    public func isBest(_ row: Row, column: Int) -> Bool {
        func cell(_ row: Row) -> Cell? { columns.indices.contains(column) ? row.cells[column] : row.mean }
        let others = measured.filter { $0.name != row.name }.compactMap(cell)
        guard let own = cell(row), let spread = own.spread, !others.isEmpty else { return false }
        let direction = columns.indices.contains(column) ? columns[column].direction : columns[0].direction
        return others.allSatisfy { other in
            guard let otherSpread = other.spread else { return false }
            let lead = direction == .lower ? other.value - own.value : own.value - other.value
            return lead > (spread * spread + otherSpread * otherSpread).squareRoot()
        }
    }

    /// The note that explains marked values; empty where there is one model alone.
    private var markNote: String {
        guard measured.count > 1 else { return "" }
        return
            " Bold: better than every other measured model by more than the standard error of the difference, √(a² + b²) for "
            + "spreads ± a and ± b."
    }

    /// True if the columns are the languages of one task, whose metric the title tells.
    public var isByLanguage: Bool { columns.allSatisfy { $0.language != nil } }

    /// The title, with the metric where all columns have the same.
    public var heading: String { isByLanguage ? "\(title), \(columns[0].metric)" : title }

    /// Where quoted rows come from, a sentence each.
    public var sourceNotes: [String] {
        var notes = sources.enumerated().map { "[\($0.offset + 1)] Quoted from: \($0.element)." }
        if hasMean, !quoted.isEmpty {
            notes.append(
                "Means of quoted rows are computed from their numbers where the task does not have a printed one.")
        }
        return notes
    }

    /// The note that explains spreads and marked values.
    public var markedSpreadNote: String { spreadNote + markNote }

    /// What the spreads are.
    public var spreadNote: String {
        let limited = limit.map { " No more than \(counted($0, "example")) of a split and language were asked." } ?? ""
        return
            (measured.contains { $0.note.hasSuffix("seeds") }
            ? "± is the standard deviation over seeds where there are several, else the standard error by bootstrap over the examples."
            : "± is the standard error by bootstrap over the examples.") + limited
    }
}
