import Foundation
public import Foundations

/// The task files of a folder.
public struct TaskCatalogue: Sendable {
    /// The folder of task files.
    public let folder: String
    /// The names of its tasks, sorted.
    public let names: [String]

    /// Lists a folder. Throws `FileError`.
    public init(folder: String) throws(FileError) {
        self.folder = folder
        guard let files = try? FileManager.default.contentsOfDirectory(atPath: folder) else {
            throw .cannotOpen(path: folder, reason: "there is no readable folder of tasks")
        }
        names = files.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }

    /// A task by its name, or by the path of its file. Throws ``TaskError/unknownTask(name:near:known:)``, `ConfigError` and
    /// `FileError`.
    public func task(_ name: String) throws -> TaskDefinition {
        if name.hasSuffix(".json") { return try Self.load(path: name) }
        guard names.contains(name) else {
            throw TaskError.unknownTask(name: name, near: NearNames.of(name, among: names), known: names)
        }
        let task = try Self.load(path: "\(folder)/\(name).json")
        guard task.name == name else {
            throw ConfigError.invalidValue(
                source: "\(folder)/\(name).json", keyPath: "name",
                reason: "it is '\(task.name)', the file's is '\(name)'")
        }
        return task
    }

    /// The tasks that a list of names, suites and paths asks for, each once, in the order asked; a suite's by name. Throws as
    /// ``task(_:)``. Reads every task file when a name is no task's.
    public func tasks(_ wanted: [String]) throws -> [TaskDefinition] {
        var found: [TaskDefinition] = []
        for name in wanted {
            var next: [TaskDefinition]
            if name.hasSuffix(".json") || names.contains(name) {
                next = [try task(name)]
            } else {
                let all = try names.map { try task($0) }
                next = all.filter { $0.suites.contains(name) }
                if next.isEmpty {
                    let known = names + Set(all.flatMap(\.suites)).sorted()
                    throw TaskError.unknownTask(name: name, near: NearNames.of(name, among: known), known: known)
                }
            }
            found += next.filter { candidate in !found.contains { $0.name == candidate.name } }
        }
        return found
    }

    /// Reads and checks a task file. Throws `FileError` and `ConfigError`.
    public static func load(path: String) throws -> TaskDefinition {
        guard let data = FileManager.default.contents(atPath: path) else {
            throw FileError.cannotOpen(path: path, reason: "there is no readable file")
        }
        return try TaskDefinition.decode([UInt8](data), source: path)
    }
}
