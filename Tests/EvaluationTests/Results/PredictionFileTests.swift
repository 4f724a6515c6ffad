import Evaluation
import Foundations
import TestSupport
import Testing
import ZooKit

/// Files of predictions: what goes in comes out, and what was cut off is gone on with as if it had not been.
@Suite struct PredictionFileTests {
    /// A scorer whose answers tell the window that they were given in.
    private struct Counting: TaskScorer {
        let window = 4

        func answers(to examples: [TaskExample]) throws -> [GivenAnswer] {
            examples.map { .classes(scores: [Double(examples.count) / 3, $0.textA.count == 1 ? 0.1 : 2e-17]) }
        }
    }

    private let folder: TemporaryFolder
    private let task: TaskDefinition
    private let examples = (0..<10).map {
        TaskExample(id: "\($0)", textA: "\($0 * $0)", label: .index($0 % 2), language: $0 < 5 ? "en" : "de")
    }

    init() throws {
        folder = try TemporaryFolder()
        task = try FinetuneFixture.task()
    }

    private func answer(_ name: String, windows: Int = .max) throws -> PredictionFile {
        let file = try PredictionFile(folder.file(name), task: task, examples: examples)
        let scorer = Counting()
        for _ in 0..<windows {
            let next = try file.next(window: scorer.window)
            if next.isEmpty { break }
            try file.append(
                zip(next, scorer.answers(to: next)).map { PredictionLine($0, $1, isTruncated: $0.id == "3") })
        }
        try file.sync()
        return file
    }

    @Test func everyCutGoesOnToTheSameFile() throws {
        let whole = try answer("whole.jsonl")
        #expect(whole.isComplete && whole.lines.count == 10)
        let bytes = try folder.read("whole.jsonl")
        for length in 0..<bytes.count {
            try folder.write(Array(bytes[..<length]), to: "cut.jsonl")
            let file = try answer("cut.jsonl")
            #expect(file.lines == whole.lines)
            try #require(try folder.read("cut.jsonl") == bytes, "cut after \(length) bytes")
        }
        // Windows that are whole are not answered again.
        #expect(try answer("some.jsonl", windows: 1).lines.count == 4)
        #expect(try PredictionFile(folder.file("some.jsonl"), task: task, examples: examples).lines.count == 4)
    }

    @Test func otherExamplesAreRefused() throws {
        _ = try answer("a.jsonl")
        #expect(throws: PretrainingError.self) {
            try PredictionFile(folder.file("a.jsonl"), task: task, examples: Array(examples.prefix(9)))
        }
        #expect { try PredictionFile(folder.file("a.jsonl"), task: task, examples: examples.reversed()) } throws: {
            "\($0)".contains("a.jsonl:1") && "\($0)".contains("expected the example 9")
        }
        try folder.write("{\"id\":\"0\",\"prediction\":null}\n", to: "b.jsonl")
        #expect { try PredictionFile(folder.file("b.jsonl"), task: task, examples: examples) } throws: {
            "\($0)".contains("no whole answer")
        }
        try folder.write("ink\n", to: "c.jsonl")
        #expect(throws: ConfigError.self) { try PredictionFile(folder.file("c.jsonl"), task: task, examples: examples) }
    }

    @Test(arguments: [
        GivenAnswer.classes(scores: [0.1, -2.5e-300]), .classes(scores: [.infinity, 1]), .number(0.1 + 0.2), .number(3),
        .number(-.infinity), .choices(logLikelihoods: [-1.25, -.infinity, -3], lengths: [1, 2, 3]),
        .loss(sum: 12.000000000000002, weight: 7, isGreedy: true), .loss(sum: .infinity, weight: 1, isGreedy: false),
        .text("a \"b\"\n", passed: nil), .text("", passed: true), .text("inf", passed: nil),
    ]) func answersComeBackAsTheyWere(_ answer: GivenAnswer) throws {
        let example = TaskExample(id: "7", textA: "x", label: .index(1), answers: ["y"])
        let line = PredictionLine(example, answer, isTruncated: true)
        let bytes = line.encoded(task)
        #expect(bytes.last == 10 && bytes.count { $0 == 10 } == 1)
        #expect(try PredictionLine(parsing: bytes, of: example, source: "l") == line)
    }
}
