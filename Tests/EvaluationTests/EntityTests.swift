import Evaluation
import Foundation
import TestSupport
import Testing

/// Labels of words against seqeval and scikit-learn: `Tests/Peers/entity_scores.py` makes the fixture.
@Suite struct EntityTests {
    struct Case: Decodable {
        let labels: [String]
        let gold: [[Int]]
        let predicted: [[Int]]
        let f1_entities, precision_entities, recall_entities, f1_entities_strict, accuracy, f1_macro: Double
    }

    private func outcomes(_ gold: [[Int]], _ predicted: [[Int?]], _ labels: [String]) -> Outcomes {
        .words(
            zip(gold, predicted).map { SentenceOutcome(predicted: $1, gold: $0, labels: labels) }, labels: labels.count)
    }

    @Test func wordsScoreAsInSeqevalAndScikitLearn() throws {
        let path = Repository.root + "/Tests/EvaluationTests/Fixtures/entities.json"
        let data = try #require(FileManager.default.contents(atPath: path))
        let cases = try JSONDecoder().decode([Case].self, from: data)
        #expect(cases.count >= 100)
        for one in cases {
            let outcomes = outcomes(one.gold, one.predicted, one.labels)
            for (name, expected) in [
                ("f1_entities", one.f1_entities), ("precision_entities", one.precision_entities),
                ("recall_entities", one.recall_entities), ("f1_entities_strict", one.f1_entities_strict),
                ("accuracy", one.accuracy), ("f1_macro", one.f1_macro),
            ] {
                let value = try MetricTests.score(name, outcomes).number
                #expect(abs((value ?? -1) - expected) < 1e-9, "\(name) of \(one.labels)")
            }
        }
    }

    /// A word without room is wrong, also where it would be right as `O`, and ends an entity.
    @Test func aWordWithoutRoomIsWrong() throws {
        let labels = ["O", "B-PER", "I-PER"]
        let cut = outcomes([[1, 2, 0, 0]], [[1, nil, 0, nil]], labels)
        #expect(try MetricTests.score("accuracy", cut).number == 0.5)
        #expect(try MetricTests.score("f1_entities", cut).number == 0)
        let whole = outcomes([[1, 2, 0, 0]], [[1, 2, 0, nil]], labels)
        #expect(try MetricTests.score("f1_entities", whole).number == 1)
        // O is found once of twice: 2/3; the others are whole.
        #expect(abs((try MetricTests.score("f1_macro", whole).number ?? 0) - (2.0 / 3 + 2) / 3) < 1e-12)
    }

    @Test func partsOfSpeechHaveNoEntities() throws {
        let outcomes = outcomes([[0, 1]], [[0, 1]], ["NOUN", "VERB"])
        #expect(try MetricTests.score("f1_entities", outcomes).reason?.contains("no tags") == true)
        #expect(try MetricTests.score("accuracy", outcomes).number == 1)
    }
}
