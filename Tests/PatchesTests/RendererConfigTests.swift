import Foundation
import Foundations
import Patches
import TestSupport
import Testing
import Typesetting

@Suite struct RendererConfigTests {
    private func load(_ json: String) throws -> RendererConfig.Loaded {
        let folder = try TemporaryFolder()
        try Data(json.utf8).write(to: URL(fileURLWithPath: folder.file(RendererConfig.fileName)))
        return try RendererConfig.load(from: folder.path)
    }

    @Test func theConfigOfAPixelGPTRendererIsAcceptedAsItIs() throws {
        let loaded = try load(
            """
            {"background_color": "white", "dpi": 120, "font_color": "black", "font_file": "GoNotoCurrent.ttf",
             "font_size": 8, "max_seq_length": 1024, "pad_size": 3, "pixels_per_patch": 16, "rgb": true,
             "text_renderer_type": "PangoCairoTextRenderer", "fonts_list": []}
            """)
        #expect(loaded.warnings.isEmpty)
        var expected = RenderOptions()
        expected.grayFrom = .alpha
        #expect(loaded.config.renderOptions == expected)
        #expect(loaded.config.maxSeqLength == 1024)
        #expect(try loaded.config.fontPaths(relativeTo: loaded.folder) == [loaded.folder + "/GoNotoCurrent.ttf"])
    }

    @Test func thePyGameClassMeansItsProfileAndItsColours() throws {
        let loaded = try load(
            #"{"font_file": "a.ttf", "text_renderer_type": "PyGameTextRenderer", "font_color": "red", "rgb": true}"#)
        #expect(loaded.config.renderOptions.profile == .pygame)
        #expect(loaded.config.renderOptions.textColour == RGBColour(red: 255, green: 0, blue: 0))
        #expect(loaded.warnings.count == 1 && loaded.warnings[0].contains("key rgb has no effect"))
    }

    @Test func unknownAndDeadKeysWarn() throws {
        let loaded = try load(
            #"{"font_file": "a.ttf", "font_colour": "red", "font_color": "red", "pad_size": 4, "fonts_list": ["X"]}"#)
        #expect(loaded.warnings.count == 4)
        #expect(loaded.warnings[0].contains("font_colour is unknown"))
        #expect(loaded.config.renderOptions.textColour == .black)
    }

    @Test(arguments: [
        (#"{}"#, "font_file"), (#"{"font_file": "a", "pixels_per_patch": 7}"#, "pixels_per_patch"),
        (#"{"font_file": 3}"#, "font_file"), (#"{"font_file": "a", "dpi": "x"}"#, "dpi"),
        (#"{"font_file": "a", "rgb": 1}"#, "rgb"), (#"{"font_file": "a", "font_size": 1e9}"#, "font_size"),
        (#"{"font_file": "a", "text_renderer_type": "Cairo"}"#, "PangoCairoTextRenderer"),
        (#"{"font_file": "a", "max_seq_length": 1}"#, "max_seq_length"), ("[1]", "object"),
        ("{", RendererConfig.fileName),
    ])
    func aWrongConfigNamesItsKey(json: String, key: String) {
        let error = #expect(throws: ShardError.self) { try load(json) }
        #expect(error?.description.contains(key) == true)
    }

    @Test func savingAndLoadingGivesTheSameConfig() throws {
        let folder = try TemporaryFolder()
        try Data("font".utf8).write(to: URL(fileURLWithPath: folder.file("F.ttf")))
        var config = RendererConfig(fontFile: "F.ttf")
        config.rgb = true
        config.dpi = 96
        config.fontSize = 9.5
        try config.save(to: folder.file("out"), copyingFontAt: folder.file("F.ttf"))
        let loaded = try RendererConfig.load(from: folder.file("out"))
        #expect(loaded.config == config && loaded.warnings.isEmpty)
        #expect(FileManager.default.contents(atPath: folder.file("out/F.ttf")) == Data("font".utf8))
    }

    @Test(arguments: [Double.infinity, -.infinity, .nan, 1e300])
    func aSizeThatIsNoWholeNumberIsWrittenOrRefused(size: Double) throws {
        let folder = try TemporaryFolder()
        try folder.write("font", to: "F.ttf")
        var config = RendererConfig(fontFile: "F.ttf")
        config.fontSize = size
        guard !size.isFinite else {
            #expect(config.json["font_size"] == .number(size))
            return
        }
        #expect(throws: ShardError.self) {
            try config.save(to: folder.file("out"), copyingFontAt: folder.file("F.ttf"))
        }
    }

    @Test func theFallbackFolderAddsItsFontsByName() throws {
        let folder = try TemporaryFolder()
        try FileManager.default.createDirectory(atPath: folder.file("more"), withIntermediateDirectories: true)
        for name in ["b.ttf", "a.otf", "notes.txt"] {
            try Data().write(to: URL(fileURLWithPath: folder.file("more/" + name)))
        }
        var config = RendererConfig(fontFile: "F.ttf")
        config.fallbackFontsDir = "more"
        #expect(
            try config.fontPaths(relativeTo: folder.path)
                == ["F.ttf", "more/a.otf", "more/b.ttf"].map { folder.file($0) })
    }
}
