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

    /// The task that a head for another is trained on, one of `inputs` or else the built-in one. Throws as ``all(_:_:)``, and a usage
    /// failure for other classes than those of the task.
    static func trained(
        for task: TaskInput, among inputs: [TaskInput], _ settings: EvaluateJob.Settings, _ installation: Installation
    ) throws -> TaskInput {
        guard let name = task.definition.trainAs else { return task }
        var found = inputs.first { $0.name == name }
        if found == nil {
            let catalogue = try installation.tasks(for: [name])
            let definition = try catalogue.task(name)
            var own = settings.evaluate
            (own.splits, own.submission) = ([], false)
            found = try TaskInput(definition, path: "\(catalogue.folder)/\(name).json", own, installation)
        }
        guard let found, found.definition.kind == task.definition.kind,
            found.definition.labels == task.definition.labels
        else {
            throw CommandFailure(
                .badData,
                "\(task.name) is answered by a head of \(name), which has other classes; see train_as in its file")
        }
        return found
    }

    private init(
        _ task: TaskDefinition, path: String, _ settings: EvaluateSettings, _ installation: Installation
    ) throws {
        definition = task
        folder =
            (path as NSString).deletingLastPathComponent.isEmpty ? "." : (path as NSString).deletingLastPathComponent
        var splits: [String] = []
        for split in settings.splits.isEmpty ? task.use.report : settings.splits where !splits.contains(split) {
            splits.append(split)
        }
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
    }
}
