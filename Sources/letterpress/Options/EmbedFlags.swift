public import ArgumentParser
import Foundations
public import ZooKit

extension EmbeddingOptions.Pool: ExpressibleByArgument {}

/// How inputs become texts whose vectors are wanted.
struct EmbedReadingFlags: SettingFlags {
    @OptionGroup var files: FileFlags
    @Option(help: ArgumentHelp("Field with the text (text).", valueName: "name")) var textField: String?
    @Option(name: .customLong("keep"), help: ArgumentHelp("Field to pass through; repeat.", valueName: "name"))
    var keepFields: [String] = []

    func add(to layer: inout SettingLayer) {
        files.add(to: &layer)
        func set(_ key: String, _ value: JSONValue?) { layer.set("read", key, value) }
        set("text_field", textField.map { .string($0) })
        set("keep_fields", keepFields.isEmpty ? nil : .array(keepFields.map { .string($0) }))
    }
}

/// Vectors of tasks that compare texts by them.
struct EvaluateEmbedFlags: SettingFlags {
    @Option(help: "Rows that become a text's vector, as --pool of letterpress embed (mean).") var embedPool:
        EmbeddingOptions.Pool?
    @Option(help: ArgumentHelp("Blocks before the vector is taken (all, and the final norm).", valueName: "n"))
    var embedLayer: Int?

    func add(to layer: inout SettingLayer) {
        layer.set("evaluate", "embed_pool", embedPool.map { .string($0.rawValue) })
        layer.set("evaluate", "embed_layer", embedLayer.map { .integer($0) })
    }
}

/// Which rows of which layer become the vector.
struct EmbedFlags: ParsableArguments {
    @Option(help: "Rows that count: their mean, the last of the text, or its end (mean).") var pool:
        EmbeddingOptions.Pool = .mean
    @Option(help: ArgumentHelp("Blocks before the vector is taken (all, and the final norm).", valueName: "n"))
    var layer: Int?
    @Option(help: "Form in which texts are read (the classifier's; image, or text).") var modality: ExampleKind?
    @Option(
        help: ArgumentHelp("Patches or tokens of a text, half of each for pairs (all the model takes).", valueName: "n")
    )
    var length: Int?

    /// The options of vectors.
    var options: EmbeddingOptions {
        var options = EmbeddingOptions()
        (options.pool, options.layer) = (pool, layer)
        return options
    }

    func validate() throws {
        if let layer, layer < 0 { throw ValidationError("--layer takes 0 or more") }
        if let length, length < 2 { throw ValidationError("--length takes 2 or more") }
    }
}
