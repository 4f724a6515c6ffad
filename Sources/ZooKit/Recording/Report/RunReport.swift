import Foundation
import Foundations
import Reports

/// The page of a run, whatever it trains.
struct RunReport {
    var title: String
    var facts: [(name: String, value: String)]
    var history: RunHistory
    var baselines: RunBaselines?
    /// Sentences about the result, above the curves.
    var notes: [String] = []
    var plan: RunPlan?
    /// True if the head's predictions have no brightness of their own.
    var isNormalised = false
    /// True if the report is written for the last time, after a stop or at the end.
    var isFinished = false
    /// True if the run came to its end.
    var isComplete = false
    /// The error that ended the run.
    var failure: String?

    /// The page, with the pictures of `folder` in it. O(steps). Throws `FileError`.
    func html(_ folder: RunFolder) throws -> String {
        var body = header + notes.map { "<p><b>\(ReportNumbers.escaped($0))</b></p>" }.joined() + "<h2>Curves</h2>"
        if history.heldOut.keys.contains(where: { $0.hasSuffix("next_patch") }) {
            body +=
                "<p class=\"dim\">Losses of next patches are mean squared errors a pixel, of normalised pixels where the model "
                + "predicts those. Held-out losses and baselines leave black end patches out.</p>"
        }
        body += "<div class=\"charts\">"
        body += (lossCharts + metricCharts + reportCharts + scheduleCharts).map(\.html).joined() + "</div>"
        body += try pictures(folder)
        body += "<h2>Numbers</h2>" + numbers + evaluations + "<h2>The run</h2>" + table(factRows)
        body += "<footer>Written by letterpress from metrics.jsonl and the pictures beside it.</footer>"
        return ReportPage.html(title: title, body: body, refreshes: !isFinished)
    }

    private var steps: ClosedRange<Int> { 0...max(history.step, 1) }

    private var header: String {
        typealias Numbers = ReportNumbers
        let total = plan?.steps ?? history.step
        let state =
            if let failure {
                "ended by an error: \(Numbers.escaped(failure))"
            } else if isFinished {
                isComplete ? history.step < total ? "ended early" : "finished" : "stopped; it can be resumed"
            } else {
                "under way"
            }
        var html =
            "<h1>\(Numbers.escaped(title))</h1><p class=\"dim\">Step \(Numbers.grouped(history.step)) of "
            + "\(Numbers.grouped(total)), \(state). Written on \(Self.now).</p>"
        let done = Double(history.step) / Double(max(total, 1))
        html += "<div class=\"bar\"><i style=\"width:\(String(format: "%.1f", 100 * min(done, 1)))%\"></i></div>"
        var tiles: [(String, String, String)] = []
        let sum = history.heldOut.count > 1 ? ", all kinds added" : ""
        if let last = history.evaluations.last {
            tiles.append(("held-out loss", Numbers.short(last.loss), "at step \(Numbers.grouped(last.step))\(sum)"))
        }
        if let best = history.evaluations.last(where: \.isBest) {
            let place = "at step \(Numbers.grouped(best.step))"
            if let metric, let value = best.metrics[metric] {
                tiles.append(("best \(Numbers.escaped(metric))", Numbers.short(value), place))
            } else {
                tiles.append(("best held-out loss", Numbers.short(best.loss), place))
            }
        }
        if let loss = smoothed(history.loss).values.last {
            tiles.append(("training loss", Numbers.short(loss), "running mean"))
        }
        if history.seconds > 0 {
            let speed = Double(history.rows) / history.seconds
            let share = "\(Numbers.percent(history.dataSeconds / history.seconds)) of the time for data"
            tiles.append(("rows a second", Numbers.short(speed), share))
            if history.examples > 0 {
                let rate = Numbers.short(Double(history.examples) / history.seconds)
                let note = history.truncated > 0 ? "\(Numbers.grouped(history.truncated)) truncated" : "none truncated"
                tiles.append(("examples a second", rate, note))
            }
            let left = history.seconds / Double(max(history.loss.steps.count, 1)) * Double(max(0, total - history.step))
            tiles.append(
                (
                    "time of steps", Numbers.time(history.seconds),
                    left > 0 ? "about \(Numbers.time(left)) to go" : "without evaluations"
                ))
        }
        if history.skipped > 0 { tiles.append(("skipped steps", Numbers.grouped(history.skipped), "not finite")) }
        html += "<div class=\"tiles\">"
        for (name, value, note) in tiles {
            html += "<div class=\"tile\"><span>\(name)</span><b>\(value)</b><em>\(note)</em></div>"
        }
        return html + "</div>"
    }

    private static var now: String {
        let format = DateFormatter()
        format.locale = Locale(identifier: "en_US_POSIX")
        format.dateFormat = "yyyy-MM-dd HH:mm:ss"
        return format.string(from: Date())
    }

    private func smoothed(_ curve: Curve) -> Curve { curve.running }

    private static let names = [
        "text.next_token": "text: next token, nats", "image.next_patch": "image: next patch",
        "pair.next_token": "pair: next token, nats", "pair.next_patch": "pair: next patch",
    ]

    private var lossCharts: [ReportChart] {
        var charts = [
            ReportChart(
                title: "Training loss",
                series: [
                    .init(name: "each step", style: "raw", curve: history.loss),
                    .init(name: "running mean", style: "train", curve: smoothed(history.loss)),
                ], steps: steps)
        ]
        if history.heldOut.isEmpty, !history.heldOutLoss.values.isEmpty {
            charts[0].series.append(
                .init(
                    name: "held out", style: "held", curve: history.heldOutLoss,
                    hasDots: history.heldOutLoss.values.count <= 60))
        }
        for (name, curve) in history.heldOut.sorted(by: { $0.key < $1.key }) {
            var series: [ReportChart.Series] = []
            if let training = history.kinds[name] {
                series.append(.init(name: "training, running mean", style: "raw", curve: smoothed(training)))
            }
            series.append(.init(name: "held out", style: "held", curve: curve, hasDots: curve.values.count <= 60))
            charts.append(
                ReportChart(
                    title: "Held-out loss", note: Self.names[name] ?? name, series: series,
                    baselines: baselines?.lines(name) ?? [], steps: steps))
        }
        return charts
    }

    /// The metric that chooses the best evaluation; nil where the loss does.
    var metric: String? {
        if case .string(let name)? = plan?.details["metric"] { return name }
        return nil
    }

    /// Metrics in their order: the one that chooses the best evaluation, then the others by name.
    var metricNames: [String] {
        let names = history.metrics.keys.sorted()
        return names.filter { $0 == metric } + names.filter { $0 != metric }
    }

    private var metricCharts: [ReportChart] {
        metricNames.map { name in
            let curve = history.metrics[name] ?? Curve()
            return ReportChart(
                title: name, note: "held out",
                series: [.init(name: "held out", style: "held", curve: curve, hasDots: curve.values.count <= 60)],
                baselines: baselines?.lines(name) ?? [], steps: steps)
        }
    }

    private var reportCharts: [ReportChart] {
        history.reports.sorted { $0.key < $1.key }.map { name, curve in
            ReportChart(
                title: name, note: "reported by the method",
                series: [
                    .init(name: "each step", style: "raw", curve: curve),
                    .init(name: "running mean", style: "train", curve: smoothed(curve)),
                ], steps: steps)
        }
    }

    private var scheduleCharts: [ReportChart] {
        func pair(_ curve: Curve) -> [ReportChart.Series] {
            [
                .init(name: "each step", style: "raw", curve: curve),
                .init(name: "running mean", style: "train", curve: smoothed(curve)),
            ]
        }
        return [
            ReportChart(
                title: "Learning rate", scale: .fromZero,
                series: [.init(name: "each step", style: "train", curve: history.rate)], steps: steps),
            ReportChart(
                title: "Gradient norm", note: "before clipping", scale: .logarithmic,
                series: pair(history.gradientNorm),
                steps: steps),
            ReportChart(
                title: "Rows a second", note: "padding left out", scale: .fromZero, series: pair(history.speed),
                steps: steps),
            ReportChart(
                title: "Time for data", note: "share of each step", scale: .percent, series: pair(history.dataShare),
                steps: steps),
        ]
    }

    private func pictures(_ folder: RunFolder) throws -> String {
        let all = try RunPicture.all(in: folder)
        guard !all.isEmpty else { return "" }
        var html =
            "<h2>Predicted patches</h2><p class=\"dim\">Held-out strips: above what is true, below what the model "
            + "predicts of each patch from all true ones before it."
        if isNormalised {
            html +=
                " The head predicts normalised values, so each prediction is shown with the mean and the deviation of the "
                + "true patch: its pattern is the model's, its brightness is not."
        }
        html += " A gray patch has nothing before it. A click enlarges a strip, and a second one takes it back.</p>"
        for strip in Set(all.map(\.strip)).sorted() {
            html += "<h3>Strip \(strip)</h3><div class=\"pictures\">"
            for picture in all where picture.strip == strip {
                let file = try MappedFile(path: folder.file("pictures/\(picture.name)"))
                let data = unsafe file.withBytes { unsafe Data($0) }
                let step = ReportNumbers.grouped(picture.step)
                html +=
                    "<figure><figcaption>step \(step)</figcaption>"
                    + ReportPage.picture(data, "true and predicted patches of strip \(strip) after step \(step)")
                    + "</figure>"
            }
            html += "</div>"
        }
        return html
    }
}
