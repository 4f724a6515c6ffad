import Corpora
import Distribution
import Foundation
import Foundations
import Layers
import Patches
import Reports
import Tensors
import Typesetting
import Zoo
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
        var sources = try settings.decode("sources", over: SourceSettings())
        // A run resumes on the checkpoint that it began with, however far that training is by then.
        sources.initial = try sources.initial.map { try ModelFolder.place(of: $0) ?? $0 }
        self.sources = sources
        pretrain = try settings.training(PretrainCourse.self)
        read = try settings.reading()
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
        let parts = try Waiting.on("finding the data and reading the fonts", report) { try self.parts(fonts, report) }
        let workspace = try computing.workspace(pretrain.optimiser.computing)
        let run = try Waiting.on("making the model and reading the held-out documents", report) {
            try PretrainRun(
                pretrain, parts, folder: folder, resumes: resumes, communicator: communicator, workspace: workspace
            ) { program in
                try merged.record([
                    ("pretrain", program.settings), ("sources", sources.absolute()), ("read", read),
                    ("render", pixels.render), ("layout", pixels.layout),
                ])
            }
        }
        defer { withExtendedLifetime(run) {} }
        if pretrain.evalEvery > 0, !run.program.hasHeldOut {
            report.warn("nothing is held out of so few documents: no evaluations; raise --held-out")
        }
        let printer = RunPrinter(
            report: report, title: title, folder: folder, peak: try PeakRate(workspace))
        var simple: RunBaselines?
        StopSignal.listen()
        defer {
            Waiting.end()
            printer.clear()
        }
        let outcome = try run.run(
            recordedAs: title, facts: try facts(of: run, workspace), isFirst: isFirst,
            shouldStop: { StopSignal.number != nil }
        ) { recorder in
            if baselines, recorder.baselines == nil {
                if pretrain.evalEvery > 0 { report.note("measuring what simple predictors lose on the held-out data") }
                try recorder.record(try run.program.baselines())
            }
            simple = recorder.baselines
        } onEvent: {
            Waiting.follow($0, report)
            try printer.show($0)
        }
        try finish(outcome, printer, simple)
        try (communicator as? MPIProcesses)?.leave()
        return outcome.isComplete
    }

    private var title: String { sources.initial ?? sources.model ?? "pretraining" }

    /// Prints the result, and after a signal how to resume.
    private func finish(_ outcome: RunOutcome, _ printer: RunPrinter, _ baselines: RunBaselines?) throws {
        let (report, folder) = (printer.report, printer.folder)
        guard !report.isSilent else { return }
        if report.json {
            return try printer.emit(
                "finished",
                .object([
                    "steps": .integer(outcome.steps), "is_complete": .bool(outcome.isComplete),
                    "folder": .string(folder), "checkpoint": .string(printer.checkpoint ?? ""),
                ]))
        }
        if !outcome.isComplete { printer.stopped(outcome, command: "pretrain", folder: folder) }
        for line in baselines.map(Self.lines) ?? [] { report.note(line) }
        report.note("report: \(folder)/report.html")
        var line = "\(printer.checkpoint ?? folder): \(counted(outcome.steps, "step"))"
        if let shown = printer.evaluated {
            line += ", held-out \(printer.numbers(shown).replacing("  ", with: ", "))"
            if shown.step != outcome.steps { line += " at step \(shown.step)" }
            if let best = printer.best, best.step != shown.step {
                line += " (best \(Figures.loss(best.loss)) at step \(best.step))"
            }
        }
        try Console.result(line)
    }

    /// Losses of simple predictors, a line each.
    private static func lines(_ baselines: RunBaselines) -> [String] {
        let patches = baselines.patches.sorted { $0.key < $1.key }.map { name, found in
            let ridge = found.ridge.map { "ridge on \($0.patches) \(Figures.loss($0.loss))" }
            return "\(name) of simple predictors: zero \(Figures.loss(found.zero)), mean patch "
                + "\(Figures.loss(found.mean)), \(ridge.joined(separator: ", "))"
        }
        return patches
            + baselines.tokens.sorted { $0.key < $1.key }.map { name, found in
                let counts = found.counts.map { "\($0.order)-grams \(Figures.loss($0.loss))" }
                return "\(name) of simple predictors: \(counts.joined(separator: ", "))"
            }
    }

    /// Names and values of model, data and settings for the report.
    private func facts(of run: PretrainRun, _ workspace: Workspace) throws -> [(name: String, value: String)] {
        let paths = try DataMix(parsing: pretrain.mix).kinds.flatMap { sources.paths(of: $0) }
        let unique = paths.reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
        return [
            ("Model", title),
            ("Data", unique.joined(separator: ", ")), ("Mix text:image:pair", pretrain.mix),
            (
                "Sequences a step",
                "\(pretrain.batch) of at most \(counted(pretrain.length ?? run.program.model.base.config.positions, "row"))"
            ),
        ]
            + run.plan.facts(
                pretrain.optimiser, seed: pretrain.seed, threads: computing.trainingThreads, workspace)
    }

    private func parts(_ fonts: FontFlags, _ report: ReportFlags) throws -> PretrainProgram.Parts {
        let mix = try DataMix(parsing: pretrain.mix)
        var identity: [String: JSONValue] = [:]
        let initial = try initialFolder()
        var config: DecoderConfig
        if let initial {
            for warning in initial.warnings { report.warn(warning) }
            config = initial.config
            config.architectures = nil
            identity["init"] = try StrictJSON.encodedValue(InputIdentity(paths: initial.weightPaths()))
        } else {
            guard let model = sources.model else {
                throw CommandFailure(.usage, "which model? pass --model, for instance pixelgpt/tiny, or a --preset")
            }
            config = try ModelPresets.config(model, in: try Installation(root: fonts.root).models())
        }
        let data = try sources.data(of: mix.kinds, read)
        for (kind, data) in data { identity[kind.rawValue] = try data.identity() }
        var files: [String: [UInt8]] = [:]
        var options = ExampleOptions(length: config.positions, channels: config.channels)
        if mix.kinds.contains(where: { $0 != .image }) {
            let words = try ModelTokenizer(sources.tokenizer ?? initial?.path ?? "bytes").forTraining()
            if initial == nil {
                if let note = words.fit(&config, isNamed: sources.tokenizer != nil) { report.note(note) }
            } else if words.tokenizer.vocabularySize > config.vocabulary {
                throw CommandFailure(
                    .usage,
                    "\(words.tokenizer.summary) has \(counted(words.tokenizer.vocabularySize, "id")) and the model of --init "
                        + "\(config.vocabulary); leave --tokenizer out to use its own")
            }
            options.encoding = words.encoding
            let (exported, note) = try words.exported(for: .language)
            files.merge(exported) { $1 }
            if let note { report.warn(note) }
            identity["tokenizer"] = .string(words.identity)
        }
        let isDrawn = data.contains { kind, data in
            if case .corpus = data { kind != .text } else { false }
        }
        if !isDrawn {
            try merged.refuseFlags(
                of: ["render", "layout", "fonts"],
                mix.kinds == [.text] ? "the mix is of text alone, and nothing is drawn" : "shards have been drawn")
        }
        if !data.values.contains(where: { if case .corpus = $0 { true } else { false } }) {
            try merged.refuseFlags(of: ["read"], "the data are shards, which have been read")
        }
        if mix.kinds == [.image] {
            try merged.refuseFlags(of: ["sources"], only: ["tokenizer"], "the mix is of images alone")
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
        var parts = PretrainProgram.Parts(
            config: config, data: data, options: options, files: files, dataIdentity: .object(identity),
            workers: max(1, computing.workers ?? 1))
        parts.adaptation = try Catalogue.all.adaptation(parsing: pretrain.method)
        parts.initial = initial
        return parts
    }

    /// The model folder that training begins with. Throws a usage failure where another shape is named beside it.
    private func initialFolder() throws -> ModelFolder? {
        guard let named = sources.initial else { return nil }
        if merged.origins["sources.model"] == "flag" {
            throw CommandFailure(.usage, "--init has the shape of its own model; leave --model out")
        }
        return try ModelFolder.named(named)
    }
}
