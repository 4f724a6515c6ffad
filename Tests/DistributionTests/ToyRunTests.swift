import Foundation
import Foundations
import TestSupport
import Testing
import ZooKit

/// A kind of training that the library does not know has all that a run offers: resume, records, ranks, signals, kills.
@Suite(.serialized) struct ToyRunTests {
    private let folder: TemporaryFolder

    init() throws { folder = try TemporaryFolder() }

    private func toy(_ out: String, _ steps: Int, _ more: String...) throws -> Execution {
        try Execution.run(product: "RankProbe", ["toy", folder.file(out), "\(steps)"] + more)
    }

    private func model(_ out: String, _ step: Int) throws -> [UInt8] {
        let path = RunFolder(folder.file(out)).checkpoint(step)
        return try MappedFile(path: "\(path)/model.safetensors").withBytes { Array($0) }
    }

    /// The lines of `metrics.jsonl` without times; checkpoints of a stop are left out.
    private func lines(_ out: String) throws -> [MetricsRecord] {
        try MetricsFile.read(folder.file("\(out)/metrics.jsonl")).compactMap { record in
            switch record {
            case .step(var record):
                (record.seconds, record.dataSeconds) = (0, 0)
                return .step(record)
            case .evaluation(var record):
                record.seconds = 0
                return .evaluation(record)
            case .checkpoint(let record): return record.step % 5 == 0 ? .checkpoint(record) : nil
            }
        }
    }

    @Test func aRunLearnsAndLeavesItsRecords() throws {
        let run = try toy("run", 40)
        try #require(run.status == 0, "\(run.errorText)")
        let evaluations = try lines("run").compactMap { if case .evaluation(let record) = $0 { record } else { nil } }
        #expect(evaluations.map(\.step) == [10, 20, 30, 40])
        #expect(try #require(evaluations.last).loss < 0.9 * #require(evaluations.first).loss)
        let page = String(decoding: try folder.read("run/report.html"), as: UTF8.self)
        #expect(page.contains("Counting") && page.contains("Step 40 of 40, finished"))
        #expect(try Folder.contents(of: folder.file("run/tensorboard")).files.count == 1)
        let opened = try ModelFolder.open(folder.file("run"))
        #expect(opened.kind?.rawValue == "counting" && opened.heads.token)
        let again = try toy("run", 40)
        #expect(again.status == 74 && again.errorText.contains("resume it with --resume"), "\(again.errorText)")
        let other = try toy("run", 50, "resume")
        #expect(other.status == 74 && other.errorText.contains("settings differ"), "\(other.errorText)")
    }

    /// Killed before its first checkpoint and at random moments, each followed by a resume.
    @Test func killsLeaveTheRunInOnePiece() throws {
        try #require(try toy("whole", 400).status == 0)
        var random = SplitMix64(seed: 11)
        var kills = 0
        for attempt in 0..<60 {
            let program = try Repository.product("RankProbe")
            let isBegun = Folder.hasItem(folder.file("killed/run.json"))
            let words = ["toy", folder.file("killed"), "400"] + (isBegun ? ["resume"] : [])
            let moment = attempt == 0 ? 0.02 : 0.1 + Double(random.next() % 1000) / 2500
            let run = try Execution.run(program, words, limit: kills < 6 ? moment : 60)
            if run.status == -9 { kills += 1 } else { try #require(run.status == 0, "\(run.errorText)") }
            if run.status == 0 { break }
        }
        #expect(kills >= 4)
        #expect(try model("killed", 400) == model("whole", 400))
        #expect(try lines("killed") == lines("whole"))
    }

    @Test(arguments: [SIGTERM, SIGINT, SIGHUP]) func aSignalStopsWithACheckpoint(_ number: Int32) throws {
        let running = try RunningRanks(
            1, product: "RankProbe", ["toy", folder.file("stopped"), "100000"], environment: [:])
        #expect(try running.send(number, to: 0, when: folder.file("stopped/checkpoints/step-00000005")))
        #expect(try running.finish().status == 75)
        let step = try #require(RunFolder(folder.file("stopped")).steps().last)
        let record = try #require(try MetricsFile.read(folder.file("stopped/metrics.jsonl")).last)
        guard case .checkpoint(let checkpoint) = record else { return #expect(Bool(false), "\(record)") }
        #expect(checkpoint.step == step)
        let page = String(decoding: try folder.read("stopped/report.html"), as: UTF8.self)
        #expect(page.contains("stopped; it can be resumed"))
    }

    /// Losses, terms that a part added and numbers that it reported are those over all ranks.
    @Test(.enabled(if: Ranks.areWanted, "openmpi-bin is not installed")) func twoRanksHaveTheCurveOfOne() throws {
        let alone = try toy("alone", 20)
        try #require(alone.status == 0, "\(alone.errorText)")
        let two = try Ranks.run(2, "toy", folder.file("two"), "20")
        try #require(two.status == 0, "\(two.errorText)")
        func expectEqual(_ one: [String: Double], _ other: [String: Double], _ names: Set<String>) {
            #expect(Set(one.keys) == names && Set(other.keys) == names)
            for (name, value) in one {
                #expect(abs(value - other[name, default: .nan]) < 1e-4 * abs(value), "\(name): \(value)")
            }
        }
        let (a, b) = (try lines("alone"), try lines("two"))
        let steps = [a, b].map { $0.compactMap { if case .step(let record) = $0 { record } else { nil } } }
        for list in steps { try #require(list.map(\.step) == Array(1...20)) }
        for (one, other) in zip(steps[0], steps[1]) {
            #expect(abs(one.loss - other.loss) < 1e-5 * one.loss && one.rows == other.rows)
            expectEqual(one.terms, other.terms, ["next_token", "size"])
            expectEqual(try #require(one.reports), try #require(other.reports), ["watched/size"])
        }
        let found = [a, b].map { $0.compactMap { if case .evaluation(let record) = $0 { record } else { nil } } }
        for list in found { try #require(list.map(\.step) == [10, 20]) }
        for (one, other) in zip(found[0], found[1]) { #expect(abs(one.loss - other.loss) < 1e-5 * one.loss) }
        #expect(a.count == b.count)
    }
}
