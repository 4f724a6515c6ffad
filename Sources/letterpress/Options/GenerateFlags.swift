public import ArgumentParser
import Foundations
public import ZooKit

extension ChatFormat: ExpressibleByArgument {}
extension PixelOptions.Drawing: ExpressibleByArgument {}
extension GenerateSettings.CachePolicyName: ExpressibleByArgument {}
extension GenerateSettings.PrecisionName: ExpressibleByArgument {}

/// How tokens are chosen.
struct SamplingFlags: SettingFlags {
    @Option(help: ArgumentHelp("The temperature; 0 takes the likeliest token (0).", valueName: "x"))
    var temperature: Double?
    @Option(help: ArgumentHelp("Draw from the k likeliest tokens; 0 from all (0).", valueName: "k")) var topK: Int?
    @Option(help: ArgumentHelp("Draw from the likeliest tokens of this probability together (1).", valueName: "p"))
    var topP: Double?
    @Option(help: ArgumentHelp("Leave out tokens below this share of the likeliest (0).", valueName: "p"))
    var minP: Double?
    @Option(help: ArgumentHelp("Against tokens that stand there already; 1 is none (1).", valueName: "x"))
    var repetitionPenalty: Double?
    @Option(help: ArgumentHelp("No end before so many tokens (0).", valueName: "n")) var minNewTokens: Int?
    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("Tokens at most (64).", valueName: "n"))
    var maxNewTokens: Int?
    @Option(help: ArgumentHelp("Names the random numbers (0).", valueName: "n")) var seed: Int?
    @Option(help: ArgumentHelp("Ends the text where it comes; may be repeated.", valueName: "text"))
    var stop: [String] = []

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ value: JSONValue?) { layer.set("sampling", key, value) }
        set("temperature", temperature.map { .number($0) })
        set("top_k", topK.map { .integer($0) })
        set("top_p", topP.map { .number($0) })
        set("min_p", minP.map { .number($0) })
        set("repetition_penalty", repetitionPenalty.map { .number($0) })
        set("min_new_tokens", minNewTokens.map { .integer($0) })
        set("max_new_tokens", maxNewTokens.map { .integer($0) })
        set("seed", seed.map { .integer($0) })
        set("stop", stop.isEmpty ? nil : .array(stop.map { .string($0) }))
    }
}

/// How pictures of text are continued.
struct PixelGenerationFlags: SettingFlags {
    @Option(name: [.customShort("n"), .long], help: ArgumentHelp("New patches at most (16).", valueName: "n"))
    var patches: Int?
    @Option(help: "How a prediction becomes a patch (gray).") var drawing: PixelOptions.Drawing?
    @Option(help: ArgumentHelp("The temperature where pixels are drawn (1).", valueName: "x"))
    var temperature: Double?
    @Option(help: ArgumentHelp("Names the random numbers (0).", valueName: "n")) var seed: Int?
    @Option(
        help: ArgumentHelp(
            "White columns between the prompt's text and the first new patch; -1 leaves it where it was drawn (3).",
            valueName: "n"))
    var gap: Int?

    func add(to layer: inout SettingLayer) {
        func set(_ key: String, _ value: JSONValue?) { layer.set("pixels", key, value) }
        set("patches", patches.map { .integer($0) })
        set("drawing", drawing.map { .string($0.rawValue) })
        set("temperature", temperature.map { .number($0) })
        set("seed", seed.map { .integer($0) })
        set("gap", gap.map { .integer($0) })
    }
}

/// With what is computed.
struct ComputeFlags: SettingFlags {
    @Option(help: "The precision of matrix products (fp32).") var precision: GenerateSettings.PrecisionName?
    @Option(help: ArgumentHelp("Threads (one a core).", valueName: "n")) var threads: Int?

    func add(to layer: inout SettingLayer) {
        layer.set("generate", "precision", precision.map { .string($0.rawValue) })
        layer.set("generate", "threads", threads.map { .integer($0) })
    }
}

/// Where settings of generation come from beside flags.
struct GenerateSettingOptions: ParsableArguments {
    @Option(help: ArgumentHelp("Settings from a JSON or YAML file (none).", valueName: "file"), completion: .file())
    var config: String?
    @Option(
        help: ArgumentHelp("Settings by name: greedy, nucleus or min-p (none).", valueName: "name"),
        completion: Completions.samplings) var preset: String?
    @Flag(help: "Print the settings with their origins, and end.") var printConfig = false

    /// Puts flags over the environment, the file and the preset.
    func merged(with flags: SettingLayer) throws -> MergedSettings {
        let named = try preset.map { try Presets.layer($0, of: Presets.generation) }
        return MergedSettings(try SettingSources.layers(over: named, config: config, flags: flags))
    }
}
