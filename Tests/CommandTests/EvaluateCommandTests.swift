import Foundation
import Foundations
import TestSupport
import Testing

/// `letterpress evaluate` on small models and tasks of its own.
@Suite struct EvaluateCommandTests {
    private let fixture: EvaluateFixture

    init() throws { fixture = try EvaluateFixture() }

    private func evaluate(_ arguments: String...) throws -> Execution {
        try Execution.run(
            product: "letterpress", ["evaluate"] + arguments, environment: ["LETTERPRESS_ROOT": Repository.root])
    }

    private func path(_ name: String) -> String { fixture.folder.file(name) }

    @Test func aPretrainedModelGetsItsHeadAndATable() throws {
        let run = try evaluate(
            "--model", "small=\(fixture.model.path)", "--tasks", fixture.task, "--data", path("data"), "--config",
            fixture.config, "--seeds", "1,2", "--bootstrap", "50", "--out", path("e"))
        #expect(run.status == 0, "\(run.errorText)")
        #expect(run.text.contains("small (2 seeds)") && run.text.hasSuffix("\(path("e"))/report.html\n"))
        let results = try fixture.json("e/results.json")
        guard case .array(let parts)? = results["results"] else { return #expect(Bool(false), "no results") }
        #expect(parts.count == 2 && parts.map { $0["seed"] } == [.integer(1), .integer(2)])
        for part in parts {
            #expect(
                part["head"]?["path"]
                    == .string("finetuned/small/drawn/seed-\(part["seed"] == .integer(1) ? 1 : 2)/best"))
            #expect(part["head"]?["settings"]?["steps"] == .integer(3))
            #expect(part["examples"] == .integer(12) && part["head"]?["task"] == .string("drawn"))
            guard case .number? = part["metrics"]?["accuracy"]?["standard_error"] else {
                return #expect(Bool(false), "no standard error")
            }
        }
        let lines = try fixture.folder.read("e/predictions/small/drawn/seed-2/validation.jsonl")
        #expect(lines.count { $0 == 10 } == 12)
        for name in ["report.html", "results.md", "finetuned/small/drawn/seed-1/best/classifier.json"] {
            #expect(FileManager.default.fileExists(atPath: path("e/\(name)")), "\(name)")
        }
        // A folder that fine-tuning wrote gives the same answers.
        let best = path("e/finetuned/small/drawn/seed-2/best")
        let again = try evaluate(
            "--model", best, "--tasks", fixture.task, "--data", path("data"), "--no-finetune", "--out", path("f"),
            "--json")
        #expect(again.status == 0, "\(again.errorText)")
        #expect(try fixture.folder.read("f/predictions/drawn/drawn/validation.jsonl") == lines)
        let events = try again.text.split(separator: "\n").map { try JSONValue.parse(Array($0.utf8)) }
        #expect(events.map { $0["event"] } == [.string("result"), .string("finished")])
    }

    @Test func whatWasCutGoesOnToTheSameResults() throws {
        _ = try fixture.head()
        let words = [
            "evaluate", "--model", "head", "--tasks", "drawn.json", "--data", "data", "--bootstrap",
            "50",
            "--batch", "1", "--threads", "1",
        ]
        func run(_ more: String...) throws -> Execution {
            try Execution.run(
                product: "letterpress", words + more, environment: ["LETTERPRESS_ROOT": Repository.root],
                folder: fixture.folder.path)
        }
        #expect(try run("--out", path("whole")).status == 0)
        #expect(try run("--out", path("cut")).status == 0)
        let file = "predictions/head/drawn/validation.jsonl"
        let bytes = try fixture.folder.read("whole/\(file)")
        try fixture.folder.write(Array(bytes.prefix(bytes.count * 9 / 10)), to: "cut/\(file)")
        for name in ["results.json", "results.md", "report.html"] {
            try FileManager.default.removeItem(atPath: path("cut/\(name)"))
        }
        let again = try Execution.run(
            product: "letterpress", ["evaluate", "--resume", "--out", path("cut")],
            environment: ["LETTERPRESS_ROOT": Repository.root])
        #expect(again.status == 0 && again.errorText.contains("resumes after 8 of 12"), "\(again.errorText)")
        #expect(try fixture.folder.read("cut/\(file)") == bytes)
        var (one, other) = (try fixture.json("whole/results.json"), try fixture.json("cut/results.json"))
        for key in ["timing", "environment"] {
            one = EvaluateFixture.without(key, one)
            other = EvaluateFixture.without(key, other)
        }
        #expect(one == other)
        // What answers follow from must stay; what is told from them may change.
        func resume(_ more: String...) throws -> Execution {
            try Execution.run(
                product: "letterpress", ["evaluate", "--resume", "--out", path("cut")] + more,
                environment: ["LETTERPRESS_ROOT": Repository.root])
        }
        #expect(try resume("--bootstrap", "60").status == 0)
        let other4 = try resume("--batch", "4")
        #expect(other4.status == 73 && other4.errorText.contains("batch was 1 and is 4"), "\(other4.errorText)")
        // A refusal leaves the settings of the folder as they were.
        #expect(try resume().status == 0)
        let limited = try resume("--limit", "3")
        #expect(limited.status == 73 && limited.errorText.contains("limit was none and is 3"), "\(limited.errorText)")
        #expect(try run("--out", path("cut")).status == 73)
        try fixture.folder.write(
            String(decoding: fixture.folder.read("data/v.jsonl"), as: UTF8.self).replacing("ink", with: "Ink"),
            to: "data/v.jsonl")
        let changed = try resume()
        #expect(
            changed.status == 73 && changed.errorText.contains("the data file v.jsonl changed"), "\(changed.errorText)")
    }

    @Test func aSignalStopsAndTheRestFollows() throws {
        let script = """
            "$0" evaluate --model small="\(fixture.model.path)" --tasks "\(fixture.task)" --data "\(path("data"))" \
            --config "\(fixture.long)" --out "\(path("s"))" &
            pid=$!
            for i in $(seq 200); do [ -s "\(path("s/finetuned/small/drawn/seed-42/metrics.jsonl"))" ] && break; sleep 0.05; done
            kill -INT $pid; wait $pid
            """
        let run = try Execution.run(
            "/bin/bash", ["-c", script, try Repository.product("letterpress")],
            environment: ["LETTERPRESS_ROOT": Repository.root])
        #expect(run.status == 75 && run.errorText.contains("evaluate --resume --out \(path("s"))"), "\(run.errorText)")
        #expect(FileManager.default.fileExists(atPath: path("s/finetuned/small/drawn/seed-42/checkpoints")))
        let again = try Execution.run(
            product: "letterpress", ["evaluate", "--resume", "--out", path("s")],
            environment: ["LETTERPRESS_ROOT": Repository.root, "LETTERPRESS_EVALUATE_BOOTSTRAP": "50"])
        #expect(again.status == 0 && again.errorText.contains("resumes after step"), "\(again.errorText)")
    }

    @Test func settingsComeFromFlagsEnvironmentAndFiles() throws {
        let run = try Execution.run(
            product: "letterpress",
            [
                "evaluate", "--model", "a,b", "--tasks", "glue", "--config", fixture.config, "--limit", "7",
                "--print-config",
            ],
            environment: [
                "LETTERPRESS_ROOT": Repository.root, "LETTERPRESS_EVALUATE_SEEDS": "3,4",
                "LETTERPRESS_EVALUATE_LIMIT": "9",
            ])
        #expect(run.status == 0, "\(run.errorText)")
        let value = try JSONValue.parse(Array(run.text.utf8))
        #expect(value["evaluate"]?["limit"]?["value"] == .integer(7))
        #expect(value["evaluate"]?["seeds"]?["value"] == .array([.integer(3), .integer(4)]))
        #expect(value["evaluate"]?["seeds"]?["origin"] == .string("environment"))
        #expect(value["evaluate"]?["model"]?["value"] == .array([.string("a"), .string("b")]))
        #expect(value["finetune"]?["steps"]?["value"] == .integer(3))
    }

    @Test func filesForTheServerOfGLUEAreWritten() throws {
        let rows = (0..<6).map { "\($0)\ta text of number \($0)" }.joined(separator: "\n")
        try fixture.folder.write("index\tsentence\n\(rows)\n", to: "glue/CoLA/test.tsv")
        let dev =
            (0..<8).map { "s\t\($0 % 2)\t\t\($0 % 2 == 0 ? "ink" : "paper") \($0)" }.joined(separator: "\n") + "\n"
        for name in ["dev", "train"] { try fixture.folder.write(dev, to: "glue/CoLA/\(name).tsv") }
        let run = try evaluate(
            "--model", "small=\(fixture.model.path)", "--tasks", "glue-cola", "--data", path("glue"), "--config",
            fixture.config, "--submission", "--bootstrap", "20", "--out", path("g"))
        #expect(run.status == 0, "\(run.errorText)")
        let lines = String(decoding: try fixture.folder.read("g/submission/small/CoLA.tsv"), as: UTF8.self)
            .split(separator: "\n")
        #expect(lines.count == 7 && lines[0] == "index\tprediction")
        #expect(lines.dropFirst().enumerated().allSatisfy { $1 == "\($0)\t0" || $1 == "\($0)\t1" })
        // Withheld labels are no score, and no column.
        guard case .array(let parts)? = try fixture.json("g/results.json")["results"] else {
            return #expect(Bool(false), "no results")
        }
        let hidden = try #require(parts.first { $0["split"] == .string("test") })
        #expect(hidden["metrics"]?["matthews"]?["value"] == .null && hidden["unlabelled"] == .integer(6))
        #expect(try fixture.folder.read("g/report.html").count > 1000)
        let page = String(decoding: try fixture.folder.read("g/results.md"), as: UTF8.self)
        #expect(page.contains("quoted, not measured") && page.contains("| model | cola matthews |"))
    }

    @Test func whatIsMissingOrWrongIsNamed() throws {
        let head = try fixture.head()
        let good = ["--tasks", fixture.task, "--data", path("data"), "--out", path("x")]
        func expect(_ status: Int32, _ text: String, _ arguments: [String]) throws {
            let run = try Execution.run(
                product: "letterpress", ["evaluate"] + arguments, environment: ["LETTERPRESS_ROOT": Repository.root])
            #expect(
                run.status == status && run.errorText.contains(text), "\(arguments): \(run.status) \(run.errorText)")
        }
        try expect(64, "--model", good)
        try expect(64, "--tasks", ["--model", head, "--out", path("x")])
        try expect(66, "none", ["--model", path("none")] + good)
        try expect(66, "config.json", ["--model", path("data")] + good)
        try expect(64, "near: sample-topic", ["--model", head, "--tasks", "sample-topik", "--out", path("x")])
        try expect(64, "two models are named", ["--model", "\(head),\(head)"] + good)
        try expect(64, "no head for it", ["--model", fixture.model.path, "--no-finetune"] + good)
        try expect(64, "the classes ink, paper", ["--model", head, "--tasks", "sample-topic", "--out", path("x")])
        try expect(
            64, "regression",
            ["--model", head, "--tasks", "movie-sentence-rating", "--out", path("x")]
                + ["--data", try fixture.ratings()])
        try expect(64, "pretrained", ["--model", head, "--tasks", "sample-perplexity", "--out", path("x")])
        try expect(64, "no split 'dev'", ["--model", head, "--splits", "dev"] + good)
        try expect(64, "GLUE", ["--model", head, "--submission"] + good)
        try expect(64, "limit", ["--model", head, "--submission", "--limit", "3"] + good)
        try expect(64, "batch", ["--model", head, "--batch", "0"] + good)
        try expect(66, "tokenizer", ["--model", try fixture.modelWithoutTokenizer(), "--modality", "text"] + good)
        try expect(
            66, "no evaluation to resume",
            ["--model", head, "--resume", "--tasks", fixture.task, "--out", path("never")])
        // The folder of another program stays as it is, and so does a place that cannot be written.
        try fixture.folder.write("mine", to: "other/notes.txt")
        try expect(
            73, "holds no evaluation",
            ["--model", head, "--tasks", fixture.task, "--data", path("data"), "--out", path("other")])
        #expect(try FileManager.default.contentsOfDirectory(atPath: path("other")) == ["notes.txt"])
        try expect(
            73, "notes.txt",
            ["--model", head, "--tasks", fixture.task, "--data", path("data"), "--out", path("other/notes.txt/x")])
        // Odd data.
        try fixture.folder.write("{\"text\": \"x\", \"lable\": 1}\n", to: "data/v.jsonl")
        try expect(65, "v.jsonl:1", ["--model", head] + good)
        try fixture.folder.write("{\"text\": \"x\", \"label\": 7}\n", to: "data/v.jsonl")
        try expect(65, "no label of drawn", ["--model", head] + good)
        try fixture.folder.write("", to: "data/v.jsonl")
        try expect(65, "no examples", ["--model", head] + good)
    }

    @Test func aGridIsTheSeedsOfItsBestSettings() throws {
        let grid = try Execution.run(
            product: "letterpress",
            [
                "finetune", "--model", fixture.model.path, "--task", fixture.task, "--data", path("data"), "--config",
                fixture.config, "--grid", "lr=1e-5,1e-2", "--seeds", "5,6", "--out", path("grid"),
            ], environment: ["LETTERPRESS_ROOT": Repository.root])
        #expect(grid.status == 0, "\(grid.errorText)")
        let run = try evaluate(
            "--model", path("grid"), "--tasks", fixture.task, "--data", path("data"), "--bootstrap", "20", "--out",
            path("e"))
        #expect(run.status == 0 && run.text.contains("grid (2 seeds)"), "\(run.errorText)")
        guard case .array(let parts)? = try fixture.json("e/results.json")["results"] else {
            return #expect(Bool(false), "no results")
        }
        #expect(parts.map { $0["seed"] } == [.integer(5), .integer(6)])
        // The best of a comma's cells has a comma in its name; each seed can be named by itself.
        guard case .string(let head)? = parts[1]["head"]?["path"] else { return #expect(Bool(false), "no head") }
        let one = try evaluate(
            "--model", head, "--tasks", fixture.task, "--data", path("data"), "--bootstrap", "20", "--out", path("f"))
        #expect(one.status == 0, "\(one.errorText)")
    }

    @Test func tasksThatAModelCannotDoAreLeftOutWhenWanted() throws {
        let run = try evaluate(
            "--model", try fixture.head(), "--tasks", "\(fixture.task),sample-topic", "--data", path("data"),
            "--skip-unfit",
            "--limit", "4", "--bootstrap", "20", "--out", path("u"))
        #expect(run.status == 0 && run.errorText.contains("head on sample-topic is left out"), "\(run.errorText)")
        #expect(run.text.contains("–"))
        guard case .array(let parts)? = try fixture.json("u/results.json")["results"] else {
            return #expect(Bool(false), "no results")
        }
        #expect(parts.map { $0["examples"] } == [.integer(4), .integer(0)])
        #expect(parts[1]["skipped"] != nil)
    }
}
