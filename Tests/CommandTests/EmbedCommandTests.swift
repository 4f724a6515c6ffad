import Foundations
import TestSupport
import Testing
import ZooKit

/// `letterpress embed`: arrays, search, and tasks that compare vectors.
@Suite struct EmbedCommandTests {
    private let model: ModelFolderFixture

    init() throws {
        model = try ModelFolderFixture(.erniePixel)
        try model.folder.write("ink\npaper and ink\nfolio\n", to: "texts.txt")
        try model.folder.write("folio\npaper and ink\nmore\nink\n", to: "other.txt")
    }

    private func path(_ name: String) -> String { model.folder.file(name) }

    private func run(_ arguments: String..., input: String = "") throws -> Execution {
        try Execution.run(
            product: "letterpress", arguments, input: Array(input.utf8),
            environment: ["LETTERPRESS_ROOT": Repository.root])
    }

    /// Rows of an array's bytes behind its header.
    private func rows(_ name: String, count: Int) throws -> [[UInt8]] {
        let bytes = try model.folder.read(name)
        #expect(Array(bytes.prefix(8)) == [0x93] + Array("NUMPY".utf8) + [1, 0])
        #expect(String(decoding: bytes[10..<128], as: UTF8.self).contains("'shape': (\(count), 16)"))
        #expect(bytes[127] == UInt8(ascii: "\n"))
        try #require(bytes.count == 128 + count * 64)
        return (0..<count).map { Array(bytes[(128 + $0 * 64)..<(192 + $0 * 64)]) }
    }

    /// A text's vector is the same whatever stands beside it, bit for bit, and another one for other rows and layers.
    @Test(arguments: ["image", "text", "pair"]) func vectorsDependOnTheirTextAlone(_ modality: String) throws {
        func embed(_ file: String, _ out: String, _ more: String...) throws {
            let done = try Execution.run(
                product: "letterpress",
                ["embed", "--model", model.path, path(file), "--modality", modality, "-o", path(out)] + more,
                environment: ["LETTERPRESS_ROOT": Repository.root])
            try #require(done.status == 0, "\(done.errorText)")
        }
        try embed("texts.txt", "a.npy", "--ids", path("a.jsonl"))
        try embed("other.txt", "b.npy", "--threads", "1")
        let (a, b) = (try rows("a.npy", count: 3), try rows("b.npy", count: 4))
        #expect(a[0] == b[3] && a[1] == b[1] && a[2] == b[0])
        #expect(Set(a + [b[2]]).count == 4)
        let ids = String(decoding: try model.folder.read("a.jsonl"), as: UTF8.self).split(separator: "\n")
        #expect(ids.count == 3)
        #expect(try JSONValue.parse(Array(ids[1].utf8))["source"]?["line"] == .integer(2))
        var different = [a]
        for more in [["--pool", "last"], ["--layer", "0"], ["--layer", "1"], ["--layer", "2"]] {
            try embed("texts.txt", "c.npy", more[0], more[1])
            different.append(try rows("c.npy", count: 3))
        }
        #expect(Set(different).count == 5)
    }

    @Test func searchFindsTheTextItself() throws {
        let found = try run(
            "embed", "--model", model.path, path("texts.txt"), "--search", "folio", "--search", "ink", "--top", "2",
            "--json")
        #expect(found.status == 0, "\(found.errorText)")
        let lines = try found.text.split(separator: "\n").map { try JSONValue.parse(Array($0.utf8)) }
        #expect(lines.map { $0["query"] } == [.string("folio"), .string("ink")])
        for (line, text) in zip(lines, ["folio", "ink"]) {
            guard case .array(let hits)? = line["hits"] else { throw Missing() }
            #expect(hits.count == 2)
            #expect(hits[0]["text"] == .string(text))
            #expect((hits[0]["cosine"]?.decimal ?? 0) > 1 - 1e-9)
        }
    }

    @Test func badRequestsAreTold() throws {
        #expect(try run("embed", "--model", model.path, path("texts.txt")).status == 64)
        let layer = try run("embed", "--model", model.path, path("texts.txt"), "-o", path("x.npy"), "--layer", "3")
        #expect(layer.status == 64)
        #expect(layer.errorText.contains("0 to 2"))
        let none = try run("embed", "--model", model.path, path("none.txt"), "-o", path("x.npy"))
        #expect(none.status == 66)
        #expect(!Folder.hasItem(path("x.npy")) && !Folder.hasItem(path("x.npy.partial")))
    }

    /// Retrieval of the same texts finds all of them; the cosine of equal texts is the highest.
    @Test func tasksCompareVectors() throws {
        let texts = ["ink", "paper", "folio", "press", "type", "proof"]
        let lines = texts.map { #"{"a": "\#($0)", "b": "\#($0)"}"# + "\n" }
        try model.folder.write(lines.joined(), to: "data/r.jsonl")
        let rated = texts.enumerated().map { index, text in
            #"{"a": "\#(text)", "b": "\#(index < 3 ? text : "other \(index)")", "s": \#(index < 3 ? 5 : 1)}"# + "\n"
        }
        try model.folder.write(rated.joined(), to: "data/s.jsonl")
        func task(_ name: String, _ kind: String, _ columns: String, _ file: String, _ metrics: String) throws -> String
        {
            try model.folder.write(
                #"""
                {"name": "\#(name)", "version": 1, "kind": "\#(kind)",
                 "layouts": [{"name": "f", "format": "jsonl", "columns": \#(columns),
                              "splits": {"test": {"files": ["\#(file)"]}}}],
                 "use": {"report": ["test"]}, "metrics": \#(metrics)}
                """#, to: "\(name).json")
        }
        let retrieval = try task(
            "r", "retrieval", #"{"text_a": "a", "text_b": "b"}"#, "r.jsonl", #"["mrr", "recall@1"]"#)
        let similarity = try task(
            "s", "similarity", #"{"text_a": "a", "text_b": "b", "label": "s"}"#, "s.jsonl", #"["spearman", "pearson"]"#)
        let done = try run(
            "evaluate", "--model", "m=\(model.path)", "--tasks", "\(retrieval),\(similarity)", "--data", path("data"),
            "--bootstrap",
            "20", "--out", path("results"))
        try #require(done.status == 0, "\(done.errorText)")
        let results = try JSONValue.parse(model.folder.read("results/results.json"))
        guard case .array(let all)? = results["results"] else { throw Missing() }
        #expect(all[0]["metrics"]?["mrr"]?["value"]?.decimal == 1)
        #expect((all[1]["metrics"]?["spearman"]?["value"]?.decimal ?? 0) > 0.8)
        #expect(done.text.contains("trigrams"))

        // Other rows and layers give other cosines, and results of others are not resumed.
        let other = try run(
            "evaluate", "--model", "m=\(model.path)", "--tasks", similarity, "--data", path("data"), "--bootstrap",
            "20",
            "--embed-pool", "last", "--embed-layer", "1", "--out", path("others"))
        try #require(other.status == 0, "\(other.errorText)")
        let file = "predictions/m/s/test.jsonl"
        #expect(try model.folder.read("others/\(file)") != model.folder.read("results/\(file)"))
    }

    private struct Missing: Error {}
}
