import Foundation
import Foundations
import Patches
import TestSupport
import Testing

@Suite struct ManifestTests {
    @Test(arguments: [
        ("sequences", JSONValue.integer(.max)), ("sequences", .integer(-1)), ("first_sequence", .integer(1)),
        ("patches", .integer(.max)), ("bytes", .integer(-5)), ("file", .string("../part-00000.lps")),
        ("file", .string("/etc/passwd")), ("file", .string("")), ("documents", .string("3")), ("sha256", .null),
    ])
    func aManifestWithAnImpossibleShardIsRefused(key: String, value: JSONValue) throws {
        let fixture = try JobFixture(lines: 12)
        let job = try fixture.job("out")
        try job.run()
        try change(fixture) { root in
            guard case .array(var shards)? = root["shards"], case .object(var shard) = shards[0] else { return }
            shard[key] = value
            shards[0] = .object(shard)
            root["shards"] = .array(shards)
        }
        let error = #expect(throws: ShardError.self) { try ShardVerifier(folder: job.output, every: 0).run() }
        #expect(error?.description.contains("manifest.json: ") == true)
    }

    @Test(arguments: [
        ("patches", JSONValue.integer(-1)), ("documents", .integer(.max)),
        ("missing_glyphs", .object(["Latn": .integer(-2)])),
    ])
    func aManifestWithImpossibleCountsIsRefused(key: String, value: JSONValue) throws {
        let fixture = try JobFixture(lines: 12)
        let job = try fixture.job("out")
        try job.run()
        try change(fixture) { root in
            guard case .object(var counts)? = root["counts"] else { return }
            counts[key] = value
            root["counts"] = .object(counts)
        }
        #expect(throws: ShardError.self) { try Manifest.load(folder: job.output) }
    }

    private func change(_ fixture: JobFixture, _ change: (inout [String: JSONValue]) -> Void) throws {
        guard case .object(var root) = try JSONValue.parse(fixture.folder.read("out/manifest.json")) else { return }
        let before = root
        change(&root)
        #expect(root != before)
        try fixture.folder.write(JSONValue.object(root).encoded(), to: "out/manifest.json")
    }
}
