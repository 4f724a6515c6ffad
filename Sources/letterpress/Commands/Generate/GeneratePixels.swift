import ArgumentParser
import Foundations
import Patches
import Tensors
import Typesetting
import ZooKit

/// `letterpress generate pixels`
struct GeneratePixels: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "pixels",
        abstract: "Let a pixel model continue a picture of text.",
        discussion: """
            The prompt is a text that is drawn, or a PNG of whole patches. Models of raw pixels and of bernoulli pixels stop at a
            black patch; those of normalised pixels draw as many patches as are wanted. New patches are gray; models of bernoulli
            pixels alone can draw at random: --drawing sample, --seed and --temperature.

            EXAMPLES
              letterpress generate pixels --model models/pixelgpt --prompt "My cool" --patches 8 -o out.png
              letterpress generate pixels --model models/pixelgpt --image strip.png --drawing threshold --scale 3 -o out.png
            """)

    @Option(help: ArgumentHelp("A model's folder.", valueName: "folder"), completion: .directory) var model: String
    @Option(name: [.short, .long], help: ArgumentHelp("A text to draw and continue (or --image).", valueName: "text"))
    var prompt: String?
    @Option(help: ArgumentHelp("A PNG to continue (or --prompt).", valueName: "file"), completion: .file()) var image:
        String?
    @Option(
        name: [.short, .long], help: ArgumentHelp("PNG file (standard output).", valueName: "file"),
        completion: .file())
    var out: String?
    @Option(help: ArgumentHelp("Times to enlarge (1).", valueName: "n")) var scale = 1
    @Option(help: ArgumentHelp("Patches in a row (64).", valueName: "n")) var columns = 64
    @OptionGroup(title: "Continuation") var pixels: PixelGenerationFlags
    @OptionGroup(title: "Computing") var computing: ComputeFlags
    @OptionGroup(title: "Pixels of the prompt") var rendering: RenderingFlags
    @OptionGroup(title: "Fonts") var fonts: FontFlags
    @OptionGroup(title: "Settings") var settings: SettingOptions
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        if (prompt == nil) == (image == nil) { throw ValidationError("give either --prompt or --image") }
        if !(1...16).contains(scale) { throw ValidationError("--scale takes 1 to 16") }
        if !(1...1024).contains(columns) { throw ValidationError("--columns takes 1 to 1024") }
        if report.json, out == nil || out == "-" { throw ValidationError("--json needs a file for the picture: -o") }
    }

    func run() throws {
        let folder = try ModelFolder.named(model)
        try folder.needPatches(for: "generate")
        let merged = try settings.merged(
            over: folder.pictureLayer(), with: SettingLayer(flags: [pixels, computing, rendering, fonts]))
        let (generate, _) = try GenerateSettings.read(merged)
        let found = try drawing(merged, folder.config.patchHead)
        try found.options.check(folder.config.patchHead)
        let begun = try beginning(merged, folder, gap: found.gap)
        let workspace = try generate.workspace()
        let loaded = try Waiting.on("reading the model", report) {
            try ModelFolder.load(folder, heads: LanguageModel.Heads(patch: true), workspace: workspace)
        }
        for warning in loaded.warnings { report.warn(warning) }
        var count = 0
        let result = try PixelGenerator(loaded.model, in: workspace).generate(
            [PixelRequest(id: 0, pixels: begun, options: found.options)]
        ) { _, _ in
            count += 1
            if report.showsProgress { Console.progress("\(count) of at most \(counted(found.patches, "patch"))") }
        }[0]
        if report.showsProgress { Console.progress(nil) }
        try write(begun, result, folder.config)
    }

    /// The settings of the continuation. Draws at random where a seed is given and the head allows it; throws a usage failure for a
    /// flag that this head or way of drawing does not heed.
    private func drawing(_ merged: MergedSettings, _ head: DecoderConfig.PatchHead) throws -> PixelGenerationSettings {
        var found = try PixelGenerationSettings.read(merged)
        if merged["pixels", "drawing"] == nil, pixels.seed != nil, head == .bernoulli { found.drawing = .sample }
        if pixels.seed != nil, found.drawing != .sample {
            throw CommandFailure(
                .usage,
                "--seed has no effect: nothing is drawn at random "
                    + (head == .bernoulli
                        ? "with --drawing \(found.drawing.rawValue)" : "from a head of kind \(head.rawValue)"))
        }
        if pixels.temperature != nil, head != .bernoulli || found.drawing == .threshold {
            throw CommandFailure(
                .usage,
                "--temperature has no effect "
                    + (head == .bernoulli
                        ? "with --drawing threshold" : "on a head of kind \(head.rawValue), which has no probabilities")
            )
        }
        if image != nil, pixels.gap != nil {
            throw CommandFailure(.usage, "--gap has no effect on a picture; it is for --prompt")
        }
        return found
    }

    /// The prompt's patches.
    private func beginning(_ merged: MergedSettings, _ folder: ModelFolder, gap: Int) throws -> [UInt8] {
        let config = folder.config
        if let image {
            let picture = try PNG.decode(try MappedFile(path: image).withBytes { Array($0) })
            return try PixelPrompt.patches(of: picture, patchSize: config.patchSize, channels: config.channels)
        }
        let drawing = try ModelDrawing(folder, merged, fonts).open()
        let renderer = try PatchRenderer(
            typesetter: Typesetter(fonts: drawing.fonts, options: drawing.render), options: drawing.layout)
        let sequences = try renderer.render(.single(Array((prompt ?? "").utf8))).sequences
        guard sequences.count == 1, let sequence = sequences.first else {
            throw CommandFailure(
                .badData,
                "the text fills \(counted(sequences.count, "sequence")) of \(counted(drawing.layout.maxPatches, "patch")); shorten it"
            )
        }
        guard sequence.textPatchCount > 0 else { throw GenerationError.emptyPrompt(id: 0) }
        let own = Array(sequence.pixels.dropLast(sequence.patchByteCount))
        var strip = Picture(
            width: sequence.textPatchCount * sequence.patchSize, height: sequence.patchSize,
            channels: sequence.channels,
            pixels: PatchSequence.strip(fromPatches: own, patchSize: sequence.patchSize, channels: sequence.channels))
        if gap >= 0 { strip = PixelPrompt.aligned(strip, gap: min(gap, config.patchSize - 1)) }
        return try PixelPrompt.patches(of: strip, patchSize: config.patchSize, channels: config.channels)
    }

    private func write(_ begun: [UInt8], _ result: PixelGeneration, _ config: DecoderConfig) throws {
        let (size, channels) = (config.patchSize, config.channels)
        let all = begun + result.pixels
        let bytes = size * size * channels
        let strip = Picture(
            width: all.count / bytes * size, height: size, channels: channels,
            pixels: PatchSequence.strip(fromPatches: all, patchSize: size, channels: channels))
        let picture = strip.folded(columns: columns).enlarged(by: scale)
        try Console.output(try PNGEncoder(settings: PNGSettings(level: 9)).encode(picture), to: out)
        let counts = (begun.count / bytes, result.pixels.count / bytes)
        if report.json {
            try Console.result(
                .object([
                    "file": .string(out ?? ""), "prompt_patches": .integer(counts.0), "patches": .integer(counts.1),
                    "reason": .string(result.reason.rawValue),
                ]))
        } else if let out, out != "-" {
            report.note(
                "\(out): \(counted(counts.0, "patch")) of the prompt, \(counts.1) new ones (\(result.reason.rawValue))")
        }
    }
}
