import Foundation
import TestSupport
import Testing

@Suite struct TaskCommandTests {
    private func objects(_ run: Execution) throws -> [[String: Any]] {
        try run.text.split(separator: "\n").map { line in
            try #require(JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
        }
    }

    @Test func theListNamesTasksKindsAndMetrics() throws {
        let run = try letterpress("tasks", "list")
        #expect(run.status == 0, "\(run.errorText)")
        let lines = run.text.split(separator: "\n")
        #expect(lines.count >= 33 && lines.contains { $0.hasPrefix("glue-cola ") && $0.contains("matthews") })
        #expect(try letterpress("tasks").text == run.text)
        let glue = try objects(letterpress("tasks", "list", "glue", "--json"))
        #expect(glue.count == 9 && glue.allSatisfy { ($0["suites"] as? [String]) == ["glue"] })
    }

    @Test func aDescriptionSaysFilesPresetsAndSource() throws {
        let run = try letterpress("tasks", "describe", "glue-cola")
        #expect(run.status == 0)
        for part in [
            "CoLA", "train.tsv", "0 unacceptable, 1 acceptable", "paper pixelgpt: batch 512", "gluebenchmark.com",
        ] {
            #expect(run.text.contains(part), "\(part)")
        }
        let json = try #require(objects(letterpress("tasks", "describe", "glue-cola", "--json")).first)
        #expect((json["labels"] as? [String])?.count == 2 && json["version"] as? Int == 1)
    }

    @Test func aBuiltInTaskWithDataIsReadAndCounted() throws {
        let run = try letterpress("tasks", "validate", "sample-topic", "--json")
        #expect(run.status == 0, "\(run.errorText)")
        let splits = try objects(run)
        #expect(splits.map { $0["split"] as? String } == ["test", "train", "validation"])
        #expect(splits.reduce(0) { $0 + ($1["examples"] as? Int ?? 0) } == 640)
        #expect((splits[0]["labels"] as? [String: Int])?.keys.sorted() == ["network", "sound", "storage", "text"])
        let all = try letterpress("tasks", "validate")
        #expect(all.status == 0 && all.text.contains("xnli-english: the task file is valid"))
    }

    @Test func dataOfOthersAreReadFromTheirFolder() throws {
        let folder = try TemporaryFolder()
        try folder.write("sentence\tlabel\nfine\t1\nbad\t0\n", to: "SST-2/train.tsv")
        let run = try letterpress("tasks", "validate", "glue-sst2", "--data", folder.path)
        #expect(
            run.status == 0
                && run.text.contains("glue-sst2 train: 2 examples of 3.5 characters; negative 1, positive 1"))
        #expect(run.errorText.contains("glue-sst2 validation: skipped"))
        try folder.write("sentence\tlabel\nfine\tgood\n", to: "SST-2/dev.tsv")
        let odd = try letterpress("tasks", "validate", "glue-sst2", "--data", folder.path)
        #expect(odd.status == 65 && odd.errorText.contains("dev.tsv:2: column label: 'good' is no label"))
        let none = try letterpress("tasks", "validate", "glue-rte", "--data", folder.path)
        #expect(none.status == 66 && none.errorText.contains("RTE/dev.tsv") && none.output.isEmpty)
        try folder.write("{}", to: "physicaliqa-train-dev/dev.jsonl")
        let part = try letterpress("tasks", "validate", "piqa", "--data", folder.path)
        #expect(part.errorText.contains("skipped, physicaliqa-train-dev/dev-labels.lst (official) is missing"))
        #expect(part.errorText.contains("the split validation are not all in"), "\(part.errorText)")
    }

    @Test func wrongNamesAndFilesAreErrors() throws {
        let unknown = try letterpress("tasks", "describe", "glue-colla")
        #expect(unknown.status == 64 && unknown.errorText.contains("near: glue-cola"))
        #expect(try letterpress("tasks", "list", "gleu").status == 64)
        #expect(try letterpress("tasks", "validate", "sample-topic", "--limit", "0").status == 64)
        let folder = try TemporaryFolder()
        let path = try folder.write(#"{"name": "x", "verzion": 1}"#, to: "x.json")
        let run = try letterpress("tasks", "validate", path)
        #expect(run.status == 65 && run.errorText.contains(path) && run.errorText.contains("(near: verzion)"))
        #expect(try letterpress("tasks", "validate", folder.file("none.json")).status == 66)
    }
}
