import Foundations
import TestSupport
import Testing

@testable import ZooKit

/// Names with slashes in `metrics.jsonl`, and the record of a checkpoint that a kill took.
@Suite struct MetricsPathTests {
    private func step(_ reports: [String: Double]) -> StepRecord {
        StepRecord(
            step: 1, loss: 0.5, terms: [:], kinds: [:], rows: 1, computedRows: 1, seconds: 0, dataSeconds: 0,
            reports: reports)
    }

    @Test func namesMayHaveSlashes() throws {
        let reports: [String: Double] = [
            "gates/size": .nan, "gates": .infinity, "a~1b": -.infinity, "a/b": .nan, "": .infinity, "/": .nan,
            "~": .nan,
        ]
        let line = try MetricsRecord.step(step(reports)).line()
        #expect(try JSONValue.parse(line.dropLast())["not_finite"]?["reports/gates~1size"] == .string("nan"))
        guard case .step(let found) = try MetricsRecord(line: line.dropLast(), source: "a") else {
            Issue.record("another kind")
            return
        }
        let back = try #require(found.reports)
        #expect(back.keys == reports.keys)
        for (name, value) in reports {
            #expect(value.isNaN ? back[name]?.isNaN == true : back[name] == value, "\(name)")
        }
    }

    @Test func linesOfBeforeAreRead() throws {
        let line = #"""
            {"kind":"step","step":1,"loss":0.5,"terms":{},"kinds":{},"rows":1,"computed_rows":1,"seconds":0,"data_seconds":0,
            "reports":{"gates/size":null,"gates/size/mean":null,"a~1b":null},
            "not_finite":{"reports/gates/size":"nan","reports/gates/size/mean":"inf","reports/a~1b":"-inf"}}
            """#
        guard case .step(let found) = try MetricsRecord(line: Array(line.utf8), source: "a") else {
            Issue.record("another kind")
            return
        }
        let reports = try #require(found.reports)
        #expect(reports["gates/size"]?.isNaN == true && reports["gates/size/mean"] == .infinity)
        #expect(reports["a~1b"] == -.infinity)
    }

    /// A run that was killed after it kept the best model of a step, and before it recorded that step's checkpoint.
    @Test func theBestModelsRecordIsNotTheCheckpoints() throws {
        let folder = try TemporaryFolder()
        let run = RunFolder(folder.file("run"))
        try Folder.create(run.checkpoint(4))
        try Folder.create(run.best)
        let metrics = try MetricsFile(run.file("metrics.jsonl"), resumesAfter: nil)
        try metrics.append(.checkpoint(CheckpointRecord(step: 2, path: "checkpoints/step-00000002")))
        try metrics.append(.checkpoint(CheckpointRecord(step: 4, path: "best")))
        try metrics.sync()
        for _ in 0..<2 {
            _ = try RunRecorder(run, resumesAfter: 4, title: "t", facts: [])
            let records = try MetricsFile.read(run.file("metrics.jsonl"))
            #expect(records.count == 3)
            #expect(
                records.last
                    == .checkpoint(
                        CheckpointRecord(
                            step: 4, path: "checkpoints/step-00000004", removed: ["checkpoints/step-00000002"])))
        }
    }
}
