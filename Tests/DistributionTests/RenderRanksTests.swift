import Foundation
import TestSupport
import Testing

/// `letterpress render` under `mpirun`: the bytes of one process, whatever the number of ranks.
@Suite(.enabled(if: Ranks.areWanted, "openmpi-bin is not installed"), .serialized)
struct RenderRanksTests {
    private let folder: TemporaryFolder
    private let arguments: [String]

    /// A corpus of many batches, some of its documents long and some not renderable.
    init() throws {
        folder = try TemporaryFolder()
        let lines = (0..<4000).map { index in
            let words = (0..<(index * 7 % 90)).map { "word\($0 * index % 13)" }.joined(separator: " ")
            return index % 97 == 5 ? "no JSON" : #"{"id": \#(index), "text": "\#(words) ع \#(index)"}"#
        }
        arguments = [
            "render", try folder.write(lines.joined(separator: "\n"), to: "in.jsonl"), "--keep", "id", "--on-error",
            "skip",
            "--patches-per-shard", "6000", "--workers", "1", "--quiet",
        ]
    }

    private var environment: [String: String] { ["LETTERPRESS_ROOT": Repository.root] }

    private func render(_ ranks: Int, to out: String, _ more: String...) throws -> Execution {
        let all = arguments + ["--out", folder.file(out)] + more
        return try ranks == 1
            ? Execution.run(product: "letterpress", all, environment: environment)
            : Ranks.run(ranks, product: "letterpress", all, environment: environment)
    }

    private func files(_ out: String) throws -> [String: [UInt8]] {
        try FileManager.default.contentsOfDirectory(atPath: folder.file(out)).reduce(into: [:]) {
            $0[$1] = try folder.read("\(out)/\($1)")
        }
    }

    @Test func ranksWriteTheBytesOfOneProcess() throws {
        let alone = try render(1, to: "one")
        try #require(alone.status == 0, "\(alone.errorText)")
        let wanted = try files("one")
        #expect(wanted.count > 4)
        for ranks in [2, 3] {
            let run = try render(ranks, to: "\(ranks)")
            #expect(run.status == 0, "\(run.errorText)")
            #expect(run.text.split(separator: "\n").count == 1, "one rank tells what came out")
            #expect(try files("\(ranks)") == wanted, "\(ranks) ranks")
        }
        // There is nothing left to do, and everyone hears of it.
        let again = try render(2, to: "2", "--resume")
        #expect(again.status == 0, "\(again.errorText)")
        #expect(try files("2") == wanted)
    }

    @Test func aRenderThatWasKilledGoesOnWithOtherRanks() throws {
        try #require(try render(1, to: "one").status == 0)
        let wanted = try files("one")
        let torn = try RunningRanks(
            2, product: "letterpress", arguments + ["--out", folder.file("torn")], environment: environment)
        #expect(try torn.send(SIGKILL, to: 1, when: folder.file("torn/part-00000.tar")))
        #expect(try torn.finish().status != 0)
        let left = try files("torn")
        try #require(!left.keys.contains("manifest.json"), "it was over before it was ended")
        for (name, bytes) in left where name.hasSuffix(".tar") { #expect(wanted[name] == bytes) }
        let run = try render(3, to: "torn", "--resume")
        #expect(run.status == 0, "\(run.errorText)")
        #expect(try files("torn") == wanted)
    }

    @Test func whatCannotBeReadByAllIsRefused() throws {
        let run = try Ranks.run(
            2, product: "letterpress", ["render", "-", "--out", folder.file("pipe")], environment: environment)
        #expect(run.status == 64, "\(run.errorText)")
        #expect(run.errorText.contains("standard input reaches rank 0 alone"))
    }
}
