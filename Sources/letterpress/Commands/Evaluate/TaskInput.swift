import Evaluation
import Foundation
import Foundations

/// A task with the examples that are to be answered.
struct TaskInput {
    let definition: TaskDefinition
    /// The folder of its file.
    let folder: String
    /// The folder of its data.
    let dataFolder: String
    /// The splits in their order, with the examples that are used.
    let data: [(split: String, data: TaskData, examples: [TaskExample])]
    /// What results say of it.
    let record: EvaluationResults.TaskRecord
    /// The files that a head is trained on, and how they are read; empty where there are none.
    private let training: [String]

    var name: String { definition.name }

    /// The tasks of the settings with their data. Throws `TaskError`, `ConfigError`, `FileError`.
    static func all(_ settings: EvaluateJob.Settings, _ installation: Installation) throws -> [TaskInput] {
        let words = settings.evaluate.tasks
        let catalogue = try installation.tasks(for: words)
        var inputs: [TaskInput] = []
        for word in words {
            for task in try catalogue.tasks([word]) {
                let path = word.hasSuffix(".json") ? word : "\(catalogue.folder)/\(task.name).json"
                if let other = inputs.first(where: { $0.name == task.name }) {
                    guard other.definition == task else {
                        throw CommandFailure(.usage, "two tasks are named \(task.name); rename the one in \(path)")
                    }
                    continue
                }
                inputs.append(try TaskInput(task, path: path, settings.evaluate, installation))
            }
        }
        if settings.evaluate.submission, inputs.allSatisfy({ GLUESubmission.splits(of: $0.definition).isEmpty }) {
            throw CommandFailure(
                .usage, "no task is of GLUE, of which alone files are handed in; leave out --submission")
        }
        return inputs
    }

    private init(
        _ task: TaskDefinition, path: String, _ settings: EvaluateSettings, _ installation: Installation
    ) throws {
        definition = task
        folder =
            (path as NSString).deletingLastPathComponent.isEmpty ? "." : (path as NSString).deletingLastPathComponent
        var splits = settings.splits.isEmpty ? task.use.report : settings.splits
        if settings.submission {
            splits += GLUESubmission.splits(of: task).filter { !splits.contains($0) }
        }
        let places = try [settings.data, installation.dataFolder(of: task, named: nil)].compactMap(\.self)
        guard let first = places.first else {
            throw CommandFailure(.usage, "where are the files of \(task.name)? pass --data. \(task.source.obtain)")
        }
        // What is not in the folder that was named may be in the task's own.
        var place = first
        if places.count > 1, let split = splits.first {
            func isThere(_ folder: String) -> Bool {
                (try? TaskData.files(of: task, split: split, folder: folder)) != nil
            }
            if !isThere(first), isThere(places[1]) { place = places[1] }
        }
        dataFolder = place
        var loaded: [(String, TaskData, [TaskExample])] = []
        var hashes: [String: String] = [:]
        for split in splits {
            let data = try TaskData.load(task, split: split, folder: place)
            hashes.merge(try data.hashes()) { $1 }
            loaded.append((split, data, TaskExample.sample(data.examples, limit: settings.limit)))
        }
        data = loaded
        record = .init(task, sha256: try SHA256Digest.ofFile(at: path).hex, data: hashes, splits: splits)
        training = [task.use.train, task.use.select].compactMap(\.self).flatMap { split -> [String] in
            guard let files = try? TaskData.files(of: task, split: split, folder: place) else { return [] }
            let readings = task.layouts.compactMap { layout in
                layout.splits[split].map { part in
                    let columns = layout.columns(of: part).filter { $0.key != "id" }.sorted { $0.key < $1.key }
                    return "\(columns) \((part.where ?? [:]).sorted { $0.key < $1.key })"
                }
            }
            return files + readings + ["\(task.labelAliases.sorted { $0.key < $1.key })"]
        }
    }

    /// Whether a head for this task is one for another, trained on the same files.
    func trainsAlike(_ other: TaskInput) -> Bool {
        definition.kind == other.definition.kind && definition.labels == other.definition.labels && !training.isEmpty
            && training == other.training
    }
}
