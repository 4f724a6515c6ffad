import Foundations
import TestSupport
import Testing

@testable import ZooKit

/// Lines of `metrics.jsonl`.
@Suite struct MetricsTests {
    private func step(_ number: Int, loss: Double = 0.5) -> StepRecord {
        StepRecord(
            step: number, loss: loss, terms: ["next_patch": loss], kinds: ["image.next_patch": 1], rate: 5e-4,
            gradientNorm: nil, rows: 64, computedRows: 70, seconds: 0.25, dataSeconds: 0, skipped: nil)
    }

    @Test func aLineIsAnObjectThatTellsItsKind() throws {
        let line = String(decoding: try MetricsRecord.step(step(3)).line(), as: UTF8.self)
        #expect(
            line == #"{"computed_rows":70,"data_seconds":0,"kind":"step","kinds":{"image.next_patch":1},"loss":0.5,"#
                + #""rate":0.0005,"rows":64,"seconds":0.25,"step":3,"terms":{"next_patch":0.5}}"# + "\n")
        let saved = MetricsRecord.checkpoint(.init(step: 2, path: "checkpoints/step-00000002", removed: []))
        #expect(try MetricsRecord(line: saved.line().dropLast(), source: "a") == saved)
    }

    @Test func numbersThatAreNotFiniteAreNullAndNamed() throws {
        var record = step(3, loss: .nan)
        record.terms["next_token"] = -.infinity
        record.gradientNorm = .infinity
        record.skipped = "the loss is not a number"
        let line = try MetricsRecord.step(record).line()
        let value = try JSONValue.parse(line.dropLast())
        #expect(value["loss"] == .null && value["terms"]?["next_patch"] == .null)
        #expect(
            value["not_finite"]
                == .object([
                    "loss": .string("nan"), "terms/next_patch": .string("nan"), "terms/next_token": .string("-inf"),
                    "gradient_norm": .string("inf"),
                ]))
        guard case .step(let back) = try MetricsRecord(line: line.dropLast(), source: "a") else {
            Issue.record("another kind")
            return
        }
        #expect(back.loss.isNaN && back.terms["next_patch"]?.isNaN == true && back.terms["next_token"] == -.infinity)
        #expect(back.gradientNorm == .infinity && back.kinds == record.kinds && back.skipped == record.skipped)
    }

    @Test(arguments: [
        "", "{}", "[1]", #"{"kind":"other","step":1}"#, #"{"kind":"checkpoint","step":1,"path":"a"}"#,
        #"{"kind":"checkpoint","step":1,"path":"a","removed":[],"more":1}"#,
        #"{"kind":"checkpoint","step":1,"step":1,"path":"a","removed":[]}"#,
        #"{"kind":"evaluation","step":1,"loss":null,"kinds":{},"is_best":false,"seconds":1}"#,
        #"{"kind":"evaluation","step":1,"loss":2,"kinds":{},"is_best":false,"seconds":1,"not_finite":{"loss":"nan"}}"#,
        #"{"kind":"evaluation","step":1,"loss":null,"kinds":{},"is_best":false,"seconds":1,"not_finite":{"loss":"none"}}"#,
        #"{"kind":"evaluation","step":1,"loss":null,"kinds":{},"is_best":false,"seconds":1,"not_finite":{"lost":"nan"}}"#,
    ])
    func linesThatAreNoRecordAreErrorsWithTheirPlace(line: String) throws {
        let folder = try TemporaryFolder()
        let good = String(decoding: try MetricsRecord.step(step(1)).line(), as: UTF8.self)
        let path = try folder.write(good + line + "\n" + good, to: "metrics.jsonl")
        let error = #expect(throws: RecordingError.self) { try MetricsFile.read(path) }
        guard case .badLine(path, 2, let reason)? = error else {
            Issue.record("\(String(describing: error))")
            return
        }
        #expect(!reason.isEmpty)
        #expect(throws: RecordingError.self) { try MetricsFile(path, resumesAfter: 5) }
        #expect(try folder.read("metrics.jsonl") == Array((good + line + "\n" + good).utf8))
    }

    @Test func aTornLineIsAnErrorAndGoesWithARunThatGoesOn() throws {
        let folder = try TemporaryFolder()
        let records = try (1...4).map { try MetricsRecord.step(step($0)).line() }
        let text = String(decoding: records.joined(), as: UTF8.self)
        let path = try folder.write(text + #"{"kind":"#, to: "metrics.jsonl")
        #expect(throws: RecordingError.tornLine(path: path, line: 5)) { try MetricsFile.read(path) }
        var kept: [Int] = []
        let file = try MetricsFile(path, resumesAfter: 2) { kept.append($0.step) }
        #expect(kept == [1, 2])
        try file.append(.step(step(3)))
        #expect(try MetricsFile.read(path).map(\.step) == [1, 2, 3])
        _ = try MetricsFile(path, resumesAfter: nil)
        #expect(try MetricsFile.read(path).isEmpty)
    }
}
