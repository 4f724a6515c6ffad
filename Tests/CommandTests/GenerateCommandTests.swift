import Foundation
import TestSupport
import Testing
import ZooKit

/// `letterpress generate`.
@Suite struct GenerateCommandTests {
    private func lines(_ run: Execution) throws -> [[String: Any]] {
        #expect(run.status == 0, "\(run.errorText)")
        return try run.text.split(separator: "\n").map {
            try #require(JSONSerialization.jsonObject(with: Data($0.utf8)) as? [String: Any])
        }
    }

    @Test func oneTextStreamsAndSeveralComeInTheOrderOfTheirPrompts() throws {
        let model = try ModelFolderFixture()
        let prompts = try model.folder.write(
            #"{"id": 4, "prompt": "one two"}"# + "\n\"three\"\n" + #"{"prompt": "four", "id": 0}"# + "\n", to: "p.jsonl"
        )
        let arguments = ["generate", "--model", model.path, "--prompts", prompts, "--temperature", "1", "-n", "9"]
        func run(_ more: String...) throws -> Execution {
            try Execution.run(product: "letterpress", arguments + more)
        }
        let whole = try run("--json", "--record", "--samples", "2")
        let found = try lines(whole)
        #expect(found.map { $0["id"] as? Int } == [4, 4, 1, 1, 0, 0])
        #expect(found.map { $0["sample"] as? Int } == [0, 1, 0, 1, 0, 1])
        #expect(found.map { $0["prompt"] as? String } == ["one two", "one two", "three", "three", "four", "four"])
        for line in found {
            let tokens = try #require(line["tokens"] as? [Int])
            #expect(!tokens.isEmpty && tokens.count <= 9)
            #expect((line["log_probabilities"] as? [Double])?.count == tokens.count)
            #expect((line["ranks"] as? [Int])?.count == tokens.count)
            #expect(["length", "end"].contains(line["reason"] as? String))
        }
        #expect(Set(found.map { $0["text"] as? String }).count == 6)
        for more in [["--batch", "1"], ["--batch", "4", "--threads", "2"], ["--threads", "1"]] {
            let again = try Execution.run(
                product: "letterpress", arguments + ["--json", "--record", "--samples", "2"] + more)
            #expect(try lines(again).map { $0["tokens"] as? [Int] } == found.map { $0["tokens"] as? [Int] })
        }
        let plain = try run("--samples", "2").text
        #expect(
            plain.hasPrefix("-- prompt 4, sample 0\n\(found[0]["text"] as? String ?? "?")\n-- prompt 4, sample 1\n"))
        let alone = try letterpress(
            "generate", "--model", model.path, "--prompt", "four", "--temperature", "1", "-n", "9", "--quiet")
        #expect(alone.text == "\(found[4]["text"] as? String ?? "?")\n" && alone.errorText.isEmpty)
        let piped = try letterpress(
            "generate", "--model", model.path, "--prompts", "-", "--temperature", "1", "-n", "9", "--json",
            input: "four\n")
        #expect(try lines(piped)[0]["tokens"] as? [Int] == found[4]["tokens"] as? [Int])
    }

    @Test func aFlagBeatsTheEnvironmentThatBeatsTheFileThatBeatsThePreset() throws {
        let folder = try TemporaryFolder()
        let config = try folder.write(
            #"{"sampling": {"top_k": 30, "seed": 5, "min_p": 0.2}, "generate": {"batch": 3}}"#, to: "c.json")
        let run = try letterpress(
            "generate", "--model", "x", "--print-config", "--preset", "nucleus", "--config", config, "--seed", "7",
            environment: ["LETTERPRESS_SAMPLING_SEED": "6", "LETTERPRESS_SAMPLING_TOP_K": "20"])
        #expect(run.status == 0, "\(run.errorText)")
        let root = try #require(JSONSerialization.jsonObject(with: Data(run.output)) as? [String: [String: Any]])
        func origin(_ section: String, _ key: String) -> String {
            let entry = root[section]?[key] as? [String: Any]
            return "\(entry?["value"] ?? "nothing") from \(entry?["origin"] ?? "nowhere")"
        }
        #expect(origin("sampling", "seed") == "7 from flag")
        #expect(origin("sampling", "top_k") == "20 from environment")
        #expect(origin("sampling", "min_p") == "0.2 from file \(config)")
        #expect(origin("sampling", "top_p") == "0.9 from preset nucleus")
        #expect(origin("generate", "batch") == "3 from file \(config)")
        #expect(origin("generate", "precision") == "fp32 from default")
    }

    @Test func whatIsWrongHasItsExitCodeAndAMessage() throws {
        let model = try ModelFolderFixture()
        func write(_ text: String) throws -> String { try model.folder.write(text, to: "\(UUID().uuidString).jsonl") }
        let cases: [([String], Int, String)] = [
            (["--model", model.path], 64, "--prompt"),
            (["--model", model.path, "--prompt", "a", "--prompts", "b"], 64, "--prompt"),
            (["--model", model.path, "--prompt", "a", "--temperature", "-1"], 64, "temperature"),
            (["--model", model.path, "--prompt", "a", "--top-p", "0"], 64, "top_p"),
            (["--model", model.path, "--prompt", "a", "--preset", "beam"], 64, "nucleus"),
            (["--model", model.path, "--prompt", "a", "--record"], 64, "--json"),
            (["--model", model.path, "--prompt", "a", "--system", "b"], 64, "--chat"),
            (["--model", model.path, "--prompt", "a", "--batch", "0"], 64, "generate.batch"),
            (["--model", model.path, "--prompt", "a", "--chat", "chatml"], 65, "<|im_start|>"),
            (["--model", model.path, "--prompt", ""], 65, "prompt 0"),
            (["--model", model.path, "--prompt", String(repeating: "a", count: 97)], 65, "96 positions"),
            (["--model", model.path, "--prompts", try write("{\"prompt\": 3}\n")], 65, "line 1"),
            (["--model", model.path, "--prompts", try write("\"a\"\n{\"prompt\"\n")], 65, "line 2"),
            (["--model", model.path, "--prompts", try write("\"a\"\n{\"prompt\":\"b\",\"id\":0}\n")], 65, "line 2"),
            (
                [
                    "--model", model.path, "--prompts",
                    try write("{\"messages\":[{\"role\":\"user\",\"content\":\"x\"}]}\n"),
                ], 65, "--chat"
            ),
            (["--model", model.folder.file("none"), "--prompt", "a"], 66, "none"),
            (["--model", model.path, "--prompts", model.folder.file("none.txt")], 66, "none.txt"),
        ]
        for (arguments, status, word) in cases {
            let run = try Execution.run(product: "letterpress", ["generate"] + arguments)
            #expect(run.status == status, "\(arguments): \(run.errorText)")
            #expect(run.errorText.contains(word) && run.output.isEmpty, "\(arguments): \(run.errorText)")
        }
    }

    /// A picture of text goes on: the prompt is drawn and aligned, or a PNG; what comes out can be continued again.
    @Test func aPictureIsContinued() throws {
        let model = try ModelFolderFixture(.erniePixel, head: .regressionRaw)
        let first = model.folder.file("first.png")
        let run = try letterpress(
            "generate", "pixels", "--model", model.path, "--prompt", "My cool", "-n", "3", "-o", first, "--json")
        let report = try #require(try lines(run).first)
        let begun = try #require(report["prompt_patches"] as? Int)
        let new = try #require(report["patches"] as? Int)
        #expect((2...6).contains(begun) && (1...3).contains(new) && report["file"] as? String == first)
        #expect(try size(first) == [16 * (begun + new), 16])
        let second = model.folder.file("second.png")
        let again = try letterpress(
            "generate", "pixels", "--model", model.path, "--image", first, "-n", "2", "-o", second, "--drawing",
            "threshold",
            "--columns", "4", "--scale", "2")
        #expect(again.status == 0 && again.errorText.contains("\(begun + new) patches of the prompt"))
        #expect(try size(second)[0] == 128)
        let piped = try letterpress(
            "generate", "pixels", "--model", model.path, "--prompt", "My cool", "-n", "3")
        #expect(try Data(piped.output) == Data(model.folder.read("first.png")))
    }

    /// Width and height of a PNG.
    private func size(_ path: String) throws -> [Int] {
        let bytes = [UInt8](try Data(contentsOf: URL(fileURLWithPath: path)))
        try #require(bytes.count > 24)
        return [16, 20].map { bytes[$0..<$0 + 4].reduce(0) { $0 * 256 + Int($1) } }
    }

    @Test func whatIsWrongWithAPictureHasItsExitCode() throws {
        let model = try ModelFolderFixture(.erniePixel)
        let text = try ModelFolderFixture()
        let cases: [([String], Int, String)] = [
            (["--model", model.path], 64, "--prompt"),
            (["--model", model.path, "--prompt", "a", "--drawing", "colour"], 64, "regression_norm"),
            (["--model", model.path, "--prompt", "a", "--drawing", "sample"], 64, "regression_norm"),
            (["--model", model.path, "--prompt", "a", "--seed", "3"], 64, "--seed has no effect"),
            (["--model", model.path, "--prompt", "a", "--temperature", "2"], 64, "--temperature has no effect"),
            (["--model", model.path, "--image", "x.png", "--gap", "2"], 64, "--gap has no effect"),
            (["--model", model.path, "--prompt", "a", "--patches", "-1"], 64, "patches"),
            (["--model", model.path, "--prompt", "a", "--patch-size", "8"], 64, "render.patch_size"),
            (["--model", model.path, "--prompt", "a", "--json"], 64, "-o"),
            (["--model", text.path, "--prompt", "a"], 64, "letterpress generate text"),
            (["--model", model.path, "--image", "\(model.path)/config.json"], 65, "PNG"),
            (["--model", model.path, "--image", model.folder.file("none.png")], 66, "none.png"),
        ]
        for (arguments, status, word) in cases {
            let run = try Execution.run(
                product: "letterpress", ["generate", "pixels"] + arguments,
                environment: ["LETTERPRESS_ROOT": Repository.root])
            #expect(run.status == status, "\(arguments): \(run.errorText)")
            #expect(run.errorText.contains(word) && run.output.isEmpty, "\(arguments): \(run.errorText)")
        }
    }
}
