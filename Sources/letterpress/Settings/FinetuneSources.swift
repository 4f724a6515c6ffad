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
}
