import Evaluation
import Foundation
import Foundations
import Typesetting

/// Where the files that come with the program lie: `fonts/`, `corpora/` and `models/`.
struct Installation {
    private let candidates: [String]

    /// Looks in `root`, else in `LETTERPRESS_ROOT`, else in the nearest folder above the working folder and above the
    /// program that holds `fonts/default.json`, or `corpora/recipes` where these are asked for.
    init(root: String?) {
        if let root = root ?? ProcessInfo.processInfo.environment["LETTERPRESS_ROOT"] {
            candidates = [root]
            return
        }
        let program = URL(fileURLWithPath: CommandLine.arguments.first ?? "").resolvingSymlinksInPath()
        let executable = (try? FileManager.default.destinationOfSymbolicLink(atPath: "/proc/self/exe")) ?? program.path
        var found: [String] = []
        for start in [FileManager.default.currentDirectoryPath, executable] {
            var url = URL(fileURLWithPath: start)
            while url.path != "/" {
                found += [url.path, url.appendingPathComponent("share/letterpress").path]
                url.deleteLastPathComponent()
            }
        }
        candidates = found
    }

    /// The folder `fonts`. Throws a failure that says how to name it.
    private func fonts() throws -> String {
        if let folder = first(holding: "fonts/default.json") { return folder + "/fonts" }
        throw CommandFailure(
            .missingFonts,
            "the font stacks (fonts/default.json) were not found; pass --root, set LETTERPRESS_ROOT, or name --font files"
        )
    }

    /// The folder `corpora`. Throws a failure that says how to name it.
    func corpora() throws -> String {
        if let folder = first(holding: "corpora/recipes") { return folder + "/corpora" }
        throw CommandFailure(
            .missingInput, "the recipes (corpora/recipes) were not found; pass --root or set LETTERPRESS_ROOT")
    }

    /// The folder `models`. Throws a failure that says how to name it.
    func models() throws -> String {
        if let folder = first(holding: "models/pixelgpt") { return folder + "/models" }
        throw CommandFailure(
            .missingInput, "the model presets (models/pixelgpt) were not found; pass --root or set LETTERPRESS_ROOT")
    }

    /// The built-in tasks. Throws a failure that says how to name their folder.
    func tasks() throws -> TaskCatalogue {
        if let folder = first(holding: "corpora/tasks") { return try TaskCatalogue(folder: folder + "/corpora/tasks") }
        throw CommandFailure(
            .missingInput, "the tasks (corpora/tasks) were not found; pass --root or set LETTERPRESS_ROOT")
    }

    /// The catalogue that `names` need: task files alone need none.
    func tasks(for names: [String]) throws -> TaskCatalogue {
        let areFiles = !names.isEmpty && names.allSatisfy { $0.hasSuffix(".json") }
        return try areFiles ? (try? tasks()) ?? TaskCatalogue(folder: ".") : tasks()
    }

    /// The folder a task's data lie in: the one that was named, else the task's own below `corpora`, else that of the task's file where
    /// it has one of its own; `nil` where it has none.
    func dataFolder(of task: TaskDefinition, file: String? = nil, named folder: String?) throws -> String? {
        if let folder { return folder }
        if let home = task.home { return try corpora() + "/" + home }
        guard let file, file.hasSuffix(".json") else { return nil }
        let place = Folder.parent(of: file)
        return place.isEmpty ? "." : place
    }

    private func first(holding file: String) -> String? {
        candidates.first { FileManager.default.fileExists(atPath: $0 + "/" + file) }
    }

    /// Names of the stacks, sorted.
    func stackNames() throws -> [String] {
        let names = try FileManager.default.contentsOfDirectory(atPath: try fonts())
        return names.filter { $0.hasSuffix(".json") }.map { String($0.dropLast(5)) }.sorted()
    }

    /// A stack by name, or by the path of its manifest.
    func stack(_ name: String) throws -> FontStackManifest {
        if name.hasSuffix(".json") { return try FontStackManifest.load(path: name) }
        let names = try stackNames()
        guard names.contains(name) else {
            let near = NearNames.of(name, among: names)
            throw CommandFailure(
                .usage,
                "there is no font stack '\(name)'\(near.isEmpty ? "" : ", near: " + near.joined(separator: ", ")); "
                    + "there are: \(names.joined(separator: ", "))")
        }
        return try FontStackManifest.load(path: try fonts() + "/\(name).json")
    }
}
