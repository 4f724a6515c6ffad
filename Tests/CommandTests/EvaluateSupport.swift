import Foundation
import Foundations
import TestSupport
import ZooKit

/// A small model, a task of its own, and settings of fine-tunings that take no time.
struct EvaluateFixture {
    let model: ModelFolderFixture
    /// The task's file.
    let task: String
    /// Three steps.
    let config: String
    /// Many steps.
    let long: String

    var folder: TemporaryFolder { model.folder }

    init() throws {
        let drawn = try DrawnTask()
        (model, task) = (drawn.model, drawn.path)
        func settings(_ steps: Int) -> String {
            #"{"finetune": {"modality": "text", "length": 32, "steps": \#(steps), "batch": 4, "eval_every": 2000, "save_every": 0}}"#
        }
        config = try model.folder.write(settings(3), to: "short.json")
        long = try model.folder.write(settings(1000), to: "long.json")
    }

    /// The folder of a model that was fine-tuned on the task.
    func head() throws -> String {
        let run = try Execution.run(
            product: "letterpress",
            [
                "finetune", "--model", model.path, "--task", task, "--data", folder.file("data"), "--config", config,
                "--out",
                folder.file("head"),
            ], environment: ["LETTERPRESS_ROOT": Repository.root])
        guard run.status == 0 else { throw CocoaError(.executableLoad, userInfo: ["error": run.errorText]) }
        return folder.file("head")
    }

    /// A folder with sentences and ratings, as the recipe makes it.
    func ratings() throws -> String {
        try folder.write("id\ttext\trating\na\tfine\t0.5\n", to: "ratings/movie-sentences/rating/test.tsv")
        return folder.file("ratings")
    }

    /// The model's folder without the files of its tokenizer.
    func modelWithoutTokenizer() throws -> String {
        let copy = folder.file("bare")
        try FileManager.default.createDirectory(atPath: copy, withIntermediateDirectories: true)
        for name in ["config.json", "model.safetensors"] {
            try FileManager.default.copyItem(atPath: "\(model.path)/\(name)", toPath: "\(copy)/\(name)")
        }
        return copy
    }

    func json(_ name: String) throws -> JSONValue { try JSONValue.parse(folder.read(name)) }

    static func without(_ key: String, _ value: JSONValue) -> JSONValue {
        guard case .object(var fields) = value else { return value }
        fields[key] = nil
        return .object(fields)
    }
}
