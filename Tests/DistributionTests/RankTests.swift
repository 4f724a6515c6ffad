import Foundation
import TestSupport
import Testing

/// Several processes under `mpirun`: what they do together, and that one that fails ends the others.
@Suite(.enabled(if: Ranks.areWanted, "openmpi-bin is not installed"), .serialized)
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

    /// True if tests on several ranks run: where there is `mpirun`, and in the full check, which fails without it.
    static let areWanted = launcher != nil || Repository.isFullCheck

    /// Runs the probe on so many ranks of this machine, with more than there are cores, and as root where tests run so.
    static func run(_ count: Int, _ arguments: String...) throws -> Execution {
        try run(count, product: "RankProbe", arguments)
    }

    static func run(
        _ count: Int, product: String, _ arguments: [String], environment: [String: String] = [:]
    ) throws -> Execution {
        try Execution.run(
            launcher ?? "mpirun", words(count, product: product, arguments), environment: environment, limit: 100)
    }

    /// What follows `mpirun`.
    static func words(_ count: Int, product: String, _ arguments: [String]) throws -> [String] {
        ["--allow-run-as-root", "--oversubscribe", "-n", "\(count)", try Repository.product(product)] + arguments
    }
}

/// A command that runs on several ranks, or alone, while the test does something to it.
final class RunningRanks {
    private let process = Process()
    private let folder: TemporaryFolder

    init(_ count: Int, product: String, _ arguments: [String], environment: [String: String]) throws {
        folder = try TemporaryFolder()
        process.executableURL = URL(
            fileURLWithPath: count > 1 ? Ranks.launcher ?? "mpirun" : try Repository.product(product))
        process.arguments = count > 1 ? try Ranks.words(count, product: product, arguments) : arguments
        process.environment = ProcessInfo.processInfo.environment.merging(environment) { $1 }
        process.standardOutput = FileHandle(forWritingAtPath: try folder.write("", to: "output"))
        process.standardError = FileHandle(forWritingAtPath: try folder.write("", to: "errors"))
        try process.run()
    }

    /// Sends a signal to one rank, or to the process alone, as soon as a file is there. Whether it was in time.
    func send(_ signal: Int32, to rank: Int, when file: String) throws -> Bool {
        while process.isRunning, !FileManager.default.fileExists(atPath: file) { usleep(500) }
        let own = process.processIdentifier
        let children = try String(contentsOfFile: "/proc/\(own)/task/\(own)/children", encoding: .utf8)
            .split(separator: " ").compactMap { Int32($0) }.sorted()
        guard process.isRunning else { return false }
        return kill(children.isEmpty ? own : children[rank], signal) == 0
    }

    /// How it ended, and what it said.
    func finish() throws -> Execution {
        process.waitUntilExit()
        return Execution(
            status: process.terminationReason == .uncaughtSignal
                ? -Int(process.terminationStatus) : Int(process.terminationStatus),
            output: try folder.read("output"), errors: try folder.read("errors"))
    }
}
