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
    /// The task, as results record it.
    let record: EvaluationResults.TaskRecord

    var name: String { definition.name }

    /// Scores of chance and majority on each split. Reads the training split where it is there.
    var baselines: [BaselineScores] {
        let needs: [TaskKind.Need] = [.classes, .number, .choices, .words, .pair]
        guard definition.kind.needs.contains(where: needs.contains), !data.isEmpty else { return [] }
        let train = definition.use.train.flatMap {
            try? TaskData.load(definition, split: $0, folder: dataFolder).examples
        }
        let isLabelled = train?.contains { $0.label != nil } ?? false
        return data.flatMap { split, _, examples in
            BaselineScores.all(definition, split: split, examples, train: isLabelled ? train : nil)
        }
    }

    /// The tasks of the settings with their data. Throws `TaskError`, `ConfigError`, `FileError`.
    static func all(
        _ settings: EvaluationSettings, _ resources: EvaluationResources, note: (String) throws -> Void
    ) throws -> [TaskInput] {
        let words = settings.tasks
        let catalogue = try resources.tasks(words)
        var inputs: [TaskInput] = []
        for word in words {
            for task in try catalogue.tasks([word]) {
                let path = word.hasSuffix(".json") ? word : "\(catalogue.folder)/\(task.name).json"
                if let other = inputs.first(where: { $0.name == task.name }) {
                    guard other.definition == task else {
                        throw EvaluationError.request("two tasks are named \(task.name); rename the one in \(path)")
                    }
                    continue
                }
                inputs.append(
                    try TaskInput(task, path: path, isFile: word.hasSuffix(".json"), settings, resources, note: note))
            }
        }
        if settings.submission, inputs.allSatisfy({ GLUESubmission.splits(of: $0.definition).isEmpty }) {
            throw EvaluationError.request(
                "no task is of GLUE, of which alone files are handed in; leave out --submission")
        }
        return inputs
    }

    /// The task that a head for another is trained on, one of `inputs` or else the built-in one. Throws as ``all(_:_:note:)``, and
    /// `contents` for other classes than those of the task.
    static func trained(
        for task: TaskInput, among inputs: [TaskInput], _ settings: EvaluationSettings,
        _ resources: EvaluationResources
    ) throws -> TaskInput {
        guard let name = task.definition.trainAs else { return task }
        var found = inputs.first { $0.name == name }
        if found == nil {
            let catalogue = try resources.tasks([name])
            let definition = try catalogue.task(name)
            found = try TaskInput(
                definition, path: "\(catalogue.folder)/\(name).json", isFile: false, settings, resources,
                isAnswered: false
            ) { _ in }
        }
        guard let found, found.definition.kind == task.definition.kind,
            found.definition.labels == task.definition.labels
        else {
            throw EvaluationError.contents(
                "\(task.name) is answered by a head of \(name), which has other classes; see train_as in its file")
        }
        return found
    }

    /// A task with its data; one that is not answered has none, for a head is only trained on it.
    private init(
        _ task: TaskDefinition, path: String, isFile: Bool, _ settings: EvaluationSettings,
        _ resources: EvaluationResources, isAnswered: Bool = true, note: (String) throws -> Void
    ) throws {
        definition = task
        folder =
            Folder.parent(of: path).isEmpty ? "." : Folder.parent(of: path)
        let handedIn = settings.submission && isAnswered ? GLUESubmission.splits(of: task) : []
        var splits = isAnswered ? Self.splits(settings.splits, of: task) : []
        splits += handedIn.filter { !splits.contains($0) }
        // A task's own file is searched for data beside it.
        let own = isFile ? folder : nil
        let places = try [settings.data, resources.dataFolder(task), own].compactMap(\.self)
        guard let first = places.first else {
            throw EvaluationError.request("where are the files of \(task.name)? pass --data. \(task.source.obtain)")
        }
        func isThere(_ split: String, _ folder: String) -> Bool {
            (try? TaskData.files(of: task, split: split, folder: folder)) != nil
        }
        // What is not in the folder that was named may be in the task's own.
        var place = first
        if places.count > 1 {
            let any = splits.isEmpty ? [task.use.train].compactMap(\.self) : splits
            place = places.first { folder in any.contains { isThere($0, folder) } } ?? first
        }
        dataFolder = place
        // Who hands in need not have what is reported besides.
        if !handedIn.isEmpty, settings.splits.isEmpty {
            let missing = splits.filter { !handedIn.contains($0) && !isThere($0, place) }
            splits.removeAll { missing.contains($0) }
            if !missing.isEmpty {
                try note(
                    "\(task.name) is answered on \(splits.joined(separator: ", ")) alone: "
                        + "the files of \(missing.joined(separator: ", ")) are not in \(place)")
            }
        }
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

    /// The splits that are named, those that the task reports without a name. A name that is no split of the task stands for those
    /// that begin with it: test for test_matched and test_mismatched.
    private static func splits(_ named: [String], of task: TaskDefinition) -> [String] {
        let found = named.flatMap { name in
            let parts = task.splits.filter { $0.hasPrefix("\(name)_") }
            return task.splits.contains(name) || parts.isEmpty ? [name] : parts
        }
        return (named.isEmpty ? task.use.report : found).reduce(into: []) { if !$0.contains($1) { $0.append($1) } }
    }
}
