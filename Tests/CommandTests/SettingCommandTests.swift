import Corpora
import Evaluation
import Foundation
import Foundations
import Patches
import TestSupport
import Testing
import Typesetting
import ZooKit

@Suite struct SettingCommandTests {
    @Test(arguments: [
        #"{"run": {"workers": -3}}"#, #"{"run": {"workers": 1025}}"#, #"{"run": {"workers": "x"}}"#,
        #"{"run": {"workers": 1.5}}"#, #"{"fonts": {"stack": 7}}"#, #"{"fonts": {"paths": "a.ttf"}}"#,
        #"{"fonts": {"paths": [7]}}"#, #"{"fonts": {"allow_other": "yes"}}"#, #"{"render": {"dpi": "x"}}"#,
        #"{"layout": {"stride": true}}"#, #"{"read": {"keep_fields": "a"}}"#, #"{"shards": {"zstd": 1}}"#,
    ])
    func aValueOfTheWrongKindInAFileNamesItsKey(json: String) throws {
        let fixture = try CommandFixture(lines: 2)
        let config = try fixture.folder.write(json, to: "c.json")
        let parts = json.split(separator: "\"")
        let key = "\(parts[1]).\(parts[3])"
        for command in [["--print-config"], []] {
            let run = try Execution.run(
                product: "letterpress",
                ["render", fixture.input, "--out", fixture.path("out"), "--config", config] + command,
                environment: ["LETTERPRESS_ROOT": Repository.root])
            #expect(run.status == 65 && run.errorText.contains(key) && run.errorText.contains(config), "\(run)")
        }
        #expect(!FileManager.default.fileExists(atPath: fixture.path("out")))
    }

    @Test func aNumberOfWorkersIsCheckedWhereverItComesFrom() throws {
        let fixture = try CommandFixture(lines: 2)
        let wrong = try letterpress(
            "render", fixture.input, "--out", fixture.path("out"), environment: ["LETTERPRESS_WORKERS": "-4"])
        #expect(wrong.status == 64 && wrong.errorText.contains("environment: run.workers: -4"))
        let many = try letterpress(
            "render", fixture.input, "--out", fixture.path("out"), "--workers", "700", "--format", "native")
        #expect(many.status == 0, "\(many.errorText)")
    }

    @Test func settingsArePrintedWithoutInputAndOutput() throws {
        let whole = try letterpress("render", "x", "--out", "y", "--print-config", "-L", "9")
        let short = try letterpress("render", "--print-config", "-L", "9")
        #expect(short.status == 0 && short.output == whole.output && short.text.contains("max_patches"))
        let noOut = try letterpress("render", "x")
        #expect(noOut.status == 64 && noOut.errorText.contains("--out <folder>"))
        let noInput = try letterpress("render", "--out", "y")
        #expect(noInput.status == 64 && noInput.errorText.contains("<input>"))
    }

    @Test func recipesNeedNoFonts() throws {
        let folder = try TemporaryFolder()
        try folder.write(#"{"description": "Some text."}"#, to: "corpora/recipes/some.json")
        let list = try letterpress("corpus", "list", "--root", folder.path)
        #expect(list.status == 0 && list.text == "some  0 documents  Some text.\n", "\(list.errorText)")
        let near = try letterpress("corpus", "fetch", "sone", "--root", folder.path)
        #expect(near.status == 64 && near.errorText.contains("some"))
        let nothing = try letterpress("corpus", "list", "--root", folder.file("nothing"))
        #expect(nothing.status == 66 && nothing.errorText.contains("corpora/recipes"))
        #expect(try letterpress("fonts", "list", "--root", folder.path).status == 69)
    }

    @Test func aVariableThatIsNoSettingIsNamedWithItsNeighbours() throws {
        let run = try letterpress(
            "render", "x", "--out", "y", "--print-config",
            environment: ["LETTERPRESS_FONT_SISE": "9", "LETTERPRESS_DPI": "100"])
        #expect(run.status == 0)
        #expect(
            run.errorText.contains("LETTERPRESS_FONT_SISE is unknown")
                && run.errorText.contains("LETTERPRESS_FONT_SIZE"))
        #expect(!run.errorText.contains("DPI") && !run.errorText.contains("LETTERPRESS_ROOT"))
    }

    @Test(arguments: [
        ["--layout", "words", "--offsets", "compat"], ["--strategy", "words", "--offsets", "compat"],
        ["--strategy", "bigrams", "--offsets", "compat"], ["--right-to-left"],
        ["--profile", "pygame", "--line-metrics", "max"], ["--profile", "pygame", "--language", "ar"],
        ["--profile", "pygame", "--tab", "stop"],
    ])
    func anOptionWithoutEffectIsRefused(flags: [String]) throws {
        let run = try Execution.run(
            product: "letterpress", ["render", "x", "--out", "y", "--print-config"] + flags,
            environment: ["LETTERPRESS_ROOT": Repository.root])
        #expect(run.status == 64 && run.errorText.contains("expected"), "\(run.errorText)")
    }

    @Test func checkingAStackComparesHashesWithoutCaseAndNamesThePackage() throws {
        let fixture = try CommandFixture(lines: 1)
        let text = try String(contentsOfFile: Repository.root + "/fonts/serif.json", encoding: .utf8)
        let hash = try #require(text.firstMatch(of: /"sha256": "([0-9a-f]{64})"/)).1
        let upper = try fixture.folder.write(text.replacingOccurrences(of: hash, with: hash.uppercased()), to: "u.json")
        #expect(try letterpress("fonts", "check", upper).status == 0)
        let zeros = String(repeating: "0", count: 64)
        let other = try fixture.folder.write(text.replacingOccurrences(of: hash, with: zeros), to: "o.json")
        let run = try letterpress("fonts", "check", other)
        #expect(run.status == 69 && run.text.contains("of package fonts-") && run.text.contains("--allow-other-fonts"))
    }

    @Test func everySettingHasAFlag() throws {
        let declared = try [
            StrictJSON.keys(of: RenderOptions()), StrictJSON.keys(of: LayoutOptions()),
            StrictJSON.keys(of: ReadOptions()),
            StrictJSON.keys(of: ShardOptions()), StrictJSON.keys(of: PretrainSettings()),
            StrictJSON.keys(of: FinetuneSettings()),
            StrictJSON.keys(of: EvaluationSettings()), StrictJSON.keys(of: SamplingOptions()),
        ]
        let keys = Set(declared.flatMap(\.keys))
        #expect(keys.count > 110)
        // Flags with names of their own, and the keys without a flag.
        let names = [
            "keep_fields": "keep", "on_structure_error": "on-error", "shard_index": "shard", "shard_count": "shard",
            "store_text": "text",
        ]
        let without: Set = ["word_cache_bytes", "frozen"]
        let help = try [
            ["render"], ["generate", "text"], ["generate", "pixels"], ["pretrain"], ["finetune"], ["evaluate"],
        ].map {
            try Execution.run(product: "letterpress", $0 + ["--help"]).text
        }.joined()
        for key in keys.subtracting(without) {
            let flag = names[key] ?? key.replacingOccurrences(of: "_", with: "-")
            #expect([" ", "/", ","].contains { help.contains("--\(flag)\($0)") }, "\(key)")
        }
        let run = try letterpress("render", "x", "--out", "y", "--print-config", "--normalisation", "nfc")
        #expect(run.status == 0 && run.text.contains("nfc"))
    }

    @Test func aManifestAsConfigurationKeepsItsFonts() throws {
        let fixture = try CommandFixture(lines: 2)
        func render(_ out: String, _ more: String...) throws -> Execution {
            try Execution.run(
                product: "letterpress", ["render", fixture.input, "--out", fixture.path(out)] + more,
                environment: ["LETTERPRESS_ROOT": Repository.root])
        }
        #expect(try render("serif", "--fonts", "serif").status == 0)
        let config = fixture.path("serif/manifest.json")
        #expect(try render("again", "--config", config).status == 0)
        #expect(try fixture.files("again") == fixture.files("serif"))
        let font = "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"
        #expect(try render("custom", "--font", font).status == 0)
        let custom = fixture.path("custom/manifest.json")
        let refused = try render("not", "--config", custom)
        #expect(refused.status == 69 && refused.errorText.contains("NotoSans-Regular.ttf); pass --font"))
        #expect(try render("named", "--config", custom, "--font", font).status == 0)
        #expect(try fixture.files("named") == fixture.files("custom"))
        var manifest = String(decoding: try fixture.folder.read("serif/manifest.json"), as: UTF8.self)
        let hash = try #require(manifest.firstRange(of: "\"sha256\": \"", after: "\"fonts\": ["))
        manifest.replaceSubrange(hash.upperBound..<manifest.index(hash.upperBound, offsetBy: 4), with: "0000")
        let other = try fixture.folder.write(manifest, to: "other.json")
        #expect(try render("other", "--config", other).status == 69)
    }
}

extension String {
    /// Where a text stands behind the first place of another.
    fileprivate func firstRange(of text: String, after start: String) -> Range<String.Index>? {
        range(of: start).flatMap { range(of: text, range: $0.upperBound..<endIndex) }
    }
}
