import Foundations
import Reports

/// Results as a page of HTML that needs nothing but itself: `report.html`.
public struct ResultsPage {
    /// The file's name.
    public static let fileName = "report.html"
    let results: EvaluationResults

    /// The page of results.
    public init(_ results: EvaluationResults) { self.results = results }

    /// The page; links lead to the files of predictions beside it.
    public var html: String {
        let names = results.models.map(\.name).joined(separator: ", ")
        let answered = results.results.filter { $0.language == nil }.reduce(0) { $0 + $1.examples }
        var body =
            "<h1>Evaluation of \(escaped(names))</h1><p class=\"dim\">\(counted(results.tasks.count, "task")), "
            + "\(ReportNumbers.counted(answered, "answer")). Values are per cent but for losses and perplexities.</p>"
        body += scores + robustness
        let skipped = results.results.filter { $0.skipped != nil && $0.isPlain }
        if !skipped.isEmpty {
            body += "<h2>Left out</h2>"
            body += skipped.map { "<p>\(escaped($0.title)): \(escaped($0.skipped ?? ""))</p>" }.joined()
        }
        body += details
        body += "<h2>Models</h2>" + models + "<h2>Tasks and data</h2>" + tasks + "<h2>Where it ran</h2>" + environment
        body += "<footer>Written by letterpress from \(EvaluationResults.fileName) beside it.</footer>"
        return ReportPage.html(title: "Evaluation of \(names)", body: body, refreshes: false, more: Self.style)
    }

    /// CSS beside that of every report.
    static let style = """
        .scores th.m,.scores td.m{position:sticky;left:0;background:var(--card);min-width:8em;max-width:min(22em,45vw);\
        color:var(--ink);font-weight:500}
        .scores thead em{display:block;font-style:normal;font-size:.78rem}
        .scores td small,.scores .m small{color:var(--dim);font-size:.82em}
        .tight th,.tight td{padding:5px 7px}.tight td.n small{display:block}
        .scores tr.head td{color:var(--dim);font-size:.82rem;background:var(--grid)}
        .scores tr.quoted td{color:var(--dim);font-style:italic}.scores tr.quoted td.m{color:var(--dim)}
        .pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,420px),1fr));gap:14px;align-items:start}
        .matrix td.n{min-width:3.2em}.matrix thead th{text-align:right}.matrix thead th:first-child{text-align:left}
        .matrix th{min-width:5em;max-width:12em}
        td.shade{background:color-mix(in srgb,var(--train) calc(var(--part)*62%),var(--card))}
        td.wrong{background:color-mix(in srgb,var(--held) calc(var(--part)*62%),var(--card))}
        .pair>*{min-width:0}.answers td:first-child{min-width:12em}.wide+p{margin-top:8px}
        details{margin:0 0 14px}summary{cursor:pointer;margin:0 0 8px}summary b{font-weight:600}
        .rb{display:block;margin:0 0 14px;border:1px solid var(--rule);border-radius:8px}.wide+.wide,.wide+.rb{margin-top:14px}
        @media(max-width:520px){th,td{padding:5px 8px}}
        code{font-size:.85em}
        """

    // MARK: Scores

    /// The tables of scores.
    var scores: String { ResultTable.all(results).map(section).joined() }

    private func section(_ table: ResultTable) -> String {
        let last = table.columns.count + (table.hasMean ? 1 : 0)
        var head = table.columns.map { column in
            let metric = "<em>\(escaped(column.metric))\(column.direction == .lower ? " ↓" : "")</em>"
            return "<th class=\"n\">\(escaped(column.title))\(table.isByLanguage ? "" : metric)</th>"
        }
        if table.hasMean {
            head.append(
                "<th class=\"n\">mean\(table.isByLanguage ? "" : "<em>\(counted(table.columns.count, "number"))</em>")</th>"
            )
        }
        var html =
            "<h2>\(escaped(table.heading))</h2><div class=\"wide\"><table class=\"scores\(last > 8 ? " tight" : "")\"><thead><tr>"
            + "<th class=\"m\">model</th>\(head.joined())</tr></thead><tbody>"
        for row in table.measured {
            html += "<tr>\(name(row))"
            for column in 0..<last {
                let style = table.isBest(row, column: column) ? "n best" : "n"
                html += "<td class=\"\(style)\">\(self.cell(table, row, column))</td>"
            }
            html += "</tr>"
        }
        for row in table.baselines {
            html += "<tr class=\"quoted\">\(name(row))"
            for column in 0..<last { html += "<td class=\"n\">\(cell(table, row, column))</td>" }
            html += "</tr>"
        }
        if !table.quoted.isEmpty {
            html += "<tr class=\"head\"><td colspan=\"\(last + 1)\">Quoted, not measured</td></tr>"
        }
        for row in table.quoted {
            html += "<tr class=\"quoted\">\(name(row))"
            for column in 0..<last { html += "<td class=\"n\">\(cell(table, row, column))</td>" }
            html += "</tr>"
        }
        html += "</tbody></table></div><p class=\"dim\">\(escaped(table.markedSpreadNote))"
        if let note = table.baselineNote { html += " \(escaped(note))" }
        return html + table.sourceNotes.map { " \(escaped($0))" }.joined() + "</p>"
    }

    private func name(_ row: ResultTable.Row) -> String {
        let source = row.source.map { " [\($0 + 1)]" } ?? ""
        let note = row.note.isEmpty && source.isEmpty ? "" : " <small>\(escaped(row.note))\(source)</small>"
        return "<td class=\"m\">\(escaped(row.name))\(note)</td>"
    }

    /// A value with its spread in small print.
    private func cell(_ table: ResultTable, _ row: ResultTable.Row, _ column: Int) -> String {
        let parts = table.text(row, column: column).split(separator: " ± ").map(String.init)
        return parts.count == 2 ? "\(parts[0]) <small>± \(parts[1])</small>" : parts.joined()
    }

    func escaped(_ text: String) -> String { ReportNumbers.escaped(text) }

}
