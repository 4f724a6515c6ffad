import Evaluation
import Foundation
import Foundations
import Reports

/// Shows how an evaluation goes, and the table at its end.
final class EvaluatePrinter {
    private let report: ReportFlags
    private let progress: ProgressLine
    private let finetuning: FinetunePrinter
    /// True if seeds were named for this evaluation, not for one that it continues.
    private let saysIdleSeeds: Bool
    private var splits = 0
    private var number = 0
    private var place: SplitResult.Place?
    private var total = 0
    private var seconds = 0.0
    private var answeredNow = 0

    init(report: ReportFlags, saysIdleSeeds: Bool) {
        (self.report, self.saysIdleSeeds) = (report, saysIdleSeeds)
        progress = ProgressLine(report)
        finetuning = FinetunePrinter(report: report, isAlone: false)
    }

    func show(_ event: EvaluationEvent) throws {
        switch event {
        case .idleSeeds(let model, let reason):
            if saysIdleSeeds { report.warn("--seeds changes nothing for \(model): \(reason)") }
        case .began(let splits): self.splits = splits
        case .passed(let splits): number += splits
        case .finetuning(let event):
            progress.clear()
            try finetuning.show(event)
        case .started(let place, let total, let done): started(place, total: total, done: done)
        case .answered(let done, let seconds, let examples): answered(done, seconds: seconds, examples: examples)
        case .finished(let result, let task): try finished(result, task)
        case .note(let line): report.note(line)
        case .warning(let line): report.warn(line)
        }
    }

    /// Before the answers to a split.
    private func started(_ place: SplitResult.Place, total: Int, done: Int) {
        number += 1
        (self.place, self.total, seconds, answeredNow) = (place, total, 0, 0)
        if done > 0, done < total, !report.json {
            report.note("\(title): resumes after \(done) of \(counted(total, "example"))")
        }
    }

    /// After a window of answers.
    private func answered(_ done: Int, seconds: Double, examples: Int) {
        self.seconds += seconds
        answeredNow += examples
        guard !report.json else { return }
        let rate = Double(answeredNow) / max(self.seconds, 1e-9)
        func line() -> String {
            "\(title) (\(number) of \(splits)): \(done)/\(counted(total, "example"))  \(Figures.count(rate)) examples/s  "
                + "\(Figures.time(Double(total - done) / max(rate, 1e-9))) left"
        }
        progress.show("\(title) \(number)", done: done, of: total, line)
    }

    /// After the last answer to a split.
    private func finished(_ result: SplitResult, _ task: TaskDefinition) throws {
        if report.json {
            guard case .object(var fields) = try StrictJSON.encodedValue(result) else { return }
            fields["event"] = .string("result")
            fields["warning"] = result.warning(labels: task.labels).map { .string($0) }
            fields["mistakes"] = nil
            return try Console.result(.object(fields))
        }
        clear()
        guard result.unlabelled < result.examples || result.examples == 0 else {
            return report.note("\(result.title) (\(number) of \(splits)): answered; the labels are withheld")
        }
        let scores = task.metrics.map { name in
            let score = result.metrics[name]
            guard let value = score?.value else { return "\(name) undefined (\(score?.reason ?? "no answers"))" }
            return "\(name) \(Figures.loss(value))"
        }
        report.note("\(result.title) (\(number) of \(splits)): \(scores.joined(separator: "  "))")
        if let warning = result.warning(labels: task.labels) { report.warn(warning) }
        if result.truncated > 0 {
            report.note(
                "  \(result.truncated) of \(counted(result.examples, "example")) had no room for all of their text")
        }
        if let words = result.truncatedWords, words > 0 {
            report.note("  \(words) of \(counted(result.words ?? 0, "word")) had no room and count as wrong")
        }
    }

    /// The command that resumes after a signal.
    func stopped(folder: String) {
        clear()
        if report.json {
            try? Console.result(.object(["event": .string("stopped"), "folder": .string(folder)]))
            return
        }
        report.note("stopped; resume with:")
        report.note("  letterpress evaluate --resume --out \(folder)")
    }

    /// The tables, and where everything is.
    func finish(_ results: EvaluationResults, folder: String) throws {
        clear()
        let page = "\(folder)/\(ResultsPage.fileName)"
        if report.json {
            return try Console.result(
                .object([
                    "event": .string("finished"), "results": .string("\(folder)/\(EvaluationResults.fileName)"),
                    "report": .string(page),
                ]))
        }
        for table in ResultTable.all(results) {
            for line in TextTable.lines(table.metricRows, names: 2) { try Console.result(line) }
            try Console.result("")
        }
        for table in RobustnessTable.all(results) where table.isMain {
            for rows in [table.noiseRows, table.fontRows] where !rows.isEmpty {
                try Console.result(table.heading)
                for line in TextTable.lines(rows, names: 2) { try Console.result(line) }
                try Console.result("")
            }
        }
        let note = ResultTable.all(results).first?.spreadNote
        if let note { try Console.result("Per cent but for losses and perplexities. \(note)") }
        if let note = ResultTable.all(results).lazy.compactMap(\.baselineNote).first { try Console.result(note) }
        try Console.result(page)
    }

    /// Removes the line of progress.
    func clear() {
        finetuning.clear()
        progress.clear()
    }

    private var title: String {
        guard let place else { return "" }
        let variant = place.variant == TaskVariant.plain.name ? "" : ", \(place.variant)"
        return "\(place.model), \(place.task) \(place.split)\(variant)" + (place.seed.map { ", seed \($0)" } ?? "")
    }
}
