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
        model = try ModelFolderFixture(.erniePixel)
        let folder = model.folder
        for (name, count) in [("train", 24), ("v", 12)] {
            let lines = (0..<count).map { index in
                let text = index % 2 == 0 ? "ink and more \(index)" : "paper number \(index)"
                return #"{"text": "\#(text)", "label": \#(index % 2)}"# + "\n"
            }
            try folder.write(lines.joined(), to: "data/\(name).jsonl")
        }
        task = try folder.write(
            #"""
            {"name": "drawn", "version": 1, "kind": "classification", "summary": "Drawn sentences.",
             "labels": ["ink", "paper"],
             "layouts": [{"name": "lines", "format": "jsonl", "columns": {"text_a": "text", "label": "label"},
                          "splits": {"train": {"files": ["train.jsonl"]}, "validation": {"files": ["v.jsonl"]}}}],
             "use": {"train": "train", "select": "validation", "report": ["validation"]},
             "metrics": ["accuracy"], "direction": "higher",
             "source": {"title": "t", "citation": "c", "link": "https://example.org", "licence": "none", "obtain": "o"}}
            """#, to: "drawn.json")
        func settings(_ steps: Int) -> String {
            #"{"finetune": {"modality": "text", "length": 32, "steps": \#(steps), "batch": 4, "eval_every": 2000, "save_every": 0}}"#
        }
        config = try folder.write(settings(3), to: "short.json")
        long = try folder.write(settings(1000), to: "long.json")
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
