import Corpora
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

    /// Numbers of single shards that can be and whose sum cannot.
    @Test func aManifestWithMoreThanThereCanBeIsRefused() throws {
        let fixture = try JobFixture(lines: 12)
        let job = try fixture.job("out")
        try job.run()
        for key in ["patches", "documents", "bytes"] {
            let before = try fixture.folder.read("out/manifest.json")
            try change(fixture) { root in
                guard case .array(let shards)? = root["shards"], var shard = shards[0].fields else { return }
                shard[key] = .integer(1 << 50)
                shard["sequences"] = .integer(0)
                shard["first_sequence"] = .integer(0)
                root["shards"] = .array([JSONValue](repeating: .object(shard), count: 9000))
            }
            let error = #expect(throws: ShardError.self) { try Manifest.load(folder: job.output) }
            #expect(error?.description.contains("shards[0] to shards[1] hold more than there can be") == true)
            try fixture.folder.write(before, to: "out/manifest.json")
        }
    }

    @Test(arguments: ["documents", "skipped", "replacements"], [Int.max, -1])
    func aManifestWithAnImpossibleReportIsRefused(key: String, value: Int) throws {
        let fixture = try JobFixture(lines: 12)
        let job = try fixture.job("out")
        try job.run()
        try change(fixture) { root in
            guard var report = root["report"]?.fields else { return }
            report[key] = .integer(value)
            root["report"] = .object(report)
        }
        #expect(throws: ShardError.self) { try Manifest.load(folder: job.output) }
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

    private static let texts = ["characters", "text_bytes"]
    private static let layouts = ["overflowed_documents", "truncated_documents", "dropped_marks", "forced_cuts"]

    /// Each count one too high, and one too low: found where it follows from the shards.
    @Test(arguments: ShardFormat.allCases, [1, 0])
    func verifyingComparesEveryCountThatFollowsFromTheShards(format: ShardFormat, every: Int) throws {
        let fixture = try JobFixture(lines: 30)
        try fixture.folder.write(
            fixture.folder.read("in.jsonl")
                + Array("{\"text\": \"a\(String(repeating: "\u{301}", count: 70))\", \"label\": 0}\n".utf8),
            to: "in.jsonl")
        let job = try fixture.job("out", format) {
            $0.settings.layout.overflow = .truncate
            $0.settings.layout.channels = .auto
        }
        let counts = try job.run().counts
        #expect(counts.truncatedDocuments > 0 && counts.colouredSequences > 0 && counts.droppedMarks > 0)
        let verifier = ShardVerifier(folder: job.output, every: every, fonts: job.fonts)
        #expect(try verifier.run().errors.isEmpty)
        let isRendered = every == 1 && format != .pixelgpt
        for key in ["coloured_sequences"] + Self.texts + Self.layouts + ["missing_glyphs"] {
            for step in [1, -1] where step > 0 || !["forced_cuts", "missing_glyphs"].contains(key) {
                let before = try fixture.folder.read("out/manifest.json")
                try change(fixture) { root in
                    guard case .object(var counts)? = root["counts"] else { return }
                    if case .integer(let count)? = counts[key] { counts[key] = .integer(count + step) }
                    if key == "missing_glyphs" { counts[key] = .object(["Hang": .integer(1)]) }
                    root["counts"] = .object(counts)
                }
                let errors = try verifier.run().errors.map(\.description)
                try fixture.folder.write(before, to: "out/manifest.json")
                // No more documents can be truncated than did not fit.
                let isBounded = key == "truncated_documents" && step > 0 || key == "overflowed_documents" && step < 0
                let isFound = key == "coloured_sequences" || Self.texts.contains(key) || isRendered || isBounded
                #expect(errors.isEmpty != isFound, "\(key) \(step): \(errors)")
                #expect(errors.allSatisfy { $0.contains("manifest.json: ") })
            }
        }
    }

    /// Documents in several parts did not fit; under packing they may have.
    @Test func verifyingCountsDocumentsOfSeveralParts() throws {
        let fixture = try JobFixture(lines: 30)
        let job = try fixture.job("out")
        let counts = try job.run().counts
        #expect(counts.overflowedDocuments > 1)
        try change(fixture) { root in
            guard case .object(var counts)? = root["counts"] else { return }
            counts["overflowed_documents"] = .integer(1)
            root["counts"] = .object(counts)
        }
        let errors = try ShardVerifier(folder: job.output, every: 0).run().errors.map(\.description)
        #expect(
            errors.count == 1 && errors[0].contains("is \(counts.overflowedDocuments) or more, the manifest says 1"))
        let packed = try fixture.job("packed") { $0.settings.layout.packing = .eachLine }
        try packed.run()
        #expect(try ShardVerifier(folder: packed.output, every: 1, fonts: packed.fonts).run().errors.isEmpty)
    }

    /// Texts of pairs and lists stand in every sequence, or in the first alone when they are long.
    @Test(arguments: ShardFormat.allCases, [10, 4000])
    func verifyingCountsEveryTextOnce(format: ShardFormat, words: Int) throws {
        let folder = try TemporaryFolder()
        let text = String(repeating: "Straße und so weiter ", count: words)
        let list = text.split(separator: " ").map { JSONValue.string(String($0)) }
        let record = JSONValue.object(["q": .string("Was?"), "a": .string(text), "w": .array(list)])
        let input = try folder.write(record.encoded() + [0x0A], to: "in.jsonl")
        for isPair in [true, false] {
            var read = ReadOptions()
            var layout = LayoutOptions()
            (layout.maxPatches, layout.layout) = (64, isPair ? .pair : .words)
            if isPair { (read.textField, read.textBField) = ("q", "a") } else { read.wordsField = "w" }
            var shards = ShardOptions()
            shards.format = format
            let job = RenderJob(
                inputs: [.path(input)], read: read, layout: layout, shards: shards, fonts: try TestFonts.sans.get(),
                output: folder.file("out\(isPair)"))
            let counts = try job.run().counts
            #expect(counts.sequences > 1 && counts.textBytes > text.utf8.count - 5 * words)
            #expect(try ShardVerifier(folder: job.output, every: 1, fonts: job.fonts).run().errors.isEmpty)
        }
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
        #expect(report.errors.isEmpty && report.warnings.count == 1)
        #expect(report.warnings.first?.contains("freetype 2.1.0 (now ") == true)
        #expect(report.warnings.first?.contains("zlib") == true && report.warnings.first?.contains("--every 0") == true)
    }

    private func change(_ fixture: JobFixture, _ change: (inout [String: JSONValue]) -> Void) throws {
        var root = try #require(try JSONValue.parse(fixture.folder.read("out/manifest.json")).fields)
        let before = root
        change(&root)
        #expect(root != before)
        try fixture.folder.write(JSONValue.object(root).encoded(), to: "out/manifest.json")
    }
}

extension JSONValue {
    fileprivate var fields: [String: JSONValue]? { if case .object(let fields) = self { fields } else { nil } }
}
