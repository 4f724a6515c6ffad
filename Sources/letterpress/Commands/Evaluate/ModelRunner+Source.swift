import Evaluation
import Foundation
import Foundations
import Tensors
import Typesetting
import ZooKit

extension ModelRunner {
    /// Where the answers to a task come from: the model, or a fine-tuned head of it.
    final class Source {
        let task: TaskInput
        /// What answers follow from, but for data.
        let identity: [String: String]
        /// What results say of the head.
        let record: HeadRecord?
        private let runner: ModelRunner
        private let head: EvaluatedModel.Head?
        private let folder: ModelFolder
        /// Scorers by the stack that draws, "" for the model's own; they share the model.
        private var made: [String: any TaskScorer] = [:]
        private var loaded: (model: LanguageModel, workspace: Workspace)?

        init(_ runner: ModelRunner, _ task: TaskInput, _ head: EvaluatedModel.Head?) throws {
            (self.runner, self.task, self.head) = (runner, task, head)
            let settings = runner.job.settings
            let isOther = head.map { $0.folder != runner.model.folder } ?? false
            folder = isOther ? try ModelFolder.named(head?.folder ?? runner.model.folder) : runner.folder
            let hashes = isOther ? try folder.identity() : runner.identity
            var identity = [
                "the model's weights": hashes.weights, "the model's other files": hashes.files,
                "the task file of \(task.name)": task.record.sha256, "batch": "\(settings.evaluate.batch)",
                "limit": settings.evaluate.limit.map { "\($0)" } ?? "none", "precision": settings.evaluate.precision,
            ]
            identity["window"] = settings.evaluate.window.map { "\($0)" }
            identity["stride"] = settings.evaluate.stride.map { "\($0)" }
            identity.merge(try runner.readingIdentity(folder, head?.record.modality)) { $1 }
            if let script = task.definition.script, settings.evaluate.allowScripts {
                let path = script.hasPrefix("/") ? script : "\(task.folder)/\(script)"
                identity["the script"] = try? SHA256Digest.ofFile(at: path).hex
            }
            let merged = settings.merged()
            for section in ["render", "layout", "fonts"] {
                for (key, value) in merged.values[section] ?? [:] {
                    identity["\(section).\(key)"] = String(decoding: value.encoded(), as: UTF8.self)
                }
            }
            self.identity = identity
            record = try head.map { head in
                let own = "\(runner.job.folder)/"
                return HeadRecord(
                    path: head.folder.hasPrefix(own) ? String(head.folder.dropFirst(own.count)) : head.folder,
                    weights: hashes.weights, task: head.record.task,
                    modality: head.record.modality.rawValue, length: head.record.length, step: head.record.step,
                    settings: try FinetuneResult.read((head.folder as NSString).deletingLastPathComponent)?.settings)
            }
        }

        /// Whether pictures are drawn for the answers.
        var readsPictures: Bool {
            if let head { return head.record.modality != .text }
            return task.definition.kind == .patchLoss
        }

        /// What answers a variant; the model is read at the first call. Throws what it and its tokenizer and fonts throw.
        func scorer(_ variant: TaskVariant) throws -> any TaskScorer {
            let stack = variant.fonts == nil ? nil : runner.job.stacks[variant.name]
            if let known = made[stack ?? ""] { return known }
            let scorer = try make(stack)
            made[stack ?? ""] = scorer
            return scorer
        }

        private func make(_ stack: String?) throws -> any TaskScorer {
            let settings = runner.job.settings
            guard let head else {
                var scorers = try runner.taskScorers()
                if let stack {
                    scorers.pictures = try settings.reading(folder, .image, mayLackWords: true, stack: stack).options
                }
                return try scorers.scorer(of: task.definition, folder: task.folder)
            }
            let reading = try settings.reading(folder, head.record.modality, stack: stack)
            guard folder.heads.labels == max(1, head.record.labels.count) else {
                throw CommandFailure(
                    .badData,
                    "\(head.folder) scores \(folder.heads.labels ?? 0) classes and its \(ClassifierRecord.fileName) names "
                        + "\(head.record.labels.count); fine-tune it again")
            }
            if loaded == nil {
                let workspace = try settings.workspace()
                loaded = (try ModelFolder.load(folder, workspace: workspace).model, workspace)
            }
            guard let (model, workspace) = loaded else { throw CommandFailure(.badData, "no model in \(head.folder)") }
            return try ClassifierScorer(
                model, head.record.modality, head.record.fitted(reading.options), pooling: head.record.pooling,
                batch: settings.evaluate.batch, workspace: workspace)
        }
    }

    /// The head that a fine-tuning on a task gives, made now, gone on with, or made before; nil where a signal stopped it.
    func train(_ task: TaskInput, seed: Int) throws -> EvaluatedModel.Head? {
        let (settings, place) = (job.settings, "finetuned/\(model.name)/\(task.name)/seed-\(seed)")
        let folder = "\(job.folder)/\(place)"
        let finetune = try settings.finetuneJob(model, task, seed: seed)
        let material = try finetune.material()
        var identity: [String: String] = [:]
        for (prefix, value) in [("", material.identity), ("finetune.", try StrictJSON.encodedValue(finetune.settings))]
        {
            guard case .object(let fields) = value else { continue }
            for (key, value) in fields {
                let text = String(decoding: value.encoded(), as: UTF8.self)
                if case .object = value {
                    identity[prefix + key] = SHA256Digest.of(Array(text.utf8)).hex
                } else {
                    identity[prefix + key] = text.replacing("\"", with: "")
                }
            }
        }
        try job.state.beginHead(place, identity, in: job.folder)
        try job.state.write(job.folder)
        let label = "fine-tuning of \(model.name) on \(task.name), seed \(seed)"
        if try FinetuneResult.read(folder) == nil {
            job.printer.clear()
            let isBegun = Folder.hasItem("\(folder)/\(RunFolder.settings)")
            let run = try finetune.makeRun(material, finetune.settings, folder: folder, resumes: isBegun)
            let result = try finetune.finish(run, folder, finetune.settings, label: label, printsResult: false)
            guard result != nil else { return nil }
        }
        guard let record = try ClassifierRecord.read("\(folder)/best") else {
            throw CommandFailure(.badData, "\(folder)/best is gone; remove \(folder) to fine-tune again")
        }
        return EvaluatedModel.Head(folder: "\(folder)/best", record: record, seed: seed)
    }
}

extension EvaluateJob.Settings {
    /// Where tensors live.
    func workspace() throws -> Workspace {
        try Workspace(
            kernels: CPUKernels(threads: threads), precision: evaluate.precision == "bf16" ? .bf16 : .fp32)
    }

    /// How a model reads texts, by its own folder unless settings say otherwise; `stack` draws in place of its fonts.
    func reading(
        _ folder: ModelFolder, _ kind: ExampleKind, mayLackWords: Bool = false, stack: String? = nil
    ) throws -> ModelReading {
        var transfer = SettingLayer(origin: "font transfer")
        transfer.set("fonts", "stack", stack.map { .string($0) })
        let merged = MergedSettings(
            (try folder.drawingLayer().map { [$0] } ?? []) + layers + [transfer])
        return try ModelReading(
            folder, kind, tokenizer: evaluate.tokenizer, mayLackWords: mayLackWords,
            drawing: ModelDrawing(merged, fonts).open)
    }

    /// The variant of a stack, by its name or the path of its manifest; its fonts are looked for and read. Throws failures that say what
    /// is missing.
    func fontVariant(_ word: String, _ installation: Installation) throws -> TaskVariant {
        let stack = try installation.stack(word)
        let isPlain = stack.name.utf8.allSatisfy { byte in
            UInt8(ascii: "a")...UInt8(ascii: "z") ~= byte | 0x20 || UInt8(ascii: "0")...UInt8(ascii: "9") ~= byte
                || "-._".utf8.contains(byte)
        }
        guard isPlain, !stack.name.isEmpty else {
            throw CommandFailure(
                .badData, "\(word): its name '\(stack.name)' cannot name files; use letters, digits, points and hyphens"
            )
        }
        let found = try merged().decode("fonts", over: FontSettings())
        let fonts = try FontSet(stack: stack, allowOtherFonts: found.allowOther ?? false)
        let hashes = fonts.fonts.map { "\($0.sha256) \($0.faceIndex)" }.joined(separator: "\n")
        return .fonts(FontStackRecord(stack: stack.name, sha256: SHA256Digest.of(Array(hashes.utf8)).hex))
    }

    /// A fine-tuning of a model on a task, with the settings of the section `finetune` over those of the task's preset.
    func finetuneJob(_ model: EvaluatedModel, _ task: TaskInput, seed: Int) throws -> FinetuneJob {
        let folder = try ModelFolder.named(model.folder)
        var base = [try folder.drawingLayer()].compactMap(\.self)
        var usual = SettingLayer(origin: "the model's heads")
        usual.set("finetune", "modality", .string((folder.heads.patch ? ExampleKind.image : .text).rawValue))
        base.append(usual)
        let modality = try merged(over: base).decode("finetune", over: FinetuneSettings()).modality
        if let name = evaluate.finetunePreset {
            let (layer, grid) = try FinetuneSources.preset(name, task.definition, modality)
            let open = grid.filter { merged()["finetune", String($0.prefix { $0 != "=" })] == nil }
            guard open.isEmpty else {
                throw CommandFailure(
                    .usage,
                    "preset \(name) of \(task.name) searches \(open.joined(separator: " ")); run letterpress finetune with it "
                        + "and name the grid's folder, or set these in the section finetune of --config")
            }
            base.append(layer)
        } else {
            // The first of the task's presets that says everything.
            for name in ["script", "paper"] where task.definition.presets[name] != nil {
                guard let (layer, grid) = try? FinetuneSources.preset(name, task.definition, modality), grid.isEmpty
                else { continue }
                base.append(layer)
                break
            }
        }
        var own = SettingLayer(origin: "evaluation")
        own.set("task", "model", .string(model.folder))
        own.set("task", "name", .string(task.definition.name))
        own.set("task", "data", .string(task.dataFolder))
        own.set("task", "tokenizer", evaluate.tokenizer.map { .string($0) })
        own.set("finetune", "seed", .integer(seed))
        return try FinetuneJob(
            MergedSettings(base + layers + [own]), fonts: fonts, report: report, task: task.definition)
    }
}
