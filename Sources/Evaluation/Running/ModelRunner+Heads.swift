import Foundation
import Foundations
import Tensors
import ZooKit

extension ModelRunner {
    /// The head that a fine-tuning on a task gives, made now, resumed, or made before; nil where it was stopped.
    func train(_ task: TaskInput, seed: Int) throws -> EvaluatedModel.Head? {
        let (place, resources) = ("finetuned/\(model.name)/\(task.name)/seed-\(seed)", run.resources)
        let path = "\(run.folder)/\(place)"
        let settings = try finetuneSettings(task.definition, seed: seed)
        let material = try FinetuneMaterial(
            task.definition, data: task.dataFolder, model: folder, settings, tokenizer: run.settings.tokenizer
        ) { try resources.drawing(folder.drawing()) }
        try run.state.beginHead(place, Self.identity(material, settings), in: run.folder)
        try run.state.write(run.folder)
        if try FinetuneResult.read(path) == nil {
            let finetuning = Finetuning(
                material, resources.catalogue, threads: resources.threads, shouldStop: run.shouldStop,
                onEvent: { [run] in try run.onEvent(.finetuning($0)) }
            ) { settings, _ in try self.sections(settings, task) }
            let result = try finetuning.run(
                settings, in: path, resumes: RunFolder(path).isBegun(),
                label: "fine-tuning of \(model.name) on \(task.name), seed \(seed)")
            guard result != nil else { return nil }
        }
        guard let record = try ClassifierRecord.read("\(path)/best") else {
            throw EvaluationError.contents("\(path)/best is gone; remove \(path) to fine-tune again")
        }
        return EvaluatedModel.Head(folder: "\(path)/best", record: record, seed: seed)
    }

    /// The settings that the head depends on, by name; long values by their hashes.
    private static func identity(_ material: FinetuneMaterial, _ settings: FinetuneSettings) throws -> [String: String]
    {
        var identity: [String: String] = [:]
        for (prefix, value) in [("", material.identity), ("finetune.", try StrictJSON.encodedValue(settings))] {
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
        return identity
    }

    /// The settings of the section `finetune` over those of the task's preset, and these over what the model's heads read. Throws
    /// ``EvaluationError`` for a preset that searches, `ConfigError`.
    private func finetuneSettings(_ task: TaskDefinition, seed: Int) throws -> FinetuneSettings {
        let own = run.resources.sections["finetune"] ?? [:]
        let usual = ["modality": JSONValue.string((folder.heads.patch ? ExampleKind.image : .text).rawValue)]
        let modality = try FinetuneSettings(layers: [usual, own]).modality
        var preset: [String: JSONValue] = [:]
        if let name = run.settings.finetunePreset {
            let (fields, grid) = try task.finetuning(name, modality)
            let open = grid.filter { own[String($0.prefix { $0 != "=" })] == nil }
            guard open.isEmpty else {
                throw EvaluationError.request(
                    "preset \(name) of \(task.name) searches \(open.joined(separator: " ")); run letterpress finetune "
                        + "with it and name the grid's folder, or set these in the section finetune of --config")
            }
            preset = fields
        } else {
            // The first of the task's presets that says everything.
            let all = ["script", "paper"].lazy.compactMap { try? task.finetuning($0, modality) }
            preset = all.first { $0.grid.isEmpty }?.fields ?? [:]
        }
        var settings = try FinetuneSettings(layers: [usual, preset, own])
        settings.seed = seed
        do { try settings.validate() } catch {
            guard case .badSetting(let key, let reason) = error else { throw error }
            throw ConfigError.invalidValue(source: "settings", keyPath: "finetune.\(key)", reason: reason)
        }
        return settings
    }

    /// The sections that `letterpress finetune` resumes the run with.
    private func sections(_ settings: FinetuneSettings, _ task: TaskInput) throws -> [String: JSONValue] {
        var root = run.resources.sections.mapValues { JSONValue.object($0) }
        if case .object(let fields) = try StrictJSON.encodedValue(settings) {
            root["finetune"] = .object(fields.filter { $0.value != .null })
        }
        let drawing = try folder.drawing()
        for section in ["render", "layout"] { root[section] = .object(run.resources.stated(section, drawing)) }
        var sources = ["model": model.folder, "name": task.name, "data": task.dataFolder]
        sources["tokenizer"] = run.settings.tokenizer
        root["task"] = .object(sources.mapValues { .string($0) })
        return root
    }
}
