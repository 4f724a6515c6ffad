import ArgumentParser
import Foundation
import Foundations
import Patches
import Tensors
import Typesetting
import ZooKit

/// `letterpress score pixels`
struct ScorePixels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pixels",
        abstract: "How well a pixel model predicts each patch, as numbers and as a map.",
        discussion: """
            The picture is a PNG of whole patches, or a text that is drawn. The loss of a patch is that of training, by the kind \
            of the model's patch head; the first patch has none. The map lays each patch over the colour of its loss, from pale \
            yellow (0) to dark red.

            EXAMPLES
              letterpress score pixels --model models/pixelgpt strip.png
              letterpress score pixels --model models/pixelgpt --text "Ink on paper" -o map.png --json
            """)

    @Option(help: ArgumentHelp("A model's folder.", valueName: "folder"), completion: .directory) var model: String
    @Argument(help: ArgumentHelp("A PNG of whole patches.", valueName: "file"), completion: .file()) var image: String?
    @Option(help: ArgumentHelp("A text to draw (or a picture).", valueName: "text")) var text: String?
    @Option(
        name: [.short, .long],
        help: ArgumentHelp("PNG of the map (NAME.loss.png beside a picture).", valueName: "file"),
        completion: .file())
    var out: String?
    @Option(help: ArgumentHelp("The loss at the dark end (19 in 20 patches are below it).", valueName: "x"))
    var limit: Double?
    @Option(help: ArgumentHelp("Times to enlarge (3).", valueName: "n")) var scale = 3
    @Option(help: ArgumentHelp("Patches in a row (32).", valueName: "n")) var columns = 32
    @OptionGroup(title: "Windows") var cutting: WindowFlags
    @OptionGroup(title: "Computing") var computing: ComputeFlags
    @OptionGroup(title: "Pixels of the text") var rendering: RenderingFlags
    @OptionGroup(title: "Fonts") var fonts: FontFlags
    @OptionGroup(title: "Settings") var settings: SettingOptions
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        if (image == nil) == (text == nil) { throw ValidationError("give either a picture or --text") }
        if !(1...16).contains(scale) { throw ValidationError("--scale takes 1 to 16") }
        if !(1...1024).contains(columns) { throw ValidationError("--columns takes 1 to 1024") }
        if let limit, !(limit > 0 && limit.isFinite) { throw ValidationError("--limit takes a number above 0") }
        if out == "-", report.json { throw ValidationError("--json needs a file for the map: -o") }
    }

    func run() throws {
        let folder = try ModelFolder.named(model)
        try folder.needPatches(for: "score")
        let flags = SettingLayer(flags: [computing, rendering, fonts])
        // A picture that is there has been drawn; labels on its map are of any font.
        let merged = try settings.merged(over: image == nil ? folder.pictureLayer() : nil, with: flags)
        let workspace = try GenerateSettings.read(merged).generate.workspace()
        let config = folder.config
        let drawing = try ModelDrawing(folder, merged, fonts).open()
        let pictures = try pictures(drawing, config)
        let windows = try cutting.windows(for: config)
        let loaded = try Waiting.on("reading the model", report) {
            try ModelFolder.load(folder, heads: .init(patch: true), workspace: workspace)
        }
        for warning in loaded.warnings { report.warn(warning) }
        let scorer = try PatchScorer(loaded.model, windows: windows, in: workspace)
        let scores = try pictures.map { try scorer.score($0) }
        let path = out ?? image.map { ($0.hasSuffix(".png") ? String($0.dropLast(4)) : $0) + ".loss.png" }
        if let path { try draw(pictures, scores, config, labels(drawing.fonts), to: path) }
        if path != "-" { try print(scores, path: path, windows) }
    }

    /// Labels are black on white, whatever the text is drawn with.
    private func labels(_ fonts: FontSet) throws -> Typesetter {
        var options = RenderOptions()
        options.wordCache = false
        return try Typesetter(fonts: fonts, options: options)
    }

    /// The patches of the picture, or of each sequence that the text fills, its black end included.
    private func pictures(_ drawing: Drawing, _ config: DecoderConfig) throws -> [[UInt8]] {
        if let image {
            let picture = try PNG.decode(try MappedFile(path: image).withBytes { Array($0) })
            return [try PixelPrompt.patches(of: picture, patchSize: config.patchSize, channels: config.channels)]
        }
        let renderer = try PatchRenderer(
            typesetter: Typesetter(fonts: drawing.fonts, options: drawing.render), options: drawing.layout)
        return try renderer.render(.single(Array((text ?? "").utf8))).sequences.map { sequence in
            try PixelPrompt.patches(of: Picture(sequence), patchSize: config.patchSize, channels: config.channels)
        }
    }

    private func draw(
        _ pictures: [[UInt8]], _ scores: [PatchScore], _ config: DecoderConfig, _ typesetter: Typesetter,
        to path: String
    ) throws {
        let map = LossMap(
            typesetter: typesetter, patchSize: typesetter.options.patchSize, scale: scale, columns: columns)
        let limit = limit ?? LossMap.limit(of: scores.flatMap(\.losses))
        let parts = try zip(pictures, scores).map { pixels, score in
            let strip = Picture(
                width: score.losses.count * config.patchSize, height: config.patchSize, channels: config.channels,
                pixels: PatchSequence.strip(
                    fromPatches: pixels, patchSize: config.patchSize, channels: config.channels))
            return try map.picture(of: strip, values: score.losses, limit: limit)
        }
        try Console.output(
            try PNGEncoder(settings: PNGSettings(level: 9)).encode(Picture.stacked(parts, gap: 8)), to: path)
    }

    private func print(_ scores: [PatchScore], path: String?, _ windows: ScoreWindows) throws {
        for (index, score) in scores.enumerated() {
            let predicted = score.losses.count { $0 != nil }
            guard report.json else {
                let name = scores.count > 1 ? "sequence \(index): " : ""
                let mean = predicted > 0 ? String(format: "%.4f", score.mean) : "unknown"
                try Console.result(
                    "\(name)loss \(mean), \(predicted) of \(counted(score.losses.count, "patch")) predicted")
                continue
            }
            var fields: [String: JSONValue] = [
                "sequence": .integer(index), "patches": .integer(score.losses.count),
                "predicted": .integer(predicted), "loss": predicted > 0 ? .number(score.mean) : .null,
                "losses": .array(score.losses.map { $0.map { .number($0) } ?? .null }),
                "window": .integer(windows.window), "stride": .integer(windows.stride),
            ]
            if let path { fields["file"] = .string(path) }
            try Console.result(.object(fields))
        }
        if let path { report.note("\(path): map of \(counted(scores.reduce(0) { $0 + $1.losses.count }, "patch"))") }
    }
}
