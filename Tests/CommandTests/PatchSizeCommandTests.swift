import Foundation
import Foundations
import TestSupport
import Testing

/// Patches of other sizes than 16 pixels, and strategies that cut text into words, from a corpus to an evaluation.
@Suite struct PatchSizeCommandTests {
    private let fixture: PretrainFixture
    private let corpus: String
    private let task: [String]

    init() throws {
        fixture = try PretrainFixture()
        let texts = (0..<24).map { #"{"text": "Ink on paper 日本語 سلام number \#($0)"}"# + "\n" }
        corpus = try fixture.folder.write(texts.joined(), to: "corpus.jsonl")
        for (name, count) in [("train", 12), ("dev", 6)] {
            let pairs = (0..<count).map {
                #"{"a": "ink and paper \#($0)", "b": "\#($0 % 2 == 0 ? "ink" : "wood") سلام", "label": "\#($0 % 2)"}"#
                    + "\n"
            }
            try fixture.folder.write(pairs.joined(), to: "\(name).jsonl")
        }
        task = ["--train", fixture.path("train.jsonl"), "--dev", fixture.path("dev.jsonl")]
    }

    private func succeed(_ arguments: [String]) throws -> Execution {
        let run = try fixture.run(arguments)
        try #require(run.status == 0, "\(arguments): \(run.errorText)")
        return run
    }

    /// The shape of a model that reads patches of `size` pixels.
    private func shape(_ size: Int) throws -> String {
        guard case .object(var keys) = try JSONValue.parse(fixture.folder.read("shape.json")) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        keys["patch_size"] = .integer(size)
        keys["image_size"] = .array([.integer(size), .integer(size * 1024)])
        return try fixture.folder.write(JSONValue.object(keys).encoded(), to: "shape-\(size).json")
    }

    private func drawing(_ path: String) throws -> JSONValue? {
        try JSONValue.parse(fixture.folder.read("\(path)/rendering.json"))["settings"]
    }

    @Test(arguments: [(8, "bigrams"), (24, "words"), (32, "adaptive")])
    func aModelOfAnotherPatchSizeIsTrainedAndUsed(size: Int, strategy: String) throws {
        let course = [
            "pretrain", "--model", try shape(size), "--length", "32", "--batch", "2", "--steps", "1", "--eval-every",
            "0",
            "--threads", "1", "--no-baselines",
        ]
        // The size of the text follows that of the patches, which follows the model.
        _ = try succeed(course + ["--data", corpus, "--strategy", strategy, "--out", fixture.path("drawn")])
        let model = "drawn/checkpoints/step-00000001"
        let drawn = try drawing(model)
        #expect(drawn?["render"]?["patch_size"] == .integer(size))
        #expect(drawn?["render"]?["font_size"]?.decimal == Double(size) / 2)
        #expect(drawn?["layout"]?["strategy"] == .string(strategy))

        let shards = fixture.path("shards")
        _ = try succeed([
            "render", corpus, "--patch-size", "\(size)", "--strategy", strategy, "--offsets", "exact", "--out", shards,
        ])
        _ = try succeed(["verify", shards, "--every", "1"])
        let shown = try succeed(["inspect", shards, "--index", "1", "-o", fixture.path("example.png")])
        #expect(shown.text.contains("patches of \(size) x \(size)"))
        _ = try succeed(["sheet", shards, "-o", fixture.path("sheet.png")])
        _ = try succeed(course + ["--data", shards, "--out", fixture.path("stored")])
        let other = try fixture.run([
            "pretrain", "--model", fixture.shape, "--data", shards, "--out", fixture.path("other"),
        ])
        #expect(other.status == 64 && other.errorText.contains("--patch-size 16"), "\(other.errorText)")

        for command in ["generate", "score"] {
            let text = command == "generate" ? ["--prompt", "Ink سلام", "-n", "2"] : ["--text", "Ink سلام"]
            _ = try succeed(
                [
                    command, "pixels", "--model", fixture.path("drawn"), "-o", fixture.path("\(command).png"),
                ] + text)
        }
        _ = try succeed(
            [
                "preview", "Ink سلام 日本", "--patch-size", "\(size)", "--side-by-side", "--grid", "-o",
                fixture.path("p.png"),
            ])

        // Two texts are drawn by the strategy of the pretraining.
        let tuned = fixture.path("tuned")
        _ = try succeed(
            [
                "finetune", "--model", fixture.path("drawn"), "--text-column", "a", "--text-b-column", "b",
                "--label-column",
            ]
                + ["label", "--modality", "image", "--length", "40", "--steps", "2", "--batch", "4", "--out", tuned]
                + task)
        let kept = try drawing("tuned/best")
        #expect(kept?["layout"]?["strategy"] == .string(strategy) && kept?["render"] == drawn?["render"])
        let answers = try succeed([
            "predict", "--model", tuned, "--text", "ink and paper", "--text-b", "wood", "--json",
        ])
        #expect(!answers.text.isEmpty)
    }
}
