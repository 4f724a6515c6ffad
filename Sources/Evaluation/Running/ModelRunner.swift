import Foundation
import Foundations
import Tensors
import ZooKit

/// Answers the tasks of an evaluation with one model.
final class ModelRunner {
    let model: EvaluatedModel
    let run: EvaluationRun
    let folder: ModelFolder
    let identity: (weights: String, files: String)
    /// The model with all its heads, read when it is first needed.
    var scorers: TaskScorers?
    var readings: [String: [String: String]] = [:]
    /// Tasks of which it was said that no other fonts draw for them.
    private var undrawn: Set<String> = []

    init(_ model: EvaluatedModel, _ run: EvaluationRun) throws {
        (self.model, self.run) = (model, run)
        folder = try ModelFolder.open(model.folder, run.resources.catalogue)
        identity = try folder.identity()
    }

    /// The model, as results record it.
    func record() throws -> EvaluationResults.ModelRecord {
        for warning in try folder.warnings + (folder.drawing()?.warnings ?? []) { try run.onEvent(.warning(warning)) }
        return .init(
            name: model.name, path: model.folder, weights: identity.weights, architecture: folder.architecture,
            parameters: folder.tensors.tensors.reduce(0) { $0 + $1.shape.reduce(1, *) },
            config: try StrictJSON.encodedValue(folder.config))
    }

    /// The results of a task; nil where a signal stopped it.
    func results(_ task: TaskInput, _ answerer: EvaluationRun.Answerer) throws -> [SplitResult]? {
        var head: EvaluatedModel.Head?
        var seed: Int?
        var seedFolder = ""
        switch answerer {
        case .none(let reason): return try skipped(task, reason)
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
            for variant in run.variants {
                let place = place(source, variant, part.split, part.data, seed, seedFolder)
                if place.fonts != nil, !source.readsPictures {
                    found.append(SplitResult(place, skipped: "it reads no picture there"))
                    try run.onEvent(.passed(splits: 1))
                    continue
                }
                let identity = identity(source, place, part.data)
                let lines: [PredictionLine]?
                do { lines = try answer(source, variant, part.examples, place.predictions, identity, place) } catch {
                    guard let flaw = error as? ScorerError, run.settings.skipUnfit else { throw error }
                    return try skipped(task, "\(flaw)")
                }
                guard let lines else { return nil }
                found += SplitResult.all(
                    place, task.definition, lines, Bootstrap(resamples: run.settings.bootstrap))
                if place.variant == TaskVariant.plain.name {
                    try submit(task, part.split, lines, seedFolder: seedFolder)
                }
                try run.write(found)
                if let result = found.last(where: { $0.language == nil && $0.split == part.split }) {
                    try run.onEvent(.finished(result, task.definition))
                }
            }
        }
        try noteUndrawn(source)
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

    /// The settings that the answers at a place depend on.
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
    private func noteUndrawn(_ source: Source) throws {
        guard let left = run.variants.first(where: { $0.fonts != nil }), !source.readsPictures,
            undrawn.insert(source.task.name).inserted
        else { return }
        try run.onEvent(
            .note("\(model.name) on \(source.task.name) is left out of \(left.name) and its like: it reads no picture"))
    }

    private func skipped(_ task: TaskInput, _ reason: String) throws -> [SplitResult] {
        try run.onEvent(.warning("\(model.name) on \(task.name) is left out: \(reason)"))
        try run.onEvent(.passed(splits: task.data.count * run.variants.count))
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
        let full = "\(run.folder)/\(path)"
        try Folder.create(Folder.parent(of: full))
        try run.state.begin(path, identity, in: run.folder)
        try run.state.write(run.folder)
        let file = try PredictionFile(full, task: source.task.definition, examples: examples.map { variant($0) })
        run.state.parts[path]?.examples = file.lines.count
        guard !file.isComplete else {
            try run.state.write(run.folder)
            try run.onEvent(.started(place, total: examples.count, done: examples.count))
            return file.lines
        }
        if run.shouldStop() { return nil }
        let scorer = try source.scorer(variant)
        try scorer.begin(examples.map { variant($0) })
        let clock = ContinuousClock()
        var saved = clock.now
        defer { try? run.state.write(run.folder) }
        var next = try file.next(window: scorer.window)
        try run.onEvent(.started(place, total: examples.count, done: file.lines.count))
        while !next.isEmpty {
            if run.shouldStop() { return nil }
            let begin = clock.now
            let answers = try scorer.answers(to: next)
            let cuts = scorer.truncations
            try file.append(
                zip(next, answers).enumerated().map { number, pair in
                    PredictionLine(pair.0, pair.1, isTruncated: cuts.indices.contains(number) && cuts[number])
                })
            let seconds = begin.duration(to: clock.now) / .seconds(1)
            run.state.parts[path]?.seconds += seconds
            run.state.parts[path]?.examples = file.lines.count
            try run.onEvent(.answered(done: file.lines.count, seconds: seconds, examples: next.count))
            if saved.duration(to: clock.now) > .seconds(10) {
                try run.state.write(run.folder)
                saved = clock.now
            }
            next = try file.next(window: scorer.window)
        }
        try file.sync()
        return file.lines
    }

    /// Writes the file that GLUE's server takes, where the split is one of those.
    private func submit(_ task: TaskInput, _ split: String, _ lines: [PredictionLine], seedFolder: String) throws {
        guard run.settings.submission, let name = GLUESubmission.fileName(task.definition, split: split),
            let bytes = GLUESubmission.file(task.definition, split: split, lines)
        else { return }
        let isAlone = run.settings.seeds.count < 2 && model.heads.count < 2
        let place = "submission/\(model.name)" + (isAlone ? "" : "/\(seedFolder.dropLast())")
        try Folder.create("\(run.folder)/\(place)")
        try AtomicFile.write(bytes, to: "\(run.folder)/\(place)/\(name)")
        if !run.submissions.contains(place) { run.submissions.append(place) }
    }
}
