import Foundation
import Foundations
import Reports

/// Results as a page of Markdown: `results.md`. Names and texts of others stand in it as they are: what Markdown or HTML would read as
/// theirs is escaped.
public struct ResultsMarkdown {
    /// The file's name.
    public static let fileName = "results.md"
    private let results: EvaluationResults

    /// The page of results.
    public init(_ results: EvaluationResults) { self.results = results }

    /// The page.
    public var text: String {
        var parts = ["# Evaluation"]
        for table in ResultTable.all(results) { parts.append(section(table)) }
        parts += robustness
        let skipped = results.results.filter { $0.skipped != nil && $0.isPlain }
        if !skipped.isEmpty {
            parts.append(
                "## Left out\n\n"
                    + skipped.map { "- \(Self.escaped("\($0.title): \($0.skipped ?? "")"))" }.joined(separator: "\n"))
        }
        for result in results.results
        where result.language == nil && result.isPlain && (result.confusion != nil || !result.mistakes.isEmpty) {
            parts.append(detail(result))
        }
        parts.append(models)
        return parts.joined(separator: "\n\n") + "\n"
    }

    private func section(_ table: ResultTable) -> String {
        var head = ["model"]
        head += table.columns.map { column in
            Self.escaped(
                table.isByLanguage
                    ? column.title : "\(column.title) \(column.metric)\(ResultTable.mark(column.direction))")
        }
        if table.hasMean { head.append("mean") }
        let count = head.count - 1
        var rows = table.measured.map { row in
            [Self.escaped(ResultTable.named(row))]
                + (0..<count).map { column in
                    let text = table.text(row, column: column)
                    return table.isBest(row, column: column) ? "**\(text)**" : text
                }
        }
        rows += table.baselines.map { row in
            ["*\(Self.escaped(ResultTable.named(row)))*"] + (0..<count).map { table.text(row, column: $0) }
        }
        if !table.quoted.isEmpty {
            rows.append(["*quoted, not measured:*"] + [String](repeating: "", count: count))
            rows += table.quoted.map { row in
                ["*\(Self.escaped(ResultTable.named(row)))* [\((row.source ?? 0) + 1)]"]
                    + (0..<count).map { table.text(row, column: $0) }
            }
        }
        var text = "## \(Self.escaped(table.heading))\n\n\(Self.table(head, rows))\n\n\(table.markedSpreadNote)"
        if let note = table.baselineNote { text += " \(note)" }
        for note in table.sourceNotes { text += "\n\n\(Self.escaped(note))" }
        if table.hasSecondMetrics {
            var rows = table.metricRows.map { $0.map(Self.escaped) }
            rows[0][0...1] = ["task", "metric"]
            text += "\n\nAll metrics:\n\n\(Self.table(rows[0], Array(rows.dropFirst()), names: 2))"
        }
        return text
    }

    /// Values under noise and with other fonts, a part for each task and split, with the drawings of all its metrics.
    private var robustness: [String] {
        let tables = RobustnessTable.all(results)
        var parts = tables.isEmpty ? [] : ["## Robustness"]
        for table in tables {
            if table.isMain {
                parts.append("### \(Self.escaped(table.heading))")
                for rows in [table.noiseRows, table.fontRows] where !rows.isEmpty {
                    let cells = rows.map { $0.map(Self.escaped) }
                    parts.append(Self.table(cells[0], Array(cells.dropFirst()), names: 2))
                }
                parts += table.notes.map(Self.escaped)
            }
            guard RobustnessPlot(table) != nil else { continue }
            let name = Self.escaped("\(table.title), \(table.metric)")
            parts.append("![\(name)](\(ResultsPage.link(table.plotName)))")
        }
        return parts
    }

    private func detail(_ result: SplitResult) -> String {
        var text = "## \(Self.escaped(result.title))\n\n\(counted(result.examples, "example")), "
        text += "[predictions](\(ResultsPage.link(result.predictions)))"
        let labels = results.labels(of: result)
        if let warning = result.onlyAnswer?.warning(labels: labels) {
            text += "\n\n**Warning:** \(Self.escaped(warning))"
        }
        if let counts = result.confusion {
            let names = counts.indices.map { Self.escaped(labels.indices.contains($0) ? labels[$0] : "\($0)") }
            text += "\n\nRight class by line, predicted class by column:\n\n"
            text += Self.table(
                [""] + names, counts.enumerated().map { [names[$0.offset]] + $0.element.map { "\($0)" } })
        }
        if !result.mistakes.isEmpty {
            let isNumber = result.confusion == nil && labels.isEmpty && result.metrics["accuracy"] == nil
            text += "\n\n\(isNumber ? "Furthest off" : "The surest mistakes"):\n\n"
            text += Self.table(
                ["id", "text", "right", "predicted", isNumber ? "off by" : "probability"],
                result.mistakes.map {
                    [$0.id, $0.text, $0.label, $0.prediction].map(Self.escaped)
                        + [String(format: "%.3g", $0.confidence)]
                }, names: 4)
        }
        return text
    }

    private var models: String {
        let rows = results.models.map { model in
            [model.name, model.path, ReportNumbers.grouped(model.parameters), String(model.weights.prefix(12))].map(
                Self.escaped)
        }
        return "## Models\n\n" + Self.table(["name", "folder", "parameters", "SHA-256 of weights"], rows, names: 2)
    }

    /// A table of GitHub's form, of cells that are Markdown; the first `names` columns are at the left. O(characters).
    static func table(_ head: [String], _ rows: [[String]], names: Int = 1) -> String {
        func line(_ cells: [String]) -> String { "| " + cells.joined(separator: " | ") + " |" }
        return ([line(head), "|" + head.indices.map { $0 < names ? "---|" : "---:|" }.joined()] + rows.map(line))
            .joined(separator: "\n")
    }

    /// A text on one line that Markdown and HTML show as it is. O(characters).
    static func escaped(_ text: String) -> String {
        var result = ""
        let scalars = Array(text.unicodeScalars)
        func isWord(_ place: Int) -> Bool {
            scalars.indices.contains(place) && scalars[place].properties.isAlphabetic
                || scalars.indices.contains(place) && scalars[place].properties.numericType != nil
        }
        for (place, scalar) in scalars.enumerated() {
            switch scalar {
            case "&": result += "&amp;"
            case "<": result += "&lt;"
            case ">": result += "&gt;"
            case "\\", "|", "*", "`", "[", "]", "~", "$": result += "\\\(scalar)"
            // Within a word it is a character like any other.
            case "_" where !isWord(place - 1) || !isWord(place + 1): result += "\\_"
            case _
            where scalar.value < 0x20 || (0x7F..<0xA0).contains(scalar.value)
                || [0x2028, 0x2029].contains(scalar.value):
                result += " "
            default: result.unicodeScalars.append(scalar)
            }
        }
        return result
    }
}

extension SplitResult {
    /// True if the examples are as they are.
    var isPlain: Bool { variant == TaskVariant.plain.name }

    /// Model, task, split and what else tells it from others.
    public var title: String {
        var title = "\(model), \(task) \(split)"
        if let language { title += " \(language)" }
        if variant != TaskVariant.plain.name { title += ", \(variant)" }
        if let seed { title += ", seed \(seed)" }
        return title
    }
}
