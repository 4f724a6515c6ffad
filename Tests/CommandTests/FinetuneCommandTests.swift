import Corpora
import Foundation
import Foundations
import TestSupport
import Testing
import ZooKit

/// `letterpress finetune` on a small model and a task of its own.
@Suite struct FinetuneCommandTests {
    private let model: ModelFolderFixture
    private let task: String

    init() throws {
        let drawn = try DrawnTask(
            presets: #"""
                {"script": {"textgpt": {"grid": {"batch": [4, 8]}, "learning_rate": 0.001, "steps": 4, "schedule": "cosine",
                 "warmup_steps": 1, "length": 32, "dropout": 0, "evaluation_interval": 2, "patience": 3}}}
                """#)
        (model, task) = (drawn.model, drawn.path)
    }

    private func finetune(_ arguments: String...) throws -> Execution {
        try Execution.run(
            product: "letterpress", ["finetune"] + arguments, environment: ["LETTERPRESS_ROOT": Repository.root])
    }

    private func path(_ name: String) -> String { model.folder.file(name) }

    @Test(arguments: ["text", "image", "pair"]) func aRunLeavesItsBestModelAndItsResult(_ modality: String) throws {
        let run = try finetune(
            "--model", model.path, "--task", task, "--data", path("data"), "--modality", modality, "--length", "48",
            "--steps", "6", "--batch", "4", "--eval-every", "2", "--lr", "1e-3", "--json", "--out", path("run"))
        #expect(run.status == 0, "\(run.errorText)")
        let events = try run.text.split(separator: "\n").map { try JSONValue.parse(Array($0.utf8)) }
        func count(_ name: String) -> Int { events.count { $0["event"] == .string(name) } }
        #expect(count("started") == 1 && count("step") == 6 && count("evaluation") == 3 && count("finished") == 1)
        let opened = try ModelFolder.open(path("run/best"))
        #expect(opened.heads == .init(labels: 2))
        #expect(FileManager.default.fileExists(atPath: path("run/best/rendering.json")) == (modality != "text"))
        let lines = String(decoding: try model.folder.read("run/metrics.jsonl"), as: UTF8.self).split(separator: "\n")
        #expect(lines.count { $0.contains(#""kind":"step""#) } == 6)
        #expect(lines.count { $0.contains(#""kind":"evaluation""#) } == 3)
        #expect(try Folder.contents(of: path("run/tensorboard")).files.count == 1)
        let page = String(decoding: try model.folder.read("run/report.html"), as: UTF8.self)
        #expect(
            page.contains("<b>Training loss</b>") && page.contains("<b>accuracy</b>")
                && page.contains("<b>Gradient norm</b>"))
        #expect(page.contains("Fine-tuning of") && page.components(separatedBy: "<tr><td class=\"n").count == 4)
        for outside in ["http://", "https://", "<script src", "<link", "@import"] { #expect(!page.contains(outside)) }
        if modality != "image" { try expectPythonReads(length: modality == "text" ? 48 : 24) }
        // What is finished stays finished.
        let again = try finetune("--resume", "--out", path("run"))
        #expect(again.status == 0 && again.text.contains("best: accuracy"), "\(again.errorText)")
        let longer = try finetune("--resume", "--steps", "9", "--out", path("run"))
        #expect(longer.status == 73 && longer.errorText.contains("steps was 6 and is 9"), "\(longer.errorText)")
        let other = try finetune("--model", model.path, "--task", task, "--data", path("data"), "--out", path("run"))
        #expect(other.status == 73 && other.errorText.contains("finished"))
    }

    @Test func drawingOtherwiseThanTheModelLearnedIsTold() throws {
        let common = ["--task", task, "--data", path("data"), "--length", "16", "--steps", "1", "--batch", "2"]
        func run(_ model: String, _ more: [String]) throws -> Execution {
            try Execution.run(
                product: "letterpress", ["finetune", "--model", model] + common + more,
                environment: ["LETTERPRESS_ROOT": Repository.root])
        }
        let first = try run(model.path, ["--out", path("first")])
        #expect(first.status == 0, "\(first.errorText)")
        let same = try run(path("first"), ["--out", path("same")])
        #expect(same.status == 0 && !same.errorText.contains("drawn otherwise"), "\(same.errorText)")
        let config = try model.folder.write(
            Array(#"{"layout": {"strategy": "words"}, "render": {"font_size": 9}}"#.utf8), to: "words.json")
        let other = try run(path("first"), ["--config", config, "--out", path("other")])
        #expect(other.status == 0, "\(other.errorText)")
        for part in ["drawn otherwise", "layout.strategy was continuous and is words", "render.font_size was"] {
            #expect(other.errorText.contains(part), "\(other.errorText)")
        }
    }

    /// The files that `AutoTokenizer` and `AutoModelForSequenceClassification` go by, in the run's best model and in a copy of it.
    private func expectPythonReads(length: Int) throws {
        let copy = try Execution.run(
            product: "letterpress", ["convert", path("run/best"), "--to", path("copy")],
            environment: ["LETTERPRESS_ROOT": Repository.root])
        #expect(copy.status == 0, "\(copy.errorText)")
        for folder in ["run/best", "copy"] {
            let settings = try JSONValue.parse(try model.folder.read("\(folder)/tokenizer_config.json"))
            let tokenizer = try #require(try ModelFolder.open(path(folder)).tokenizer()).tokenizer
            let config = try JSONValue.parse(try model.folder.read("\(folder)/config.json"))
            guard case .integer(let pad)? = config["pad_token_id"], case .string(let name)? = settings["pad_token"]
            else {
                Issue.record("no padding in \(folder)")
                continue
            }
            #expect(tokenizer.id(of: name) == Int32(pad))
            #expect(settings["model_max_length"] == .integer(length))
            #expect(settings["split_special_tokens"] == .bool(true))
            #expect(try model.folder.read("\(folder)/tokenizer.json") == model.folder.read("run/best/tokenizer.json"))
        }
    }

    @Test func aGridGoesOnWhereItWas() throws {
        let words = [
            "--model", model.path, "--task", task, "--data", path("data"), "--modality", "text", "--length", "32",
            "--steps", "3", "--eval-every", "3", "--out", path("grid"),
        ]
        let run = try Execution.run(
            product: "letterpress",
            ["finetune"] + words + ["--grid", "lr=1e-3,1e-2", "batch=4", "--seeds", "1,2", "--keep-best-only"],
            environment: ["LETTERPRESS_ROOT": Repository.root])
        #expect(run.status == 0, "\(run.errorText)")
        #expect(run.text.contains("over 2 seeds"))
        let ledger = try model.folder.read("grid/grid.jsonl")
        #expect(ledger.count { $0 == 10 } == 4)
        let cells = try FileManager.default.contentsOfDirectory(atPath: path("grid")).filter { $0.contains("seed=") }
        #expect(cells.count == 4)
        #expect(cells.count { FileManager.default.fileExists(atPath: path("grid/\($0)/best")) } == 1)
        // A line that is gone is a run to be made; what was made of it stands in its folder.
        let short = ledger.prefix(through: try #require(ledger.dropLast().lastIndex(of: 10)))
        try model.folder.write(Array(short), to: "grid/grid.jsonl")
        let again = try finetune("--resume", "--out", path("grid"))
        #expect(again.status == 0 && again.errorText.contains("is finished"), "\(again.errorText)")
        #expect(try model.folder.read("grid/grid.jsonl").count { $0 == 10 } == 4)
        let refused = try Execution.run(
            product: "letterpress", ["finetune"] + words + ["--seeds", "1"],
            environment: ["LETTERPRESS_ROOT": Repository.root])
        #expect(refused.status == 73 && refused.errorText.contains("--resume"))
        // A run of a grid is a run like any other.
        let cell = try JSONValue.parse(model.folder.read("grid/lr=0.001,batch=4,seed=1/run.json"))
        #expect(cell["task"]?["grid"] == .array([]) && cell["task"]?["seeds"] == .array([]))
        // What is refused changes nothing; what was trained on other data is not taken for a result.
        let other = try finetune("--resume", "--out", path("grid"), "--steps", "5")
        #expect(other.status == 73, "\(other.errorText)")
        #expect(try finetune("--resume", "--out", path("grid")).status == 0)
        let data = try model.folder.read("data/train.jsonl")
        try model.folder.write(Array(data.dropLast(40)), to: "data/train.jsonl")
        try model.folder.write(data + Array(#"{"text": "ink", "label": 0}"#.utf8), to: "data/train.jsonl")
        let changed = try finetune("--resume", "--out", path("grid"))
        #expect(changed.status == 73 && changed.errorText.contains("other data"), "\(changed.errorText)")
        #expect(try model.folder.read("grid/grid.jsonl").count { $0 == 10 } == 4)
    }

    @Test func runsOfAGridReadAsManyExamplesAsTheySay() throws {
        let run = try finetune(
            "--model", model.path, "--task", task, "--data", path("data"), "--modality", "text", "--length", "32",
            "--epochs", "1", "--batch", "4", "--grid", "train_limit=8,16", "--out", path("limits"))
        #expect(run.status == 0, "\(run.errorText)")
        for (limit, steps) in [(8, 2), (16, 4)] {
            let result = try JSONValue.parse(model.folder.read("limits/train_limit=\(limit),seed=42/result.json"))
            #expect(result["steps"] == .integer(steps))
        }
    }

    @Test func aHeadStaysForTheSameClassesAlone() throws {
        func run(_ model: String, _ task: String, _ out: String) throws {
            let run = try finetune(
                "--model", model, "--task", task, "--data", path("data"), "--modality", "text", "--length", "32",
                "--steps", "1", "--batch", "4", "--lr", "0", "--seed", out == "first" ? "1" : "2", "--out", path(out))
            #expect(run.status == 0, "\(run.errorText)")
        }
        let text = String(decoding: try model.folder.read("drawn.json"), as: UTF8.self)
        let other = try model.folder.write(text.replacing(#"["ink", "paper"]"#, with: #"["x", "y"]"#), to: "other.json")
        try run(model.path, task, "first")
        try run(path("first"), task, "same")
        try run(path("first"), other, "other")
        func head(_ name: String) throws -> [UInt8] {
            let tensor = try #require(SafetensorsFile(path: path("\(name)/best/model.safetensors"))["score.weight"])
            return unsafe tensor.withBytes { unsafe [UInt8]($0) }
        }
        #expect(try head("same") == head("first"))
        #expect(try head("other") != head("first"))
    }

    @Test func settingsComeFromPresetsAndFlags() throws {
        let run = try finetune(
            "--model", model.path, "--task", task, "--modality", "text", "--preset", "script", "--steps", "9",
            "--print-config")
        #expect(run.status == 0, "\(run.errorText)")
        let printed = run.text
        for wanted in ["preset script", "cosine", "batch=4,8", "\"flag\""] {
            #expect(printed.contains(wanted) || printed.contains(wanted.replacing("\"", with: "")), "\(wanted)")
        }
        let unknown = try finetune("--model", model.path, "--task", task, "--preset", "other", "--print-config")
        #expect(unknown.status == 64 && unknown.errorText.contains("script"))
        let none = try finetune("--model", model.path, "--task", task, "--preset", "script", "--print-config")
        #expect(none.status == 64 && none.errorText.contains("script/textgpt"))
    }

    @Test func aFolderOfSomethingElseIsLeftAlone() throws {
        let words = ["--model", model.path, "--task", task, "--data", path("data"), "--steps", "1", "--length", "32"]
        let kept = #"{"evaluate": {"batch": 3}, "finetune": {"steps": 2}}"#
        try model.folder.write(kept, to: "other/run.json")
        try model.folder.write("mine", to: "mine/report.html")
        for name in ["other", "mine", "data"] {
            for more in [[], ["--seeds", "1,2"]] {
                let run = try Execution.run(
                    product: "letterpress", ["finetune"] + words + more + ["--out", path(name)],
                    environment: ["LETTERPRESS_ROOT": Repository.root])
                #expect(
                    run.status == 73 && run.errorText.contains("holds no run of letterpress finetune"),
                    "\(run.errorText)")
            }
        }
        #expect(try String(decoding: model.folder.read("other/run.json"), as: UTF8.self) == kept)
        #expect(try FileManager.default.contentsOfDirectory(atPath: path("mine")) == ["report.html"])
        // What ended before its first checkpoint begins anew.
        let settings = #"{"finetune": {"steps": 2}, "task": {"name": "x"}}"#
        try model.folder.write(settings, to: "begun/run.json")
        let anew = try Execution.run(
            product: "letterpress", ["finetune"] + words + ["--out", path("begun")],
            environment: ["LETTERPRESS_ROOT": Repository.root])
        #expect(anew.status == 0, "\(anew.errorText)")
        let none = try finetune("--resume", "--out", path("nowhere"))
        #expect(none.status == 66 && none.errorText.contains("no run to resume"), "\(none.errorText)")
    }

    @Test func aPretrainingStandsForItsLastCheckpointAndAModelOfTextReadsText() throws {
        let place = path("pretraining/checkpoints")
        try FileManager.default.createDirectory(atPath: place, withIntermediateDirectories: true)
        try FileManager.default.copyItem(atPath: model.path, toPath: "\(place)/step-00000002")
        let words = ["--task", task, "--data", path("data"), "--steps", "1", "--length", "32", "--out"]
        func run(_ model: String, _ out: String) throws -> Execution {
            try Execution.run(
                product: "letterpress", ["finetune", "--model", model] + words + [out],
                environment: ["LETTERPRESS_ROOT": Repository.root])
        }
        let last = try run(path("pretraining"), path("last"))
        #expect(last.status == 0, "\(last.errorText)")
        let settings = String(decoding: try model.folder.read("last/run.json"), as: UTF8.self)
        #expect(settings.replacing("\\/", with: "/").contains("checkpoints/step-00000002"), "\(settings)")
        let none = try run(path("data"), path("none"))
        #expect(none.status == 66 && none.errorText.contains("holds no model"), "\(none.errorText)")
        let llama = "\(Repository.root)/Tests/EvaluationTests/Fixtures/scores/plain"
        let text = try run(llama, path("text"))
        #expect(text.status == 0, "\(text.errorText)")
        let read = String(decoding: try model.folder.read("text/run.json"), as: UTF8.self)
        #expect(read.contains(#""modality" : "text""#) || read.contains(#""modality": "text""#), "\(read)")
    }

    /// A fine-tuned model learns another task: a head of another number of classes is drawn anew. Each run trains another half.
    @Test func aFineTunedModelLearnsATaskOfOtherClasses() throws {
        let words = ["--modality", "text", "--length", "32", "--steps", "2", "--eval-every", "2", "--method", "half"]
        func run(_ model: String, _ task: [String], _ out: String) throws -> Execution {
            try Execution.run(
                product: "letterpress", ["finetune", "--model", model, "--out", path(out)] + task + words,
                environment: ["LETTERPRESS_ROOT": Repository.root])
        }
        let first = try run(model.path, ["--task", task, "--data", path("data")], "first")
        #expect(first.status == 0, "\(first.errorText)")
        let second = try run(path("first"), ["--task", "sample-topic", "--eval-limit", "10"], "second")
        #expect(second.status == 0, "\(second.errorText)")
        let heads = try [path("first"), path("second")].map { try ModelFolder.open($0).heads.labels }
        #expect(heads[0] == 2 && heads[1] != nil && heads[1] != 2)
        struct Record: Decodable {
            struct Round: Decodable {
                var round: Int
                var trained: [String]
            }
            var rounds: [Round]
        }
        let bytes = try model.folder.read("second/best/hft_rounds.json")
        let rounds = try JSONDecoder().decode(Record.self, from: Data(bytes)).rounds
        try #require(rounds.map(\.round) == [0, 1])
        #expect(Set(rounds[0].trained) != Set(rounds[1].trained))
        #expect(rounds.allSatisfy { $0.trained.contains("score") })
    }

    @Test func whatIsMissingOrWrongIsNamed() throws {
        let good = ["--model", model.path, "--task", task, "--data", path("data"), "--out", path("x")]
        func expect(_ status: Int32, _ text: String, _ arguments: [String]) throws {
            let run = try Execution.run(
                product: "letterpress", ["finetune"] + arguments, environment: ["LETTERPRESS_ROOT": Repository.root])
            #expect(run.status == status && run.errorText.contains(text), "\(run.status) \(run.errorText)")
        }
        try expect(64, "--model", ["--task", task, "--data", path("data"), "--out", path("x")])
        try expect(64, "--task", ["--model", model.path, "--out", path("x")])
        try expect(64, "glue-cola", ["--model", model.path, "--task", "glue-colla", "--out", path("x")])
        try expect(
            66, "train.jsonl", ["--model", model.path, "--task", task, "--data", path("none"), "--out", path("x")])
        try expect(64, "dropout", good + ["--dropout", "1"])
        try expect(64, "epochs", good + ["--steps", "3", "--epochs", "1"])
        try expect(64, "metric", good + ["--metric", "spearman"])
        try expect(64, "grid", good + ["--grid", "rate=1"])
        try expect(64, "length", good + ["--length", "97"])
        try model.folder.write(#"{"text": "x", "label": 7}"# + "\n", to: "data/v.jsonl")
        try expect(65, "v.jsonl:1", good)
        #expect(!FileManager.default.fileExists(atPath: path("x/best")))
    }
}
