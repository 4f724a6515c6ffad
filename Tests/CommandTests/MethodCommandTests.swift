import Foundation
import Foundations
import TestSupport
import Testing
import ZooKit

/// `letterpress method`, `--method` and `--init`, as a user runs them.
@Suite struct MethodCommandTests {
    private let fixture: PretrainFixture

    init() throws { fixture = try PretrainFixture() }

    private let course = ["--mix", "0:1:0", "--steps", "6", "--save-every", "3", "--eval-every", "0"]

    @Test func halfTheModelIsTrainedResumedAndPutBack() throws {
        #expect(try fixture.run(fixture.arguments("base", course)).status == 0)
        let base = fixture.path("base")
        let words = course + ["--init", base, "--method", "half"]
        var arguments = fixture.arguments("half", words)
        // The shape is the folder's own.
        let refused = try fixture.run(arguments)
        #expect(refused.status == 64 && refused.errorText.contains("leave --model out"), "\(refused.errorText)")
        arguments.removeSubrange(1...2)
        let half = try fixture.run(arguments)
        try #require(half.status == 0, "\(half.errorText)")
        #expect(half.errorText.contains("half fine-tuning, round 0:") && half.errorText.contains("frozen;"))
        let record = try fixture.folder.read("half/checkpoints/step-00000006/hft_rounds.json")
        #expect(try JSONValue.parse(record)["rounds"] != nil)
        // A checkpoint that is gone is made again, bit for bit; another method is refused by name.
        let whole = try fixture.model("half", step: 6)
        try Folder.removeTree(fixture.path("half/checkpoints/step-00000006"))
        #expect(try fixture.run(["pretrain", "--resume", "--out", fixture.path("half"), "--threads", "1"]).status == 0)
        #expect(try fixture.model("half", step: 6) == whole)
        let other = try fixture.run(["pretrain", "--resume", "--out", fixture.path("half"), "--method", "all"])
        #expect(
            other.status == 73 && other.errorText.contains(#"method was "half" and is "all""#), "\(other.errorText)")
        // A delta is smaller and gives the model again; a reset takes from both.
        func verb(_ name: String, _ out: String, _ settings: String...) throws -> Execution {
            try fixture.run(["method", "hft", name, "--out", fixture.path(out), "--set"] + settings)
        }
        let tuned = fixture.path("half")
        let delta = try verb("delta", "delta", "base=\(base)", "tuned=\(tuned)")
        #expect(delta.status == 0 && delta.text.contains("tensors"), "\(delta.errorText)")
        #expect(try fixture.folder.read("delta/model.safetensors").count < whole.count)
        #expect(try verb("apply", "applied", "base=\(base)", "delta=\(fixture.path("delta"))").status == 0)
        #expect(try tensors("applied") == tensors("half/checkpoints/step-00000006"))
        let reset = try verb("half-reset", "reset", "base=\(base)", "tuned=\(tuned)", "ratio=1")
        #expect(reset.status == 0, "\(reset.errorText)")
        #expect(try tensors("reset") == tensors("base/checkpoints/step-00000006"))
        let wrong = try verb("half-reset", "none", "base=\(base)", "tuned=\(tuned)", "share=1")
        #expect(wrong.status == 64 && wrong.errorText.contains("share"), "\(wrong.errorText)")
        #expect(try verb("half-reset", "none", "base=\(base)").status == 64)
        let resumed = try verb("half-reset", "none", "base=\(base)", "tuned=\(tuned)", "--resume")
        #expect(resumed.status == 64 && resumed.errorText.contains("nothing to resume"), "\(resumed.errorText)")
        #expect(!Folder.hasItem(fixture.path("none")))
    }

    /// Pictures are drawn as for the model that a run begins with, wherever it is named; a newer checkpoint of that one changes nothing.
    @Test func theModelToBeginWithMayBeNamedInAFile() throws {
        let drawn = try fixture.folder.write(#"{"layout": {"strategy": "bigrams"}}"#, to: "drawn.json")
        #expect(try fixture.run(fixture.arguments("base", course + ["--config", drawn])).status == 0)
        let config = try fixture.folder.write(
            #"{"sources": {"init": "\#(fixture.path("base"))"}}"#, to: "config.json")
        var arguments = fixture.arguments("next", course + ["--config", config])
        arguments.removeSubrange(1...2)
        let shown = try fixture.run(arguments + ["--print-config"])
        let strategy = try JSONValue.parse(Array(shown.text.utf8))["layout"]?["strategy"]
        #expect(strategy?["value"] == .string("bigrams"), "\(shown.text) \(shown.errorText)")
        #expect(try fixture.run(arguments).status == 0)
        let newer = fixture.path("base/checkpoints/step-00000009")
        try FileManager.default.copyItem(atPath: fixture.path("base/checkpoints/step-00000003"), toPath: newer)
        try Folder.removeTree(fixture.path("next/checkpoints/step-00000006"))
        let again = try fixture.run(["pretrain", "--resume", "--out", fixture.path("next"), "--threads", "1"])
        #expect(again.status == 0, "\(again.errorText)")
    }

    private func tensors(_ place: String) throws -> [String: [Double]] {
        try Dictionary(
            uniqueKeysWithValues: SafetensorsFolder(folder: fixture.path(place)).tensors.map {
                ($0.name, try $0.doubles())
            })
    }

    @Test func verbsAreListedAndTheirSettingsShown() throws {
        let help = try fixture.run(["method", "hft", "half-reset", "--help"])
        #expect(help.status == 0 && help.text.contains("ratio  share of units"), "\(help.text)")
        let printed = try fixture.run(["method", "hft", "half-reset", "--set", "ratio=0.25", "--print-config"])
        let ratio = try JSONValue.parse(printed.output)["ratio"]
        #expect(ratio?["value"] == .number(0.25) && ratio?["origin"] == .string("flag"))
        let cases: [(words: [String], status: Int, says: String)] = [
            (["hft"], 64, "half-reset, delta, apply"), (["hft", "half-rest"], 64, "near: half-reset"),
            (["hfd", "delta"], 64, "near: hft"), (["textgpt", "go"], 64, "it has none"),
            (["hft", "delta"], 64, "--out"), (["hft", "delta", "--set", "base"], 64, "key=value"),
        ]
        for test in cases {
            let run = try fixture.run(["method"] + test.words)
            #expect(run.status == test.status && run.errorText.contains(test.says), "\(test): \(run.errorText)")
        }
        let unknown = try fixture.run(fixture.arguments("x", course + ["--method", "halff"]))
        #expect(unknown.status == 64 && unknown.errorText.contains("near: half"), "\(unknown.errorText)")
        #expect(!Folder.hasItem(fixture.path("x/run.json")))
    }

    /// What was killed before its first checkpoint begins with --resume, and anew without.
    @Test func aRunWithoutACheckpointBegins() throws {
        let arguments = fixture.arguments("run", course)
        #expect(try fixture.run(arguments).status == 0)
        let whole = try fixture.model("run", step: 6)
        for words in [["pretrain", "--resume", "--out", fixture.path("run"), "--threads", "1"], arguments] {
            try Folder.removeTree(fixture.path("run/checkpoints"))
            let run = try fixture.run(words)
            #expect(run.status == 0, "\(run.errorText)")
            #expect(try fixture.model("run", step: 6) == whole)
        }
        let none = try fixture.run(["pretrain", "--resume", "--out", fixture.path("none")])
        #expect(none.status == 66 && none.errorText.contains("no run to resume"), "\(none.errorText)")
        try fixture.folder.write("mine", to: "mine/notes.txt")
        let foreign = try fixture.run(fixture.arguments("mine", course))
        #expect(foreign.status == 73 && foreign.errorText.contains("holds no run of letterpress pretrain"))
        #expect(try FileManager.default.contentsOfDirectory(atPath: fixture.path("mine")) == ["notes.txt"])
    }
}
