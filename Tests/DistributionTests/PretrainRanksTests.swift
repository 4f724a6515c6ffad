import Foundation
import TestSupport
import Testing

/// `letterpress pretrain` under `mpirun`: the curve of one process, whatever the number of ranks.
@Suite(.enabled(if: Ranks.areWanted, "openmpi-bin is not installed"), .serialized)
struct PretrainRanksTests {
    private let folder: TemporaryFolder

    init() throws {
        folder = try TemporaryFolder()
        let lines = (0..<400).map { index in
            (0..<(5 + index * 7 % 23)).map { "word\($0 * index % 31)" }.joined(separator: " ")
        }
        try folder.write(lines.joined(separator: "\n"), to: "corpus.txt")
    }

    /// Words of a run of text and pictures on a small model.
    private func words(_ out: String, steps: Int, _ more: [String]) -> [String] {
        [
            "pretrain", "--model", "dualgpt/tiny", "--mix", "1:1:0", "--data", folder.file("corpus.txt"), "--steps",
            "\(steps)",
            "--warm-up", "1", "--learning-rate", "0.001", "--batch", "4", "--micro-batch", "1", "--length", "24",
            "--streams",
            "4", "--held-out", "0.05", "--eval-every", "2", "--eval-sequences", "4", "--threads", "1", "--json",
            "--out",
            folder.file(out),
        ] + more
    }

    private func pretrain(_ ranks: Int, _ out: String, steps: Int = 4, _ more: String...) throws -> Execution {
        let environment = ["LETTERPRESS_ROOT": Repository.root]
        let words = words(out, steps: steps, more)
        return try ranks == 1
            ? Execution.run(product: "letterpress", words, environment: environment)
            : Ranks.run(ranks, product: "letterpress", words, environment: environment)
    }

    /// The numbers of all steps and evaluations: losses by step, in all and by kind.
    private func curve(_ run: Execution) throws -> [String: Double] {
        var curve: [String: Double] = [:]
        for line in run.text.split(separator: "\n") {
            let event = try #require(try JSONSerialization.jsonObject(with: Data(line.utf8)) as? [String: Any])
            guard let name = event["event"] as? String, ["step", "evaluation"].contains(name) else { continue }
            let step = try #require(event["step"] as? Int)
            curve["\(name) \(step)"] = event["loss"] as? Double
            for (kind, loss) in try #require(event["kinds"] as? [String: Double]) {
                curve["\(name) \(step) \(kind)"] = loss
            }
            if let norm = event["gradient_norm"] as? Double { curve["norm \(step)"] = norm }
            if let rows = event["rows"] as? Int { curve["rows \(step)"] = Double(rows) }
        }
        return curve
    }

    private func expectEqual(_ found: [String: Double], _ wanted: [String: Double]) {
        #expect(Set(found.keys) == Set(wanted.keys))
        for (key, value) in wanted {
            #expect(
                abs((found[key] ?? .nan) - value) < 1e-5 * max(1, abs(value)), "\(key): \(found[key] ?? .nan), \(value)"
            )
        }
    }

    @Test func ranksHaveTheCurveOfOneProcess() throws {
        let alone = try pretrain(1, "one")
        try #require(alone.status == 0, "\(alone.errorText)")
        let wanted = try curve(alone)
        #expect(wanted.count > 20)
        for ranks in [2, 4] {
            let run = try pretrain(ranks, "\(ranks)")
            #expect(run.status == 0, "\(run.errorText)")
            expectEqual(try curve(run), wanted)
        }
    }

    @Test func aRunThatWasKilledAndStoppedGoesOnWithOtherRanks() throws {
        let steps = 60
        let alone = try pretrain(1, "one", steps: steps)
        try #require(alone.status == 0, "\(alone.errorText)")
        func begin(_ ranks: Int, _ more: String...) throws -> RunningRanks {
            try RunningRanks(
                ranks, product: "letterpress", words("pieces", steps: steps, ["--save-every", "4"] + more),
                environment: ["LETTERPRESS_ROOT": Repository.root])
        }
        // One of two ranks is killed: the other ends too, and both are told of.
        let killed = try begin(2)
        try #require(try killed.send(SIGKILL, to: 1, when: folder.file("pieces/checkpoints/step-00000004")))
        let first = try killed.finish()
        #expect(first.status != 0)
        #expect(first.errorText.contains("signal 9"), "\(first.errorText)")
        #expect(
            first.errorText.contains(/rank 0 of 2 on .* was told to end by SIGTERM.*--resume/), "\(first.errorText)")
        // One of three ranks is asked to stop: all stop after the same step, with a checkpoint.
        let stopped = try begin(3, "--resume")
        try #require(try stopped.send(SIGTERM, to: 2, when: folder.file("pieces/checkpoints/step-00000012")))
        let second = try stopped.finish()
        #expect(second.status == 75, "\(second.errorText)")
        let third = try pretrain(1, "pieces", steps: steps, "--resume", "--save-every", "4")
        #expect(third.status == 0, "\(third.errorText)")
        var found = try curve(first)
        for run in [second, third] { found.merge(try curve(run)) { $1 } }
        expectEqual(found, try curve(alone))
    }
}
