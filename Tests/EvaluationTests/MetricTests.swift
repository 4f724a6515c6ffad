import Evaluation
import Foundation
import TestSupport
import Testing

/// Metrics against scikit-learn and scipy: `Tests/Peers/metrics_fixture.py` makes the fixture.
@Suite struct MetricTests {
    struct Fixture {
        let parts: [String: Any]

        init() throws {
            let path = Repository.root + "/Tests/EvaluationTests/Fixtures/metrics.json"
            let data = try #require(FileManager.default.contents(atPath: path))
            parts = try #require(JSONSerialization.jsonObject(with: data) as? [String: Any])
        }

        func cases(_ part: String) throws -> [[Any]] { try #require(parts[part] as? [[Any]]) }
    }

    static func digits(_ value: Any) throws -> [Int] {
        try #require(value as? String).map { $0.wholeNumberValue ?? -1 }
    }

    /// Equal within 1e-9 relative to numbers above 1; a null wants no value.
    static func agrees(_ value: MetricValue?, _ expected: Any) -> Bool {
        guard let expected = (expected as? NSNumber)?.doubleValue else { return value?.number == nil }
        guard let number = value?.number else { return false }
        return (number - expected).magnitude <= 1e-9 * max(1, expected.magnitude)
    }

    static func metric(_ name: String) throws -> Metric { try #require(Metric.named(name)) }

    static func score(_ name: String, _ outcomes: Outcomes) throws -> MetricValue {
        let metric = try metric(name)
        return metric(outcomes)
    }

    @Test func decisionsScoreAsInScikitLearn() throws {
        let cases = try Fixture().cases("classes")
        #expect(cases.count >= 2000)
        let names = ["accuracy", "f1_macro", "f1_micro", "matthews", "balanced_accuracy", "f1"]
        for entry in cases {
            let classes = try #require(entry[0] as? Int)
            let outcomes = Outcomes.classes(
                predicted: try Self.digits(entry[2]), gold: try Self.digits(entry[1]), classes: classes)
            let expected = try #require(entry[3] as? [Any])
            for (name, expected) in zip(names, expected) {
                let value = try Self.score(name, outcomes)
                #expect(
                    Self.agrees(value, expected), "\(name) of \(entry[1]), \(entry[2]): \(value), expected \(expected)")
            }
        }
    }

    @Test func numbersScoreAsInScipy() throws {
        let cases = try Fixture().cases("numbers")
        #expect(cases.count >= 1000)
        var undefined = 0
        for entry in cases {
            let gold = try #require(entry[0] as? [Double])
            let predicted = try #require(entry[1] as? [Double])
            let expected = try #require(entry[2] as? [Any])
            let outcomes = Outcomes.numbers(predicted: predicted, gold: gold)
            for (name, expected) in zip(["pearson", "spearman", "mse"], expected)
            where name != "mse" || !(expected is NSNull) {
                let value = try Self.score(name, outcomes)
                #expect(
                    Self.agrees(value, expected), "\(name) of \(gold), \(predicted): \(value), expected \(expected)")
                if value.number == nil {
                    undefined += 1
                    #expect(value.reason?.isEmpty == false)
                }
            }
        }
        #expect(undefined > 300)
    }

    @Test func textsScoreAsInTheReferences() throws {
        let cases = try Fixture().cases("texts")
        #expect(cases.count >= 1000)
        for entry in cases {
            let text = try #require(entry[0] as? String)
            let answers = try #require(entry[1] as? [String])
            let expected = try #require(entry[2] as? [Any])
            let outcomes = Outcomes.texts(predicted: [text], answers: [answers])
            for (name, expected) in zip(["exact_match", "token_f1", "rouge_l"], expected) where !(expected is NSNull) {
                let value = try Self.score(name, outcomes)
                #expect(
                    Self.agrees(value, expected), "\(name) of '\(text)', \(answers): \(value), expected \(expected)")
            }
        }
    }

    @Test func theBootstrapDrawsWhatAnotherProgramDraws() throws {
        for entry in try Fixture().cases("bootstrap") {
            let bootstrap = Bootstrap(
                resamples: try #require(entry[1] as? Int), seed: UInt64(try #require(entry[0] as? Int)))
            let outcomes = Outcomes.classes(
                predicted: try Self.digits(entry[3]), gold: try Self.digits(entry[2]), classes: 2)
            for (name, expected) in [("accuracy", entry[4]), ("matthews", entry[5])] {
                let error = bootstrap.standardError(of: try Self.metric(name), outcomes)
                #expect(
                    Self.agrees(error.map { .value($0) }, expected), "\(name): \(error ?? -1), expected \(expected)")
            }
        }
    }

    @Test func theBootstrapOfAMeanIsItsStandardError() throws {
        let passes = (0..<400).map { $0 % 5 == 0 }
        let error = try #require(
            Bootstrap(resamples: 2000, seed: 9).standardError(of: Self.metric("pass_rate"), .passes(passes)))
        // The square root of p (1 - p) / n, within five standard deviations of its estimate.
        let exact = (0.2 * 0.8 / 400).squareRoot()
        #expect((error / exact - 1).magnitude < 5 / (2.0 * 2000).squareRoot())
        let accuracy = try Self.metric("accuracy")
        #expect(Bootstrap().standardError(of: accuracy, .classes(predicted: [], gold: [], classes: 2)) == nil)
    }

    @Test func nothingIsNoNumberAndNoTrap() {
        let empty: [Outcomes] = [
            .classes(predicted: [], gold: [], classes: 2), .numbers(predicted: [], gold: []),
            .texts(predicted: [], answers: []), .choices(logLikelihoods: [], lengths: [], gold: []),
            .losses(sums: [], weights: [], isGreedy: []), .passes([]),
        ]
        let odd: [Outcomes] =
            empty + [
                .classes(predicted: [0, 1], gold: [0], classes: 2), .classes(predicted: [5], gold: [0], classes: 2),
                .classes(predicted: [0], gold: [0], classes: 0), .numbers(predicted: [1], gold: [1, 2]),
                .numbers(predicted: [.nan, 1], gold: [1, 2]), .numbers(predicted: [.infinity, 1], gold: [1, 2]),
                .texts(predicted: ["a"], answers: []), .choices(logLikelihoods: [[]], lengths: [[]], gold: [0]),
                .choices(logLikelihoods: [[.nan, 1]], lengths: [[1, 1]], gold: [0]),
                .losses(sums: [1], weights: [0], isGreedy: [true]),
                .losses(sums: [1e9], weights: [1], isGreedy: [true]),
            ]
        for metric in Metric.all {
            for outcomes in odd {
                if let number = metric(outcomes).number { #expect(number.isFinite, "\(metric.name) of \(outcomes)") }
            }
            for outcomes in empty { #expect(metric(outcomes).reason == "there are no examples") }
        }
    }

    @Test func choicesAreTakenAsTheyAreAndByLength() throws {
        let outcomes = Outcomes.choices(
            logLikelihoods: [[-4, -6], [-1, -1]], lengths: [[2, 6], [3, 3]], gold: [1, 0])
        #expect(try Self.score("accuracy", outcomes) == .value(0.5))
        #expect(try Self.score("accuracy_norm", outcomes) == .value(1))
        #expect(TaskChoice(context: "c", continuation: " né").length == 2)
        let losses = Outcomes.losses(sums: [2, 4], weights: [1, 2], isGreedy: [true, false])
        #expect(try Self.score("perplexity", losses) == .value(exp(2)))
        #expect(try Self.score("patch_loss", losses) == .value(2))
        #expect(try Self.score("accuracy", losses) == .value(0.5))
    }
}
