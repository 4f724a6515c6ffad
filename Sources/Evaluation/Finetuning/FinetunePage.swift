import Foundations
import ZooKit

/// How a fine-tuning went, as a page of HTML that needs nothing but itself: `report.html`, with the charts that a pretraining's page has.
public struct FinetunePage {
    /// The file's name.
    public static let fileName = "report.html"
    private let result: FinetuneResult
    private let model: String
    private var losses = Curve()
    private var rates = Curve()
    private var norms = Curve()
    private var seconds = 0.0
    private var examples = 0
    private var skipped = 0

    /// The page of a finished run of a model, with the lines of its `metrics.jsonl`; what is no step in them is passed over. O(bytes).
    public init(_ result: FinetuneResult, model: String, log: [UInt8]) {
        (self.result, self.model) = (result, model)
        for line in log.split(separator: UInt8(ascii: "\n")) {
            guard let record = try? JSONValue.parse(Array(line)), case .integer(let step)? = record["step"],
                let count = Self.number(record["examples"])
            else { continue }
            losses.append(Self.number(record["loss"]) ?? .nan, at: step)
            if let rate = Self.number(record["rate"]) { rates.append(rate, at: step) }
            if let norm = Self.number(record["gradient_norm"]) { norms.append(norm, at: step) }
            seconds += Self.number(record["seconds"]) ?? 0
            examples += Int(exactly: count) ?? 0
            if record["skipped"] != nil { skipped += 1 }
        }
    }

    private static func number(_ value: JSONValue?) -> Double? {
        switch value {
        case .integer(let number)?: Double(number)
        case .number(let number)?: number
        default: nil
        }
    }

    /// The page. O(steps).
    public var html: String {
        let title = "Fine-tuning of \(model) on \(result.task)"
        let end =
            result.endedEarly
            ? "ended after \(result.settings.patience) evaluations without a better one" : "finished"
        var body =
            "<h1>\(escaped(title))</h1><p class=\"dim\">\(ReportNumbers.grouped(result.steps)) steps, \(end).</p>"
        body +=
            "<div class=\"tiles\">"
            + tiles.map { name, value, note in
                "<div class=\"tile\"><span>\(escaped(name))</span><b>\(value)</b><em>\(escaped(note))</em></div>"
            }.joined() + "</div><h2>Curves</h2><div class=\"charts\">" + charts.map(\.html).joined() + "</div>"
        body += "<h2>Evaluations on \(escaped(result.split))</h2>" + evaluations
        body += "<h2>Settings</h2>" + settings
        body += "<footer>Written by letterpress from result.json and metrics.jsonl beside it.</footer>"
        return ReportPage.html(title: title, body: body, refreshes: false)
    }

    private var tiles: [(String, String, String)] {
        let best = result.value.map(ReportNumbers.short) ?? "undefined"
        var tiles = [("best \(result.metric)", best, "at step \(ReportNumbers.grouped(result.bestStep))")]
        if let last = result.evaluations.last {
            tiles.append(("last loss", ReportNumbers.short(last.loss), "of \(result.split)"))
        }
        if seconds > 0 {
            let speed = ReportNumbers.short(Double(examples) / seconds)
            tiles.append(("examples a second", speed, "without evaluations"))
            tiles.append(("time of steps", ReportNumbers.time(seconds), "without evaluations"))
        }
        if skipped > 0 { tiles.append(("skipped steps", ReportNumbers.grouped(skipped), "not finite")) }
        return tiles
    }

    private var charts: [ReportChart] {
        let steps = 0...max(1, result.steps)
        let half = max(2, min(Double(losses.values.count) / 60, 200))
        func course(_ curve: Curve) -> [ReportChart.Series] {
            [
                .init(name: "each step", style: "raw", curve: curve, isWhole: false),
                .init(name: "running mean", style: "train", curve: curve.smoothed(half: half)),
            ]
        }
        func scores(_ name: String, _ value: (FinetuneEvaluation) -> Double?) -> ReportChart.Series {
            var curve = Curve()
            for evaluation in result.evaluations {
                if let value = value(evaluation) { curve.append(value, at: evaluation.step) }
            }
            return .init(name: name, style: "held", curve: curve, hasDots: curve.values.count <= 60)
        }
        let names = Set(result.evaluations.flatMap(\.metrics.keys)).sorted()
        let ordered = names.filter { $0 == result.metric } + names.filter { $0 != result.metric }
        return [
            ReportChart(
                title: "Loss", note: "training, and \(result.split)",
                series: course(losses) + [scores(result.split) { $0.loss }],
                steps: steps)
        ]
            + ordered.map { name in
                ReportChart(
                    title: name, note: result.split, series: [scores(result.split) { $0.metrics[name] }], steps: steps)
            } + [
                ReportChart(
                    title: "Learning rate", scale: .fromZero,
                    series: [.init(name: "each step", style: "train", curve: rates)], steps: steps),
                ReportChart(
                    title: "Gradient norm", note: "before clipping", scale: .logarithmic, series: course(norms),
                    steps: steps),
            ]
    }

    private var evaluations: String {
        let names = Set(result.evaluations.flatMap(\.metrics.keys)).sorted()
        var html = "<div class=\"wide\"><table><thead><tr><th class=\"n\">step</th><th class=\"n\">loss</th>"
        html += names.map { "<th class=\"n\">\(escaped($0))</th>" }.joined() + "</tr></thead><tbody>"
        for evaluation in result.evaluations {
            let mark = evaluation.step == result.bestStep ? " best" : ""
            let cells = [evaluation.loss] + names.map { evaluation.metrics[$0] }
            html += "<tr><td class=\"n\(mark)\">\(ReportNumbers.grouped(evaluation.step))</td>"
            html += cells.map { "<td class=\"n\(mark)\">\($0.map(ReportNumbers.short) ?? "–")</td>" }.joined() + "</tr>"
        }
        return html + "</tbody></table></div>"
    }

    private var settings: String {
        guard case .object(let fields)? = try? StrictJSON.encodedValue(result.settings) else { return "" }
        let rows = fields.sorted { $0.key < $1.key }.map { key, value in
            let text = String(decoding: value.encoded(), as: UTF8.self)
            return "<tr><th scope=\"row\">\(escaped(key))</th><td>\(escaped(text))</td></tr>"
        }
        return "<div class=\"wide\"><table><tbody>\(rows.joined())</tbody></table></div>"
    }

    private func escaped(_ text: String) -> String { ReportNumbers.escaped(text) }
}
