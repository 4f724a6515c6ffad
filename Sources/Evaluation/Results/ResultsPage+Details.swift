import Foundation
import Foundations
import Reports

extension ResultsPage {
    /// Confusions and mistakes of each result.
    var details: String {
        // Those of variants are in the files.
        let shown = results.results.filter {
            $0.language == nil && $0.skipped == nil && $0.examples > 0 && $0.isPlain
        }
        // Of many the reader opens those that matter.
        return shown.isEmpty ? "" : "<h2>Answers</h2>" + shown.map { detail($0, isOpen: shown.count <= 6) }.joined()
    }

    private func detail(_ result: SplitResult, isOpen: Bool) -> String {
        let labels = results.labels(of: result)
        var html =
            "<details\(isOpen ? " open" : "")><summary><b>\(escaped(result.title))</b>\(main(result))</summary><p class=\"dim\">"
            + ReportNumbers.counted(result.examples, "example")
        for (name, score) in result.metrics.sorted(by: { $0.key < $1.key }) {
            let scale = Metric.named(name)?.tableScale ?? 1
            let cell = score.value.map { value in
                ResultTable.Cell(value: scale * value, spread: score.standardError.map { scale * $0 })
            }
            html += ", \(escaped(name)) \(ResultTable.text(cell, scale: scale))"
            if let reason = score.reason { html += " (\(escaped(reason)))" }
        }
        if result.truncated > 0 {
            html += ", \(ReportNumbers.grouped(result.truncated)) had no room for all of their text"
        }
        if let words = result.truncatedWords, words > 0 {
            html += ", \(ReportNumbers.counted(words, "word")) without room counted as wrong"
        }
        if result.leftOut > 0 { html += ", \(ReportNumbers.counted(result.leftOut, "line")) of the files left out" }
        html += "; <a href=\"\(escaped(Self.link(result.predictions)))\">predictions</a></p>"
        if let warning = result.onlyAnswer?.warning(labels: labels) {
            html += "<p><b>Warning:</b> \(escaped(warning))</p>"
        }
        html += "<div class=\"pair\">"
        if let counts = result.confusion { html += matrix(counts, labels) }
        if !result.mistakes.isEmpty {
            html += mistakes(result, isNumber: labels.isEmpty && result.metrics["accuracy"] == nil)
        }
        return html + "</div></details>"
    }

    /// The main metric, beside a title.
    private func main(_ result: SplitResult) -> String {
        let name = results.tasks.first { $0.name == result.task }?.metrics.first ?? ""
        let scale = Metric.named(name)?.tableScale ?? 1
        guard let value = result.metrics[name]?.value else { return "" }
        return
            " <span class=\"dim\">\(escaped(name)) \(ResultTable.text(.init(value: scale * value), scale: scale))</span>"
    }

    /// A path in a link: everything but plain characters as per cent and number.
    static func link(_ path: String) -> String {
        let plain = CharacterSet.alphanumerics.intersection(CharacterSet(charactersIn: "\u{0}"..."\u{7F}"))
        return path.addingPercentEncoding(withAllowedCharacters: plain.union(CharacterSet(charactersIn: "/-._~")))
            ?? path
    }

    private func matrix(_ counts: [[Int]], _ labels: [String]) -> String {
        var html =
            "<div class=\"wide\"><table class=\"matrix\"><thead><tr><th>right ↓ predicted →</th>"
            + labels.map { "<th class=\"n\">\(escaped($0))</th>" }.joined() + "</tr></thead><tbody>"
        for (row, line) in counts.enumerated() {
            let sum = line.reduce(0, +)
            html += "<tr><th scope=\"row\">\(escaped(labels.indices.contains(row) ? labels[row] : "\(row)"))</th>"
            for (column, count) in line.enumerated() {
                let part = sum > 0 ? Double(count) / Double(sum) : 0
                html +=
                    "<td class=\"n \(row == column ? "shade" : "wrong")\" style=\"--part:\(String(format: "%.3f", part))\" "
                    + "title=\"\(ReportNumbers.percent(part)) of this class\">\(ReportNumbers.grouped(count))</td>"
            }
            html += "</tr>"
        }
        return html + "</tbody></table></div>"
    }

    private func mistakes(_ result: SplitResult, isNumber: Bool) -> String {
        var html =
            "<div class=\"wide\"><table class=\"answers\"><thead><tr><th>\(isNumber ? "furthest off" : "the surest mistakes")</th><th>right</th>"
            + "<th>predicted</th><th class=\"n\">\(isNumber ? "off by" : "probability")</th></tr></thead><tbody>"
        for mistake in result.mistakes {
            let confidence =
                isNumber ? ReportNumbers.short(mistake.confidence) : ReportNumbers.percent(mistake.confidence)
            html +=
                "<tr><td title=\"\(escaped(mistake.id))\" dir=\"auto\">\(escaped(mistake.text))</td><td>\(escaped(mistake.label))</td>"
                + "<td>\(escaped(mistake.prediction))</td><td class=\"n\">\(confidence)</td></tr>"
        }
        return html + "</tbody></table></div>"
    }

    // MARK: Facts

    var models: String {
        var html =
            "<div class=\"wide\"><table><thead><tr><th>name</th><th>folder</th><th class=\"n\">parameters</th>"
            + "<th>SHA-256 of weights</th></tr></thead><tbody>"
        for model in results.models {
            html +=
                "<tr><td>\(escaped(model.name))</td><td><code>\(escaped(model.path))</code></td>"
                + "<td class=\"n\">\(ReportNumbers.grouped(model.parameters))</td><td><code>\(model.weights.prefix(16))…</code></td></tr>"
        }
        return html + "</tbody></table></div>"
    }

    var tasks: String {
        var html =
            "<div class=\"wide\"><table><thead><tr><th>task</th><th class=\"n\">version</th><th>kind</th><th>SHA-256 of the task "
            + "and its files</th></tr></thead><tbody>"
        for task in results.tasks {
            let files = [task.sha256] + task.data.sorted { $0.key < $1.key }.map(\.value)
            html +=
                "<tr><td>\(escaped(task.name))</td><td class=\"n\">\(task.version)</td><td>\(escaped(task.kind))</td><td>"
                + files.map { "<code>\($0.prefix(12))…</code>" }.joined(separator: " ") + "</td></tr>"
        }
        return html + "</tbody></table></div>"
    }

    var environment: String {
        guard case .object(let fields) = results.environment else { return "" }
        var rows = fields.sorted { $0.key < $1.key }.map { key, value in (name: key, value: Self.text(value)) }
        let seconds = results.timing.reduce(0) { $0 + $1.seconds }
        rows.append(("time of answers", ReportNumbers.time(seconds)))
        return ReportPage.table(rows)
    }

    private static func text(_ value: JSONValue) -> String {
        switch value {
        case .string(let text): text
        case .object(let fields):
            fields.sorted { $0.key < $1.key }.map { "\($0.key) \(text($0.value))" }.joined(separator: ", ")
        default: String(decoding: value.encoded(), as: UTF8.self)
        }
    }
}
