import ArgumentParser
import Evaluation
import Foundation
import Foundations
import ZooKit

/// `letterpress finetune`: a pretrained model on a task.
struct Finetune: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Fine-tune a pretrained model on a task.",
        usage: """
            letterpress finetune [<options>] --model <folder> --task <name> --out <folder>
            letterpress finetune [<options>] --model <folder> --train <file> --out <folder>
            letterpress finetune --resume --out <folder> [<options>]
            letterpress finetune [<options>] --print-config
            """,
        discussion: """
            The model reads the task's texts as pictures, as tokens, or as both, and gets a new head of classes, or of one \
            number, unless it has one of the same classes. FOLDER gets best/, the model of the best evaluation with its predictions, result.json, metrics.jsonl, \
            report.html and, while it runs, a checkpoint. With --grid or --seeds every run gets a folder of its own, and \
            grid.jsonl a line as soon as it is finished; a grid that was stopped is resumed by --resume.
            A flag beats LETTERPRESS_FINETUNE_<KEY> in the environment, that beats --config, the task's --preset, what the \
            model reads and how it draws, the default; a resumed run begins with its own settings.

            EXAMPLES
              letterpress finetune --model runs/tiny --task sample-topic --out runs/topic
              letterpress finetune --model runs/tiny --train a.tsv --dev b.tsv --text-column text --label-column label --out runs/own
              letterpress finetune --model m --task glue-cola --data glue --preset script --grid lr=1e-5,3e-5 batch=32,64 --out g
              letterpress finetune --resume --out runs/topic
            """)

    @Option(
        name: [.short, .long], help: ArgumentHelp("Folder of the run (required).", valueName: "folder"),
        completion: .directory) var out: String?
    @Flag(help: "Resume the run or the grid in the folder.") var resume = false
    @OptionGroup(title: "Model and task") var sources: FinetuneSourceFlags
    @OptionGroup(title: "Training") var course: FinetuneCourseFlags
    @OptionGroup(title: "Optimiser and classifier") var optimiser: OptimiserFlags<FinetuneCourse>
    @OptionGroup(title: "Optimiser and classifier") var classifier: ClassifierFlags
    @OptionGroup(title: "Optimiser and classifier") var words: WordFlags
    @OptionGroup var computing: ThreadFlags
    @Flag(help: "Print the settings and where each came from, and do nothing.") var printConfig = false
    @OptionGroup(title: "Pixels") var rendering: RenderingFlags
    @OptionGroup(title: "Fonts") var fonts: FontFlags
    @Option(help: ArgumentHelp("Settings from a JSON or YAML file (none).", valueName: "file"), completion: .file())
    var config: String?
    @Option(
        help: ArgumentHelp(
            "Settings that the task lists: paper, script, script/monogpt-text (none).", valueName: "name")
    )
    var preset: String?
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        if !printConfig, out == nil { throw ValidationError("Missing expected argument '--out <folder>'") }
    }

    func run() throws {
        let job = try FinetuneJob(try merged(), fonts: fonts, report: report)
        if printConfig { return try job.show() }
        guard let out else { return }
        if try !job.run(in: out, resumes: resume) { throw ExitCode.stopped }
    }

    private func merged() throws -> MergedSettings {
        let strong = try SettingSources.layers(
            over: resume ? out.map(SettingSources.run) : nil, config: config,
            flags: SettingLayer(flags: [sources, course, optimiser, classifier, words, rendering, fonts, computing]))
        // What model and task say of themselves is weaker, and is known when these are.
        let known = MergedSettings(strong)
        let found = try known.decode("task", over: FinetuneSources())
        var weak: [SettingLayer] = []
        if let path = try found.model.flatMap({ try ModelFolder.place(of: $0) }) {
            let model = try ModelFolder.named(path)
            if let drawing = try model.drawingLayer() { weak.append(drawing) }
            if model.config.modelType == .llama {
                var reading = SettingLayer(origin: "the model")
                reading.set("finetune", "modality", .string(ExampleKind.text.rawValue))
                weak.append(reading)
            }
        }
        if let preset {
            let task = try found.definition(Installation(root: fonts.root)).task
            let modality = try MergedSettings(weak + strong).decode("finetune", over: FinetuneSettings()).modality
            var (fields, grid) = try task.finetuning(preset, modality)
            var layer = SettingLayer(origin: "preset \(preset)", values: ["finetune": fields])
            // What the preset searches and nobody sets is searched.
            grid = grid.filter { word in
                known["finetune", String(word.prefix { $0 != "=" })] == nil && found.grid.isEmpty
            }
            if !grid.isEmpty { layer.set("task", "grid", .array(grid.map { .string($0) })) }
            weak.append(layer)
        }
        return MergedSettings(weak + strong)
    }
}
