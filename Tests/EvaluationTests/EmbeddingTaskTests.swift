import Evaluation
import Foundations
import TestSupport
import Testing
import ZooKit

/// Kinds that compare texts by vectors: their metrics and baselines.
@Suite struct EmbeddingTaskTests {
    private static func task(_ kind: String, _ metrics: String) throws -> TaskDefinition {
        let label = kind == "similarity" ? #", "label": "label""# : ""
        let json = """
            {"name": "pairs", "version": 1, "kind": "\(kind)",
             "layouts": [{"name": "f", "format": "jsonl", "columns": {"text_a": "a", "text_b": "b"\(label)},
                          "splits": {"test": {"files": ["f.jsonl"]}}}],
             "use": {"report": ["test"]}, "metrics": \(metrics)}
            """
        return try TaskDefinition.decode(Array(json.utf8), source: "pairs")
    }

    private static func pair(_ a: String, _ b: String, _ label: Double? = nil) -> TaskExample {
        TaskExample(id: a, textA: a, textB: b, label: label.map { .value($0) })
    }

    @Test func ranksScoreByTheirDefinitions() throws {
        let outcomes = Outcomes.ranks([1, 2, 4, 20])
        #expect(try MetricTests.score("mrr", outcomes).number == (1 + 0.5 + 0.25 + 0.05) / 4)
        #expect(try MetricTests.score("recall@1", outcomes).number == 0.25)
        #expect(try MetricTests.score("recall@5", outcomes).number == 0.75)
        #expect(try MetricTests.score("recall@10", outcomes).number == 0.75)
    }

    @Test func chanceIsThatOfRandomOrders() throws {
        let task = try Self.task("retrieval", #"["mrr", "recall@1", "recall@5"]"#)
        let examples = ["a", "b", "c", "d"].map { Self.pair($0, $0 + $0) }
        let chance = try #require(
            BaselineScores.all(task, split: "test", examples, train: nil).first { $0.name == "chance" })
        #expect(abs((chance.metrics["mrr"] ?? 0) - (1 + 0.5 + 1.0 / 3 + 0.25) / 4) < 1e-12)
        #expect(chance.metrics["recall@1"] == 0.25)
        #expect(chance.metrics["recall@5"] == 1)
    }

    /// Letters alone find a translation that shares its names, and none that shares nothing.
    @Test func trigramsCompareLetters() throws {
        let task = try Self.task("retrieval", #"["recall@1"]"#)
        let examples = [
            Self.pair("the emacs editor", "der Editor emacs"), Self.pair("a firewall", "eine firewall"),
            Self.pair("xyz", "qqq"),
        ]
        let found = BaselineScores.all(task, split: "test", examples, train: nil).first { $0.name == "trigrams" }
        #expect(found?.metrics["recall@1"] == 2.0 / 3)
        let similarity = try Self.task("similarity", #"["spearman", "pearson"]"#)
        let rated = [Self.pair("abcd", "abcd", 5), Self.pair("abcd", "abxy", 2), Self.pair("abcd", "wxyz", 0)]
        let scores = BaselineScores.all(similarity, split: "test", rated, train: nil).first { $0.name == "trigrams" }
        #expect(scores?.metrics["spearman"] == 1)
    }

    @Test func ranksComeBackFromFiles() throws {
        let task = try Self.task("retrieval", #"["mrr"]"#)
        let example = Self.pair("a", "b")
        let line = PredictionLine(example, .rank(3, of: 7))
        #expect(try PredictionLine(parsing: Array(line.encoded(task).dropLast()), of: example, source: "f") == line)
    }

    @Test func cosinesOfVectors() {
        #expect(([1, 0] as [Float]).cosine([0, 2]) == 0)
        #expect(abs(([3, 4] as [Float]).cosine([6, 8]) - 1) < 1e-15)
        #expect(([0, 0] as [Float]).cosine([1, 1]) == 0)
        #expect(abs(([1e30, 1e30] as [Float]).cosine([-1e30, -1e30]) + 1) < 1e-15)
    }
}
