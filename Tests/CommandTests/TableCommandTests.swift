import Foundation
import Foundations
import TestSupport
import Testing
import ZooKit

/// `letterpress finetune --train` and `letterpress tasks init`: from a table to a model.
@Suite struct TableCommandTests {
    private let model: ModelFolderFixture
    private var folder: TemporaryFolder { model.folder }
    private let course = ["--modality", "text", "--length", "32", "--batch", "4", "--lr", "1e-3", "--threads", "1"]

    init() throws {
        model = try ModelFolderFixture(.erniePixel)
        for (name, range) in [("train", 0..<24), ("dev", 24..<36), ("test", 36..<48)] {
            try folder.write("review\tverdict\n" + range.map(Self.row).joined(), to: "tables/\(name).tsv")
        }
    }

    private static func row(_ index: Int) -> String {
        index % 2 == 0 ? "ink and more \(index)\tgood\n" : "paper number \(index)\tbad\n"
    }

    private func run(_ arguments: [String], in place: String? = nil) throws -> Execution {
        try Execution.run(
            product: "letterpress", arguments, environment: ["LETTERPRESS_ROOT": Repository.root],
            folder: place ?? folder.path)
    }

    private func finetune(_ out: String, _ more: [String]) throws -> Execution {
        try run(["finetune", "--model", model.path, "--out", out] + course + more)
    }

    private let tables = [
        "--train", "tables/train.tsv", "--dev", "tables/dev.tsv", "--text-column", "review", "--label-column",
        "verdict",
    ]

    @Test func aTableIsTrainedOnWithoutATaskFileAndTested() throws {
        let made = try finetune("run", tables + ["--test", "tables/test.tsv", "--steps", "4"])
        #expect(made.status == 0, "\(made.errorText)")
        #expect(made.text.contains("chance 0.5") && made.text.contains("majority 0.5"), "\(made.text)")
        #expect(made.text.contains("on 12 test examples"), "\(made.text)")
        let result = try JSONValue.parse(folder.read("run/result.json"))
        #expect(result["test"]?["examples"] == .integer(12) && result["task"] == .string("table"))
        let labels = try JSONValue.parse(folder.read("run/best/config.json"))["id2label"]
        #expect(labels == .object(["0": .string("bad"), "1": .string("good")]))
        let answers = try folder.read("run/best/predictions-test.jsonl")
        #expect(answers.count { $0 == 10 } == 12)
        // The model reads a table of the same columns as it is.
        let predicted = try run(["predict", "--model", "run", "tables/test.tsv", "--json"])
        #expect(predicted.status == 0, "\(predicted.errorText)")
        func values(_ text: [UInt8], _ key: String) throws -> [JSONValue?] {
            try text.split(separator: 10).map { try JSONValue.parse(Array($0))[key] }
        }
        #expect(try values(predicted.output, "label") == values(answers, "prediction"))
        let page = String(decoding: try folder.read("run/report.html"), as: UTF8.self)
        #expect(page.contains("chance") && page.contains("majority"))
        // What was killed before its test is tested by a resume.
        let whole = try folder.read("run/result.json")
        guard case .object(var fields) = result else { return }
        fields["test"] = nil
        try folder.write(JSONValue.object(fields).encoded(pretty: true), to: "run/result.json")
        #expect(try run(["finetune", "--resume", "--out", "run"]).text.contains("12 test examples"))
        #expect(try folder.read("run/result.json") == whole)
    }

    /// A stop and a resume change no byte, wherever the tables lie by then and however they are named.
    @Test func aRunResumesOnTheSameContents() throws {
        let words = tables + ["--steps", "6", "--save-every", "2", "--eval-every", "3"]
        #expect(try finetune("whole", words).status == 0)
        #expect(try finetune("cut", words + ["--steps", "6"]).status == 0)
        // As a run that was killed after its checkpoint of step 4.
        func cut(_ out: String) throws {
            if Folder.hasItem(folder.file(out)) { try Folder.removeTree(folder.file(out)) }
            let begun = try Execution.run(
                "/bin/bash",
                [
                    "-c",
                    """
                    "$@" & child=$!
                    for i in $(seq 3000); do [ -e '\(out)/checkpoints/step-00000002' ] && break; sleep 0.01; done
                    kill -KILL $child 2>/dev/null; wait
                    """, "cut", Repository.product("letterpress"), "finetune", "--model", model.path, "--out", out,
                ] + course + words, environment: ["LETTERPRESS_ROOT": Repository.root, "PATH": "/usr/bin:/bin"],
                folder: folder.path)
            #expect(begun.status == 0, "\(begun.errorText)")
        }
        func same(_ out: String) throws {
            for name in ["best/model.safetensors", "best/predictions-validation.jsonl", "best/classifier.json"] {
                #expect(try folder.read("\(out)/\(name)") == folder.read("whole/\(name)"), "\(out) \(name)")
            }
        }
        try cut("cut")
        let resumed = try run(["finetune", "--resume", "--out", "cut"])
        #expect(resumed.status == 0, "\(resumed.errorText)")
        try same("cut")
        // Moved, and named through a link.
        try cut("moved")
        try FileManager.default.moveItem(atPath: folder.file("tables"), toPath: folder.file("elsewhere"))
        try FileManager.default.createSymbolicLink(
            atPath: folder.file("link.tsv"), withDestinationPath: folder.file("elsewhere/train.tsv"))
        let gone = try run(["finetune", "--resume", "--out", "moved"])
        #expect(gone.status == 66 && gone.errorText.contains("train.tsv"), "\(gone.errorText)")
        let moved = try run([
            "finetune", "--resume", "--out", "moved", "--train", "link.tsv", "--dev", folder.file("elsewhere/dev.tsv"),
        ])
        #expect(moved.status == 0, "\(moved.errorText)")
        try same("moved")
        // Other contents are refused.
        try FileManager.default.moveItem(atPath: folder.file("elsewhere"), toPath: folder.file("tables"))
        try cut("changed")
        try folder.write("review\tverdict\n" + (1..<25).map(Self.row).joined(), to: "tables/train.tsv")
        let other = try run(["finetune", "--resume", "--out", "changed"])
        #expect(other.status == 73, "\(other.status) \(other.errorText)")
    }

    @Test func aTaskFileIsMadeAndItsDataFoundBesideIt() throws {
        let made = try run(["tasks", "init", "tables/train.tsv", "--validation", "tables/dev.tsv", "--name", "ink"])
        #expect(made.status == 0 && made.text == "tables/ink.json\n", "\(made.errorText)")
        for part in ["review", "verdict", "bad (12), good (12)", "classification", "accuracy"] {
            #expect(made.errorText.contains(part), "\(part) in \(made.errorText)")
        }
        // From anywhere, without --data.
        for place in [folder.path, "/"] {
            let path = folder.file("tables/ink.json")
            let checked = try run(["tasks", "validate", path], in: place)
            #expect(checked.status == 0 && checked.text.contains("ink train: 24 examples"), "\(checked.errorText)")
        }
        let trained = try finetune("run", ["--task", "tables/ink.json", "--steps", "2"])
        #expect(trained.status == 0, "\(trained.errorText)")
        let evaluated = try run([
            "evaluate", "--model", "run", "--tasks", "tables/ink.json", "--bootstrap", "10", "--out", "e",
        ])
        #expect(evaluated.status == 0, "\(evaluated.errorText)")
        #expect(
            evaluated.text.contains("chance") && evaluated.text.contains("majority (of train)"), "\(evaluated.text)")
        let again = try run(["tasks", "init", "tables/train.tsv", "--name", "ink"])
        #expect(again.status == 73 && again.errorText.contains("--force"))
        let shares = try run([
            "tasks", "init", "tables/train.tsv", "--name", "ink", "--force", "--validation-share", "0.2",
        ])
        #expect(shares.status == 0 && shares.errorText.contains("70 % of it"), "\(shares.errorText)")
        #expect(try run(["tasks", "validate", "tables/ink.json"]).status == 0)
        let outside = try run(["tasks", "init", "tables/train.tsv", "-o", "other/t.json"])
        #expect(outside.status == 64 && outside.errorText.contains("-o tables/task.json"), "\(outside.errorText)")
        let printed = try run(["tasks", "init", "tables/train.tsv", "-o", "-"])
        #expect(printed.status == 64 || printed.text.contains("\"kind\": \"classification\""), "\(printed.errorText)")
    }

    /// A model that answers one class is told of everywhere, and results name chance and majority in every form.
    @Test func oneClassForAllIsWarnedOfAndBaselinesStandInEveryForm() throws {
        let made = try finetune("run", tables + ["--steps", "3", "--lr", "9"])
        #expect(made.status == 0, "\(made.errorText)")
        let result = try JSONValue.parse(folder.read("run/result.json"))
        let only = try #require(
            result["only_answer"]?["count"]?.decimal.map { Int($0) }, "weights are far off")
        let sentence = "the model answers '\(result["only_answer"]?["index"] == .integer(1) ? "good" : "bad")' for"
        #expect(only == 12 && made.errorText.contains("warning: \(sentence) all 12 examples"), "\(made.errorText)")
        #expect(String(decoding: try folder.read("run/report.html"), as: UTF8.self).contains("for all 12 examples"))
        _ = try run(["tasks", "init", "tables/train.tsv", "--validation", "tables/dev.tsv", "-o", "tables/table.json"])
        let words = ["evaluate", "--model", "run", "--tasks", "tables/table.json", "--bootstrap", "10"]
        let evaluated = try run(words + ["--out", "e"])
        #expect(evaluated.status == 0 && evaluated.errorText.contains(sentence), "\(evaluated.errorText)")
        for (name, text) in [
            ("terminal", evaluated.text),
            ("markdown", String(decoding: try folder.read("e/results.md"), as: UTF8.self)),
            ("page", String(decoding: try folder.read("e/report.html"), as: UTF8.self)),
        ] {
            #expect(text.contains("chance") && text.contains("majority"), "\(name)")
            #expect(name == "terminal" || text.contains("for all 12 examples"), "\(name)")
        }
        let json = try JSONValue.parse(folder.read("e/results.json"))
        guard case .array(let baselines)? = json["baselines"] else { return #expect(Bool(false), "no baselines") }
        #expect(baselines.map { $0["name"] } == [.string("chance"), .string("majority")])
        #expect(baselines.allSatisfy { $0["metrics"]?["accuracy"]?.decimal == 0.5 })
        #expect(baselines[1]["from"] == .string("train"))
        let events = try run(words + ["--out", "f", "--json"]).text.split(separator: "\n").map {
            try JSONValue.parse(Array($0.utf8))
        }
        guard case .string(let warning)? = events.first?["warning"] else { return #expect(Bool(false), "no warning") }
        #expect(warning.contains(sentence))
    }

    @Test func faultsOfTablesAndFlagsAreNamed() throws {
        func expect(_ status: Int32, _ says: String, _ words: [String]) throws {
            let run = try finetune("x", words)
            #expect(run.status == status && run.errorText.contains(says), "\(words): \(run.status) \(run.errorText)")
        }
        try folder.write("review\tverdict\nink\tgod\n", to: "tables/odd.tsv")
        try expect(
            65, "odd.tsv:2: column verdict: 'god' is no label",
            ["--train", "tables/train.tsv", "--dev", "tables/odd.tsv"])
        try expect(65, "odd.tsv: column verdict: every label is 'god'", ["--train", "tables/odd.tsv"])
        try expect(65, "column text: there is none", ["--train", "tables/train.tsv", "--text-column", "text"])
        try expect(66, "none.tsv", ["--train", "tables/none.tsv"])
        try expect(64, "exclude each other", ["--train", "tables/train.tsv", "--task", "sample-topic"])
        try expect(64, "--dev is of a table", ["--dev", "tables/dev.tsv"])
        try expect(64, "share", ["--train", "tables/train.tsv", "--dev-share", "2"])
        try expect(64, "--dev-share", ["--train", "tables/train.tsv", "--dev", "tables/dev.tsv", "--dev-share", "0.2"])
        #expect(!Folder.hasItem(folder.file("x/best")))
    }
}
