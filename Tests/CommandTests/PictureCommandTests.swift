import Foundation
import TestSupport
import Testing

@Suite struct PictureCommandTests {
    private var program: String { get throws { try Repository.product("letterpress") } }

    /// Width and height from the header of a PNG.
    private func size(_ png: [UInt8]) throws -> [Int] {
        try #require(png.count > 24 && png.starts(with: [0x89, 0x50, 0x4E, 0x47]))
        return [16, 20].map { at in (0..<4).reduce(0) { $0 << 8 | Int(png[at + $1]) } }
    }

    @Test func aPreviewIsTheStripOfTheText() throws {
        let run = try letterpress("preview", "My cool cat sits in a beautiful box full of black beans.")
        #expect(try size(run.output) == [21 * 16, 16])
        let pair = try letterpress("preview", "My cool cat", "--text-b", "sits in a box")
        #expect(try size(pair.output) == [12 * 16, 16])
        let piped = try letterpress("preview", "-", "--scale", "2", input: "a")
        #expect(try size(piped.output) == [64, 32])
    }

    @Test func aLayoutThatIsGivenIsNotOverriddenByTextB() throws {
        let pair = try letterpress("preview", "My cool cat", "--text-b", "sits in a box")
        let explicit = try letterpress("preview", "My cool cat", "--text-b", "sits in a box", "--layout", "pair")
        #expect(explicit.status == 0 && explicit.output == pair.output)
        for layout in ["single", "words"] {
            let flag = try letterpress("preview", "a", "--text-b", "b", "--layout", layout)
            #expect(flag.status == 64 && flag.errorText.contains("layout \(layout) (flag) shows no text B"))
            let variable = try letterpress("preview", "a", "--text-b", "b", environment: ["LETTERPRESS_LAYOUT": layout])
            #expect(variable.status == 64 && variable.errorText.contains("layout \(layout) (environment)"))
            #expect(flag.output.isEmpty && variable.output.isEmpty)
        }
    }

    @Test func whatAPreviewLeavesOutOrRepairsIsSaid() throws {
        let long = try letterpress("preview", "-", "-L", "3", input: String(repeating: "word ", count: 100))
        #expect(long.status == 0 && long.errorText.contains("warning: left out: "))
        let broken = try Execution.run(
            product: "letterpress", ["preview", "-"], input: [0x61, 0xFF, 0x62],
            environment: ["LETTERPRESS_ROOT": Repository.root])
        #expect(broken.status == 0 && broken.errorText.contains("U+FFFD"))
        #expect(try letterpress("preview", "-", input: "short").errorText.isEmpty)
    }

    @Test func aGridHasACellForEachPatch() throws {
        let run = try letterpress("preview", "a", "--grid", "--scale", "4")
        // Two cells of 64 pixels with their lines; number, patch and byte range below one another.
        #expect(try size(run.output) == [2 * 65 + 1, 16 + 64 + 16 + 4])
        let all = try letterpress("preview", "a b", "--grid", "--side-by-side")
        #expect(try size(all.output)[1] > 4 * 100)
    }

    @Test func previewsOfHostileTextSucceed() throws {
        for text in ["\u{0}\u{1}\u{7F}", "\u{202E}abc\u{2066}", String(repeating: "\u{301}", count: 300), "👩‍👩‍👧‍👦🏳️‍🌈", ""] {
            let run = try letterpress("preview", "-", "--grid", input: text)
            #expect(run.status == 0)
            _ = try size(run.output)
        }
    }

    @Test func aPictureIsNotWrittenToATerminal() throws {
        // `script` gives the program a terminal and passes its exit code on.
        let command = "\(try Repository.product("letterpress")) preview a --root \(Repository.root)"
        let run = try Execution.run("/usr/bin/script", ["-qec", command, "/dev/null"])
        #expect(run.status == 64 && run.text.contains("not written to a terminal"))
    }

    @Test func anExportedRendererFolderDrawsTheSamePixels() throws {
        let fixture = try CommandFixture(lines: 1)
        let font = "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"
        let export = try letterpress(
            "fonts", "export", "--renderer", fixture.path("r"), "--font", font, "--dpi", "96", "--font-size", "10.5",
            "--colour-mode", "gray", "-L", "12")
        #expect(export.status == 0, "\(export.errorText)")
        let text = "My cool cat sits in a beautiful box full of black beans."
        let direct = try letterpress(
            "preview", text, "--font", font, "--dpi", "96", "--font-size", "10.5", "--colour-mode", "gray",
            "--gray-from", "alpha", "-L", "12", "--overflow", "truncate")
        let through = try letterpress("preview", text, "--renderer", fixture.path("r"))
        #expect(through.status == 0 && through.output == direct.output)
        #expect(try size(through.output) == [12 * 16, 16])
    }

    @Test func aRendererFolderImpliesWhatTheReferenceDoes() throws {
        let fixture = try CommandFixture(lines: 1)
        let font = "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"
        try fixture.folder.write(
            #"{"font_file": "\#(font)", "fallback_fonts_dir": "more"}"#, to: "r/text_renderer_config.json")
        try FileManager.default.createDirectory(
            atPath: fixture.path("r/more"), withIntermediateDirectories: true)
        func settings(_ more: String...) throws -> [String: [String: [String: String]]] {
            let run = try Execution.run(
                product: "letterpress",
                ["render", "x", "--out", "y", "--print-config", "--renderer", fixture.path("r")] + more,
                environment: ["LETTERPRESS_ROOT": Repository.root])
            let root = try JSONSerialization.jsonObject(with: Data(run.output)) as? [String: [String: [String: Any]]]
            return try #require(root).mapValues { $0.mapValues { $0.mapValues { "\($0)" } } }
        }
        let implied = try settings()
        #expect(implied["layout"]?["overflow"]?["value"] == "truncate")
        #expect(implied["render"]?["line_metrics"]?["value"] == "max")
        let flagged = try settings("--overflow", "split", "--line-metrics", "primary")
        #expect(flagged["layout"]?["overflow"]?["value"] == "split")
        #expect(flagged["render"]?["line_metrics"]?["value"] == "primary")
    }

    @Test func theRendererFolderOfAnotherProjectIsAccepted() throws {
        let fixture = try CommandFixture(lines: 5)
        try fixture.folder.write(
            """
            {"dpi": 120, "font_file": "NotoSans-Regular.ttf", "font_size": 8, "max_seq_length": 20, "pad_size": 3,
             "pixels_per_patch": 16, "rgb": false, "text_renderer_type": "PyGameTextRenderer", "colour": 1}
            """, to: "renderer/text_renderer_config.json")
        try FileManager.default.copyItem(
            atPath: "/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf",
            toPath: fixture.path("renderer/NotoSans-Regular.ttf"))
        let run = try letterpress(
            "render", fixture.input, "--out", fixture.path("out"), "--renderer", fixture.path("renderer"))
        #expect(run.status == 0 && run.errorText.contains("key colour is unknown"))
        let manifest = String(decoding: try fixture.folder.read("out/manifest.json"), as: UTF8.self)
        #expect(manifest.contains(#""profile": "pygame""#) && manifest.contains(#""max_patches": 20"#))
        #expect(manifest.contains(#""font_stack": "custom""#))
    }

    /// `/dev/full` stands for a full disk behind a redirection.
    @Test(arguments: [
        "preview hi", "fonts list", "fonts list --json", "corpus list", "render in.jsonl --out a",
        "render in.jsonl --out b --json", "render in.jsonl --out c --print-config",
    ])
    func standardOutputThatTakesNothingIsAnError(arguments: String) throws {
        let fixture = try CommandFixture(lines: 2)
        let run = try Execution.run(
            "/bin/bash",
            ["-c", "\"$0\" \(arguments) --root \"$1\" > /dev/full", try program, Repository.root],
            folder: fixture.folder.path)
        #expect(run.status == 74, "\(run.errorText)")
        #expect(run.errorText.contains("cannot write standard output: No space left on device"))
    }

    /// A name given with `-o` keeps being what it was: a link, a pipe, a device.
    @Test func whatIsNoRegularFileIsWrittenThrough() throws {
        let fixture = try CommandFixture(lines: 1)
        let reference = try letterpress("preview", "a").output
        try fixture.folder.write("old", to: "target.png")
        for (link, target) in [("link.png", "target.png"), ("dangling.png", "new.png")] {
            try FileManager.default.createSymbolicLink(atPath: fixture.path(link), withDestinationPath: target)
            #expect(try letterpress("preview", "a", "-o", link, folder: fixture.folder.path).status == 0)
            #expect(try FileManager.default.destinationOfSymbolicLink(atPath: fixture.path(link)) == target)
            #expect(try fixture.folder.read(target) == reference)
        }
        #expect(mkfifo(fixture.path("pipe"), 0o600) == 0)
        let reader = try Execution.run(
            "/bin/bash",
            [
                "-c", "cat pipe > got & \"$0\" preview a --root \"$1\" -o pipe; wait; test -p pipe", try program,
                Repository.root,
            ], folder: fixture.folder.path, limit: 20)
        #expect(reader.status == 0)
        #expect(try fixture.folder.read("got") == reference)
        #expect(try letterpress("preview", "a", "-o", "/dev/full").status == 74)
    }
}
