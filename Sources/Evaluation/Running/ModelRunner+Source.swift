import Foundation
import Foundations
import Tensors
import Typesetting
import ZooKit

extension ModelRunner {
    /// Where the answers to a task come from: the model, or a fine-tuned head of it.
    final class Source {
        let task: TaskInput
        /// The settings that answers depend on, data aside.
        let identity: [String: String]
        /// The head, as results record it.
        let record: HeadRecord?
        private let runner: ModelRunner
        private let head: EvaluatedModel.Head?
        private let folder: ModelFolder
        /// Scorers by the stack that draws, "" for the model's own; they share the model.
        private var made: [String: any TaskScorer] = [:]
        private var loaded: (model: LanguageModel, workspace: Workspace)?

        init(_ runner: ModelRunner, _ task: TaskInput, _ head: EvaluatedModel.Head?) throws {
            (self.runner, self.task, self.head) = (runner, task, head)
            let (run, settings) = (runner.run, runner.run.settings)
            let isOther = head.map { $0.folder != runner.model.folder } ?? false
            folder =
                isOther
                ? try ModelFolder.open(head?.folder ?? runner.model.folder, run.resources.catalogue) : runner.folder
            let hashes = isOther ? try folder.identity() : runner.identity
            var identity = [
                "the model's weights": hashes.weights, "the model's other files": hashes.files,
                "the task file of \(task.name)": task.record.sha256, "batch": "\(settings.batch)",
                "limit": settings.limit.map { "\($0)" } ?? "none", "precision": settings.precision,
            ]
            identity["window"] = settings.window.map { "\($0)" }
            identity["stride"] = settings.stride.map { "\($0)" }
            if task.definition.kind.isOfVectors {
                identity["embed_pool"] = settings.embedPool.rawValue
                identity["embed_layer"] = settings.embedLayer.map { "\($0)" }
            }
            identity.merge(try runner.readingIdentity(folder, head?.record.modality)) { $1 }
            if let script = task.definition.script, settings.allowScripts {
                let path = script.hasPrefix("/") ? script : "\(task.folder)/\(script)"
                identity["the script"] = try? SHA256Digest.ofFile(at: path).hex
            }
            for section in ["render", "layout", "fonts"] {
                for (key, value) in run.resources.sections[section] ?? [:] {
                    identity["\(section).\(key)"] = String(decoding: value.encoded(), as: UTF8.self)
                }
            }
            self.identity = identity
            record = try head.map { head in
                let own = "\(run.folder)/"
                return HeadRecord(
                    path: head.folder.hasPrefix(own) ? String(head.folder.dropFirst(own.count)) : head.folder,
                    weights: hashes.weights, task: head.record.task,
                    modality: head.record.modality.rawValue, length: head.record.length, step: head.record.step,
                    settings: try FinetuneResult.read(Folder.parent(of: head.folder))?.settings)
            }
        }

        /// True if pictures are drawn for the answers.
        var readsPictures: Bool {
            if let head { return head.record.modality != .text }
            return task.definition.kind == .patchLoss || task.definition.kind.isOfVectors && folder.heads.patch
        }

        /// The scorer of a variant; the model is read at the first call. Throws what it and its tokenizer and fonts throw.
        func scorer(_ variant: TaskVariant) throws -> any TaskScorer {
            let stack = variant.fonts == nil ? nil : runner.run.stacks[variant.name]
            if let known = made[stack ?? ""] { return known }
            let scorer = try make(stack)
            made[stack ?? ""] = scorer
            return scorer
        }

        private func make(_ stack: String?) throws -> any TaskScorer {
            let run = runner.run
            guard let head else {
                var scorers = try runner.taskScorers()
                if let stack {
                    scorers.pictures = try run.reading(folder, .image, mayLackWords: true, stack: stack).options
                }
                return try scorers.scorer(of: task.definition, folder: task.folder)
            }
            let reading = try run.reading(folder, head.record.modality, stack: stack)
            if loaded == nil {
                let workspace = try run.workspace()
                loaded = (try ModelFolder.load(folder, workspace: workspace).model, workspace)
            }
            guard let (model, workspace) = loaded else { throw EvaluationError.contents("no model in \(head.folder)") }
            return try ClassifierScorer(
                head.record, folder, model, reading, batch: run.settings.batch, workspace: workspace)
        }
    }
}
