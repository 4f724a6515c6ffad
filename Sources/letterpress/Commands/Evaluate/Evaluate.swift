import ArgumentParser
import Evaluation
import Foundations
import ZooKit

/// `letterpress evaluate`: models on tasks, and the table that a paper prints.
struct Evaluate: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Evaluate models on tasks.",
        usage: """
            letterpress evaluate [<options>] --model <list> --tasks <list> --out <folder>
            letterpress evaluate --resume --out <folder> [<options>]
            letterpress evaluate [<options>] --print-config
            """,
        discussion: """
            FOLDER gets results.json, results.md and report.html with a table of models by tasks, confusions and mistakes, \
            and an answer a line for each example in predictions/. For a task that needs a head a pretrained model is \
            fine-tuned first, in finetuned/; a folder that fine-tuning wrote is taken as it is, a grid with all seeds of its \
            best settings. A stopped or killed evaluation resumes with --resume.
            With --noise and --font-transfer all is answered again under noise and with pictures that other fonts draw, and \
            plotted.
            A flag beats LETTERPRESS_EVALUATE_<KEY> in the environment, that beats --config, the way of drawing in the \
            model's folder, the default; the section finetune of --config has the settings of fine-tunings, over the \
            task's preset.

            EXAMPLES
              letterpress evaluate --model runs/topic --tasks sample-topic --out results
              letterpress evaluate --model text=runs/t,pixel=runs/p --tasks glue --data glue --seeds 1,2,3 --out results
              letterpress evaluate --model models/smollm2 --tasks zero-shot --data sets --limit 500 --out results
              letterpress evaluate --model runs/topic --tasks sample-topic --noise swap,homoglyph --font-transfer serif --out results
            """)

    @Option(
        name: [.short, .long], help: ArgumentHelp("Folder of the results (required).", valueName: "folder"),
        completion: .directory) var out: String?
    @Flag(help: "Go on with the evaluation in the folder.") var resume = false
    @OptionGroup(title: "Models and tasks") var sources: EvaluateSourceFlags
    @OptionGroup(title: "Heads") var heads: EvaluateHeadFlags
    @OptionGroup(title: "Robustness") var robustness: EvaluateRobustnessFlags
    @OptionGroup(title: "Answers and scores") var course: EvaluateCourseFlags
    @OptionGroup(title: "Answers and scores") var vectors: EvaluateEmbedFlags
    @OptionGroup var computing: ThreadFlags
    @Flag(help: "Print the settings and where each came from, and do nothing.") var printConfig = false
    @OptionGroup(title: "Pixels") var rendering: RenderingFlags
    @OptionGroup(title: "Fonts") var fonts: FontFlags
    @Option(help: ArgumentHelp("Settings from a JSON or YAML file (none).", valueName: "file"), completion: .file())
    var config: String?
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        if !printConfig, out == nil { throw ValidationError("Missing expected argument '--out <folder>'") }
    }

    func run() throws {
        let job = try EvaluateJob(layers(), fonts: fonts, report: report)
        if printConfig { return try job.show() }
        guard let out else { return }
        if try !job.run(in: out, resumes: resume) { throw ExitCode.stopped }
    }

    /// The settings, the weakest first.
    private func layers() throws -> [SettingLayer] {
        var begun: SettingLayer?
        if resume, let out {
            let path = "\(out)/\(RunFolder.settings)"
            guard Folder.hasItem(path) else {
                throw CommandFailure(.missingInput, "\(out) holds no evaluation to resume")
            }
            begun = try SettingSources.file(path, origin: "evaluation \(out)")
        }
        return try SettingSources.layers(
            over: begun, config: config,
            flags: SettingLayer(flags: [sources, heads, robustness, course, vectors, rendering, fonts, computing]))
    }
}
