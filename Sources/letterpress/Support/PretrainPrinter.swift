import Foundation
import Foundations
import ZooKit

/// Shows how a pretraining goes: a line of progress on a terminal, a line now and then elsewhere, JSON lines with `--json`.
final class PretrainPrinter {
    private let report: ReportFlags
    private let settings: PretrainSettings
    private let model: String
    private let folder: String
    private let peak: Double
    private let progress: ProgressLine
    private var plan: PretrainPlan?
    private var recent: [StepRecord] = []
    private var evaluated: EvaluationRecord?
    private var best: EvaluationRecord?
    private var checkpoint: String?

    /// Steps that means are taken over.
    private static let span = 20

    init(report: ReportFlags, settings: PretrainSettings, model: String, folder: String, peak: Double) {
        self.report = report
        progress = ProgressLine(report)
        self.settings = settings
        self.model = model
        self.folder = folder
        self.peak = peak
    }

    func show(_ event: PretrainEvent) throws {
        switch event {
        case .started(let plan):
            self.plan = plan
            if report.json { return try emit("started", StrictJSON.encodedValue(plan)) }
            report.note(Self.line(plan, model, peak))
            for event in plan.events { report.note("  \(event)") }
        case .stepped(let record):
            recent = recent.suffix(Self.span - 1) + [record]
            if report.json { return try emit("step", MetricsRecord.step(record).json()) }
            if let reason = record.skipped { report.warn("step \(record.step) was skipped: \(reason) is not finite") }
            progress.show(isLast: record.step >= settings.steps) { line(record) }
        case .evaluated(let record):
            evaluated = record
            if record.isBest { best = record }
            if report.json { return try emit("evaluation", MetricsRecord.evaluation(record).json()) }
            clear()
            let numbers = record.kinds.sorted { $0.key < $1.key }.map { "\($0.key) \(Figures.loss($0.value))" }
            report.note(
                "step \(record.step): held-out \(numbers.joined(separator: "  "))\(record.isBest ? ", the best so far" : "")"
            )
        case .saved(let step, let path, _):
            checkpoint = path
            if report.json {
                return try emit("checkpoint", .object(["step": .integer(step), "path": .string(path)]))
            }
        }
    }

    /// Removes the line of progress.
    func clear() { progress.clear() }

    /// The result, and after a signal how to go on.
    func finish(steps: Int, baselines: RunBaselines? = nil) throws {
        clear()
        let isWhole = steps == settings.steps
        if report.json {
            return try emit(
                "finished",
                .object([
                    "steps": .integer(steps), "is_complete": .bool(isWhole), "folder": .string(folder),
                    "checkpoint": .string(checkpoint ?? ""),
                ]))
        }
        if !isWhole {
            report.note("stopped after step \(steps) of \(settings.steps); go on with:")
            report.note("  letterpress pretrain --resume --out \(folder)")
        }
        guard !report.isSilent else { return }
        for (name, found) in (baselines?.patches ?? [:]).sorted(by: { $0.key < $1.key }) {
            let ridge = found.ridge.map { "ridge on \($0.patches) \(Figures.loss($0.loss))" }
            report.note(
                "\(name) of simple predictors: zero \(Figures.loss(found.zero)), mean patch \(Figures.loss(found.mean)), "
                    + ridge.joined(separator: ", "))
        }
        for (name, found) in (baselines?.tokens ?? [:]).sorted(by: { $0.key < $1.key }) {
            let counts = found.counts.map { "\($0.order)-grams \(Figures.loss($0.loss))" }
            report.note("\(name) of simple predictors: \(counts.joined(separator: ", "))")
        }
        report.note("report: \(folder)/report.html")
        var line = "\(checkpoint ?? folder): \(steps) steps"
        if let shown = evaluated {
            let numbers = shown.kinds.sorted { $0.key < $1.key }.map { "\($0.key) \(Figures.loss($0.value))" }
            let place = shown.step == steps ? "" : " at step \(shown.step)"
            line += ", held-out \(numbers.joined(separator: ", "))\(place)"
            if let best, best.step != shown.step { line += " (best \(Figures.loss(best.loss)) at step \(best.step))" }
        }
        try Console.result(line)
    }

    private func emit(_ event: String, _ value: JSONValue) throws {
        guard !report.isSilent, case .object(var fields) = value else { return }
        fields["event"] = .string(event)
        fields["kind"] = nil
        try Console.result(.object(fields))
    }

    private func line(_ record: StepRecord) -> String {
        func mean(_ value: (StepRecord) -> Double?) -> Double {
            let values = recent.compactMap(value).filter(\.isFinite)
            return values.isEmpty ? .nan : values.reduce(0, +) / Double(values.count)
        }
        let seconds = mean(\.seconds)
        var parts = ["step \(record.step)/\(settings.steps)"]
        for kind in Set(recent.flatMap(\.kinds.keys)).sorted() {
            parts.append("\(kind) \(Figures.loss(mean { $0.kinds[kind] }))")
        }
        parts.append("\(Figures.count(Int(mean { Double($0.rows) } / max(seconds, 1e-9)))) rows/s")
        if let plan, peak > 0 {
            // The plan counts whole sequences; a step has the rows that it has.
            let whole = mean { Double($0.rows) } / Double(max(1, plan.rowsPerStep))
            let share = whole * plan.operationsPerStep / Double(plan.ranks) / max(seconds, 1e-9) / peak
            parts.append("\(Int((100 * share).rounded())) % of peak")
        }
        parts.append("data \(Int((100 * mean(\.dataSeconds) / max(seconds, 1e-9)).rounded())) %")
        parts.append("\(Figures.time(seconds * Double(settings.steps - record.step))) left")
        return parts.joined(separator: "  ")
    }

    /// The first line: what will be trained, what it needs, how long it may take.
    private static func line(_ plan: PretrainPlan, _ model: String, _ peak: Double) -> String {
        let left = plan.steps - plan.firstStep
        // Half of what products alone reach is what training steps come to.
        let seconds = plan.operationsPerStep / Double(plan.ranks) / (0.5 * peak) * Double(left)
        let goesOn = plan.firstStep > 0 ? "goes on after step \(plan.firstStep); " : ""
        let processes = plan.ranks > 1 ? "\(plan.ranks) processes, " : ""
        return "\(model): \(goesOn)\(Figures.count(plan.parameters)) parameters, \(processes)about "
            + "\(Figures.bytes(plan.stateBytes + plan.activationBytes)) of memory, \(Figures.count(plan.rowsPerStep)) rows a "
            + "step, \(left) steps, about \(Figures.time(seconds)) at half of \(Int(peak / 1e9)) GFLOP/s"
    }
}
