public import ArgumentParser
import Foundations
public import ZooKit

extension LongSequences: ExpressibleByArgument {}

/// Model and data.
struct SourceFlags: SettingFlags {
    @Option(
        help: ArgumentHelp("Shape of the model: a preset (pixelgpt/tiny), a JSON file or a folder.", valueName: "name"),
        completion: Completions.models)
    var model: String?
    @Option(
        name: .customLong("init"),
        help: ArgumentHelp("Begin with the weights of a model's folder, in its shape (none).", valueName: "folder"),
        completion: .directory)
    var initial: String?
    @Option(
        help: ArgumentHelp("Corpora or folders of shards, for every kind; repeat.", valueName: "path"),
        completion: .file())
    var data: [String] = []
    @Option(help: ArgumentHelp("The same for text alone; repeat.", valueName: "path"), completion: .file())
    var textData: [String] = []
    @Option(help: ArgumentHelp("The same for images alone; repeat.", valueName: "path"), completion: .file())
    var imageData: [String] = []
    @Option(help: ArgumentHelp("The same for pairs alone; repeat.", valueName: "path"), completion: .file())
    var pairData: [String] = []
    @Option(help: ArgumentHelp("A tokenizer's folder, or bytes (bytes).", valueName: "folder"), completion: .directory)
    var tokenizer: String?

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ paths: [String]) {
            layer.set("sources", key, paths.isEmpty ? nil : .array(paths.map { .string($0) }))
        }
        layer.set("sources", "model", model.map { .string($0) })
        layer.set("sources", "init", initial.map { .string($0) })
        layer.set("sources", "tokenizer", tokenizer.map { .string($0) })
        set("data", data)
        set("text_data", textData)
        set("image_data", imageData)
        set("pair_data", pairData)
    }
}

/// Data, length, evaluations and checkpoints.
struct CourseFlags: SettingFlags {
    @Option(help: ArgumentHelp("Shares of text, image and pair (0:1:0).", valueName: "t:i:p")) var mix: String?
    @Option(help: ArgumentHelp("Steps in all (1000).", valueName: "n")) var steps: Int?
    @Option(help: ArgumentHelp("Patches or tokens of a sequence (all that the model takes).", valueName: "n"))
    var length: Int?
    @Option(help: "Stored images that are longer: split, cut or stop (split).") var longSequences: LongSequences?
    @Option(help: ArgumentHelp("Sequences of a step, over all processes (32).", valueName: "n")) var batch: Int?
    @Option(help: ArgumentHelp("Sequences of a micro-batch (the batch).", valueName: "n")) var microBatch: Int?
    @Option(help: ArgumentHelp("The share of documents that is held out (0.01).", valueName: "x")) var heldOut: Double?
    @Option(help: ArgumentHelp("Steps between evaluations; 0 for none (100).", valueName: "n")) var evalEvery: Int?
    @Option(help: ArgumentHelp("Held-out sequences of each kind (32).", valueName: "n")) var evalSequences: Int?
    @Option(help: ArgumentHelp("Steps between checkpoints; 0 for one at the end (500).", valueName: "n"))
    var saveEvery: Int?
    @Option(help: ArgumentHelp("Checkpoints that stay beside the best and the pinned (3).", valueName: "n"))
    var keep: Int?
    @Option(help: ArgumentHelp("A step whose checkpoint stays; repeat.", valueName: "step")) var pin: [Int] = []
    @Option(help: ArgumentHelp("Seed of initial values, order and dropout (0).", valueName: "n")) var seed: Int?
    @Option(help: ArgumentHelp("Sequences that are packed and shuffled together, about (64).", valueName: "n"))
    var window: Int?
    @Option(
        help: ArgumentHelp(
            "Shuffle buffer, in documents, 64 MB at most; 0 for none (65536).",
            valueName: "n"))
    var shuffle: Int?
    @Option(help: ArgumentHelp("Streams of documents; more where processes may grow (one a process).", valueName: "n"))
    var streams: Int?

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ value: JSONValue?) { layer.set("pretrain", key, value) }
        set("mix", mix.map { .string($0) })
        set("long_sequences", longSequences.map { .string($0.rawValue) })
        for (key, value) in [
            ("steps", steps), ("length", length), ("batch", batch), ("micro_batch", microBatch),
            ("eval_every", evalEvery), ("eval_sequences", evalSequences), ("save_every", saveEvery), ("keep", keep),
            ("seed", seed), ("window", window), ("shuffle", shuffle), ("streams", streams),
        ] { set(key, value.map { .integer($0) }) }
        set("held_out", heldOut.map { .number($0) })
        set("pin", pin.isEmpty ? nil : .array(pin.map { .integer($0) }))
    }
}

/// The end of the schedule and the weights of losses.
struct LossFlags: SettingFlags {
    @Option(help: ArgumentHelp("Learning rate at the end, as a share of the peak (0).", valueName: "x"))
    var rateFloor: Double?
    @Option(help: ArgumentHelp("Token loss weight (1).", valueName: "x")) var textWeight: Double?
    @Option(help: ArgumentHelp("Patch loss weight (1).", valueName: "x")) var imageWeight: Double?
    @Flag(inversion: .prefixedNo, help: "Attend to black end patches.") var eosAttended: Bool?
    @Flag(inversion: .prefixedNo, help: "Predict black end patches.") var eosInLoss: Bool?
    @Flag(inversion: .prefixedNo, help: "Put an end token behind each text.") var textEnd: Bool?

    func add(to layer: inout SettingLayer) {
        for (key, value) in [
            ("rate_floor", rateFloor), ("text_weight", textWeight), ("image_weight", imageWeight),
        ] { layer.set("pretrain", key, value.map { .number($0) }) }
        for (key, value) in [("eos_attended", eosAttended), ("eos_in_loss", eosInLoss), ("text_end", textEnd)] {
            layer.set("pretrain", key, value.map { .bool($0) })
        }
    }
}
