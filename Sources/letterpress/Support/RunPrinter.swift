import Foundation
import Foundations
import Reports
import ZooKit

/// Shows a run of whatever kind: a line of progress on a terminal, a line now and then elsewhere, JSON lines with `--json`.
final class RunPrinter {
    /// Which of several runs it is.
    var label: String?
    let report: ReportFlags
    /// The model and, of a fine-tuning, the task.
    let title: String
    let folder: String
    /// The path of the last checkpoint.
    private(set) var checkpoint: String?
    /// The last evaluation, and the best one.
    private(set) var evaluated: EvaluationRecord?
    private(set) var best: EvaluationRecord?
    private let peak: PeakRate?
    private let progress: ProgressLine
    private var plan: RunPlan?
    private var recent: [StepRecord] = []
    private var truncated = 0

    /// Steps that means are taken over.
    private static let span = 20

    /// A printer; without `peak` no share of it is shown.
    init(report: ReportFlags, title: String, folder: String, peak: PeakRate?) {
        (self.report, self.title, self.folder, self.peak) = (report, title, folder, peak)
        progress = ProgressLine(report)
    }

    func show(_ event: RunEvent) throws {
        switch event {
        case .started(let plan):
            self.plan = plan
            (evaluated, best) = (plan.evaluated, plan.best)
            if report.json { return try emit("started", plan.flat()) }
            if let label { report.note(label) }
            report.note(line(plan))
            for event in plan.events { report.note("  \(event)") }
        case .notice(let step, let lines):
            if report.json {
                return try emit(
                    "notice", .object(["step": .integer(step), "lines": .array(lines.map { .string($0) })]))
            }
            clear()
            for line in lines { report.note(line) }
        case .stepped(let record):
            recent = recent.suffix(Self.span - 1) + [record]
            if let rate = rate([record]) { peak?.saw(rate) }
            truncated += record.truncated ?? 0
            if report.json { return try emit("step", MetricsRecord.step(record).json()) }
            if let reason = record.skipped { report.warn("step \(record.step) was skipped: \(reason) is not finite") }
            progress.show(isLast: record.step >= plan?.steps ?? 0) { line(record) }
        case .evaluating(let done, let count):
            if report.json { return }
            func line() -> String {
                "step \(recent.last?.step ?? plan?.firstStep ?? 0): evaluation, \(done) of \(counted(count, "example"))"
            }
            progress.show("evaluation", done: done, of: count, line)
        case .evaluated(let record):
            evaluated = record
            if record.isBest { best = record }
            if !report.isSilent, !report.json { try peak?.measureAgain() }
            if report.json { return try emit("evaluation", MetricsRecord.evaluation(record).json()) }
            clear()
            report.note(
                "step \(record.step): \(split) \(numbers(record))" + (record.isBest ? ", the best so far" : ""))
        case .saved(let record):
            checkpoint = record.path
            if report.json {
                try emit("checkpoint", .object(["step": .integer(record.step), "path": .string(record.path)]))
            }
        }
    }

    /// Removes the line of progress.
    func clear() { progress.clear() }

    /// How to resume after a signal.
    func stopped(_ outcome: RunOutcome, command: String, folder: String) {
        clear()
        guard !report.json else { return }
        report.note("stopped after step \(outcome.steps) of \(plan?.steps ?? 0); resume with:")
        report.note("  letterpress \(command) --resume --out \(folder)")
    }

    /// Tells of examples that were truncated.
    func noteTruncation() {
        if truncated > 0, !report.json { report.note("\(truncated) of the examples that were read were truncated") }
    }

    /// Writes an event as a line of JSON.
    func emit(_ event: String, _ value: JSONValue) throws {
        guard !report.isSilent, case .object(var fields) = value else { return }
        fields["event"] = .string(event)
        if event != "started" { fields["kind"] = nil }
        if let label { fields["run"] = .string(label) }
        try Console.result(.object(fields))
    }

    /// Loss and metrics of an evaluation, the metric that chooses the best first.
    func numbers(_ record: EvaluationRecord) -> String {
        guard record.metrics.isEmpty, plan?.details["metric"] == nil else {
            let names = [metric].compactMap(\.self) + record.metrics.keys.filter { $0 != metric }.sorted()
            let metrics = names.map { "\($0) \(record.metrics[$0].map(Figures.loss) ?? "undefined")" }
            return "loss \(Figures.loss(record.loss))  \(metrics.joined(separator: "  "))"
        }
        return record.kinds.sorted { $0.key < $1.key }.map { "\($0.key) \(Figures.loss($0.value))" }
            .joined(separator: "  ")
    }

    private func detail(_ key: String) -> String? {
        switch plan?.details[key] {
        case .string(let text)?: text
        case .integer(let number)?: "\(number)"
        default: nil
        }
    }

    private var metric: String? { detail("metric") }
    private var split: String { detail("eval_split") ?? "held-out" }

    private func line(_ record: StepRecord) -> String {
        let steps = plan?.steps ?? 0
        func mean(_ value: (StepRecord) -> Double?) -> Double {
            let values = recent.compactMap(value).filter(\.isFinite)
            return values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
        }
        func whole(_ value: Double) -> Int { value.isFinite ? Int(exactly: value.rounded()) ?? 0 : 0 }
        let seconds = max(mean(\.seconds), 1e-9)
        var parts = ["step \(record.step)/\(steps)"]
        if record.examples == nil {
            for kind in Set(recent.flatMap(\.kinds.keys)).sorted() {
                parts.append("\(kind) \(Figures.loss(mean { $0.kinds[kind] }))")
            }
        } else {
            parts.append("loss \(Figures.loss(mean(\.loss)))")
            parts.append("\(Figures.count(whole(mean { Double($0.examples ?? 0) } / seconds))) examples/s")
        }
        parts.append("\(Figures.count(whole(mean { Double($0.rows) } / seconds))) rows/s")
        let padding = 1 - mean { Double($0.rows) } / max(mean { Double($0.computedRows) }, 1)
        if record.examples != nil { parts.append("padding \(whole(100 * padding)) %") }
        if let peak, let rate = rate(recent) { parts.append("\(Figures.percent(rate / peak.value)) of peak") }
        parts.append("data \(whole(100 * mean(\.dataSeconds) / seconds)) %")
        parts.append("\(Figures.time(seconds * Double(steps - record.step))) left")
        if let best, let metric, let value = best.metrics[metric] {
            parts.append("best \(metric) \(Figures.loss(value)) at \(best.step)")
        }
        return parts.joined(separator: "  ")
    }

    /// Operations a second and process of steps; nil where these do not count them.
    private func rate(_ steps: [StepRecord]) -> Double? {
        let counted = steps.filter { $0.operations != nil && $0.seconds > 0 }
        guard !counted.isEmpty else { return nil }
        let seconds = counted.reduce(0) { $0 + $1.seconds } * Double(plan?.ranks ?? 1)
        return counted.reduce(0) { $0 + ($1.operations ?? 0) } / seconds
    }

    /// The first line: what will be trained, what it needs, how long it may take.
    private func line(_ plan: RunPlan) -> String {
        let left = plan.steps - plan.firstStep
        var parts: [String] = []
        if plan.firstStep > 0 { parts.append("resumes after step \(plan.firstStep)") }
        if let best = plan.best { parts.append("best so far \(numbers(best)) at step \(best.step)") }
        parts.append(plan.parameterText)
        if plan.ranks > 1 { parts.append(counted(plan.ranks, "process")) }
        parts.append("about \(Figures.bytes(plan.stateBytes + plan.activationBytes)) of memory")
        if case .integer(let examples)? = plan.details["train_examples"], let batch = detail("batch"),
            let length = detail("length")
        {
            let unit = ["text": "tokens", "image": "patches"][detail("modality") ?? ""] ?? "patches and tokens"
            parts.append("\(counted(examples, "example")) of at most \(length) \(unit)")
            parts.append("\(counted(left, "step")) of \(batch)")
            parts.append(
                "every \(counted(plan.evalEvery, "step")) \(metric ?? "") on \(detail("eval_examples") ?? "") of \(split)"
            )
        } else {
            parts.append("\(Figures.count(plan.rowsPerStep)) \(plural("row", plan.rowsPerStep)) a step")
            parts.append(counted(left, "step"))
        }
        if let peak = peak?.value {
            // Half of what products alone reach is what training steps come to.
            let seconds = plan.operationsPerStep / Double(plan.ranks) / (0.5 * peak) * Double(left)
            parts.append(
                "at most about \(Figures.time(seconds)) at half of \(Int(exactly: (peak / 1e9).rounded()) ?? 0) GFLOP/s"
            )
        }
        return "\(title): " + parts.joined(separator: ", ")
    }
}
