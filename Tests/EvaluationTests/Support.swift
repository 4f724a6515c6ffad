import Evaluation
import Foundations
import TestSupport
import Testing

/// The built-in tasks.
func builtIn() throws -> TaskCatalogue { try TaskCatalogue(folder: Repository.root + "/corpora/tasks") }

/// A data folder with the files of a test.
struct DataFolder {
    let folder: TemporaryFolder

    init(_ files: [String: String]) throws {
        folder = try TemporaryFolder()
        for (path, text) in files { try folder.write(text, to: path) }
    }

    func load(_ task: String, _ split: String, language: String? = nil, limit: Int? = nil) throws -> TaskData {
        try TaskData.load(builtIn().task(task), split: split, folder: folder.path, language: language, limit: limit)
    }

    /// The message of the failure to read a split.
    func failure(_ task: String, _ split: String, language: String? = nil) throws -> String {
        let task = try builtIn().task(task)
        do {
            _ = try TaskData.load(task, split: split, folder: folder.path, language: language)
        } catch {
            return error.description
        }
        Issue.record("\(task.name) \(split) was read")
        return ""
    }
}

/// A message of a failure to decode a task.
func flaw(of text: String) -> String {
    do throws(ConfigError) {
        _ = try TaskDefinition.decode(Array(text.utf8), source: "t.json")
        return ""
    } catch {
        return error.description
    }
}
