public import ArgumentParser
import Foundations
public import ZooKit

extension ExampleKind: ExpressibleByArgument {}
extension Pooling.Place: ExpressibleByArgument {}
extension ChannelAdaptation: ExpressibleByArgument {}

/// The labels of a table: classes or numbers of texts, or classes of words.
enum TableKind: String, ExpressibleByArgument, CaseIterable {
    case classification, regression
    case tokenLabelling = "token_labelling"
}

/// Model, task and grid.
struct FinetuneSourceFlags: SettingFlags {
    @Option(
        help: ArgumentHelp("The pretrained model's folder (required).", valueName: "folder"), completion: .directory)
    var model: String?
    @Option(
        help: ArgumentHelp("A task by name, or its JSON file (none; see --train).", valueName: "name"),
        completion: Completions.tasks) var task: String?
    @Option(
        help: ArgumentHelp("Folder of the task's files (its own, or beside its file).", valueName: "folder"),
        completion: .directory)
    var data: String?
    @Option(
        help: ArgumentHelp("Table to train on instead of a task: TSV, CSV or JSONL (none).", valueName: "file"),
        completion: .file())
    var train: String?
    @Option(
        name: [.customLong("dev"), .customLong("validation")],
        help: ArgumentHelp("Table that chooses the best step (a share of --train).", valueName: "file"),
        completion: .file())
    var dev: String?
    @Option(
        help: ArgumentHelp("Table that the best model is scored on (none).", valueName: "file"), completion: .file())
    var test: String?
    @Option(help: ArgumentHelp("Column with the text (found by name and contents).", valueName: "name"))
    var textColumn: String?
    @Option(help: ArgumentHelp("Column with text B of pairs (found by name).", valueName: "name")) var textBColumn:
        String?
    @Option(help: ArgumentHelp("Column with the label (found like the text).", valueName: "name"))
    var labelColumn: String?
    @Option(help: "Kind of labels (classes, or numbers where they are fractions).") var kind: TableKind?
    @Option(help: ArgumentHelp("Name of the task that --train makes (table).", valueName: "name")) var name: String?
    @Option(help: ArgumentHelp("Share of --train that chooses the best step without --dev (0.1).", valueName: "x"))
    var devShare: Double?
    @Option(
        help: ArgumentHelp("A tokenizer's folder, or bytes (the model's own).", valueName: "folder"),
        completion: .directory)
    var tokenizer: String?
    @Option(
        parsing: .upToNextOption,
        help: ArgumentHelp("Try every combination of values: lr=1e-5,3e-5 batch=32,64.", valueName: "key=values"))
    var grid: [String] = []
    @Option(help: ArgumentHelp("Run with each of these seeds, as 1,2,3 (none).", valueName: "list")) var seeds:
        SeedList?
    @Flag(inversion: .prefixedNo, help: "Of a grid, keep the model of the best run alone.") var keepBestOnly: Bool?

    /// Integers with commas between them.
    struct SeedList: ExpressibleByArgument {
        let values: [Int]

        init?(argument: String) {
            let parts = argument.split(separator: ",", omittingEmptySubsequences: false).map { Int($0) }
            guard parts.allSatisfy({ $0.map { $0 >= 0 } ?? false }) else { return nil }
            values = parts.compactMap(\.self)
        }
    }

    func add(to layer: inout SettingLayer) {
        for (key, value) in [
            ("model", model), ("name", task), ("data", data), ("tokenizer", tokenizer), ("train", train), ("dev", dev),
            ("test", test), ("text_column", textColumn), ("text_b_column", textBColumn), ("label_column", labelColumn),
            ("kind", kind?.rawValue), ("table_name", name),
        ] { layer.set("task", key, value.map { .string($0) }) }
        layer.set("task", "dev_share", devShare.map { .number($0) })
        layer.set("task", "grid", grid.isEmpty ? nil : .array(grid.map { .string($0) }))
        layer.set("task", "seeds", seeds.map { .array($0.values.map { .integer($0) }) })
        layer.set("task", "keep_best_only", keepBestOnly.map { .bool($0) })
    }
}

/// Data, length and evaluations.
struct FinetuneCourseFlags: SettingFlags {
    @Option(help: "Form in which texts are read (image; text for a model of text alone).") var modality: ExampleKind?
    @Option(
        help: ArgumentHelp("Patches or tokens of an example, half of each for pairs (256 at most).", valueName: "n"))
    var length: Int?
    @Option(help: ArgumentHelp("Examples of a step (32).", valueName: "n")) var batch: Int?
    @Option(help: ArgumentHelp("Examples of a micro-batch (the batch).", valueName: "n")) var microBatch: Int?
    @Option(help: ArgumentHelp("Steps in all (by --epochs).", valueName: "n")) var steps: Int?
    @Option(help: ArgumentHelp("Times that the training split is read (3).", valueName: "x")) var epochs: Double?
    @Option(help: ArgumentHelp("Seed of new heads and of the order of examples (42).", valueName: "n")) var seed: Int?
    @Option(help: ArgumentHelp("Steps between evaluations (an epoch).", valueName: "n")) var evalEvery: Int?
    @Option(help: ArgumentHelp("Examples that evaluations compute at once (64).", valueName: "n")) var evalBatch: Int?
    @Option(help: ArgumentHelp("Evaluations without a better one that end the run; 0 for none (8).", valueName: "n"))
    var patience: Int?
    @Option(help: ArgumentHelp("Metric that chooses the best evaluation (the task's own).", valueName: "name"))
    var metric: String?
    @Option(help: ArgumentHelp("Examples of the training split, of each language (all).", valueName: "n"))
    var trainLimit: Int?
    @Option(help: ArgumentHelp("The same of the split that evaluations use (all).", valueName: "n")) var evalLimit: Int?
    @Option(help: ArgumentHelp("One language of a task of several (all).", valueName: "code")) var taskLanguage: String?
    @Option(
        help: ArgumentHelp("Steps between checkpoints to resume from; 0 for none but at a stop (500).", valueName: "n"))
    var saveEvery: Int?

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ value: JSONValue?) { layer.set("finetune", key, value) }
        set("modality", modality.map { .string($0.rawValue) })
        for (key, value) in [
            ("length", length), ("batch", batch), ("micro_batch", microBatch), ("steps", steps), ("seed", seed),
            ("eval_every", evalEvery), ("eval_batch", evalBatch), ("patience", patience), ("train_limit", trainLimit),
            ("eval_limit", evalLimit), ("save_every", saveEvery),
        ] { set(key, value.map { .integer($0) }) }
        set("epochs", epochs.map { .number($0) })
        set("metric", metric.map { .string($0) })
        set("task_language", taskLanguage.map { .string($0) })
    }
}

/// Dropout, and the row that is classified.
struct ClassifierFlags: SettingFlags {
    @Option(help: ArgumentHelp("The share of attention weights that are dropped (0).", valueName: "x"))
    var dropout: Double?
    @Option(
        help: ArgumentHelp(
            "The rows that are classified: the end, the last of the text, or the mean (mean for pictures of models with an input form of our own, else eos).",
            valueName: "eos|last_text|mean"))
    var pool: Pooling.Place?
    @Flag(inversion: .prefixedNo, help: "Find rows as the published code does, mistakes included.")
    var compatPooling: Bool?
    @Option(help: "Draw in gray, for a model that reads one channel by its weights' mean or sum (none).")
    var channelAdapt: ChannelAdaptation?

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ value: JSONValue?) { layer.set("finetune", key, value) }
        set("dropout", dropout.map { .number($0) })
        set("compat_pooling", compatPooling.map { .bool($0) })
        for (key, value) in [
            ("pool", pool?.rawValue), ("channel_adapt", channelAdapt?.rawValue),
        ] { set(key, value.map { .string($0) }) }
    }
}
