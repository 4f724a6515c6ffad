import Foundation
import TestSupport
import Testing

@Suite struct ZooCommandTests {
    private static let methods = ["textgpt", "pixelgpt", "monogpt", "dualgpt"]

    private func objects(_ run: Execution) throws -> [[String: Any]] {
        try run.text.split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test func theListNamesMethodsSourcesAndPresets() throws {
        let run = try letterpress("zoo", "list")
        #expect(run.status == 0)
        for method in Self.methods {
            #expect(run.text.contains("\(method)  "))
            #expect(run.text.contains("\(method)/tiny"))
        }
        #expect(run.text.contains("https://arxiv.org/abs/2404.10710"))
        #expect(try letterpress("zoo").text == run.text)
    }

    @Test func theListIsJSONOnRequest() throws {
        let run = try letterpress("zoo", "list", "--json")
        #expect(run.status == 0)
        let list = try objects(run)
        let names = list.map { $0["name"] as? String ?? "" }
        #expect(names.prefix(4) == Self.methods[...] && names.contains("hft"))
        let half = try #require(list.first { $0["name"] as? String == "hft" })
        #expect((half["adaptations"] as? [[String: String]])?.first?["name"] == "half")
        #expect((half["verbs"] as? [[String: String]])?.map { $0["name"] ?? "" } == ["half-reset", "delta", "apply"])
        for entry in list.prefix(4) {
            let name = try #require(entry["name"] as? String)
            #expect((entry["presets"] as? [String])?.contains("\(name)/official") == true)
            #expect((entry["source"] as? [String: String])?["citation"]?.contains("EMNLP 2024") == true)
        }
    }

    @Test func aDescriptionCountsByPart() throws {
        let run = try letterpress("zoo", "describe", "pixelgpt/tiny")
        #expect(run.status == 0)
        let lines = run.text.split(separator: "\n")
        for part in ["embed_patches", "layers (each)", "lm_pixel_head", "total"] {
            #expect(lines.contains { $0.hasPrefix(part) }, "\(part)")
        }
        // Parameters of a layer; its cache: keys and values of 64 numbers, two bytes each, for 1024 rows.
        let layer = try #require(lines.first { $0.hasPrefix("layers (each)") })
        for number in ["184,576", "262,144", "1,476,608"] { #expect(layer.contains(number), "\(number)") }
        #expect(lines.contains { $0.hasPrefix("total") && $0.contains("1,001,984") })
    }

    @Test func aDescriptionAsJSONAddsUp() throws {
        let run = try letterpress(
            "zoo", "describe", "models/dualgpt/small.json", "--length", "512", "--json", folder: Repository.root)
        #expect(run.status == 0)
        let model = try #require(objects(run).first)
        let parts = try #require(model["parts"] as? [[String: Any]])
        for key in ["cache_bytes", "optimiser_bytes"] {
            let sum = parts.reduce(0) { $0 + ($1["count"] as? Int ?? 0) * ($1[key] as? Int ?? 0) }
            #expect(sum > 0 && sum == model[key] as? Int, "\(key)")
        }
        #expect(model["length"] as? Int == 512)
    }

    @Test func anUnknownPresetIsAUsageErrorWithWhatIsNear() throws {
        let run = try letterpress("zoo", "describe", "pixelgpt/tinny")
        #expect(run.status == 64 && run.output.isEmpty)
        #expect(run.errorText.contains("pixelgpt/tiny"))
        #expect(try letterpress("zoo", "describe", "pixelgpt/tiny", "--length", "1025").status == 64)
    }

    @Test(arguments: [
        #"{"hidden_size": "#, #"{"hidden_sise": 128}"#, "[]",
        #"{"model_type": "llama", "hidden_size": 16777216, "num_hidden_layers": 4096, "intermediate_size": 16777216, "#
            + #""num_attention_heads": 2, "vocab_size": 260}"#,
    ]) func aFileThatIsNoShapeIsBadData(_ text: String) throws {
        let folder = try TemporaryFolder()
        let path = try folder.write(text, to: "model.json")
        let run = try letterpress("zoo", "describe", path)
        #expect(run.status == 65 && run.output.isEmpty, "\(run.errorText)")
        #expect(run.errorText.contains(path))
    }

    /// The most layers there may be, all different, each a little below what the heap takes at once.
    @Test func aVastShapeIsDescribedAtOnce() throws {
        let folder = try TemporaryFolder()
        let layers = (0..<4096).map { "{\"intermediate_size\": \(250 + $0 % 200)}" }.joined(separator: ", ")
        let path = try folder.write(
            """
            {"model_type": "ernie-pixel", "hidden_size": 512, "num_hidden_layers": 4096, "intermediate_size": 500,
             "num_attention_heads": 8, "vocab_size": 260, "max_position_embeddings": 4194304, "layers": [\(layers)]}
            """, to: "model.json")
        let run = try letterpress("zoo", "describe", path, "--json")
        #expect(run.status == 0, "\(run.errorText)")
        #expect(try objects(run).first?["length"] as? Int == 4_194_304)
    }
}
