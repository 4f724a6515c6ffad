import Evaluation
import Foundation
import Foundations
import TestSupport
import Testing

/// What results tell of answers.
@Suite struct SplitResultTests {
    private static let place = SplitResult.Place(
        model: "m", task: "drawn", split: "validation", variant: "plain", seed: nil, predictions: "p.jsonl", head: nil,
        leftOut: 2)

    private func lines(_ answers: [(gold: Int?, scores: [Double], language: String?)]) -> [PredictionLine] {
        answers.enumerated().map { number, answer in
            PredictionLine(
                TaskExample(
                    id: "\(number)", textA: "text \(number)", label: answer.gold.map { .index($0) },
                    language: answer.language), .classes(scores: answer.scores))
        }
    }

    @Test func metricsErrorsConfusionAndMistakesFollowFromTheLines() throws {
        let task = try FinetuneFixture.task()
        let lines = lines([
            (0, [1, 0], nil), (1, [3, 0], nil), (1, [0, 1], nil), (0, [0, 5], nil), (1, [0, 1], nil),
            (nil, [9, 0], nil),
        ])
        let result = try #require(SplitResult.all(Self.place, task, lines, Bootstrap(resamples: 4000)).first)
        #expect(result.examples == 6 && result.unlabelled == 1 && result.leftOut == 2 && result.truncated == 0)
        #expect(result.metrics["accuracy"]?.value == 0.6)
        // The standard error of a share of five.
        let error = try #require(result.metrics["accuracy"]?.standardError)
        #expect(abs(error - (0.6 * 0.4 / 5).squareRoot()) < 0.005)
        #expect(result.confusion == [[1, 1], [1, 2]])
        #expect(result.mistakes.map(\.id) == ["3", "1"])
        #expect(abs((result.mistakes.first?.confidence ?? 0) - 1 / (1 + exp(-5))) < 1e-12)
        #expect(result.mistakes.first?.label == "ink" && result.mistakes.first?.prediction == "paper")
    }

    @Test func eachLanguageHasResultsOfItsOwn() throws {
        let task = try FinetuneFixture.task()
        let lines = lines([(0, [1, 0], "en"), (1, [1, 0], "de"), (1, [0, 1], "en")])
        let results = SplitResult.all(Self.place, task, lines, Bootstrap(resamples: 50))
        #expect(results.map(\.language) == [nil, "en", "de"])
        #expect(results.map { $0.metrics["accuracy"]?.value } == [2 / 3.0, 1, 0])
    }

    @Test func whatIsNotDefinedIsNullWithAReason() throws {
        let task = try FinetuneFixture.task()
        let hidden = try #require(
            SplitResult.all(Self.place, task, lines([(nil, [1, 0], nil)]), Bootstrap(resamples: 50)).first)
        #expect(hidden.metrics["accuracy"]?.value == nil)
        #expect(hidden.metrics["accuracy"]?.reason == "the labels are withheld")
        let json = try StrictJSON.encodedValue(hidden)
        #expect(json["metrics"]?["accuracy"]?["value"] == .null)
        #expect(try StrictJSON.decode(SplitResult.self, from: json, source: "r") == hidden)
        let number = try FinetuneFixture.task("regression")
        let same = [1.0, 2, 3].enumerated().map { place, gold in
            PredictionLine(TaskExample(id: "\(place)", textA: "", label: .value(gold)), .number(4))
        }
        let constant = try #require(SplitResult.all(Self.place, number, same, Bootstrap(resamples: 50)).first)
        #expect(constant.metrics["spearman"]?.value == nil)
        #expect(constant.metrics["spearman"]?.reason?.contains("the same") == true)
        #expect(constant.metrics["mse"]?.value == 14 / 3.0)
        #expect(constant.mistakes.map(\.id) == ["0", "1", "2"] && constant.confusion == nil)
    }

    @Test func theErrorOfTextsIsThatOfTheirMean() throws {
        let right = [true, false, true, true, false, true, true, false]
        let texts = Outcomes.texts(predicted: right.map { $0 ? "ink" : "paper" }, answers: right.map { _ in ["ink"] })
        let passes = Outcomes.passes(right)
        let bootstrap = Bootstrap(resamples: 200, seed: 3)
        let exact = try #require(Metric.named("exact_match"))
        let rate = try #require(Metric.named("pass_rate"))
        let (one, other) = (bootstrap.standardError(of: exact, texts), bootstrap.standardError(of: rate, passes))
        #expect(abs(try #require(one) - #require(other)) < 1e-12)
    }
}
