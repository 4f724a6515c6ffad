import Foundation

/// Results as a page of Markdown: `results.md`.
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
                "## Left out\n\n" + skipped.map { "- \($0.title): \($0.skipped ?? "")" }.joined(separator: "\n"))
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
            table.isByLanguage
                ? column.title : "\(column.title) \(column.metric)\(column.direction == .lower ? " ↓" : "")"
        }
        if table.hasMean { head.append("mean") }
        let count = head.count - 1
        var rows = table.measured.map { row in
            [named(row)]
                + (0..<count).map { column in
                    let text = table.text(row, column: column)
                    let value = column < table.columns.count ? row.cells[column]?.value : row.mean?.value
                    return value != nil && value == table.best(column: column) ? "**\(text)**" : text
                }
        }
        if !table.quoted.isEmpty {
            rows.append(["*quoted, not measured:*"] + [String](repeating: "", count: count))
            rows += table.quoted.map { row in
                ["*\(named(row))* [\((row.source ?? 0) + 1)]"] + (0..<count).map { table.text(row, column: $0) }
            }
        }
        var text = "## \(table.heading)\n\n\(Self.table(head, rows))\n\n\(table.spreadNote)"
        for note in table.sourceNotes { text += "\n\n\(note)" }
        return text
    }

    /// Values under noise and with other fonts, a part for each task and split, with the drawings of all its metrics.
    private var robustness: [String] {
        let tables = RobustnessTable.all(results)
        var parts = tables.isEmpty ? [] : ["## Robustness"]
        for table in tables {
            if table.isMain {
                parts.append("### \(table.heading)")
                for rows in [table.noiseRows, table.fontRows] where !rows.isEmpty {
                    parts.append(Self.table(rows[0], Array(rows.dropFirst())))
                }
                parts += table.notes
            }
            guard RobustnessPlot(table) != nil else { continue }
            parts.append("![\(table.title), \(table.metric)](\(ResultsPage.link(table.plotName)))")
        }
        return parts
    }

    private func named(_ row: ResultTable.Row) -> String { row.note.isEmpty ? row.name : "\(row.name) (\(row.note))" }

    private func detail(_ result: SplitResult) -> String {
        var text = "## \(result.title)\n\n\(result.examples) examples, [predictions](\(result.predictions))"
        let labels = results.tasks.first { $0.name == result.task }?.labels ?? []
        if let counts = result.confusion {
            text += "\n\nRight class by line, predicted class by column:\n\n"
            text += Self.table(
                [""] + labels, counts.enumerated().map { [labels[$0.offset]] + $0.element.map { "\($0)" } })
        }
        if !result.mistakes.isEmpty {
            let isNumber = result.confusion == nil && labels.isEmpty && result.metrics["accuracy"] == nil
            text += "\n\n\(isNumber ? "Furthest off" : "The surest mistakes"):\n\n"
            text += Self.table(
                ["id", "text", "right", "predicted", isNumber ? "off by" : "probability"],
                result.mistakes.map {
                    [$0.id, $0.text, $0.label, $0.prediction, String(format: "%.3g", $0.confidence)]
                })
        }
        return text
    }

    private var models: String {
        let rows = results.models.map { model in
            [model.name, model.path, "\(model.parameters)", String(model.weights.prefix(12))]
        }
        return "## Models\n\n" + Self.table(["name", "folder", "parameters", "SHA-256 of weights"], rows)
    }

    /// A table of GitHub's form. O(characters).
    static func table(_ head: [String], _ rows: [[String]]) -> String {
        func line(_ cells: [String]) -> String {
            "| "
                + cells.map { cell in
                    cell.replacing("\\", with: "\\\\").replacing("|", with: "\\|").replacing("\n", with: " ")
                }.joined(separator: " | ") + " |"
        }
        return ([line(head), "|" + head.indices.map { $0 == 0 ? "---|" : "---:|" }.joined()] + rows.map(line))
            .joined(separator: "\n")
    }
}

extension SplitResult {
    /// Whether the examples are as they are.
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
