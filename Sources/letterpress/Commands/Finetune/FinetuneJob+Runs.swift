import Distribution
import Evaluation
import Foundation
import Foundations
import Reports
import ZooKit

extension FinetuneJob {
    /// One run, to the end or until a signal, with all processes that `mpirun` started together; whether it came to the end.
    func runOne(in folder: String, resumes: Bool) throws -> Bool {
        let communicator = try MPIProcesses.joined()
        let job = communicator.rank == 0 ? self : silenced()
        if resumes, let result = try FinetuneResult.read(folder) {
            try job.printer(folder, nil).finish(result, isNew: false)
        } else {
            let result = try job.finish(
                job.makeRun(job.material(), settings, folder: folder, resumes: resumes, communicator), folder,
                settings, label: nil)
            guard result != nil else { return false }
        }
        try (communicator as? MPIProcesses)?.leave()
        return true
    }

    /// Every cell of the grid that is not in the ledger; whether all came to the end.
    func runGrid(in folder: String, resumes: Bool) throws -> Bool {
        let cells = try FinetuneGrid(parsing: sources.grid, seeds: sources.seeds).cells(over: settings)
        let material = try material()
        let lock = try RunFolder(folder).claim(for: ClassificationProgram.self, resumes: resumes)
        defer { withExtendedLifetime(lock) {} }
        let path = RunFolder(folder).file("grid.jsonl")
        if !resumes, Folder.hasItem(path) {
            throw PretrainingError.otherRun(path: folder, reason: "it has a grid; resume it with --resume")
        }
        try AtomicFile.write(
            JSONValue.object(settingsRecord(settings)).encoded(pretty: true), to: "\(folder)/\(RunFolder.settings)")
        let ledger = try GridLedger(path)
        for (number, cell) in cells.enumerated() {
            let label = "run \(number + 1) of \(cells.count), \(cell.folder)"
            if ledger.entry(of: cell, identity: material.identity) != nil {
                report.note("\(label): is finished")
                continue
            }
            let place = "\(folder)/\(cell.folder)"
            let clock = ContinuousClock()
            let begin = clock.now
            var result = try FinetuneResult.read(place)
            if result?.settings != cell.settings {
                let isBegun = Folder.hasItem("\(place)/\(RunFolder.settings)")
                let run = try makeRun(material, cell.settings, folder: place, resumes: isBegun)
                result = try finish(run, place, cell.settings, label: label)
            }
            guard let result else { return false }
            let seconds = Double(begin.duration(to: clock.now).components.seconds)
            try ledger.append(GridEntry(cell, result, identity: material.identity, seconds: seconds))
            if sources.keepBestOnly { try forget(ledger, cells, material, in: folder) }
        }
        try show(ranking(ledger, cells, material), material, in: folder)
        return true
    }

    /// Runs, prints and records; nil where a signal stopped it.
    func finish(
        _ run: FinetuneRun, _ folder: String, _ settings: FinetuneSettings, label: String?, printsResult: Bool = true
    ) throws -> FinetuneResult? {
        let printer = printer(folder, try PeakRate.measured(run.program.workspace))
        printer.label = label
        let facts =
            [("Model", sources.model ?? "")]
            + computing.facts(
                settings.optimiser, seed: settings.seed, run.plan, run.program.workspace)
        let outcome = try run.run(printing: printer, facts: facts, isFirst: !report.isSilent)
        guard outcome.isComplete else {
            let place = label == nil ? folder : (folder as NSString).deletingLastPathComponent
            printer.stopped(outcome, command: "finetune", folder: place)
            if report.json {
                try printer.emit(
                    "stopped", .object(["step": .integer(outcome.steps), "folder": .string(folder)]))
            }
            return nil
        }
        // Rank 0 writes the result; the others have nothing to tell.
        let result = try run.program.result ?? FinetuneResult.read(folder)
        if printsResult, let result { try printer.finish(result, isNew: true) }
        return result
    }

    private func printer(_ folder: String, _ peak: Double?) -> RunPrinter {
        RunPrinter(
            report: report, title: "Fine-tuning of \(sources.model ?? "") on \(sources.name ?? "")", folder: folder,
            peak: peak ?? 0)
    }

    private func entries(
        _ ledger: GridLedger, _ cells: [FinetuneGrid.Cell], _ material: Material
    ) -> [GridEntry] {
        cells.compactMap { ledger.entry(of: $0, identity: material.identity) }
    }

    private func direction(_ material: Material) -> Metric.Direction {
        guard let name = settings.metric, name != material.task.metrics.first else { return material.task.direction }
        return Metric.named(name)?.direction ?? .higher
    }

    private func ranking(_ ledger: GridLedger, _ cells: [FinetuneGrid.Cell], _ material: Material) -> GridRanking {
        GridRanking(entries(ledger, cells, material), direction: direction(material))
    }

    /// Removes the models of all runs but the best.
    private func forget(
        _ ledger: GridLedger, _ cells: [FinetuneGrid.Cell], _ material: Material, in folder: String
    ) throws {
        var single = entries(ledger, cells, material)
        for index in single.indices { single[index].cell = single[index].folder }
        let order = GridRanking(single, direction: direction(material)).rows
        for row in order.dropFirst() where Folder.isFolder("\(folder)/\(row.best)/best") {
            try Folder.removeTree("\(folder)/\(row.best)/best")
        }
    }

    /// The table of a grid, the best cell first.
    private func show(_ ranking: GridRanking, _ material: Material, in folder: String) throws {
        let metric = settings.metric ?? material.task.metrics[0]
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
            let spread = row.deviation.map { " ± \(Figures.loss($0)) over \(row.values.count) seeds" } ?? ""
            let name = row.cell.isEmpty ? "" : "\(row.cell): "
            // Of a grid that keeps one model the others are gone.
            let model = "\(folder)/\(row.best)/best"
            try Console.result("\(name)\(metric) \(mean)\(spread)" + (Folder.isFolder(model) ? "  \(model)" : ""))
        }
    }
}

extension RunPrinter {
    /// The result of a fine-tuning that is finished, now or before.
    func finish(_ result: FinetuneResult, isNew: Bool) throws {
        clear()
        guard !report.isSilent else { return }
        if report.json {
            guard case .object(var fields) = try StrictJSON.encodedValue(result) else { return }
            for key in ["evaluations", "settings"] { fields[key] = nil }
            fields["folder"] = .string(folder)
            return try emit("finished", .object(fields))
        }
        if !isNew { report.note("\(folder) is finished") }
        noteTruncation()
        let value = result.value.map(Figures.loss) ?? "undefined"
        try Console.result(
            "\(folder)/best: \(result.metric) \(value) on \(result.split) at step \(result.bestStep) of \(result.steps)"
                + (result.endedEarly ? ", ended early" : ""))
    }
}
