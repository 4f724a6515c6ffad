import ArgumentParser
import Foundation
import Foundations
import ZooKit

/// `letterpress pretrain`: a model from a corpus.
struct Pretrain: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Pretrain a pixel or text model on a corpus.",
        usage: """
            letterpress pretrain [<options>] --data <path> ... --out <folder>
            letterpress pretrain --resume --out <folder> [<options>]
            letterpress pretrain [<options>] --print-config
            """,
        discussion: """
            Data are corpora, rendered and encoded while the model trains, or folders of shards that letterpress render wrote.
            FOLDER gets the settings (run.json), the records (metrics.jsonl, TensorBoard events, report.html) and checkpoints.
            Ctrl-C ends the step that runs, writes a checkpoint and says how to resume.
            A flag beats LETTERPRESS_PRETRAIN_<KEY> in the environment, that beats --config, --preset, the default; a
            resumed run begins with its own settings.

            EXAMPLES
              letterpress pretrain --preset pixelgpt/tiny --data corpora/sample/sample.jsonl --out runs/tiny
              letterpress pretrain --preset dualgpt/tiny --data news.jsonl.gz --steps 4000 --out runs/dual
              letterpress pretrain --resume --out runs/tiny
            """)

    @Option(
        name: [.short, .long], help: ArgumentHelp("Folder of the run (required).", valueName: "folder"),
        completion: .directory)
    var out: String?
    @Flag(help: "Resume the run in the folder from its newest checkpoint.") var resume = false
    @OptionGroup(title: "Model and data") var sources: SourceFlags
    @OptionGroup(title: "Training") var course: CourseFlags
    @OptionGroup(title: "Optimiser and losses") var optimiser: OptimiserFlags<PretrainCourse>
    @OptionGroup(title: "Optimiser and losses") var losses: LossFlags
    @OptionGroup var computing: ThreadFlags
    @Option(help: ArgumentHelp("Threads that read and render, for each kind and stream (1).", valueName: "n"))
    var workers: Int?
    @Flag(
        inversion: .prefixedNo,
        help: "At the end, measure what simple predictors lose on the same held-out data, for the report.")
    var baselines = true
    @Flag(help: "Print the settings and where each came from, and do nothing.") var printConfig = false
    @OptionGroup(title: "Reading") var reading: CorpusFlags
    @OptionGroup(title: "Pixels") var rendering: RenderingFlags
    @OptionGroup(title: "Patches") var drawing: DrawingFlags
    @OptionGroup(title: "Fonts") var fonts: FontFlags
    @Option(help: ArgumentHelp("Settings from a JSON or YAML file (none).", valueName: "file"), completion: .file())
    var config: String?
    @Option(
        help: ArgumentHelp(
            "Settings of a model of the zoo, as pixelgpt/tiny or monogpt/small (none).",
            valueName: "name"), completion: Completions.trainings)
    var preset: String?
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        if !printConfig, out == nil { throw ValidationError("Missing expected argument '--out <folder>'") }
        if let workers, !(1...RunSettings.workerRange.upperBound).contains(workers) {
            throw ValidationError("--workers takes 1 to \(RunSettings.workerRange.upperBound)")
        }
    }

    func run() throws {
        let job = try PretrainJob(try merged())
        if printConfig { return try job.show() }
        guard let out else { return }
        let ended = try job.run(in: out, resumes: resume, fonts: fonts, baselines: baselines, report: report)
        if !ended { throw ExitCode.stopped }
    }

    private func merged() throws -> MergedSettings {
        var flags = SettingLayer(
            flags: [sources, course, optimiser, losses, reading, rendering, drawing, fonts, computing])
        flags.set("run", "workers", workers.map { .integer($0) })
        let layers = try SettingSources.layers(
            over: preset.map { try Presets.layer($0, of: Presets.pretraining) },
            resume ? out.map(SettingSources.run) : nil, config: config, flags: flags)
        // Pictures are drawn as for the model that the run begins with, which is known when the layers are.
        let known = try MergedSettings(layers).decode("sources", over: SourceSettings())
        if let initial = known.initial {
            let drawing = try ModelFolder.named(initial).drawingLayer()
            return MergedSettings((drawing.map { [$0] } ?? []) + layers)
        }
        guard let model = known.model else { return MergedSettings(layers) }
        var patches = SettingLayer(origin: "the model's configuration")
        let config = try ModelPresets.config(model, in: try Installation(root: fonts.root).models())
        patches.set("render", "patch_size", .integer(config.patchSize))
        return MergedSettings([patches] + layers)
    }
}
