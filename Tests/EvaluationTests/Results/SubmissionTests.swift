import Evaluation
import Foundations
import TestSupport
import Testing

/// The files that GLUE's server takes, from small files of the same form.
@Suite struct SubmissionTests {
    private func file(_ task: String, _ split: String, _ path: String, _ text: String, _ answers: [GivenAnswer]) throws
        -> String
    {
        let data = try DataFolder([path: text]).load(task, split)
        #expect(data.examples.allSatisfy { $0.label == nil } && data.examples.count == answers.count)
        let lines = zip(data.examples, answers).map { PredictionLine($0, $1) }
        let bytes = try #require(GLUESubmission.file(builtIn().task(task), split: split, lines))
        return String(decoding: bytes, as: UTF8.self)
    }

    @Test func classesAreNumbersOrNamesAndNumbersStayInTheirRange() throws {
        let (first, second) = (GivenAnswer.classes(scores: [1, 0]), GivenAnswer.classes(scores: [0, 1]))
        #expect(
            try file("glue-cola", "test", "CoLA/test.tsv", "index\tsentence\n0\tone\n1\ttwo\n", [second, first])
                == "index\tprediction\n0\t1\n1\t0\n")
        #expect(
            try file(
                "glue-rte", "test", "RTE/test.tsv", "index\tsentence1\tsentence2\n0\ta\tb\n1\tc\td\n", [first, second])
                == "index\tprediction\n0\tentailment\n1\tnot_entailment\n")
        let names = (1...7).map { "c\($0)" }.joined(separator: "\t")
        let row = (1...7).map { "v\($0)" }.joined(separator: "\t")
        #expect(
            try file(
                "glue-stsb", "test", "STS-B/test.tsv",
                "index\t\(names.dropFirst(3))\tsentence1\tsentence2\n0\t\(row.dropFirst(3))\ta\tb\n1\t\(row.dropFirst(3))\tc\td\n",
                [.number(5.25), .number(-1)]) == "index\tprediction\n0\t5.0\n1\t0.0\n")
    }

    @Test func everyTestSetOfGLUEHasItsFile() throws {
        let tasks = try builtIn().tasks(["glue", "glue-ax"])
        let names = tasks.flatMap { task in
            GLUESubmission.splits(of: task).compactMap { GLUESubmission.fileName(task, split: $0) }
        }
        #expect(
            names.sorted() == [
                "AX.tsv", "CoLA.tsv", "MNLI-m.tsv", "MNLI-mm.tsv", "MRPC.tsv", "QNLI.tsv", "QQP.tsv", "RTE.tsv",
                "SST-2.tsv",
                "STS-B.tsv", "WNLI.tsv",
            ])
        #expect(try GLUESubmission.splits(of: builtIn().task("sample-topic")).isEmpty)
    }

    @Test func labelNamesAreThoseOfTheServer() throws {
        // Classes that are handed in as numbers stand in the order of GLUE's numbers, the others have its names.
        let expected = [
            "glue-qnli": ["entailment", "not_entailment"], "glue-rte": ["entailment", "not_entailment"],
            "glue-mnli": ["entailment", "neutral", "contradiction"],
            "glue-ax": ["entailment", "neutral", "contradiction"],
        ]
        for (name, labels) in expected { #expect(try builtIn().task(name).labels == labels) }
        #expect(try builtIn().task("glue-cola").labels == ["unacceptable", "acceptable"])
        #expect(try builtIn().task("glue-sst2").labels == ["negative", "positive"])
    }
}
