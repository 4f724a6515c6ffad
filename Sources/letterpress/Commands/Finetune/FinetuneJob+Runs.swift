import Evaluation
import Foundation
import Foundations
import ZooKit

extension FinetuneJob {
    /// One run, to the end or until a signal; whether it came to the end.
    func runOne(in folder: String, resumes: Bool) throws -> Bool {
        if resumes, let result = try FinetuneResult.read(folder) {
            try printer(folder, settings).finish(result, isNew: false)
            return true
        }
        let material = try material()
        let lock = try locked(folder)
        defer { withExtendedLifetime(lock) {} }
        let run = try makeRun(material, settings, folder: folder, resumes: resumes)
        try saveSettings(in: folder)
        StopSignal.listen()
        return try finish(run, material, folder, settings, label: nil) != nil
    }

    /// Every cell of the grid that is not in the ledger; whether all came to the end.
    func runGrid(in folder: String, resumes: Bool) throws -> Bool {
        let cells = try FinetuneGrid(parsing: sources.grid, seeds: sources.seeds).cells(over: settings)
        let material = try material()
        let lock = try locked(folder)
        defer { withExtendedLifetime(lock) {} }
        let path = RunFolder(folder).file("grid.jsonl")
        if !resumes, Folder.hasItem(path) {
            throw PretrainingError.otherRun(path: folder, reason: "it has a grid; go on with --resume")
        }
        try saveSettings(in: folder)
        let ledger = try GridLedger(path)
        StopSignal.listen()
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
                let isBegun = try !RunFolder(place).steps().isEmpty
                let run = try makeRun(material, cell.settings, folder: place, resumes: isBegun)
                result = try finish(run, material, place, cell.settings, label: label)
            }
            guard let result else { return false }
            let seconds = Double(begin.duration(to: clock.now).components.seconds)
            try ledger.append(GridEntry(cell, result, identity: material.identity, seconds: seconds))
            if sources.keepBestOnly { try forget(ledger, cells, material, in: folder) }
        }
        try show(ranking(ledger, cells, material), material, in: folder)
        return true
    }

    /// Runs and prints; nil where a signal stopped it.
    private func finish(
        _ run: FinetuneRun, _ material: Material, _ folder: String, _ settings: FinetuneSettings, label: String?
    ) throws -> FinetuneResult? {
        let printer = printer(folder, settings)
        printer.label = label
        guard let result = try run.run(telling: printer, in: folder) else {
            try printer.stopped(command: "letterpress finetune --resume --out")
            return nil
        }
        try printer.finish(result, isNew: true)
        return result
    }

    private func printer(_ folder: String, _ settings: FinetuneSettings) -> FinetunePrinter {
        FinetunePrinter(report: report, settings: settings, model: sources.model ?? "", folder: folder)
    }

    /// Holds a folder alone; one with something else in it, which a run would overwrite, is left alone.
    private func locked(_ folder: String) throws -> FolderLock {
        do { try Folder.create(folder) } catch { throw CommandFailure(.cannotCreate, "\(error)") }
        let lock = try FolderLock(path: folder)
        guard lock.isHeld else { throw PretrainingError.folderInUse(path: folder) }
        let run = RunFolder(folder)
        guard
            try Self.isOurs(run.file(SettingSources.runFile))
                || FileManager.default.contentsOfDirectory(atPath: folder).allSatisfy({ $0.hasSuffix(".partial") })
        else {
            throw CommandFailure(
                .cannotCreate, "\(folder) is not empty and holds no fine-tuning; name another folder with --out")
        }
        return lock
    }

    /// Whether settings are those of a fine-tuning: those of a pretraining and of an evaluation name no task.
    private static func isOurs(_ path: String) -> Bool {
        guard let bytes = FileManager.default.contents(atPath: path) else { return false }
        guard let settings = try? JSONValue.parse([UInt8](bytes)) else { return false }
        return settings["task"] != nil && settings["finetune"] != nil
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
