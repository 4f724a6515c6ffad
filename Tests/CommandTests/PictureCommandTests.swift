import Foundation
import TestSupport
import Testing

@Suite struct PictureCommandTests {
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
}
