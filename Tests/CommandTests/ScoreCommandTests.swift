import Foundation
import TestSupport
import Testing

@Suite struct ScoreCommandTests {
    private let folder: TemporaryFolder
    private let fixtures = "\(Repository.root)/Tests/ZooKitTests/Fixtures"

    init() throws { folder = try TemporaryFolder() }

    private func text() throws -> String {
        let run = try letterpress("convert", "\(fixtures)/tied.gguf", "--to", folder.file("text"))
        #expect(run.status == 0)
        return folder.file("text")
    }

    /// The fixture's pixel model as a folder.
    private func pixel() throws -> String {
        let page = try JSONSerialization.jsonObject(
            with: Data(contentsOf: URL(fileURLWithPath: "\(fixtures)/models.json")))
        let models = try #require((page as? [String: Any])?["models"] as? [String: Any])
        let config = try JSONSerialization.data(withJSONObject: #require(models["pixel"]))
        try folder.write(Array(config), to: "pixel/config.json")
        try folder.write(
            Array(Data(contentsOf: URL(fileURLWithPath: "\(fixtures)/pixel.safetensors"))),
            to: "pixel/model.safetensors")
        return folder.file("pixel")
    }

    private func objects(_ run: Execution) throws -> [[String: Any]] {
        try run.text.split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test func aTextHasAPerplexityAndItsTokensAddUpToIt() throws {
        let model = try text()
        try folder.write(String(repeating: "the cat in the hat, ", count: 12), to: "book.txt")
        let run = try letterpress(
            "score", "--model", model, folder.file("book.txt"), "--window", "32", "--stride", "8", "--tokens", "--json")
        #expect(run.status == 0, "\(run.errorText)")
        let lines = try objects(run)
        let (tokens, sum) = (lines.dropLast(), try #require(lines.last))
        let surprise = -tokens.compactMap { $0["log_probability"] as? Double }.reduce(0, +)
        let stated = try #require(sum["surprise"] as? Double)
        let perplexity = try #require(sum["perplexity"] as? Double)
        #expect(abs(surprise - stated) < 1e-6)
        #expect(sum["predicted"] as? Int == tokens.count && sum["tokens"] as? Int == tokens.count + 1)
        #expect(abs(exp(surprise / Double(tokens.count)) / perplexity - 1) < 1e-9)
        // The tokenizer begins with its mark, so that all bytes of the text are predicted.
        let pieces = tokens.compactMap { $0["piece"] as? String }.joined()
        #expect(try folder.read("book.txt") == Array(pieces.utf8))
        let plain = try letterpress("score", "--model", model, folder.file("book.txt"))
        #expect(plain.status == 0 && plain.text.contains("perplexity") && plain.text.contains("bits a byte"))
    }

    @Test func linesAreTextsOfTheirOwn() throws {
        let model = try text()
        try folder.write("{\"text\": \"the cat\"}\n\"in the hat\"\n", to: "a.jsonl")
        let run = try letterpress("score", "--model", model, folder.file("a.jsonl"), "--lines", "--json")
        let lines = try objects(run)
        #expect(lines.count == 3 && lines[2]["texts"] as? Int == 2)
        let sums = lines.compactMap { $0["surprise"] as? Double }
        #expect(sums.count == 3 && abs(sums[0] + sums[1] - sums[2]) < 1e-9)
        let one = try letterpress("score", "--model", model, "--text", "in the hat", "--json")
        #expect(try objects(one)[0]["surprise"] as? Double == sums[1])
        let tokens = try letterpress("score", "--model", model, "--text", "in", "--tokens")
        #expect(tokens.text.split(separator: "\n").first?.hasPrefix("1\t35\t\"in\"\t") == true)
    }

    @Test func aDrawnTextAndAPictureHaveMaps() throws {
        let model = try pixel()
        let map = folder.file("map.png")
        let run = try letterpress("score", "pixels", "--model", model, "--text", "Ink on paper", "-o", map, "--json")
        #expect(run.status == 0, "\(run.errorText)")
        let line = try #require(objects(run).first)
        let losses = try #require(line["losses"] as? [Any])
        let known = losses.compactMap { $0 as? Double }
        #expect(losses.first is NSNull && known.count == losses.count - 1 && line["patches"] as? Int == losses.count)
        let mean = known.reduce(0, +) / Double(known.count)
        let stated = try #require(line["loss"] as? Double)
        #expect(abs(mean - stated) < 1e-9)
        #expect(try folder.read("map.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
        // The same text as a picture: the same losses.
        #expect(try letterpress("preview", "Ink on paper", "-o", folder.file("ink.png")).status == 0)
        let other = try letterpress("score", "pixels", "--model", model, folder.file("ink.png"), "--json")
        let same = try #require(objects(other).first)
        #expect((same["losses"] as? [Any])?.compactMap { $0 as? Double } == known)
        #expect(FileManager.default.fileExists(atPath: folder.file("ink.loss.png")))
    }

    @Test func failuresHaveTheirCodes() throws {
        let model = try text()
        #expect(try letterpress("score", "--model", model).status == 64)
        #expect(try letterpress("score", "--model", model, folder.file("none.txt")).status == 66)
        #expect(try letterpress("score", "--model", folder.file("none"), "--text", "a").status == 66)
        #expect(try letterpress("score", "--model", model, "--text", "a", "--window", "1").status == 65)
        #expect(try letterpress("score", "--model", model, "--text", "a", "--window", "65").status == 65)
        let pixels = try letterpress("score", "pixels", "--model", model, "--text", "a")
        #expect(pixels.status != 0 && pixels.errorText.contains("patch head"))
    }
}
