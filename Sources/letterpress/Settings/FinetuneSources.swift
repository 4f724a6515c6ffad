import Evaluation
import Foundation
import Foundations
import Patches
import ZooKit

/// The settings of the section `task`: what is fine-tuned on what, and a grid over settings.
struct FinetuneSources: Codable {
    var model: String?
    var name: String?
    var data: String?
    var tokenizer: String?
    var grid: [String] = []
    var seeds: [Int] = []
    var keepBestOnly = false

    enum CodingKeys: String, CodingKey {
        case model, name, data, tokenizer, grid, seeds
        case keepBestOnly = "keep_best_only"
    }

    /// The pretrained model. Throws a failure where none is named, and where there is none.
    func needModel() throws -> ModelFolder {
        if let model { return try ModelFolder.named(model) }
        throw CommandFailure(.usage, "which model? pass --model with the folder of a pretrained one")
    }

    /// The task, of the installation or of a file.
    func task(_ installation: Installation) throws -> TaskDefinition {
        guard let name else { throw CommandFailure(.usage, "which task? pass --task, a name or a JSON file") }
        if name.hasSuffix(".json") { return try TaskCatalogue.load(path: name) }
        return try installation.tasks().task(name)
    }

    /// Where the task's files are: as named, or the task's own place.
    func folder(of task: TaskDefinition, _ installation: Installation) throws -> String {
        if let found = try installation.dataFolder(of: task, named: data) { return found }
        throw CommandFailure(.usage, "where are the files of \(task.name)? pass --data. \(task.source.obtain)")
    }

    /// The same with paths that hold in every working folder.
    func absolute() -> FinetuneSources {
        func absolute(_ path: String) -> String {
            path.hasPrefix("/") ? path : FileManager.default.currentDirectoryPath + "/" + path
        }
        var sources = self
        sources.model = model.map(absolute)
        sources.data = data.map(absolute)
        if let name, name.hasSuffix(".json") { sources.name = absolute(name) }
        if let tokenizer, tokenizer != "bytes" { sources.tokenizer = absolute(tokenizer) }
        return sources
    }

    /// The settings of a task's preset: "script", or "script/monogpt-text". Without a model's name that of the pixel, text or paired
    /// model by the modality. Gives the layer, and the grid that the preset searches.
    static func preset(
        _ name: String, _ task: TaskDefinition, _ modality: ExampleKind
    ) throws -> (layer: SettingLayer, grid: [String]) {
        let parts = name.split(separator: "/", maxSplits: 1).map(String.init)
        guard let models = task.presets[parts.first ?? ""] else {
            let known = task.presets.keys.sorted().joined(separator: ", ")
            throw CommandFailure(
                .usage,
                "\(task.name) has no preset '\(parts.first ?? "")'"
                    + (known.isEmpty ? "; it has none" : "; there are: \(known)"))
        }
        let usual =
            switch modality {
            case .image: ["pixelgpt"]
            case .text: ["textgpt"]
            case .pair: ["dualgpt-pair", "monogpt-pair"]
            }
        let wanted = parts.count == 2 ? [parts[1]] : usual
        guard let preset = wanted.lazy.compactMap({ models[$0] }).first else {
            throw CommandFailure(
                .usage,
                "\(task.name): preset \(parts[0]) has no \(wanted[0]); name one of its models: "
                    + models.keys.sorted().map { "\(parts[0])/\($0)" }.joined(separator: ", "))
        }
        var layer = SettingLayer(origin: "preset \(name)")
        var settings = FinetuneSettings()
        settings.apply(preset)
        guard case .object(let fields) = try StrictJSON.encodedValue(settings) else { return (layer, []) }
        for key in ["steps", "length", "warm_up", "schedule", "dropout", "eval_every", "patience"] {
            layer.set("finetune", key, fields[key])
        }
        if preset.batch != nil { layer.set("finetune", "batch", fields["batch"]) }
        if preset.learningRate != nil { layer.set("finetune", "learning_rate", fields["learning_rate"]) }
        let grid = (preset.grid ?? [:]).sorted { $0.key < $1.key }.map { key, values in
            let words = values.map { key == "batch" ? "\(Int(saturating: $0))" : "\($0)" }
            return "\(key)=\(words.joined(separator: ","))"
        }
        return (layer, grid)
    }
}
