public import ArgumentParser
import Foundations
public import Layers

extension Schedule.Shape: ExpressibleByArgument {}

/// What is trained on.
struct SourceFlags: ParsableArguments {
    @Option(
        help: ArgumentHelp("Shape of the model: a preset (pixelgpt/tiny), a JSON file or a folder.", valueName: "name"))
    var model: String?
    @Option(help: ArgumentHelp("Corpora or folders of shards, for every kind; repeat.", valueName: "path"))
    var data: [String] = []
    @Option(help: ArgumentHelp("The same for text alone; repeat.", valueName: "path")) var textData: [String] = []
    @Option(help: ArgumentHelp("The same for images alone; repeat.", valueName: "path")) var imageData: [String] = []
    @Option(help: ArgumentHelp("The same for pairs alone; repeat.", valueName: "path")) var pairData: [String] = []
    @Option(help: ArgumentHelp("A tokenizer's folder, or bytes (bytes).", valueName: "folder")) var tokenizer: String?

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ paths: [String]) {
            layer.set("sources", key, paths.isEmpty ? nil : .array(paths.map { .string($0) }))
        }
        layer.set("sources", "model", model.map { .string($0) })
        layer.set("sources", "tokenizer", tokenizer.map { .string($0) })
        set("data", data)
        set("text_data", textData)
        set("image_data", imageData)
        set("pair_data", pairData)
    }
}

/// How much of what, and when to look at it.
struct CourseFlags: ParsableArguments {
    @Option(help: ArgumentHelp("Shares of text, image and pair (0:1:0).", valueName: "t:i:p")) var mix: String?
    @Option(help: ArgumentHelp("Steps in all (1000).", valueName: "n")) var steps: Int?
    @Option(help: ArgumentHelp("Patches or tokens of a sequence; all that the model takes without.", valueName: "n"))
    var length: Int?
    @Option(help: ArgumentHelp("Sequences of a step, over all processes (32).", valueName: "n")) var batch: Int?
    @Option(help: ArgumentHelp("Sequences that are computed at once; all without.", valueName: "n")) var microBatch:
        Int?
    @Option(help: ArgumentHelp("The share of documents that is held out (0.01).", valueName: "x")) var heldOut: Double?
    @Option(help: ArgumentHelp("Steps between evaluations; 0 for none (100).", valueName: "n")) var evalEvery: Int?
    @Option(help: ArgumentHelp("Held-out sequences of each kind (32).", valueName: "n")) var evalSequences: Int?
    @Option(help: ArgumentHelp("Steps between checkpoints; 0 for one at the end (500).", valueName: "n"))
    var saveEvery: Int?
    @Option(help: ArgumentHelp("Checkpoints that stay beside the best and the pinned (3).", valueName: "n"))
    var keep: Int?
    @Option(help: ArgumentHelp("A step whose checkpoint stays; repeat.", valueName: "step")) var pin: [Int] = []
    @Option(help: ArgumentHelp("Of initial values, order and dropout (0).", valueName: "n")) var seed: Int?
    @Option(help: ArgumentHelp("Sequences that are packed and shuffled together, about (64).", valueName: "n"))
    var window: Int?
    @Option(
        help: ArgumentHelp(
            "Documents that are brought into another order together, 64 MB at most; 0 for none (65536).",
            valueName: "n"))
    var shuffle: Int?
    @Option(help: ArgumentHelp("Streams of documents; more than processes where those may grow.", valueName: "n"))
    var streams: Int?

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ value: JSONValue?) { layer.set("pretrain", key, value) }
        set("mix", mix.map { .string($0) })
        for (key, value) in [
            ("steps", steps), ("length", length), ("batch", batch), ("micro_batch", microBatch),
            ("eval_every", evalEvery), ("eval_sequences", evalSequences), ("save_every", saveEvery), ("keep", keep),
            ("seed", seed), ("window", window), ("shuffle", shuffle), ("streams", streams),
        ] { set(key, value.map { .integer($0) }) }
        set("held_out", heldOut.map { .number($0) })
        set("pin", pin.isEmpty ? nil : .array(pin.map { .integer($0) }))
    }
}

/// How parameters are stepped, and what the losses count.
struct OptimiserFlags: ParsableArguments {
    /// "stop" or "skip".
    enum NonFinite: String, ExpressibleByArgument, CaseIterable {
        case stop, skip
    }

    @Option(
        name: [.long, .customLong("lr")], help: ArgumentHelp("Learning rate at its peak (5e-4).", valueName: "x"))
    var learningRate: Double?
    @Option(help: "Its course after the warm-up (linear).") var schedule: Schedule.Shape?
    @Option(help: ArgumentHelp("Steps of warm-up (200).", valueName: "n")) var warmUp: Int?
    @Option(help: ArgumentHelp("What is left of the rate at the end, as a part (0).", valueName: "x"))
    var rateFloor: Double?
    @Option(help: ArgumentHelp("Decoupled decay of matrices (0.1).", valueName: "x")) var weightDecay: Double?
    @Option(help: ArgumentHelp("Decay of the mean of gradients (0.9).", valueName: "x")) var beta1: Double?
    @Option(help: ArgumentHelp("Decay of their mean square (0.999).", valueName: "x")) var beta2: Double?
    @Option(help: ArgumentHelp("Added to the root (1e-8).", valueName: "x")) var epsilon: Double?
    @Option(help: ArgumentHelp("Limit of the norm of all gradients (1).", valueName: "x")) var clip: Double?
    @Option(help: "What products run in (fp32).") var precision: GenerateSettings.PrecisionName?
    @Flag(inversion: .prefixedNo, help: "Keep no activations inside blocks: less memory, more time.")
    var recompute: Bool?
    @Option(help: ArgumentHelp("What the token loss enters with (1).", valueName: "x")) var textWeight: Double?
    @Option(help: ArgumentHelp("What the patch loss enters with (1).", valueName: "x")) var imageWeight: Double?
    @Flag(inversion: .prefixedNo, help: "Black end patches are seen.") var eosAttended: Bool?
    @Flag(inversion: .prefixedNo, help: "Black end patches are predicted.") var eosInLoss: Bool?
    @Flag(inversion: .prefixedNo, help: "An end token stands behind a text.") var textEnd: Bool?
    @Option(help: "What to do about a loss or a gradient that is infinite or no number (stop).")
    var onNonFinite: NonFinite?

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ value: JSONValue?) { layer.set("pretrain", key, value) }
        set("schedule", schedule.map { .string($0.rawValue) })
        set("warm_up", warmUp.map { .integer($0) })
        for (key, value) in [
            ("learning_rate", learningRate), ("rate_floor", rateFloor), ("weight_decay", weightDecay),
            ("beta1", beta1), ("beta2", beta2), ("epsilon", epsilon), ("clip", clip), ("text_weight", textWeight),
            ("image_weight", imageWeight),
        ] { set(key, value.map { .number($0) }) }
        set("precision", precision.map { .string($0.rawValue) })
        for (key, value) in [
            ("recompute", recompute), ("eos_attended", eosAttended), ("eos_in_loss", eosInLoss), ("text_end", textEnd),
        ] { set(key, value.map { .bool($0) }) }
        set("on_non_finite", onNonFinite.map { .string($0.rawValue) })
    }
}
