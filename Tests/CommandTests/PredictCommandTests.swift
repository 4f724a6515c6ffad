import Foundation
import Foundations
import TestSupport
import Testing

/// `letterpress predict` on fine-tuned small models.
@Suite struct PredictCommandTests {
    private let drawn: DrawnTask
    private var folder: TemporaryFolder { drawn.model.folder }

    init() throws { drawn = try DrawnTask() }

    private func run(_ arguments: [String], input: String = "") throws -> Execution {
        try Execution.run(
            product: "letterpress", arguments, input: Array(input.utf8),
            environment: ["LETTERPRESS_ROOT": Repository.root])
    }

    private func predict(_ arguments: String..., input: String = "") throws -> Execution {
        try run(["predict"] + arguments, input: input)
    }

    private func path(_ name: String) -> String { folder.file(name) }

    private func lines(_ text: String) throws -> [JSONValue] {
        try text.split(separator: "\n").map { try JSONValue.parse(Array($0.utf8)) }
    }

    /// A model that was fine-tuned on the task, in a folder.
    private func finetuned(_ modality: String, task: String? = nil) throws -> String {
        let made = try run([
            "finetune", "--model", drawn.model.path, "--task", task ?? drawn.path, "--data", path("data"), "--modality",
            modality, "--length",
            "48",
            "--steps", "4", "--batch", "4", "--eval-every", "4", "--lr", "3e-3", "--out", path("head-\(modality)"),
        ])
        try #require(made.status == 0, "\(made.errorText)")
        return path("head-\(modality)")
    }

    private func softmax(_ scores: [Double]) -> [Double] {
        let powers = scores.map { exp($0 - (scores.max() ?? 0)) }
        return powers.map { $0 / powers.reduce(0, +) }
    }

    private func numbers(_ value: JSONValue?) -> [Double] {
        guard case .array(let all)? = value else { return [] }
        return all.compactMap { $0.decimal }
    }

    /// The same labels and probabilities as an evaluation writes, in the same batches bit for bit, in others within 1e-5.
    @Test(arguments: ["text", "image", "pair"]) func predictionsAreThoseOfAnEvaluation(_ modality: String) throws {
        let head = try finetuned(modality)
        let evaluated = try run([
            "evaluate", "--model", head, "--tasks", drawn.path, "--data", path("data"), "--bootstrap", "10", "--out",
            path("e"),
        ])
        try #require(evaluated.status == 0, "\(evaluated.errorText)")
        let expected = try lines(
            String(decoding: folder.read("e/predictions/head-\(modality)/drawn/validation.jsonl"), as: UTF8.self))
        func check(_ found: [JSONValue], _ places: [Int], within limit: Double) {
            #expect(found.count == places.count)
            for (line, place) in zip(found, places) {
                #expect(line["label"] == expected[place]["prediction"])
                #expect(
                    line["source"]?["line"]
                        == .integer(
                            places.count == 12 && found.count == 12 ? (places.firstIndex(of: place) ?? 0) + 1 : 0))
                for (name, probability) in zip(["ink", "paper"], softmax(numbers(expected[place]["scores"]))) {
                    let own = line["probabilities"]?[name]?.decimal ?? .nan
                    #expect(abs(own - probability) <= limit, "\(own) \(probability)")
                }
            }
        }
        let file = path("data/v.jsonl")
        let all = Array(0..<12)
        check(try lines(predict("--model", head, file, "--json").text), all, within: 0)
        for batch in ["1", "3", "64"] {
            check(try lines(predict("--model", head, file, "--json", "--batch", batch).text), all, within: 1e-5)
        }
        let rows = String(decoding: try folder.read("data/v.jsonl"), as: UTF8.self).split(separator: "\n").map(
            String.init)
        let backwards = try predict(
            "--model", head, "-", "--json", "--input-format", "jsonl", input: rows.reversed().joined(separator: "\n"))
        check(try lines(backwards.text), all.reversed(), within: 1e-5)
        // One at a time nothing depends on the others, to the bit.
        func alone(_ rows: [String]) throws -> [JSONValue?] {
            try lines(
                predict(
                    "--model", head, "-", "--json", "--batch", "1", "--input-format", "jsonl",
                    input: rows.joined(separator: "\n")
                ).text
            ).map { $0["probabilities"] }
        }
        #expect(try alone(rows) == alone(rows.reversed()).reversed())
        // The folder of the run and its model are the same.
        #expect(try predict("--model", "\(head)/best", file).text == predict("--model", head, file).text)
    }

    @Test func pairsAndNumbersAreAnswered() throws {
        for name in ["train", "v"] {
            let rows = (0..<16).map {
                #"{"one": "ink \#($0)", "two": "page \#($0 % 3)", "y": \#(Double($0) / 4)}"# + "\n"
            }
            try folder.write(rows.joined(), to: "data/\(name).jsonl")
        }
        let text = String(decoding: try folder.read("drawn.json"), as: UTF8.self)
        let task = try folder.write(
            text.replacing(
                #"{"text_a": "text", "label": "label"}"#, with: #"{"text_a": "one", "text_b": "two", "label": "y"}"#
            )
            .replacing("classification", with: "regression").replacing(#""labels": ["ink", "paper"],"#, with: "")
            .replacing("\"accuracy\"", with: "\"pearson\""), to: "pairs.json")
        let head = try finetuned("image", task: task)
        let evaluated = try run([
            "evaluate", "--model", head, "--tasks", task, "--data", path("data"), "--bootstrap", "10", "--out",
            path("e"),
        ])
        try #require(evaluated.status == 0, "\(evaluated.errorText)")
        let expected = try lines(
            String(decoding: folder.read("e/predictions/head-image/drawn/validation.jsonl"), as: UTF8.self))
        let found = try lines(predict("--model", head, path("data/v.jsonl"), "--json", "--keep", "y").text)
        #expect(found.map { $0["value"] } == expected.map { $0["prediction"] })
        #expect(found[2]["fields"]?["y"]?.decimal == 0.5)
        let single = try predict(
            "--model", head, "--text", "ink 0", "--text-b", "page 0", "--text", "a", "--text-b", "b")
        let first = Double(single.text.prefix { $0 != "\t" }) ?? .nan
        #expect(abs(first - (found[0]["value"]?.decimal ?? 0)) < 1e-4, "\(single.text)")
        #expect(single.text.hasPrefix("\(single.text.prefix { $0 != "\t" })\tink 0 | page 0\n"))
        #expect(try predict("--model", head, "--text", "a", "--text", "b", "--text-b", "c").status == 64)
    }

    @Test func formsOfInputGiveTheSameAndLinesAreForPeople() throws {
        let head = try finetuned("text")
        let texts = ["ink and more", "paper, and\tmore", "", String(repeating: "long ", count: 40)]
        let json = texts.map {
            String(decoding: JSONValue.object(["text": .string($0), "id": .string("x")]).encoded(), as: UTF8.self)
        }
        try folder.write(json.joined(separator: "\n"), to: "t.jsonl")
        let quoted = texts.map { "x,\"\($0)\"\n" }.joined()
        try folder.write("id,text\n" + quoted, to: "t.csv")
        func labels(_ run: Execution) throws -> [JSONValue?] {
            #expect(run.status == 0, "\(run.errorText)")
            return try lines(run.text).map { $0["probabilities"] }
        }
        let expected = try labels(predict("--model", head, path("t.jsonl"), "--json"))
        #expect(expected.count == 4)
        #expect(try labels(predict("--model", head, path("t.csv"), "--json", "--keep", "id")) == expected)
        let arguments = texts.flatMap { ["--text", $0] }
        #expect(try labels(run(["predict", "--model", head, "--json"] + arguments)) == expected)
        let piped = try predict("--model", head, "-", "--json", input: "ink and more\npaper, and\tmore\n\n\(texts[3])")
        #expect(try labels(piped) == expected)
        let people = try predict("--model", head, path("t.jsonl"), "--top", "2", "--keep", "id")
        let rows = people.text.split(separator: "\n", omittingEmptySubsequences: false).dropLast().map {
            $0.split(separator: "\t", omittingEmptySubsequences: false)
        }
        #expect(rows.count == 4 && rows.allSatisfy { $0.count == 6 && $0[4] == "x" }, "\(people.text)")
        #expect(rows[1][5] == "paper, and more" && rows[3][5].count == 60 && rows[3][5].hasSuffix("…"))
        #expect(people.errorText.contains("1 of 4 texts had no room"), "\(people.errorText)")
        let one = try #require(try lines(predict("--model", head, "--text", "ink", "--json", "--top", "1").text).first)
        guard case .object(let shown)? = one["probabilities"] else { return #expect(Bool(false)) }
        #expect(shown.count == 1 && one["top"] == .array([one["label"] ?? .null]))
    }

    /// The answers to the first lines come before the input ends, and a broken line after them.
    @Test func answersComeWhileInputIsRead() throws {
        let head = try finetuned("text")
        let command = try Repository.product("letterpress")
        let script = """
            mkfifo '\(path("in"))'
            '\(command)' predict --model '\(head)' - < '\(path("in"))' > '\(path("out"))' &
            exec 3> '\(path("in"))'
            printf 'ink\\npaper\\n' >&3
            for i in $(seq 600); do [ "$(wc -l < '\(path("out"))')" = 2 ] && break; sleep 0.1; done
            wc -l < '\(path("out"))'
            printf 'more\\n' >&3
            exec 3>&-
            wait
            wc -l < '\(path("out"))'
            """
        let run = try Execution.run(
            "/bin/bash", ["-c", script], environment: ["LETTERPRESS_ROOT": Repository.root, "PATH": "/usr/bin:/bin"])
        #expect(run.text == "2\n3\n", "\(run.text) \(run.errorText)")
        try folder.write(#"{"text": "ink"}"# + "\n{\"text\": \n", to: "torn.jsonl")
        let torn = try predict("--model", head, path("torn.jsonl"))
        #expect(torn.status == 65 && torn.errorText.contains("torn.jsonl:2"), "\(torn.errorText)")
        #expect(torn.text.split(separator: "\n").count == 1)
        let skipped = try predict("--model", head, path("torn.jsonl"), "--on-error", "skip")
        #expect(skipped.status == 0 && skipped.errorText.contains("left out: 1 record"), "\(skipped.errorText)")
    }

    @Test func whatIsNoClassifierIsRefusedWithTheCommandThatHelps() throws {
        func expect(_ status: Int32, _ says: String, _ arguments: String...) throws {
            let run = try run(["predict"] + arguments)
            #expect(
                run.status == status && run.errorText.contains(says) && run.output.isEmpty,
                "\(run.status) \(run.errorText)")
        }
        try expect(64, "letterpress finetune --model \(drawn.model.path)", "--model", drawn.model.path, "--text", "a")
        try expect(66, "there is no model folder", "--model", path("none"), "--text", "a")
        try expect(66, "holds no model", "--model", path("data"), "--text", "a")
        let head = try finetuned("text")
        try expect(64, "--text", "--model", head)
        try expect(64, "--batch", "--model", head, "--text", "a", "--batch", "0")
        try expect(64, "--top", "--model", head, "--text", "a", "--top", "0")
        try expect(66, "none.txt", "--model", head, path("none.txt"))
        try expect(
            65, "no column nothing", "--model", head, folder.write("a,b\n1,2\n", to: "t.csv"), "--text-field", "nothing"
        )
        try FileManager.default.removeItem(atPath: "\(head)/best/classifier.json")
        // Without the record a model of pixels does not say how it reads; the names are in config.json as well.
        try expect(65, "classifier.json", "--model", head, "--text", "a")
    }

    /// A grid stands for its best run.
    @Test func aGridStandsForItsBestRun() throws {
        let made = try run([
            "finetune", "--model", drawn.model.path, "--task", drawn.path, "--data", path("data"), "--modality", "text",
            "--length", "32",
            "--steps", "2",
            "--batch", "4", "--grid", "lr=1e-3,1e-2", "--keep-best-only", "--out", path("grid"),
        ])
        #expect(made.status == 0, "\(made.errorText)")
        let predicted = try predict("--model", path("grid"), "--text", "ink")
        #expect(predicted.status == 0 && predicted.text.contains("ink"), "\(predicted.errorText)")
    }
}
