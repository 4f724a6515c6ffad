import Foundation
import Foundations
import TestSupport
import Testing

/// `letterpress evaluate` in several goes: what a folder of results tells when others join, and files for GLUE's server.
@Suite struct EvaluateGrowthTests {
    private let fixture: EvaluateFixture

    init() throws { fixture = try EvaluateFixture() }

    private func path(_ name: String) -> String { fixture.folder.file(name) }

    private func evaluate(_ arguments: [String]) throws -> Execution {
        try Execution.run(
            product: "letterpress", ["evaluate"] + arguments, environment: ["LETTERPRESS_ROOT": Repository.root])
    }

    /// Another task with the same classes; its path has a comma.
    private func other() throws -> String {
        let text = String(decoding: try fixture.folder.read("drawn.json"), as: UTF8.self)
        return try fixture.folder.write(
            text.replacing(#""name": "drawn""#, with: #""name": "other""#), to: "tasks, mine/other, too.json")
    }

    /// All results but how long they took and where.
    private func results(_ folder: String) throws -> JSONValue {
        let all = try fixture.json("\(folder)/results.json")
        return EvaluateFixture.without("timing", EvaluateFixture.without("environment", all))
    }

    private func pairs(_ folder: String) throws -> [String] {
        guard case .array(let parts)? = try results(folder)["results"] else { return [] }
        return parts.map { part in
            guard case .string(let model)? = part["model"], case .string(let task)? = part["task"] else { return "" }
            return "\(model) \(task)"
        }
    }

    @Test func aTableGrowsByModelsAndTasks() throws {
        let (head, other) = (try fixture.head(), try other())
        let base = ["--data", path("data"), "--bootstrap", "50", "--threads", "1"]
        let whole = try evaluate(
            ["--model", "one=\(head),two=\(head)", "--tasks", "\(fixture.task),\(other)", "--out", path("whole")] + base
        )
        #expect(whole.status == 0, "\(whole.errorText)")
        #expect(try pairs("whole") == ["one drawn", "one other", "two drawn", "two other"])

        let first = try evaluate(["--model", "one=\(head)", "--tasks", fixture.task, "--out", path("grown")] + base)
        #expect(first.status == 0, "\(first.errorText)")
        let grown = ["--resume", "--out", path("grown")]
        let second = try evaluate(grown + ["--model", "two=\(head)", "--tasks", other, "--tasks", fixture.task])
        #expect(second.status == 0 && second.text.contains("one"), "\(second.errorText)")
        #expect(try pairs("grown") == ["one drawn", "two drawn", "two other"])
        let third = try evaluate(grown + ["--model", "one=\(head)", "--tasks", other])
        #expect(third.status == 0, "\(third.errorText)")
        #expect(try results("grown") == results("whole"))
        #expect(try fixture.folder.read("grown/results.md") == fixture.folder.read("whole/results.md"))
        guard case .array(let timing)? = try fixture.json("grown/results.json")["timing"] else {
            return #expect(Bool(false), "no timing")
        }
        #expect(timing.count == 4)

        // What was told under another setting is no column beside these.
        let changed = try evaluate(grown + ["--model", "one=\(head)", "--tasks", fixture.task, "--bootstrap", "60"])
        #expect(changed.status == 0, "\(changed.errorText)")
        #expect(changed.errorText.contains("two on other: it had another bootstrap"), "\(changed.errorText)")
        #expect(try pairs("grown") == ["one drawn"])
        // Results that cannot be read are no reason to stop.
        try fixture.folder.write("{}", to: "grown/results.json")
        let again = try evaluate(grown)
        #expect(again.status == 0 && again.errorText.contains("results.json"), "\(again.errorText)")
    }

    @Test func whatWasRefusedBeforeItsFirstAnswerBeginsAnew() throws {
        let text = #"""
            {"name": "judged", "version": 1, "kind": "generation", "summary": "s", "metrics": ["pass_rate"], "direction": "higher",
             "script": "judge.sh", "use": {"report": ["v"]}, "source": {"title": "t", "citation": "c", "link": "l",
             "licence": "l", "obtain": "o"}, "prompt": {"context": "{q}", "max_tokens": 2}, "layouts": [{"name": "one",
             "format": "jsonl", "columns": {"q": "q", "answers": "a"}, "splits": {"v": {"files": ["q.jsonl"]}}}]}
            """#
        let task = try fixture.folder.write(text, to: "judged.json")
        try fixture.folder.write(#"{"q": "one", "a": ["b"]}"# + "\n", to: "questions/q.jsonl")
        let script = try fixture.folder.write("#!/bin/sh\nexit 0\n", to: "judge.sh")
        try FileManager.default.setAttributes([.posixPermissions: 0o755], ofItemAtPath: script)
        let words = ["--model", fixture.model.path, "--tasks", task, "--data", path("questions"), "--bootstrap", "5"]
        for name in ["anew", "on"] {
            let refused = try evaluate(words + ["--out", path(name)])
            #expect(refused.status == 64 && refused.errorText.contains("--allow-scripts"), "\(refused.errorText)")
        }
        let anew = try evaluate(words + ["--allow-scripts", "--out", path("anew")])
        #expect(anew.status == 0 && anew.text.contains("100.0"), "\(anew.errorText)")
        let resumed = try evaluate(["--resume", "--allow-scripts", "--out", path("on")])
        #expect(resumed.status == 0 && resumed.text.contains("100.0"), "\(resumed.errorText)")
    }

    @Test func seedsOfWhatIsNotTrainedAreNotPassedOverInSilence() throws {
        let head = try fixture.head()
        let words = ["--model", head, "--tasks", fixture.task, "--data", path("data"), "--bootstrap", "20"]
        let run = try evaluate(words + ["--seeds", "1,2", "--out", path("s")])
        #expect(run.status == 0 && run.errorText.contains("--seeds changes nothing for head"), "\(run.errorText)")
        let again = try evaluate(["--resume", "--out", path("s")])
        #expect(again.status == 0 && !again.errorText.contains("--seeds"), "\(again.errorText)")
    }

    /// A file of each of GLUE's tasks in the form of an export.
    private func glue() throws -> String {
        let columns: [(folder: String, texts: [String], labels: [String])] = [
            ("cola", ["sentence"], ["0", "1"]), ("sst2", ["sentence"], ["0", "1"]),
            ("mrpc", ["sentence1", "sentence2"], ["0", "1"]), ("stsb", ["sentence1", "sentence2"], ["1.5", "4.0"]),
            ("qqp", ["question1", "question2"], ["0", "1"]), ("mnli", ["premise", "hypothesis"], ["0", "1", "2"]),
            ("qnli", ["question", "sentence"], ["0", "1"]), ("rte", ["sentence1", "sentence2"], ["0", "1"]),
            ("wnli", ["sentence1", "sentence2"], ["0", "1"]), ("ax", ["premise", "hypothesis"], []),
        ]
        for (folder, texts, labels) in columns {
            for split in ["train", "validation", "test"] where split == "test" || !labels.isEmpty {
                let parts =
                    folder == "mnli" && split != "train" ? ["\(split)_matched", "\(split)_mismatched"] : [split]
                let lines = (0..<6).map { row in
                    var fields = texts.map { #""\#($0)": "ink \#(row)""# }
                    if split != "test" { fields.append(#""label": \#(labels[row % labels.count])"#) }
                    return "{\(fields.joined(separator: ", "))}\n"
                }
                for part in parts { try fixture.folder.write(lines.joined(), to: "glue/\(folder)/\(part).jsonl") }
            }
        }
        return path("glue")
    }

    @Test func allElevenFilesOfGLUEComeFromOneCommand() throws {
        let words = [
            "--model", "m=\(fixture.model.path)", "--data", try glue(), "--config", fixture.config, "--submission",
            "--bootstrap", "20",
        ]
        let few = try evaluate(words + ["--tasks", "glue-cola,glue-mnli", "--splits", "test", "--out", path("few")])
        #expect(few.status == 0, "\(few.errorText)")
        #expect(few.errorText.contains("submission/m has no AX.tsv, "), "\(few.errorText)")
        #expect(few.errorText.contains("add glue-ax,glue-mrpc,"), "\(few.errorText)")
        #expect(
            try FileManager.default.contentsOfDirectory(atPath: path("few/submission/m")).sorted() == [
                "CoLA.tsv", "MNLI-m.tsv", "MNLI-mm.tsv",
            ])
        let run = try evaluate(words + ["--tasks", "glue,glue-ax", "--out", path("all")])
        #expect(run.status == 0, "\(run.errorText)")
        // The labelled diagnostic set is not there, and not needed to hand in.
        #expect(run.errorText.contains("glue-ax is answered on test alone"), "\(run.errorText)")
        #expect(!run.errorText.contains("submission/m has no"), "\(run.errorText)")
        let names = try FileManager.default.contentsOfDirectory(atPath: path("all/submission/m")).sorted()
        #expect(
            names == [
                "AX.tsv", "CoLA.tsv", "MNLI-m.tsv", "MNLI-mm.tsv", "MRPC.tsv", "QNLI.tsv", "QQP.tsv", "RTE.tsv",
                "SST-2.tsv", "STS-B.tsv", "WNLI.tsv",
            ])
        for name in names {
            let lines = String(decoding: try fixture.folder.read("all/submission/m/\(name)"), as: UTF8.self)
                .split(separator: "\n")
            #expect(lines.count == 7, "\(name)")
        }
        // The head of MNLI answers both.
        #expect(!FileManager.default.fileExists(atPath: path("all/finetuned/m/glue-ax")))
        // The diagnostic set by itself needs of MNLI what a head is trained on.
        try FileManager.default.removeItem(atPath: path("glue/mnli/validation_mismatched.jsonl"))
        let alone = try evaluate(words + ["--tasks", "glue-ax", "--out", path("alone")])
        #expect(alone.status == 0, "\(alone.errorText)")
        // A test set that is missing is an error that says so.
        try FileManager.default.removeItem(atPath: path("glue/ax/test.jsonl"))
        let missing = try evaluate(words + ["--tasks", "glue-ax", "--out", path("missing")])
        #expect(missing.status == 66 && missing.errorText.contains("split test"), "\(missing.errorText)")
    }
}
