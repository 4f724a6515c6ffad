import Foundations
public import ZooKit

extension Finetuning {
    /// Every cell of a grid over `settings` that is not in the folder's ledger, one after the other; nil where one was stopped.
    /// `keepsBestOnly` removes the models of all runs but the best so far.
    ///
    /// Throws `PretrainingError.otherRun` for a folder with another grid or with one that is not resumed, and as ``run(_:in:resumes:label:)``.
    public func run(
        _ grid: FinetuneGrid, over settings: FinetuneSettings, in folder: String, resumes: Bool,
        keepsBestOnly: Bool = false
    ) throws -> GridRanking? {
        let cells = try grid.cells(over: settings)
        let lock = try RunFolder(folder).claim(for: ClassificationProgram.self, resumes: resumes)
        defer { withExtendedLifetime(lock) {} }
        let path = RunFolder(folder).file(GridLedger.fileName)
        if !resumes, Folder.hasItem(path) {
            throw PretrainingError.otherRun(path: folder, reason: "it has a grid; resume it with --resume")
        }
        for cell in cells { _ = try catalogue.adaptation(parsing: cell.settings.method) }
        return try RunFolder(folder).withSettings(.object(sections(settings, true))) {
            try run(cells, GridLedger(path), by: settings.metric, in: folder, keepsBestOnly: keepsBestOnly)
        }
    }

    private func run(
        _ cells: [FinetuneGrid.Cell], _ ledger: GridLedger, by metric: String?, in folder: String, keepsBestOnly: Bool
    ) throws -> GridRanking? {
        let direction = material.direction(of: metric)
        func entries() -> [GridEntry] { cells.compactMap { ledger.entry(of: $0, identity: material.identity) } }
        for (number, cell) in cells.enumerated() {
            let label = "run \(number + 1) of \(cells.count), \(cell.folder)"
            if ledger.entries.contains(where: { $0.settings == cell.settings && $0.identity != material.identity }) {
                throw otherInputs("\(folder)/\(cell.folder)")
            }
            if ledger.entry(of: cell, identity: material.identity) != nil {
                try onEvent(.found(label: label))
                continue
            }
            let clock = ContinuousClock()
            let begin = clock.now
            guard let result = try result(of: cell, in: "\(folder)/\(cell.folder)", label) else { return nil }
            let seconds = Double(begin.duration(to: clock.now).components.seconds)
            try ledger.append(GridEntry(cell, result, identity: material.identity, seconds: seconds))
            if keepsBestOnly { try Self.forget(entries(), direction, in: folder) }
        }
        return GridRanking(entries(), direction: direction)
    }

    private func result(of cell: FinetuneGrid.Cell, in place: String, _ label: String) throws -> FinetuneResult? {
        if let result = try FinetuneResult.read(place), result.settings == cell.settings {
            guard result.identity ?? material.identity == material.identity else { throw otherInputs(place) }
            return result
        }
        return try run(cell.settings, in: place, resumes: RunFolder(place).isBegun(), label: label)
    }

    private func otherInputs(_ place: String) -> PretrainingError {
        .otherRun(path: place, reason: "it was trained from another model or on other data")
    }

    /// Removes the models of all runs but the best.
    private static func forget(_ entries: [GridEntry], _ direction: Metric.Direction, in folder: String) throws {
        var single = entries
        for index in single.indices { single[index].cell = single[index].folder }
        for row in GridRanking(single, direction: direction).rows.dropFirst()
        where Folder.isFolder("\(folder)/\(row.best)/best") {
            try Folder.removeTree("\(folder)/\(row.best)/best")
        }
    }
}
