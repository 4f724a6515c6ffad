import Foundation
import TestSupport
import Testing
import ZooKit

/// Numbers that a user may write and nobody expects: an answer or a message, never a trap.
@Suite struct ExtremeNumberTests {
    @Test(arguments: ["1e-320", "0", "1e-300"]) func anyLearningRateTrains(_ rate: String) throws {
        let fixture = try PretrainFixture()
        let run = try fixture.run(
            fixture.arguments("run", ["--steps", "3", "--eval-every", "1", "--learning-rate", rate]))
        #expect(run.status == 0, "\(run.errorText)")
        let page = String(decoding: try fixture.folder.read("run/report.html"), as: UTF8.self)
        let isDrawn = page.contains("Learning rate</b>")
        #expect(isDrawn)
    }

    @Test(arguments: ["1e308", "-1", "nan", "inf", "1e999"]) func otherLearningRatesAreRefused(_ rate: String) throws {
        let fixture = try PretrainFixture()
        let run = try fixture.run(fixture.arguments("run", ["--steps", "3", "--learning-rate=\(rate)"]))
        #expect(run.status == 64 || run.status == 65, "\(run.status): \(run.errorText)")
        #expect(run.errorText.contains("learning"), "\(run.errorText)")
    }

    @Test(arguments: ["1e18", "1e308", "1e-320"]) func anyLimitOfAMapIsDrawn(_ limit: String) throws {
        let model = try ModelFolderFixture(.erniePixel)
        let map = model.folder.file("map.png")
        let run = try letterpress(
            "score", "pixels", "--model", model.path, "--text", "Ink", "--limit", limit, "-o", map)
        #expect(run.status == 0, "\(run.errorText)")
        #expect(try model.folder.read("map.png").starts(with: [0x89, 0x50, 0x4E, 0x47]))
    }

    @Test(arguments: ["0", "-1", "nan", "inf"]) func otherLimitsAreRefused(_ limit: String) throws {
        let model = try ModelFolderFixture(.erniePixel)
        let run = try letterpress(
            "score", "pixels", "--model", model.path, "--text", "Ink", "--limit=\(limit)", "-o",
            model.folder.file("map.png"))
        #expect(run.status == 64 && run.errorText.contains("--limit"), "\(run.status): \(run.errorText)")
    }

    /// Sizes of Int.max and beyond, in every command that takes one: the first line names the option, as it is written or as a key of
    /// settings, or says how many there are.
    @Test(arguments: [
        (["sheet", "IN", "--rows", "9223372036854775807"], "--rows"),
        (["sheet", "IN", "--columns", "9223372036854775807"], "--columns"),
        (["inspect", "IN", "--index", "9223372036854775807"], "no sequence 9223372036854775807"),
        (["inspect", "IN", "--index", "9223372036854775808"], "--index"),
        (["preview", "a", "--columns", "9223372036854775807"], "--columns"),
        (["preview", "a", "--max-patches", "9223372036854775807"], "max_patches"),
        (["preview", "a", "--font-size", "1e308"], "font_size"),
        (["preview", "a", "--font-size", "1e-320"], "font_size"),
        (["zoo", "describe", "pixelgpt/tiny", "--length", "9223372036854775807"], "--length"),
        (["render", "in.jsonl", "--out", "x", "--shard", "0/9223372036854775808"], "--shard"),
        (["render", "in.jsonl", "--out", "x", "--patches-per-shard", "9223372036854775807"], "patches_per_shard"),
        (["render", "in.jsonl", "--out", "x", "--record-limit", "9223372036854775807"], "record_limit"),
        (["render", "in.jsonl", "--out", "x", "--workers", "9223372036854775807"], "--workers"),
    ])
    func sizesThatCannotBeAreRefused(_ words: [String], _ name: String) throws {
        let fixture = try CommandFixture(lines: 3)
        let made = try Execution.run(
            product: "letterpress", ["render", fixture.input, "--out", fixture.path("IN"), "--max-patches", "32"],
            environment: ["LETTERPRESS_ROOT": Repository.root])
        try #require(made.status == 0, "\(made.errorText)")
        let run = try Execution.run(
            product: "letterpress", words, environment: ["LETTERPRESS_ROOT": Repository.root],
            folder: fixture.folder.path)
        // Usage lines below the first name all options.
        let first = run.errorText.prefix { $0 != "\n" }
        #expect(run.status == 64 && first.contains(name), "\(run.status): \(run.errorText)")
    }

    /// A page of any number of columns shows what there is.
    @Test func moreColumnsThanPatchesAreNoHarm() throws {
        let fixture = try CommandFixture(lines: 3)
        let out = fixture.path("out")
        #expect(try letterpress("render", fixture.input, "--out", out).status == 0)
        let run = try letterpress("inspect", out, "--columns", "\(Int.max)", "-o", fixture.path("a.png"))
        #expect(run.status == 0, "\(run.errorText)")
        #expect(try letterpress("verify", out, "--every", "\(Int.max)").status == 0)
    }
}
