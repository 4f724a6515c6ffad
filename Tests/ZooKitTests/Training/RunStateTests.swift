import Foundations
import Testing

@testable import ZooKit

/// Checkpoints of earlier versions, in the forms that pretraining and fine-tuning once had.
@Suite struct RunStateTests {
    private func state(_ text: String) throws -> RunState {
        let value = try JSONValue.parse(Array(text.utf8), rejectDuplicates: true, keepsSpelling: true)
        return try StrictJSON.decode(RunState.self, from: RunState.current(value, source: "s"), source: "s")
    }

    @Test func aPretrainingOfBeforeIsRead() throws {
        let found = try state(
            #"""
            {"step": 12, "skipped": 2, "skipped_in_a_row": 1, "rows": 900, "seconds": 3.5, "streams": 3,
             "evaluated": {"step": 10, "loss": 0.75}, "best": {"step": 8, "loss": 0.5},
             "best_saved": {"step": 8, "loss": 0.5}, "loader": {"step": 12}, "data": {"text": 1},
             "settings": {"steps": 20, "batch": 3}}
            """#)
        #expect(found.kind == "pretraining" && found.format == 2)
        #expect(found.count.step == 12 && found.count.skipped == 2 && found.count.skippedInARow == 1)
        #expect(found.unitSteps == [12] && found.rows == 900 && found.seconds == 3.5)
        #expect(found.best?.step == 8 && found.best?.loss == 0.5 && found.sinceBest == 1)
        #expect(found.evaluations.map(\.step) == [8, 10] && found.bestSaved?.step == 8)
        #expect(found.program["loader"]?["step"] == .integer(12) && found.program["streams"] == .integer(3))
        #expect(found.settings["streams"] == .integer(3) && found.adaptation == Adaptation.all.record)
        // Before the first evaluation, and before skips in a row were counted.
        let early = try state(
            #"{"step": 1, "skipped": 0, "rows": 9, "seconds": 1, "loader": null, "data": null, "settings": {}}"#)
        #expect(early.best == nil && early.sinceBest == 0 && early.count.skippedInARow == 0)
    }

    @Test func aFineTuningOfBeforeIsRead() throws {
        let found = try state(
            #"""
            {"step": 6, "skipped": 0, "skipped_in_a_row": 0, "data": {"task": "t"},
             "settings": {"frozen": "backbone", "batch": 6}, "evaluations": [
             {"step": 3, "loss": 0.5, "metrics": {"accuracy": 0.75}, "is_best": true, "seconds": 1},
             {"step": 6, "loss": 0.6, "metrics": {"accuracy": 0.5}, "is_best": false, "seconds": 1}]}
            """#)
        #expect(found.kind == "classification" && found.sinceBest == 1 && found.best?.metrics == ["accuracy": 0.75])
        #expect(found.settings == .object(["batch": .integer(6), "method": .string("head")]))
        #expect(found.adaptation == Adaptation.head.record && found.count.step == 6)
    }

    /// Results and ledgers of finished runs are read as they are.
    @Test func settingsOfBeforeAreRead() throws {
        for (frozen, method) in [("none", "all"), ("backbone", "head")] {
            let value = JSONValue.object(["frozen": .string(frozen), "steps": .integer(7)])
            let found = try StrictJSON.decode(PretrainSettings.self, from: value, source: "s")
            #expect(found.method == method && found.steps == 7)
        }
        #expect(throws: ConfigError.self) {
            try StrictJSON.decode(PretrainSettings.self, from: .object(["frozne": .null]), source: "s")
        }
    }

    @Test func aLaterVersionIsRefusedWithTheWayOut() {
        #expect { try state(#"{"format": 3}"#) } throws: { error in
            "\(error)".contains("expected 2") && "\(error)".contains("the version of letterpress that wrote it")
        }
    }

    /// Lines of a fine-tuning's `metrics.jsonl` of before, which named no kind.
    @Test func linesOfBeforeAreRead() throws {
        let step = #"""
            {"step":2,"loss":null,"examples":6,"truncated":1,"rows":9,"computed_rows":10,"seconds":1,"data_seconds":0}
            """#
        guard case .step(let record) = try MetricsRecord(line: Array(step.utf8), source: "s") else {
            return #expect(Bool(false))
        }
        #expect(record.step == 2 && record.loss.isNaN && record.examples == 6 && record.truncated == 1)
        let evaluation = #"{"step":3,"loss":0.5,"metrics":{"accuracy":0.75},"is_best":true,"seconds":1}"#
        guard case .evaluation(let found) = try MetricsRecord(line: Array(evaluation.utf8), source: "s") else {
            return #expect(Bool(false))
        }
        #expect(found.metrics == ["accuracy": 0.75] && found.isBest)
    }
}
