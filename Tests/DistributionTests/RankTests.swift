import Foundation
import TestSupport
import Testing

/// Several processes under `mpirun`: what they do together, and that one that fails ends the others.
@Suite(.enabled(if: Ranks.launcher != nil, "openmpi-bin is not installed"), .serialized)
struct RankTests {
    @Test(arguments: [(2, 1 << 24), (3, 64), (5, 512)])
    func operationsGiveWhatTheyPromise(ranks: Int, pieceBytes: Int) throws {
        let run = try Ranks.run(ranks, "operations", "\(pieceBytes)")
        #expect(run.status == 0, "\(run.errorText)")
        #expect(run.text.matches(of: /rank \d of \d is done/).count == ranks)
    }

    @Test func oneRankOfMpirunNeedsNoOthers() throws {
        let run = try Ranks.run(1, "operations")
        #expect(run.status == 0, "\(run.errorText)")
        #expect(run.text.contains("rank 0 of 1 is done"))
    }

    @Test func aRankThatIsKilledEndsTheOthers() throws {
        let run = try Ranks.run(3, "kill")
        #expect(run.status != 0)
        #expect(run.text.isEmpty)
        // Mpirun names the rank and the signal; the others say why they leave and what to do.
        #expect(run.errorText.contains("rank 1"), "\(run.errorText)")
        #expect(run.errorText.contains("signal 9"), "\(run.errorText)")
        #expect(
            run.errorText.contains(/letterpress: rank [02] of 3 on .* was told to end by SIGTERM.*--resume/),
            "\(run.errorText)")
    }

    @Test func aRankThatThrowsEndsTheOthersWithItsCode() throws {
        let run = try Ranks.run(3, "fail")
        #expect(run.status == 65, "\(run.errorText)")
        #expect(run.text.isEmpty)
        #expect(run.errorText.contains("rank 1 has had enough"))
        #expect(run.errorText.contains(/rank 1 of 3 on .* leaves with exit code 65/), "\(run.errorText)")
    }

    @Test func ranksThatPartedMayEndWithAnyCode() throws {
        let run = try Ranks.run(3, "stop")
        #expect(run.status == 75, "\(run.errorText)")
        #expect(!run.errorText.contains("letterpress: rank"), "\(run.errorText)")
    }

    @Test func aRankThatStandsStillIsNotWaitedForForever() throws {
        let run = try Ranks.run(2, "still")
        #expect(run.status == 74, "\(run.errorText)")
        #expect(run.errorText.contains("no answer for 2 s when it waited for all"), "\(run.errorText)")
    }
}

/// Programs under `mpirun`.
enum Ranks {
    static let launcher = (ProcessInfo.processInfo.environment["PATH"] ?? "/usr/bin:/bin").split(separator: ":")
        .map { "\($0)/mpirun" }.first(where: FileManager.default.isExecutableFile)

    /// Runs the probe on so many ranks of this machine, with more than there are cores, and as root where tests run so.
    static func run(_ count: Int, _ arguments: String...) throws -> Execution {
        try run(count, product: "RankProbe", arguments)
    }

    static func run(_ count: Int, product: String, _ arguments: [String], limit: Double = 60) throws -> Execution {
        try Execution.run(
            launcher ?? "mpirun",
            ["--allow-run-as-root", "--oversubscribe", "-n", "\(count)", try Repository.product(product)] + arguments,
            limit: limit)
    }
}
