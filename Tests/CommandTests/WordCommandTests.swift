import Foundations
import TestSupport
import Testing
import ZooKit

/// Labelling of words from a file to predictions, by the command.
@Suite struct WordCommandTests {
    private let model: ModelFolderFixture

    init() throws {
        model = try ModelFolderFixture(.erniePixel)
        for (name, count) in [("train", 12), ("dev", 6), ("test", 6)] {
            let sentences = (0..<count).map { index in
                let name = ["Anna", "Otto Berg"][index % 2].split(separator: " ")
                let tags = name.enumerated().map { "\($0.element) \($0.offset == 0 ? "B" : "I")-PER" }
                return (tags + ["prints O", "\(index) O"]).joined(separator: "\n") + "\n\n"
            }
            try model.folder.write(sentences.joined(), to: "\(name).bio")
        }
    }

    private func path(_ name: String) -> String { model.folder.file(name) }

    private func run(_ arguments: String..., input: String = "") throws -> Execution {
        let execution = try Execution.run(
            product: "letterpress", arguments, input: Array(input.utf8),
            environment: ["LETTERPRESS_ROOT": Repository.root])
        try #require(execution.status == 0, "\(arguments[0]): \(execution.errorText)")
        return execution
    }

    @Test(arguments: ["text", "image", "pair"]) func fromColumnsToPredictions(_ modality: String) throws {
        _ = try run(
            "tasks", "init", path("train.bio"), "--validation", path("dev.bio"), "--test", path("test.bio"), "-o",
            path("names.json"), "--name", "names")
        _ = try run(
            "finetune", "--model", model.path, "--task", path("names.json"), "--modality", modality, "--length", "48",
            "--steps", "4", "--batch", "4", "--eval-every", "2", "--lr", "3e-3", "--out", path("head"))
        let record = try JSONValue.parse(model.folder.read("head/best/classifier.json"))
        #expect(record["kind"] == .string("token_labelling"))
        #expect(record["word_row"] == .string("last"))
        let config = try JSONValue.parse(model.folder.read("head/best/config.json"))
        #expect(config["architectures"] == .array([.string("ErniePixelForTokenClassification")]))
        _ = try run(
            "evaluate", "--model", path("head"), "--tasks", path("names.json"), "--bootstrap", "20", "--out",
            path("results"))
        let results = try JSONValue.parse(model.folder.read("results/results.json"))
        let text = String(decoding: results.encoded(), as: UTF8.self)
        for word in ["lexicon", "f1_entities", "truncated_words"] { #expect(text.contains(word), "\(word)") }

        // The same labels as the evaluation's, for the same sentence.
        let lines = String(decoding: try model.folder.read("results/predictions/head/names/test.jsonl"), as: UTF8.self)
        let first = try JSONValue.parse(Array(lines.split(separator: "\n")[0].utf8))
        let json = try run("predict", "--model", path("head"), "--text", "Anna prints 0", "--json")
        let predicted = try JSONValue.parse(Array(json.text.utf8))
        #expect(predicted["words"] == first["words"])
        #expect(predicted["labels"] == first["prediction"])
        let list = try model.folder.write(#"{"tokens": ["Anna", "prints", "0"]}"# + "\n", to: "list.jsonl")
        let given = try run("predict", "--model", path("head"), list, "--words-field", "tokens", "--json")
        let words = try JSONValue.parse(Array(given.text.utf8))
        #expect(words["words"] == first["words"] && words["labels"] == first["prediction"])
        let plain = try run("predict", "--model", path("head"), "--text", "Anna  prints 0").text
        #expect(plain.split(separator: "\n").map { $0.split(separator: "\t").count } == [3, 3, 3])
    }

    /// Words without room are counted and told, and score as wrong.
    @Test func wordsWithoutRoomAreCounted() throws {
        _ = try run(
            "finetune", "--model", model.path, "--train", path("train.bio"), "--dev", path("dev.bio"), "--modality",
            "text", "--length", "16", "--steps", "2", "--batch", "4", "--word-row", "first", "--out", path("short"))
        _ = try run("tasks", "init", path("test.bio"), "--dev", path("dev.bio"), "-o", path("t.json"), "--name", "t")
        let evaluated = try run(
            "evaluate", "--model", path("short"), "--tasks", path("t.json"), "--bootstrap", "5", "--out", path("r"))
        // A token is a byte, and there is room for 16.
        #expect(evaluated.errorText.contains("had no room and count as wrong"))
        let cut = try run("predict", "--model", path("short"), "--text", "Otto Berg printing 1", "--json")
        let line = try JSONValue.parse(Array(cut.text.utf8))
        guard case .array(let labels)? = line["labels"] else { throw Missing() }
        #expect(labels.map { $0 == .null } == [false, false, true, true])
        #expect(line["truncated"] == .bool(true))
    }

    private struct Missing: Error {}
}
