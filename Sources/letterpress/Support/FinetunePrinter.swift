import Evaluation
import Foundation
import Foundations
import Reports
import ZooKit

/// Shows fine-tunings, each by a printer of its run, and the table of a grid.
final class FinetunePrinter {
    private let report: ReportFlags
    /// True if results are printed, and after a signal how to resume.
    private let isAlone: Bool
    private var run: RunPrinter?
    private var isOfSeveral = false

    init(report: ReportFlags, isAlone: Bool = true) { (self.report, self.isAlone) = (report, isAlone) }

    func show(_ event: FinetuneEvent) throws {
        switch event {
        case .found(let label): report.note("\(label): is finished")
        case .began(let run, let title, let label):
            let printer = RunPrinter(
                report: report, title: title, folder: run.folder.path,
                peak: try PeakRate(run.program.workspace))
            printer.label = label
            (self.run, isOfSeveral) = (printer, label != nil)
        case .run(let event): try run?.show(event)
        case .ended(let outcome, let result):
            run?.clear()
            if let result, isAlone { try run?.finish(result, isNew: true) }
            if !outcome.isComplete { try stopped(outcome) }
        }
    }

    /// Removes the line of progress.
    func clear() { run?.clear() }

    private func stopped(_ outcome: RunOutcome) throws {
        guard let run else { return }
        let place = isOfSeveral ? Folder.parent(of: run.folder) : run.folder
        if isAlone { run.stopped(outcome, command: "finetune", folder: place) }
        if report.json {
            try run.emit("stopped", .object(["step": .integer(outcome.steps), "folder": .string(run.folder)]))
        }
    }

    /// The result of a run that was finished before.
    func finish(_ result: FinetuneResult, folder: String) throws {
        run = RunPrinter(report: report, title: "", folder: folder, peak: nil)
        try run?.finish(result, isNew: false)
        if !report.json { try tested(result) }
    }

    /// The scores on a test table, where there are some.
    func tested(_ result: FinetuneResult) throws {
        guard let run, let test = result.test, !report.isSilent else { return }
        if report.json { return try run.emit("tested", StrictJSON.encodedValue(test)) }
        let scores = test.metrics.sorted { $0.key < $1.key }.map { "\($0.key) \(Figures.loss($0.value))" }
        try Console.result(
            "\(run.folder)/best: \(scores.joined(separator: "  ")) on \(counted(test.examples, "test example"))")
    }

    /// The table of a grid, the best cell first.
    func show(_ ranking: GridRanking, metric: String, in folder: String) throws {
        for row in ranking.rows {
            if report.json {
                var fields: [String: JSONValue] = [
                    "event": .string("cell"), "cell": .string(row.cell), "metric": .string(metric),
                    "values": .array(row.values.map { $0.map { .number($0) } ?? .null }),
                    "folder": .string("\(folder)/\(row.best)"),
                ]
                fields["mean"] = row.mean.map { .number($0) }
                fields["deviation"] = row.deviation.map { .number($0) }
                try Console.result(.object(fields))
                continue
            }
            let mean = row.mean.map(Figures.loss) ?? "undefined"
            let spread = row.deviation.map { " ± \(Figures.loss($0)) over \(counted(row.values.count, "seed"))" } ?? ""
            let name = row.cell.isEmpty ? "" : "\(row.cell): "
            // Of a grid that keeps one model the others are gone.
            let model = "\(folder)/\(row.best)/best"
            try Console.result("\(name)\(metric) \(mean)\(spread)" + (Folder.isFolder(model) ? "  \(model)" : ""))
        }
    }
}

extension RunPrinter {
    /// The result of a fine-tuning that is finished, now or before.
    fileprivate func finish(_ result: FinetuneResult, isNew: Bool) throws {
        clear()
        guard !report.isSilent else { return }
        let labels = try ClassifierRecord.read("\(folder)/best")?.labels ?? []
        let warning = result.warning(labels: labels)
        if report.json {
            guard case .object(var fields) = try StrictJSON.encodedValue(result) else { return }
            for key in ["evaluations", "settings"] { fields[key] = nil }
            fields["folder"] = .string(folder)
            fields["warning"] = warning.map { .string($0) }
            return try emit("finished", .object(fields))
        }
        if !isNew { report.note("\(folder) is finished") }
        noteTruncation()
        let value = result.value.map(Figures.loss) ?? "undefined"
        let simple = (result.baselines ?? []).compactMap { one in
            one.metrics[result.metric].map { "\(one.name) \(Figures.loss($0))" }
        }
        try Console.result(
            "\(folder)/best: \(result.metric) \(value) on \(result.split) at step \(result.bestStep) of \(result.steps)"
                + (result.endedEarly ? ", ended early" : "")
                + simple.map { "; \($0)" }.joined())
        if let warning { report.warn(warning) }
    }
}
