import Evaluation
import Foundation
import Foundations
import Tensors
import ZooKit

/// Answers the tasks of an evaluation with one model.
final class ModelRunner {
    let model: EvaluatedModel
    let job: EvaluateJob
    let folder: ModelFolder
    let identity: (weights: String, files: String)
    /// The model with all its heads, read when it is first needed.
    private var scorers: TaskScorers?
    private var readings: [String: [String: String]] = [:]
    /// Tasks of which it was said that no other fonts draw for them.
    private var undrawn: Set<String> = []

    init(_ model: EvaluatedModel, _ job: EvaluateJob) throws {
        (self.model, self.job) = (model, job)
        folder = try ModelFolder.named(model.folder)
        identity = try folder.identity()
    }

    /// What results say of the model.
    func record() throws -> EvaluationResults.ModelRecord {
        for warning in folder.warnings { job.settings.report.warn(warning) }
        return .init(
            name: model.name, path: model.folder, weights: identity.weights, architecture: folder.architecture,
            parameters: folder.tensors.tensors.reduce(0) { $0 + $1.shape.reduce(1, *) },
            config: try StrictJSON.encodedValue(folder.config))
    }

    /// The results of a task; nil where a signal stopped it.
    func results(_ task: TaskInput, _ answerer: EvaluateJob.Answerer) throws -> [SplitResult]? {
        var head: EvaluatedModel.Head?
        var seed: Int?
        var seedFolder = ""
        switch answerer {
        case .none(let reason): return skipped(task, reason)
        case .model: break
        case .head(let known):
            (head, seed) = (known, known.seed)
            if model.heads.count > 1, let seed { seedFolder = "seed-\(seed)/" }
        case .training(let donor, let wanted):
            guard let trained = try train(donor, seed: wanted) else { return nil }
            (head, seed, seedFolder) = (trained, wanted, "seed-\(wanted)/")
        }
        let source = try Source(self, task, head)
        var found: [SplitResult] = []
        for part in task.data {
            for variant in job.variants {
                let place = place(source, variant, part.split, part.data, seed, seedFolder)
                if place.fonts != nil, !source.readsPictures {
                    found.append(SplitResult(place, skipped: "it reads no picture there"))
                    job.printer.passed(1)
                    continue
                }
                let identity = identity(source, place, part.data)
                let lines: [PredictionLine]?
                do { lines = try answer(source, variant, part.examples, place.predictions, identity, place) } catch {
                    guard let flaw = error as? ScorerError, job.evaluate.skipUnfit else { throw error }
                    return skipped(task, "\(flaw)")
                }
                guard let lines else { return nil }
                found += SplitResult.all(
                    place, task.definition, lines, Bootstrap(resamples: job.evaluate.bootstrap))
                if place.variant == TaskVariant.plain.name {
                    try submit(task, part.split, lines, seedFolder: seedFolder)
                }
                try job.write(found)
                job.printer.finished(found.last { $0.language == nil && $0.split == part.split }, task.definition)
            }
        }
        noteUndrawn(source)
        return found
    }

    /// Where the answers to a split under a variant belong.
    private func place(
        _ source: Source, _ variant: TaskVariant, _ split: String, _ data: TaskData, _ seed: Int?, _ seedFolder: String
    ) -> SplitResult.Place {
        let mark = variant.name == TaskVariant.plain.name ? "" : "@\(variant.name)"
        return SplitResult.Place(
            model: model.name, task: source.task.name, split: split, variant: variant.name, seed: seed,
            predictions: "predictions/\(model.name)/\(source.task.name)/\(seedFolder)\(split)\(mark).jsonl",
            head: source.record, leftOut: data.skippedLines, noise: variant.noise, fonts: variant.fonts)
    }

    /// What the answers at a place follow from.
    private func identity(_ source: Source, _ place: SplitResult.Place, _ data: TaskData) -> [String: String] {
        var identity = source.identity
        let own = "\(source.task.dataFolder)/"
        for file in data.files {
            let name = file.hasPrefix(own) ? String(file.dropFirst(own.count)) : file
            identity["the data file \(name)"] = source.task.record.data[file]
        }
        identity["noise_seed"] = place.noise.map { "\($0.seed)" }
        if let fonts = place.fonts { identity["the fonts of \(fonts.stack)"] = fonts.sha256 }
        return identity
    }

    /// Says once that other fonts change nothing for a task that is read as text.
    private func noteUndrawn(_ source: Source) {
        guard let left = job.variants.first(where: { $0.fonts != nil }), !source.readsPictures,
            undrawn.insert(source.task.name).inserted
        else { return }
        job.settings.report.note(
            "\(model.name) on \(source.task.name) is left out of \(left.name) and its like: it reads no picture")
    }

    private func skipped(_ task: TaskInput, _ reason: String) -> [SplitResult] {
        job.settings.report.warn("\(model.name) on \(task.name) is left out: \(reason)")
        job.printer.passed(task.data.count * job.variants.count)
        return task.data.map { split, _, _ in
            SplitResult(
                .init(
                    model: model.name, task: task.name, split: split, variant: TaskVariant.plain.name, seed: nil,
                    predictions: "", head: nil, leftOut: 0), skipped: reason)
        }
    }

    /// Answers what is not answered yet; nil where a signal stopped it.
    private func answer(
        _ source: Source, _ variant: TaskVariant, _ examples: [TaskExample], _ path: String,
        _ identity: [String: String], _ place: SplitResult.Place
    ) throws -> [PredictionLine]? {
        let full = "\(job.folder)/\(path)"
        try Folder.create((full as NSString).deletingLastPathComponent)
        try job.state.begin(path, identity, in: job.folder)
        try job.state.write(job.folder)
        let file = try PredictionFile(full, task: source.task.definition, examples: examples.map { variant($0) })
        guard !file.isComplete else {
            job.printer.started(place, total: examples.count, done: examples.count)
            return file.lines
        }
        if StopSignal.number != nil { return nil }
        let scorer = try source.scorer(variant)
        let clock = ContinuousClock()
        var saved = clock.now
        defer { try? job.state.write(job.folder) }
        var next = try file.next(window: scorer.window)
        job.printer.started(place, total: examples.count, done: file.lines.count)
        while !next.isEmpty {
            if StopSignal.number != nil { return nil }
            let begin = clock.now
            let answers = try scorer.answers(to: next)
            let cuts = scorer.truncations
            try file.append(
                zip(next, answers).enumerated().map { number, pair in
                    PredictionLine(pair.0, pair.1, isTruncated: cuts.indices.contains(number) && cuts[number])
                })
            let seconds = begin.duration(to: clock.now) / .seconds(1)
            job.state.parts[path]?.seconds += seconds
            job.state.parts[path]?.examples += next.count
            job.printer.answered(file.lines.count, seconds: seconds, examples: next.count)
            if saved.duration(to: clock.now) > .seconds(10) {
                try job.state.write(job.folder)
                saved = clock.now
            }
            next = try file.next(window: scorer.window)
        }
        try file.sync()
        return file.lines
    }

    /// Writes the file that GLUE's server takes, where the split is one of those.
    private func submit(_ task: TaskInput, _ split: String, _ lines: [PredictionLine], seedFolder: String) throws {
        guard job.evaluate.submission, let name = GLUESubmission.fileName(task.definition, split: split),
            let bytes = GLUESubmission.file(task.definition, split: split, lines)
        else { return }
        let isAlone = job.evaluate.seeds.count < 2 && model.heads.count < 2
        let place = "submission/\(model.name)" + (isAlone ? "" : "/\(seedFolder.dropLast())")
        try Folder.create("\(job.folder)/\(place)")
        try AtomicFile.write(bytes, to: "\(job.folder)/\(place)/\(name)")
        if !job.submissions.contains(place) { job.submissions.append(place) }
    }

    /// Hashes of the tokenizer and of how pictures are drawn, fonts included, for a model's folder.
    func readingIdentity(_ folder: ModelFolder, _ modality: ExampleKind?) throws -> [String: String] {
        let kind = modality ?? Self.kind(folder)
        if let known = readings["\(folder.path) \(kind.rawValue)"] { return known }
        let reading = try job.settings.reading(folder, kind, mayLackWords: true)
        var identity: [String: String] = [:]
        for (name, value) in reading.identity { identity["the \(name)"] = SHA256Digest.of(value.encoded()).hex }
        readings["\(folder.path) \(kind.rawValue)"] = identity
        return identity
    }

    /// What a model's own heads read.
    private static func kind(_ folder: ModelFolder) -> ExampleKind {
        folder.heads.patch ? folder.heads.token ? .pair : .image : .text
    }

    /// What scorers of tasks without a head are made by; the model is read once.
    func taskScorers() throws -> TaskScorers {
        if let scorers { return scorers }
        let workspace = try job.settings.workspace()
        let loaded = try ModelFolder.load(folder, workspace: workspace).model
        let kind = Self.kind(folder)
        // A task that needs a tokenizer says so itself.
        let reading = try job.settings.reading(folder, kind, mayLackWords: true)
        var options = ScorerOptions()
        (options.batch, options.window, options.stride) = (
            job.evaluate.batch, job.evaluate.window, job.evaluate.stride
        )
        options.allowsScripts = job.evaluate.allowScripts
        let made = TaskScorers(
            loaded, of: folder, tokenizer: reading.tokenizer, pictures: kind == .text ? nil : reading.options,
            options: options, workspace: workspace)
        scorers = made
        return made
    }
}
