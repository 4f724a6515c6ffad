import Distribution
import Evaluation
import Foundations
import Zoo
import ZooKit

/// The settings of a fine-tuning, read and checked, and what the library needs to run it.
struct FinetuneJob {
    private let merged: MergedSettings
    private let settings: FinetuneSettings
    private let sources: FinetuneSources
    private let report: ReportFlags
    private let pixels: PixelSettings
    private let threads: Int
    private let fonts: FontFlags

    /// Decodes all sections. Throws `ConfigError` with the key and where its value comes from.
    init(_ merged: MergedSettings, fonts: FontFlags, report: ReportFlags) throws {
        (self.merged, self.fonts, self.report) = (merged, fonts, report)
        var sources = try merged.decode("task", over: FinetuneSources())
        // A run resumes on the checkpoint that it began with, however far the pretraining is by then.
        sources.model = try sources.model.map { try ModelFolder.place(of: $0) ?? $0 }
        self.sources = sources
        settings = try merged.training(FinetuneCourse.self)
        pixels = try PixelSettings(merged)
        threads = try RunSettings.read(merged).trainingThreads
        _ = try merged.decode("fonts", over: FontSettings())
    }

    /// Prints every setting with its origin.
    func show() throws {
        try ConfigPrinter.show(
            merged,
            sections: [
                ("finetune", settings), ("task", sources), ("render", pixels.render), ("layout", pixels.layout),
            ])
    }

    /// One run or a grid, to the end or until a signal; true if it came to the end.
    func run(in folder: String, resumes: Bool) throws -> Bool {
        if settings.modality == .text {
            try merged.refuseFlags(of: ["fonts", "render", "layout"], "the model reads tokens, and nothing is drawn")
        }
        let isGrid = !sources.grid.isEmpty || !sources.seeds.isEmpty
        return try isGrid ? runGrid(in: folder, resumes: resumes) : runOne(in: folder, resumes: resumes)
    }

    /// One run, with all processes that `mpirun` started together.
    private func runOne(in folder: String, resumes: Bool) throws -> Bool {
        let communicator = try MPIProcesses.joined()
        let printer = FinetunePrinter(report: communicator.rank == 0 ? report : .silent)
        defer { printer.clear() }
        let isComplete: Bool
        if resumes, var result = try FinetuneResult.read(folder, communicator) {
            let changes = try settings.differences(from: result.settings)
            guard changes.isEmpty else {
                throw CommandFailure(
                    .cannotCreate,
                    "\(folder) is finished, and a fine-tuning is not extended: \(changes.joined(separator: "; ")); begin another with "
                        + "another --out")
            }
            if sources.test != nil, result.test == nil {
                result = try finetuning(printer, communicator).test("test", of: folder) ?? result
            }
            try printer.finish(result, folder: folder)
            isComplete = true
        } else {
            let finetuning = try finetuning(printer, communicator)
            isComplete = try finetuning.run(settings, in: folder, resumes: resumes) != nil
            if isComplete, sources.test != nil, let result = try finetuning.test("test", of: folder) {
                try printer.tested(result)
            }
        }
        try (communicator as? MPIProcesses)?.leave()
        return isComplete
    }

    /// Every cell of the grid that is not in its ledger.
    private func runGrid(in folder: String, resumes: Bool) throws -> Bool {
        guard try MPIProcesses.joined().size == 1 else {
            throw CommandFailure(.usage, "a grid runs in one process; start it without mpirun, or its runs one by one")
        }
        let printer = FinetunePrinter(report: report)
        defer { printer.clear() }
        let grid = try FinetuneGrid(parsing: sources.grid, seeds: sources.seeds)
        let finetuning = try finetuning(printer, SoleProcess())
        let ranking = try finetuning.run(
            grid, over: settings, in: folder, resumes: resumes, keepsBestOnly: sources.keepBestOnly)
        guard let ranking else { return false }
        let metric = settings.metric ?? finetuning.material.task.metrics[0]
        try printer.show(ranking, metric: metric, in: folder)
        return true
    }

    private func finetuning(_ printer: FinetunePrinter, _ communicator: any Communicator) throws -> Finetuning {
        let installation = Installation(root: fonts.root)
        let (task, place) = try sources.task(installation)
        let model = try sources.needModel()
        if communicator.rank == 0 { for warning in model.warnings { report.warn(warning) } }
        let material = try FinetuneMaterial(
            task, at: place, model: model, settings, tokenizer: sources.tokenizer,
            drawing: ModelDrawing(merged, fonts).open)
        if communicator.rank == 0 { for warning in material.warnings { report.warn(warning) } }
        StopSignal.listen()
        return Finetuning(
            material, Catalogue.all, threads: threads, communicator: communicator,
            shouldStop: { StopSignal.number != nil }, onEvent: printer.show
        ) { settings, isGrid in
            var sources = sources.absolute()
            // A run of a grid resumes by itself.
            if !isGrid { (sources.grid, sources.seeds, sources.keepBestOnly) = ([], [], false) }
            return try merged.record([
                ("finetune", settings), ("task", sources), ("render", pixels.render),
                ("layout", pixels.layout),
            ])
        }
    }
}
