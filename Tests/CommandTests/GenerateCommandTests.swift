import Foundation
import TestSupport
import Testing

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
            (["--model", model.path, "--prompt", "a", "--batch", "0"], 65, "generate.batch"),
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
}
