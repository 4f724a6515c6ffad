import Distribution
import Evaluation
import Foundations
import Zoo
import ZooKit

/// The settings of an evaluation, read and checked, and what the library needs to run it.
struct EvaluateJob {
    private let evaluate: EvaluationSettings
    /// Whence all settings come, the weakest first; a model's folder is weaker.
    private let layers: [SettingLayer]
    private let merged: MergedSettings
    private let fonts: FontFlags
    private let report: ReportFlags
    private let threads: Int

    /// Decodes all sections. Throws `ConfigError` with the key and where its value comes from.
    init(_ layers: [SettingLayer], fonts: FontFlags, report: ReportFlags) throws {
        let merged = MergedSettings(layers)
        (self.layers, self.merged, self.fonts, self.report) = (layers, merged, fonts, report)
        let evaluate = try merged.decode("evaluate", over: EvaluationSettings())
        try merged.located("evaluate", evaluate.validate)
        self.evaluate = evaluate
        threads = try RunSettings.read(merged).trainingThreads
        _ = try merged.decode("finetune", over: FinetuneSettings())
        _ = try PixelSettings(merged)
        _ = try merged.decode("fonts", over: FontSettings())
    }

    /// Prints every setting with its origin.
    func show() throws {
        let pixels = try PixelSettings(merged)
        try ConfigPrinter.show(
            merged,
            sections: [
                ("evaluate", evaluate), ("finetune", try merged.decode("finetune", over: FinetuneSettings())),
                ("render", pixels.render), ("layout", pixels.layout),
            ])
    }

    /// To the end, or until a signal; true if it came to the end.
    func run(in folder: String, resumes: Bool) throws -> Bool {
        guard try MPIProcesses.joined().size == 1 else {
            throw CommandFailure(.usage, "an evaluation runs in one process; start it without mpirun")
        }
        let origin = merged.origins["evaluate.seeds"] ?? ""
        let printer = EvaluatePrinter(report: report, saysIdleSeeds: !origin.hasPrefix("evaluation "))
        defer { printer.clear() }
        let run = EvaluationRun(
            evaluate, resources(), in: folder, resumes: resumes, shouldStop: { StopSignal.number != nil }
        ) { event in
            // Before there is anything to stop, a signal ends the process.
            if case .began = event { StopSignal.listen() }
            try printer.show(event)
        }
        guard let results = try run.run() else {
            printer.stopped(folder: folder)
            return false
        }
        try printer.finish(results, folder: folder)
        return true
    }

    private func resources() -> EvaluationResources {
        let installation = Installation(root: fonts.root)
        let (layers, fonts) = (layers, fonts)
        return EvaluationResources(
            catalogue: Catalogue.all, threads: threads,
            sections: merged.absoluteFonts().filter {
                ["finetune", "render", "layout", "fonts", "run"].contains($0.key)
            },
            tasks: installation.tasks, dataFolder: { try installation.dataFolder(of: $0, named: nil) },
            stack: installation.stack
        ) { record in try fonts.open(MergedSettings((record.map { [SettingLayer($0)] } ?? []) + layers)) }
    }
}
