import Foundation
import Foundations
import Layers
import Patches
import TestSupport
import Testing

@testable import ZooKit

/// What a run leaves beside its checkpoints, written in one piece and in several.
@Suite struct RecorderTests {
    private struct Stopped: Error {}

    private func settings() -> PretrainSettings {
        var settings = PretrainSettings()
        (settings.mix, settings.length, settings.batch, settings.microBatch) = ("1:1:1", 64, 3, 2)
        (settings.steps, settings.warmUp, settings.learningRate, settings.heldOut) = (6, 2, 3e-3, 0.1)
        (settings.window, settings.evalEvery, settings.evalSequences, settings.saveEvery) = (4, 2, 4, 2)
        return settings
    }

    /// Runs on; throws behind the event at which `dies` is true, as a process that is killed would end there.
    private func run(
        _ data: TrainingData, _ folder: String, resumes: Bool = false, dies: (RunEvent) -> Bool = { _ in false }
    ) throws {
        let run = try PretrainRun(
            settings(),
            .init(
                config: try data.config(), data: [.text: data.data, .image: data.data, .pair: data.data],
                options: try data.options()), folder: folder, resumes: resumes,
            workspace: try KernelChoice.single.workspace())
        let recorder = try RunRecorder(
            RunFolder(folder), resumesAfter: run.plan.firstStep > 0 ? run.plan.firstStep : nil, title: "A <run>",
            facts: [("data", "drawn & quartered")])
        do {
            let outcome = try run.run { event in
                try recorder.record(event, run.program)
                if dies(event) { throw Stopped() }
            }
            try recorder.finish(outcome)
        } catch is Stopped { return }
    }

    /// The lines of `metrics.jsonl` without times.
    private func lines(_ folder: String) throws -> [JSONValue] {
        try String(contentsOfFile: folder + "/metrics.jsonl", encoding: .utf8).split(separator: "\n").map { line in
            guard case .object(var fields) = try JSONValue.parse(Array(line.utf8)) else { return .null }
            for key in ["seconds", "data_seconds"] { fields[key] = nil }
            return .object(fields)
        }
    }

    private func pictures(_ folder: String) throws -> [String: [UInt8]] {
        let names = try Folder.contents(of: folder + "/pictures").files
        return try Dictionary(
            uniqueKeysWithValues: names.map {
                ($0, try Array(Data(contentsOf: URL(filePath: "\(folder)/pictures/\($0)"))))
            })
    }

    @Test func aRunInPiecesLeavesTheRecordsOfOneInOnePiece() throws {
        let data = try TrainingData()
        let (whole, pieces) = (data.folder.file("whole"), data.folder.file("pieces"))
        try run(data, whole)
        let records = try MetricsFile.read(whole + "/metrics.jsonl")
        #expect(records.map(\.step) == [0, 1, 2, 2, 2, 3, 4, 4, 4, 5, 6, 6, 6])
        #expect(
            try pictures(whole).keys.sorted()
                == [0, 2, 4, 6].flatMap { step in (1...3).map { "step-0000000\(step)-strip-\($0).png" } })

        // Dies behind the step after a checkpoint, then between a checkpoint and its record.
        try run(data, pieces) { if case .stepped(let record) = $0 { record.step == 3 } else { false } }
        #expect(try MetricsFile.read(pieces + "/metrics.jsonl").last?.step == 3)
        let bytes = try Data(contentsOf: URL(filePath: pieces + "/metrics.jsonl"))
        try (bytes + Data(#"{"kind":"step","lo"#.utf8)).write(to: URL(filePath: pieces + "/metrics.jsonl"))
        try run(data, pieces, resumes: true) { if case .evaluated(let record) = $0 { record.step == 4 } else { false } }
        try run(data, pieces, resumes: true)
        #expect(try lines(pieces) == lines(whole))
        #expect(try pictures(pieces) == pictures(whole))
        #expect(try Folder.contents(of: pieces + "/tensorboard").files.count == 3)

        let page = try String(contentsOfFile: pieces + "/report.html", encoding: .utf8)
        // Not the page itself in a failure's message: it is long.
        let has = { (text: String) in page.contains(text) }
        #expect(has("A &lt;run&gt;") && has("drawn &amp; quartered") && has("Step 6 of 6, finished"))
        #expect(page.components(separatedBy: "data:image/png;base64,").count == 13)
        let reachesOut = has("://") || has("src=\"/") || has("@import")
        let readsAnew = has("http-equiv=\"refresh\"")
        #expect(!reachesOut && !readsAnew)
    }

    /// A file of metrics with numbers that nobody expects: the run's page is drawn from it.
    @Test func extremeNumbersInTheMetricsAreReported() throws {
        let folder = try TemporaryFolder()
        try Folder.create(folder.file("run"))
        let metrics = try MetricsFile(folder.file("run/metrics.jsonl"), resumesAfter: nil)
        let numbers = [1e308, -1e308, 0x1p-1063, 0x1p-1074, 0, -1, Double(Int.max), .infinity, -.infinity, .nan]
        for (index, number) in numbers.enumerated() {
            let step = index == 0 ? .min : index == numbers.count - 1 ? .max : index
            try metrics.append(
                .step(
                    StepRecord(
                        step: step, loss: number, terms: [:], kinds: ["image.next_patch": number], rate: number,
                        gradientNorm: number, examples: .max, truncated: .max, rows: .max, computedRows: 1,
                        seconds: abs(number), dataSeconds: number, reports: ["x": number])))
            var evaluation = EvaluationRecord(
                step: step, loss: number, kinds: ["image.next_patch": number], metrics: ["accuracy": number])
            (evaluation.isBest, evaluation.seconds) = (true, number)
            try metrics.append(.evaluation(evaluation))
        }
        try metrics.sync()
        let recorder = try RunRecorder(
            RunFolder(folder.file("run")), resumesAfter: .max, title: "t", facts: [("a", "b")])
        try recorder.finish(RunOutcome(steps: .max, isComplete: true, endedEarly: false))
        let page = String(decoding: try folder.read("run/report.html"), as: UTF8.self)
        let isDrawn = page.contains("<h2>Curves</h2>") && page.contains("Gradient norm") && page.hasSuffix("</html>\n")
        #expect(isDrawn)
        #expect(try MetricsFile.read(folder.file("run/metrics.jsonl")).count == 2 * numbers.count)
    }

    @Test func aRunThatBeginsAnewForgetsWhatWasThere() throws {
        let data = try TrainingData()
        let folder = data.folder.file("run")
        try run(data, folder) { if case .stepped = $0 { true } else { false } }
        #expect(try MetricsFile.read(folder + "/metrics.jsonl").map(\.step) == [0, 1])
        try run(data, folder) { if case .stepped(let record) = $0 { record.step == 2 } else { false } }
        #expect(try MetricsFile.read(folder + "/metrics.jsonl").map(\.step) == [0, 1, 2])
        #expect(try Folder.contents(of: folder + "/tensorboard").files.count == 1)
        #expect(try pictures(folder).count == 3)
    }
}
