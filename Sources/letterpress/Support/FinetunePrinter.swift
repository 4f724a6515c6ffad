import Evaluation
import Foundation
import Foundations
import ZooKit

/// Shows how a fine-tuning goes: a line of progress on a terminal, a line now and then elsewhere, JSON lines with `--json`.
final class FinetunePrinter {
    /// Which of several runs it is.
    var label: String?
    private let report: ReportFlags
    private let settings: FinetuneSettings
    let model: String
    private let folder: String
    private let progress: ProgressLine
    private var plan: FinetunePlan?
    private var recent: [FinetuneStep] = []
    private var best: FinetuneEvaluation?
    private var lastStep = 0
    private var truncated = 0

    /// Steps that means are taken over.
    private static let span = 20

    init(report: ReportFlags, settings: FinetuneSettings, model: String, folder: String) {
        self.report = report
        progress = ProgressLine(report)
        self.settings = settings
        self.model = model
        self.folder = folder
    }

    func show(_ event: FinetuneEvent) throws {
        switch event {
        case .started(let plan):
            self.plan = plan
            if report.json { return try emit("started", StrictJSON.encodedValue(plan)) }
            if let label { report.note(label) }
            report.note(line(plan))
            for event in plan.events { report.note("  \(event)") }
        case .stepped(let record):
            recent = recent.suffix(Self.span - 1) + [record]
            lastStep = record.step
            truncated += record.truncated
            if report.json { return try emit("step", record.json) }
            if let reason = record.skipped { report.warn("step \(record.step) was skipped: \(reason) is not finite") }
            progress.show { line(record) }
        case .evaluating(let done, let count):
            if report.json || done == count { return }
            progress.show { "step \(lastStep): evaluation, \(done) of \(count) examples" }
        case .evaluated(let record):
            if record.isBest { best = record }
            if report.json { return try emit("evaluation", StrictJSON.encodedValue(record)) }
            clear()
            report.note(
                "step \(record.step): \(plan?.evalSplit ?? "") loss \(Figures.loss(record.loss))  \(numbers(record))"
                    + (record.isBest ? ", the best so far" : ""))
        case .saved(let step, let path):
            if report.json {
                try emit("saved", .object(["step": .integer(step), "path": .string(path)]))
            }
        }
    }

    /// Removes the line of progress.
    func clear() { progress.clear() }

    /// How to go on after a signal.
    func stopped(command: String) throws {
        clear()
        if report.json {
            return try emit("stopped", .object(["step": .integer(lastStep), "folder": .string(folder)]))
        }
        report.note("stopped after step \(lastStep) of \(plan?.steps ?? 0); go on with:")
        report.note("  \(command) \(label == nil ? folder : (folder as NSString).deletingLastPathComponent)")
    }

    /// The result of a run that is finished, now or before.
    func finish(_ result: FinetuneResult, isNew: Bool) throws {
        clear()
        if report.json {
            guard case .object(var fields) = try StrictJSON.encodedValue(result) else { return }
            for key in ["evaluations", "settings"] { fields[key] = nil }
            fields["folder"] = .string(folder)
            return try emit("finished", .object(fields))
        }
        if !isNew { report.note("\(folder) is finished") }
        if truncated > 0 {
            report.note("of the examples that were read, \(truncated) had no room for all of their text")
        }
        let value = result.value.map(Figures.loss) ?? "undefined"
        try Console.result(
            "\(folder)/best: \(result.metric) \(value) on \(result.split) at step \(result.bestStep) of \(result.steps)"
                + (result.endedEarly ? ", ended early" : ""))
    }

    private func emit(_ event: String, _ value: JSONValue) throws {
        guard !report.isSilent, case .object(var fields) = value else { return }
        fields["event"] = .string(event)
        if let label { fields["run"] = .string(label) }
        try Console.result(.object(fields))
    }

    private func numbers(_ record: FinetuneEvaluation) -> String {
        let decides = plan?.metric ?? ""
        let names = [decides] + record.metrics.keys.filter { $0 != decides }.sorted()
        return names.map { "\($0) \(record.metrics[$0].map(Figures.loss) ?? "undefined")" }.joined(separator: "  ")
    }

    private func line(_ record: FinetuneStep) -> String {
        let steps = plan?.steps ?? 0
        func mean(_ value: (FinetuneStep) -> Double) -> Double {
            let values = recent.map(value).filter(\.isFinite)
            return values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
        }
        let seconds = max(mean(\.seconds), 1e-9)
        let padding = 1 - mean { Double($0.rows) } / max(mean { Double($0.computedRows) }, 1)
        var parts = [
            "step \(record.step)/\(steps)", "loss \(Figures.loss(mean(\.loss)))",
            "\(Figures.count(Int(mean { Double($0.examples) } / seconds))) examples/s",
            "padding \(Int((100 * padding).rounded())) %",
            "data \(Int((100 * mean(\.dataSeconds) / seconds).rounded())) %",
            "\(Figures.time(seconds * Double(steps - record.step))) left",
        ]
        if let best, let plan, let value = best.metrics[plan.metric] {
            parts.append("best \(plan.metric) \(Figures.loss(value)) at \(best.step)")
        }
        return parts.joined(separator: "  ")
    }

    /// The first line: what is trained on what.
    private func line(_ plan: FinetunePlan) -> String {
        let goesOn = plan.firstStep > 0 ? "goes on after step \(plan.firstStep); " : ""
        let what =
            settings.modality == .text ? "tokens" : settings.modality == .image ? "patches" : "patches and tokens"
        return "\(plan.task), \(model): \(goesOn)\(Figures.count(plan.trained)) of \(Figures.count(plan.parameters)) "
            + "parameters trained, \(plan.trainExamples) examples of at most \(plan.length) \(what), "
            + "\(plan.steps - plan.firstStep) steps of \(settings.batch), every \(plan.evalEvery) steps \(plan.metric) on "
            + "\(plan.evalExamples) of \(plan.evalSplit)"
    }
}

extension FinetuneRun {
    /// Runs to the end or until a signal, tells a printer, and writes `metrics.jsonl` and at the end `report.html`; nil where a signal
    /// stopped it.
    func run(telling printer: FinetunePrinter, in folder: String) throws -> FinetuneResult? {
        defer { printer.clear() }
        try Folder.create(folder)
        let path = RunFolder(folder).file("metrics.jsonl")
        let log = try FinetuneLog(path, after: plan.firstStep)
        let result = try run(shouldStop: { StopSignal.number != nil }) { event in
            try log.add(event)
            try printer.show(event)
        }
        guard let result else { return nil }
        let page = FinetunePage(result, model: printer.model, log: try MappedFile(path: path).withBytes { Array($0) })
        try AtomicFile.write(Array(page.html.utf8), to: RunFolder(folder).file(FinetunePage.fileName))
        return result
    }
}
