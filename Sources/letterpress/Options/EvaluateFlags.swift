import ArgumentParser
import Evaluation
import Foundations
import ZooKit

/// Which models are evaluated on which tasks.
struct EvaluateSourceFlags: SettingFlags {
    @Option(
        help: ArgumentHelp(
            "Models: folders of fine-tunings, grids, checkpoints or Hugging Face models; name=folder names one.",
            valueName: "list"))
    var model: [String] = []
    @Option(
        help: ArgumentHelp("Tasks, suites or task files; may be repeated.", valueName: "list"),
        completion: Completions.tasks) var tasks: [String] = []
    @Option(
        help: ArgumentHelp("Folder of the tasks' files (the tasks' own).", valueName: "folder"), completion: .directory)
    var data: String?
    @Option(
        help: ArgumentHelp("Splits; those that the task reports without; test is also test_matched.", valueName: "list")
    )
    var splits: [String] = []
    @Option(
        help: ArgumentHelp("A tokenizer's folder, or bytes (the model's own).", valueName: "folder"),
        completion: .directory)
    var tokenizer: String?
    @Option(help: ArgumentHelp("Examples of each split and language (all).", valueName: "n")) var limit: Int?

    func add(to layer: inout SettingLayer) {
        func words(_ values: [String]) -> JSONValue? {
            let all = CommaList.words(values).map { JSONValue.string($0) }
            return all.isEmpty ? nil : .array(all)
        }
        let models = EvaluationSettings.models(model)
        layer.set("evaluate", "model", models.isEmpty ? nil : .array(models.map { .string($0) }))
        layer.set("evaluate", "tasks", words(tasks))
        layer.set("evaluate", "splits", words(splits))
        layer.set("evaluate", "data", data.map { .string($0) })
        layer.set("evaluate", "tokenizer", tokenizer.map { .string($0) })
        layer.set("evaluate", "limit", limit.map { .integer($0) })
    }
}

/// Heads that are trained first.
struct EvaluateHeadFlags: SettingFlags {
    @Flag(inversion: .prefixedNo, help: "Fine-tune a model first for tasks that need a head it does not have (yes).")
    var finetune: Bool?
    @Option(
        help: ArgumentHelp(
            "Settings of these fine-tunings: paper, script, script/monogpt-text (none).",
            valueName: "name"))
    var finetunePreset: String?
    @Option(help: ArgumentHelp("Fine-tune with each of these seeds, as 1,2,3 (one).", valueName: "list"))
    var seeds: FinetuneSourceFlags.SeedList?
    @Option(help: "The input of such heads (that of the pretraining).") var modality: ExampleKind?

    func add(to layer: inout SettingLayer) {
        layer.set("evaluate", "finetune", finetune.map { .bool($0) })
        layer.set("evaluate", "finetune_preset", finetunePreset.map { .string($0) })
        layer.set("evaluate", "seeds", seeds.map { .array($0.values.map { .integer($0) }) })
        layer.set("finetune", "modality", modality.map { .string($0.rawValue) })
    }
}

/// What is answered besides the examples as they are.
struct EvaluateRobustnessFlags: SettingFlags {
    @Option(
        help: ArgumentHelp(
            "Answer under noise as well: \(NoiseKind.allCases.map(\.rawValue).joined(separator: ", ")), or all.",
            valueName: "list"))
    var noise: [String] = []
    @Option(help: ArgumentHelp("Shares of characters that change (0.05,0.1,0.2,0.4).", valueName: "list"))
    var noiseRates: NumberList?
    @Option(help: ArgumentHelp("Seed of the noise (1).", valueName: "n")) var noiseSeed: Int?
    @Option(
        help: ArgumentHelp(
            "Font stacks, by name or manifest path, that draw the same pictures as well.", valueName: "list"))
    var fontTransfer: [String] = []

    /// Numbers with commas between them.
    struct NumberList: ExpressibleByArgument {
        let values: [Double]

        init?(argument: String) {
            let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Double($0) }
            values = parts.compactMap(\.self)
            guard values.count == parts.count, values.allSatisfy(\.isFinite) else { return nil }
        }
    }

    func add(to layer: inout SettingLayer) {
        func words(_ values: [String]) -> JSONValue? {
            let all = CommaList.words(values).map { JSONValue.string($0) }
            return all.isEmpty ? nil : .array(all)
        }
        layer.set("evaluate", "noise", words(noise))
        layer.set("evaluate", "noise_rates", noiseRates.map { .array($0.values.map { .number($0) }) })
        layer.set("evaluate", "noise_seed", noiseSeed.map { .integer($0) })
        layer.set("evaluate", "font_transfer", words(fontTransfer))
    }
}

/// How answers are computed.
struct EvaluateCourseFlags: SettingFlags {
    @Option(help: ArgumentHelp("Examples that are computed at once (16).", valueName: "n")) var batch: Int?
    @Option(help: ArgumentHelp("Places of whole texts and pictures that are read at once (2048).", valueName: "n"))
    var window: Int?
    @Option(help: ArgumentHelp("Places from a window to the next (half a window).", valueName: "n"))
    var stride: Int?
    @Option(help: "The precision of matrix products (fp32).") var precision: GenerateSettings.PrecisionName?
    @Option(help: ArgumentHelp("Samples that standard errors are told from (1000).", valueName: "n"))
    var bootstrap: Int?
    @Flag(inversion: .prefixedNo, help: "Write the files that the GLUE benchmark's server takes.")
    var submission: Bool?
    @Flag(inversion: .prefixedNo, help: "Leave out tasks that a model cannot do, and say why.") var skipUnfit: Bool?
    @Flag(inversion: .prefixedNo, help: "Run the scripts by which tasks judge texts: programs like any other.")
    var allowScripts: Bool?

    func add(to layer: inout SettingLayer) {
        for (key, value) in [
            ("batch", batch), ("window", window), ("stride", stride), ("bootstrap", bootstrap),
        ] { layer.set("evaluate", key, value.map { .integer($0) }) }
        layer.set("evaluate", "precision", precision.map { .string($0.rawValue) })
        for (key, value) in [
            ("submission", submission), ("skip_unfit", skipUnfit), ("allow_scripts", allowScripts),
        ] { layer.set("evaluate", key, value.map { .bool($0) }) }
    }
}
