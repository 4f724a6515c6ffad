import Corpora
import Distribution
import Foundation
import Foundations
import Layers
import Patches
import Tensors
import Typesetting
import ZooKit

/// The settings of a pretraining, read and checked, and the run they amount to.
struct PretrainJob {
    private let merged: MergedSettings
    private let pretrain: PretrainSettings
    private let sources: SourceSettings
    private let read: ReadOptions
    private let pixels: PixelSettings
    private let computing: RunSettings

    /// Decodes all sections. Throws `ConfigError` with the key and where its value comes from.
    init(_ settings: MergedSettings) throws {
        merged = settings
        sources = try settings.decode("sources", over: SourceSettings())
        pretrain = try settings.training(PretrainCourse.self)
        read = try settings.decode("read", over: ReadOptions())
        pixels = try PixelSettings(settings)
        computing = try RunSettings.read(settings)
        _ = try settings.decode("fonts", over: FontSettings())
    }

    /// Prints every setting with its origin.
    func show() throws {
        try ConfigPrinter.show(
            merged,
            sections: [
                ("pretrain", pretrain), ("sources", sources), ("read", read), ("render", pixels.render),
                ("layout", pixels.layout),
            ])
    }

    /// Trains to the end, or until a signal, with all processes that `mpirun` started together; whether it came to the end.
    func run(in folder: String, resumes: Bool, fonts: FontFlags, baselines: Bool, report: ReportFlags) throws -> Bool {
        let communicator = try MPIProcesses.joined()
        let isFirst = communicator.rank == 0
        let report = isFirst ? report : .silent
        let parts = try parts(fonts, report)
        let workspace = try Workspace(
            kernels: CPUKernels(threads: computing.trainingThreads),
            precision: pretrain.optimiser.computing)
        var lock: FolderLock?
        if isFirst {
            try Folder.create(folder)
            lock = try FolderLock(path: folder)
            if lock?.isHeld == false { throw PretrainingError.folderInUse(path: folder) }
        }
        defer { withExtendedLifetime(lock) {} }
        let run = try PretrainRun(
            pretrain, parts, folder: folder, resumes: resumes, communicator: communicator, workspace: workspace)
        if pretrain.evalEvery > 0, !run.hasHeldOut {
            report.warn("nothing is held out of so few documents: no evaluations; raise --held-out")
        }
        StopSignal.listen()
        try communicator.onRank0 {
            try merged.save(
                [
                    ("pretrain", run.settings), ("sources", sources.absolute()), ("read", read),
                    ("render", pixels.render), ("layout", pixels.layout),
                ], in: run.folder)
        }
        let printer = PretrainPrinter(
            report: report, settings: pretrain, model: sources.model ?? "", folder: folder,
            peak: try PeakRate.measured(workspace))
        defer { printer.clear() }
        let recorder = isFirst ? try self.recorder(of: run, resumes: resumes, workspace) : nil
        let steps: Int
        do {
            steps = try run.run(shouldStop: { StopSignal.number != nil }) { event in
                try printer.show(event)
                try recorder?.record(event, run)
            }
        } catch {
            // What ended the run is what is told of; that the report could not be written as well is not.
            try? recorder?.fail("\(error)")
            throw error
        }
        if let recorder, baselines, steps == pretrain.steps, recorder.baselines == nil {
            if pretrain.evalEvery > 0 { report.note("measuring what simple predictors lose on the held-out data") }
            try recorder.record(try run.baselines())
        }
        try recorder?.finish()
        try printer.finish(steps: steps, baselines: recorder?.baselines)
        try (communicator as? MPIProcesses)?.leave()
        return steps == pretrain.steps
    }

    /// What writes metrics and the report; on the first rank.
    private func recorder(of run: PretrainRun, resumes: Bool, _ workspace: Workspace) throws -> RunRecorder {
        let kinds = try DataMix(parsing: pretrain.mix).kinds
        let paths = kinds.flatMap { sources.paths(of: $0) }
        var unique: [String] = []
        for path in paths where !unique.contains(path) { unique.append(path) }
        let facts: [(name: String, value: String)] = [
            ("Model", "\(sources.model ?? ""), \(run.plan.parameters) parameters"),
            ("Data", unique.joined(separator: ", ")), ("Mix text:image:pair", pretrain.mix),
            (
                "Sequences a step",
                "\(pretrain.batch) of at most \(pretrain.length ?? run.model.base.config.positions) rows"
            ),
            ("Learning rate", "\(pretrain.learningRate), \(pretrain.schedule.rawValue), warm-up \(pretrain.warmUp)"),
            ("Seed", "\(pretrain.seed)"),
            ("Computed in", "\(pretrain.precision), \(run.plan.ranks) x \(computing.trainingThreads) threads"),
            ("Kernels", workspace.kernels.name),
        ]
        return try RunRecorder(
            run.folder, resumesAfter: resumes ? run.plan.firstStep : nil, title: sources.model ?? "pretraining",
            facts: facts)
    }

    private func parts(_ fonts: FontFlags, _ report: ReportFlags) throws -> PretrainRun.Parts {
        let mix = try DataMix(parsing: pretrain.mix)
        guard let model = sources.model else {
            throw CommandFailure(.usage, "which model? pass --model, for instance pixelgpt/tiny, or a --preset")
        }
        var config = try ModelPresets.config(model, in: try Installation(root: fonts.root).models())
        let data = try sources.data(of: mix.kinds, read)
        var identity: [String: JSONValue] = [:]
        for (kind, data) in data { identity[kind.rawValue] = try data.identity() }
        var files: [String: [UInt8]] = [:]
        var options = ExampleOptions(length: config.positions, channels: config.channels)
        if mix.kinds.contains(where: { $0 != .image }) {
            let words = try ModelTokenizer(sources.tokenizer ?? "bytes").forTraining()
            if let note = words.fit(&config, isNamed: sources.tokenizer != nil) { report.note(note) }
            options.encoding = words.encoding
            files.merge(words.files) { $1 }
            identity["tokenizer"] = .string(words.identity)
        }
        let isDrawn = data.contains { kind, data in
            if case .corpus = data { kind != .text } else { false }
        }
        if isDrawn {
            let drawing = try ModelDrawing(merged, fonts).open()
            try options.draw(drawing, patchSize: config.patchSize)
            files[DrawingRecord.fileName] = try drawing.file
            identity["rendering"] = try drawing.json
        }
        for case .shards(let folders) in data.values where !isDrawn {
            files[DrawingRecord.fileName] = try folders.first.map(Drawing.file(ofShards:))
        }
        return PretrainRun.Parts(
            config: config, data: data, options: options, files: files, dataIdentity: .object(identity),
            workers: max(1, computing.workers ?? 1))
    }
}
