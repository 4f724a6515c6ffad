import Foundation
import Foundations
import TestSupport
import Testing
import ZooKit

/// Commands read a model's folder whole: how its pictures were drawn, how its texts begin, what it predicts.
@Suite struct ModelFolderCommandTests {
    /// Gives a model's folder the drawing of some shards: bigrams of 9 points. The shards' manifest.
    private func draw(_ model: ModelFolderFixture) throws -> String {
        let corpus = try model.folder.write("Ink on paper.\n", to: "corpus.txt")
        let shards = model.folder.file("shards")
        let run = try letterpress(
            "render", corpus, "--out", shards, "--strategy", "bigrams", "--font-size", "9", "--max-patches", "40")
        #expect(run.status == 0, "\(run.errorText)")
        let settings = try JSONValue.parse(model.folder.read("shards/manifest.json"))["settings"]
        let kept = ["font_stack", "fonts", "render", "layout"].map { ($0, settings?[$0] ?? .null) }
        let record = JSONValue.object([
            "format_version": .integer(1), "settings": .object(Dictionary(uniqueKeysWithValues: kept)),
        ])
        try model.folder.write(record.encoded(), to: "model/rendering.json")
        return "\(shards)/manifest.json"
    }

    private func losses(_ arguments: String...) throws -> JSONValue {
        let run = try Execution.run(
            product: "letterpress", ["score", "pixels", "--text", "Ink on paper, and more", "--json"] + arguments,
            environment: ["LETTERPRESS_ROOT": Repository.root])
        #expect(run.status == 0, "\(run.errorText)")
        return try JSONValue.parse(run.output)["losses"] ?? .null
    }

    @Test func picturesAreDrawnAsTheModelsWere() throws {
        let model = try ModelFolderFixture(.erniePixel, head: .regressionRaw)
        let plain = try losses("--model", model.path)
        func prompt() throws -> JSONValue? {
            let run = try letterpress(
                "generate", "pixels", "--model", model.path, "--prompt", "Ink on paper", "-n", "2", "-o",
                model.folder.file("out.png"), "--json")
            #expect(run.status == 0, "\(run.errorText)")
            return try JSONValue.parse(run.output)["prompt_patches"]
        }
        let short = try prompt()
        let manifest = try draw(model)
        let drawn = try losses("--model", model.path)
        #expect(drawn != plain && drawn != .null)
        #expect(try prompt() != short)
        // A setting that is named is stronger; a copy keeps the record.
        #expect(try losses("--model", model.path, "--config", manifest) == drawn)
        #expect(try losses("--model", model.path, "--font-size", "8") != drawn)
        let copy = model.folder.file("copy")
        #expect(try letterpress("convert", model.path, "--to", copy).status == 0)
        #expect(try model.folder.read("copy/rendering.json") == model.folder.read("model/rendering.json"))
        #expect(try losses("--model", copy) == drawn)
    }

    @Test func aFineTuningOfACopyKeepsTheDrawing() throws {
        let task = try DrawnTask()
        _ = try draw(task.model)
        let (copy, out) = (task.model.folder.file("copy"), task.model.folder.file("run"))
        #expect(try letterpress("convert", task.model.path, "--to", copy).status == 0)
        let run = try letterpress(
            "finetune", "--model", copy, "--task", task.path, "--data", task.model.folder.file("data"), "--modality",
            "image", "--length", "48", "--steps", "2", "--batch", "4", "--eval-every", "2", "--out", out)
        #expect(run.status == 0, "\(run.errorText)")
        let kept = try JSONValue.parse(task.model.folder.read("run/best/rendering.json"))["settings"]
        #expect(kept?["layout"]?["strategy"] == .string("bigrams") && kept?["render"]?["font_size"] == .integer(9))
        // The copy of a classifier is evaluated as the classifier is.
        let classifier = task.model.folder.file("classifier")
        #expect(try letterpress("convert", out, "--to", classifier).status == 0)
        var answers: [[UInt8]] = []
        for name in ["run", "classifier"] {
            let folder = task.model.folder.file(name)
            let run = try letterpress(
                "evaluate", "--model", "m=\(folder)", "--tasks", task.path, "--data", task.model.folder.file("data"),
                "--out", "\(folder)-results")
            #expect(run.status == 0, "\(run.errorText)")
            answers.append(try task.model.folder.read("\(name)-results/predictions/m/drawn/validation.jsonl"))
        }
        #expect(answers[0] == answers[1])
    }

    @Test func aTrainedModelAndItsCopyScoreTextsAlike() throws {
        let fixture = try PretrainFixture()
        let run = try fixture.run(fixture.arguments("run", ["--steps", "3", "--mix", "1:0:0"]))
        #expect(run.status == 0, "\(run.errorText)")
        #expect(try letterpress("convert", fixture.path("run"), "--to", fixture.path("copy")).status == 0)
        var lines: [JSONValue] = []
        for name in ["run", "copy"] {
            let run = try letterpress("score", "--model", fixture.path(name), "--text", "Ink on paper", "--json")
            #expect(run.status == 0, "\(run.errorText)")
            lines.append(try JSONValue.parse(run.output))
        }
        // The begin token stands before the twelve bytes, all of which are predicted.
        #expect(lines[0]["predicted"] == .integer(12) && lines[0]["tokens"] == .integer(13))
        #expect(lines[0]["surprise"] == lines[1]["surprise"] && lines[1]["predicted"] == .integer(12))
        let config = try JSONValue.parse(fixture.folder.read("run/checkpoints/step-00000003/config.json"))
        #expect(config["letterpress"]?["kind"] == .string("pretraining"))
    }

    @Test func aModelOfTheOtherKindNamesItsCommand() throws {
        let pixels = try ModelFolderFixture(.erniePixel)
        try FileManager.default.removeItem(atPath: "\(pixels.path)/tokenizer.json")
        let texts = try ModelFolderFixture()
        for (command, text) in [("score", "--text"), ("generate", "--prompt")] {
            let wrong = try letterpress(command, "text", "--model", pixels.path, text, "a")
            #expect(wrong.status == 64 && wrong.errorText.contains("letterpress \(command) pixels"))
            let other = try letterpress(command, "pixels", "--model", texts.path, text, "a")
            #expect(other.status == 64 && other.errorText.contains("letterpress \(command) text"))
        }
        let bytes = try letterpress("score", "--model", pixels.path, "--text", "ab", "--tokenizer", "bytes", "--json")
        #expect(bytes.status == 0, "\(bytes.errorText)")
        let empty = pixels.folder.file("empty")
        try FileManager.default.createDirectory(atPath: empty, withIntermediateDirectories: true)
        let none = try letterpress("score", "--model", empty, "--text", "a")
        #expect(none.status == 66 && none.errorText.contains("checkpoints/"))
    }

    @Test func aStructureOfNoMethodIsNamed() throws {
        let model = try ModelFolderFixture()
        let config = try JSONValue.parse(model.folder.read("model/config.json"))
        let stored: [String: JSONValue]? = if case .object(let fields) = config { fields } else { nil }
        var fields = try #require(stored)
        fields["structure"] = .array([
            .object(["name": .string("unheard-of"), "version": .integer(1), "config": .object([:])])
        ])
        try model.folder.write(JSONValue.object(fields).encoded(), to: "model/config.json")
        for arguments in [
            ["zoo", "describe", model.path], ["score", "--model", model.path, "--text", "a"],
            ["convert", model.path, "--to", model.folder.file("copy")],
        ] {
            let run = try Execution.run(
                product: "letterpress", arguments, environment: ["LETTERPRESS_ROOT": Repository.root])
            #expect(run.status == 64 && run.errorText.contains("unheard-of"), "\(arguments): \(run.errorText)")
        }
    }
}
