import Foundations
import Patches
import Typesetting
import ZooKit

/// How a model's pictures were drawn: a file in its folder that every `--config` reads, fonts and their hashes included.
struct RenderingRecord {
    static let fileName = "rendering.json"
    private let settings: [String: JSONValue]

    init(_ fonts: FontSet, _ pixels: PixelSettings) throws {
        settings = [
            "font_stack": .string(fonts.name), "fonts": try StrictJSON.encodedValue(fonts.fonts),
            "render": try StrictJSON.encodedValue(pixels.render), "layout": try StrictJSON.encodedValue(pixels.layout),
        ]
    }

    /// How shards were drawn, by the manifest in their folder. Throws `ShardError`.
    init(shards folder: String) throws {
        let drawn = try Manifest.load(folder: folder).settings
        settings = [
            "font_stack": .string(drawn.fontStack), "fonts": try StrictJSON.encodedValue(drawn.fonts),
            "render": try StrictJSON.encodedValue(drawn.render), "layout": try StrictJSON.encodedValue(drawn.layout),
        ]
    }

    /// All of it.
    var json: JSONValue { .object(settings) }

    /// The bytes of the file, in the form of a manifest of shards.
    var file: [UInt8] {
        JSONValue.object(["format_version": .integer(Manifest.version), "settings": json]).encoded(pretty: true)
    }
}

extension ExampleOptions {
    /// Takes fonts and drawing, for a model that reads patches of `patchSize`; what a folder keeps of them. Throws a usage failure
    /// for patches of another size.
    mutating func draw(_ pixels: PixelSettings, _ set: FontSet, patchSize: Int) throws -> RenderingRecord {
        guard pixels.render.patchSize == patchSize else {
            throw CommandFailure(
                .usage, "render.patch_size is \(pixels.render.patchSize) and the model reads patches of \(patchSize)")
        }
        (fonts, render, layout) = (set, pixels.render, pixels.layout)
        return try RenderingRecord(set, pixels)
    }
}
