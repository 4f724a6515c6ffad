import Foundation
import Foundations
import TestSupport
import Testing

@testable import Evaluation

/// Chance and majority against scikit-learn's dummies: `Tests/Peers/dummy_baselines.py` makes the fixture.
@Suite struct BaselineTests {
    private struct Fixture: Decodable {
        struct Classes: Decodable {
            var classes: Int
            var train, gold: [Int]
            var majority: [Double?]
            /// Mean and standard error of each metric.
            var chance: [[Double]?]
        }
        struct Numbers: Decodable {
            var train, gold: [Double]
            var mse: Double
        }
        var classes: [Classes]
        var numbers: [Numbers]

        static func read() throws -> Fixture {
            let path = Repository.root + "/Tests/EvaluationTests/Fixtures/dummies.json"
            return try JSONDecoder().decode(
                Fixture.self, from: try #require(FileManager.default.contents(atPath: path)))
        }
    }

    private static let names = ["accuracy", "f1_macro", "f1_micro", "matthews", "balanced_accuracy", "f1"]

    private func task(classes: Int) throws -> TaskDefinition {
        let labels = (0..<classes).map { "\"c\($0)\"" }.joined(separator: ", ")
        let metrics = Self.names.filter { $0 != "f1" || classes == 2 }.map { "\"\($0)\"" }.joined(separator: ", ")
        let text = TaskFileTests.text.replacing(#"["a", "b"]"#, with: "[\(labels)]")
            .replacing(#"["accuracy"]"#, with: "[\(metrics)]")
        return try TaskDefinition.decode(Array(text.utf8), source: "t.json")
    }

    private func examples(_ labels: [TaskLabel?]) -> [TaskExample] {
        labels.enumerated().map { TaskExample(id: "\($0.offset)", textA: "x", label: $0.element) }
    }

    @Test func classesScoreAsScikitLearnsDummies() throws {
        let cases = try Fixture.read().classes
        #expect(cases.count >= 10)
        for one in cases {
            let task = try task(classes: one.classes)
            let found = BaselineScores.all(
                task, split: "train", examples(one.gold.map { .index($0) }),
                train: examples(one.train.map { .index($0) }))
            let chance = try #require(found.first { $0.name == "chance" })
            let majority = try #require(found.first { $0.name == "majority" })
            #expect(majority.from == "train" && chance.from == nil)
            for (place, name) in Self.names.enumerated() {
                guard let expected = one.majority[place], let drawn = one.chance[place] else {
                    #expect(majority.metrics[name] == nil && chance.metrics[name] == nil)
                    continue
                }
                let exact = try #require(majority.metrics[name])
                #expect(abs(exact - expected) < 1e-12, "majority \(name): \(exact), expected \(expected)")
                let value = try #require(chance.metrics[name])
                #expect(
                    abs(value - drawn[0]) < 5 * drawn[1] + 1e-12,
                    "chance \(name) of \(one.gold.count): \(value), drawn \(drawn[0]) ± \(drawn[1])")
            }
        }
    }

    @Test func numbersScoreAsTheMeanOfTheTrainingLabels() throws {
        let text = TaskFileTests.text.replacing(#""labels": ["a", "b"],"#, with: "")
            .replacing("classification", with: "regression").replacing(#"["accuracy"]"#, with: #"["mse", "pearson"]"#)
            .replacing("higher", with: "lower")
        let task = try TaskDefinition.decode(Array(text.utf8), source: "t.json")
        for one in try Fixture.read().numbers {
            let found = BaselineScores.all(
                task, split: "train", examples(one.gold.map { .value($0) }),
                train: examples(one.train.map { .value($0) }))
            let mean = try #require(found.first { $0.name == "majority" }?.metrics["mse"])
            #expect(abs(mean - one.mse) < 1e-12)
            #expect(found.first { $0.name == "chance" }?.metrics == ["pearson": 0])
        }
    }

    /// The expected F1 of many examples is that of few in the limit, and the rule for many agrees with the sum over all counts.
    @Test func expectedF1HoldsForAnyNumberOfExamples() {
        #expect(Chance.f1(positives: 0, negatives: 5, 0.5) == 0)
        // One positive, no negative: 1 with probability 1/2.
        #expect(abs(Chance.f1(positives: 1, negatives: 0, 0.5) - 0.5) < 1e-12)
        let below = Chance.f1(positives: 100_000, negatives: 100_000, 0.5)
        let above = Chance.f1(positives: 100_001, negatives: 100_001, 0.5)
        #expect(abs(below - above) < 1e-7 && abs(below - 0.5) < 1e-5, "\(below) \(above)")
    }

    @Test func withoutATrainingSplitTheSplitIsCountedAndChoicesAreGuessed() throws {
        let gold = examples([.index(1), .index(1), .index(0), nil])
        let found = BaselineScores.all(try task(classes: 2), split: "train", gold, train: nil)
        let majority = try #require(found.first { $0.name == "majority" })
        #expect(majority.label == "c1" && majority.metrics["accuracy"] == 2.0 / 3)
        #expect(BaselineScores.all(try task(classes: 2), split: "train", examples([nil, nil]), train: nil).isEmpty)
        let choice = TaskChoice(context: "q", continuation: " a")
        let choices = [2, 4].map { count in
            TaskExample(
                id: "\(count)", textA: "q", label: .index(0), choices: [TaskChoice](repeating: choice, count: count))
        }
        let piqa = try builtIn().task("piqa")
        let guessed = BaselineScores.all(piqa, split: "validation", choices, train: nil)
        #expect(guessed.first { $0.name == "chance" }?.metrics["accuracy"] == 0.375)
        #expect(guessed.first { $0.name == "majority" }?.metrics["accuracy"] == 1)
    }

    @Test func oneAnswerForAllIsTold() throws {
        let task = try task(classes: 2)
        func only(_ gold: [Int], _ answers: [Int]) -> OnlyAnswer? {
            OnlyAnswer(
                task, examples(gold.map { .index($0) }),
                answers.map { .classes(scores: $0 == 0 ? [1, 0] : [0, 1]) })
        }
        let mixed = (0..<100).map { $0 % 2 }
        let all = try #require(only(mixed, [Int](repeating: 1, count: 100)))
        #expect(all.warning(labels: task.labels) == "the model answers 'c1' for all 100 examples")
        let nearly = try #require(only(mixed, [0] + [Int](repeating: 1, count: 99)))
        #expect(nearly.warning(labels: task.labels) == "the model answers 'c1' for 99 of 100 examples")
        #expect(only(mixed, mixed) == nil && only([0, 1], [1, 1]) == nil)
        #expect(only([Int](repeating: 1, count: 100), [Int](repeating: 1, count: 100)) == nil)
    }
}
