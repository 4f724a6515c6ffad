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

    @Test func theManifestRecordsWhatDecidesBytes() throws {
        let versions = JobSettings.currentVersions
        for name in ["freetype", "harfbuzz", "fribidi", "libpng", "zlib", "zstd", "libarchive", "swift_unicode"] {
            let version = try #require(versions[name])
            #expect(version.wholeMatch(of: /[0-9]+\.[0-9]+.*/) != nil, "\(name) \(version)")
        }
        let fixture = try JobFixture(lines: 5)
        #expect(try fixture.job("out").run().settings.versions == versions)
    }

    @Test func verifyingNamesLibrariesOfOtherVersionsOnce() throws {
        let fixture = try JobFixture(lines: 5)
        let job = try fixture.job("out")
        try job.run()
        let verifier = ShardVerifier(folder: job.output, every: 1, fonts: job.fonts)
        #expect(try verifier.run().warnings.isEmpty)
        try change(fixture) { root in
            guard case .object(var settings)? = root["settings"], case .object(var versions)? = settings["versions"]
            else { return }
            versions["freetype"] = .string("2.1.0")
            versions["zlib"] = nil
            settings["versions"] = .object(versions)
            root["settings"] = .object(settings)
        }
        let report = try verifier.run()
        #expect(report.flaws.isEmpty && report.warnings.count == 1)
        #expect(report.warnings.first?.contains("freetype 2.1.0 (now ") == true)
        #expect(report.warnings.first?.contains("zlib") == true && report.warnings.first?.contains("--every 0") == true)
    }

    private func change(_ fixture: JobFixture, _ change: (inout [String: JSONValue]) -> Void) throws {
        guard case .object(var root) = try JSONValue.parse(fixture.folder.read("out/manifest.json")) else { return }
        let before = root
        change(&root)
        #expect(root != before)
        try fixture.folder.write(JSONValue.object(root).encoded(), to: "out/manifest.json")
    }
}
