public import ArgumentParser
import Foundations
public import ZooKit

extension EmbeddingOptions.Pool: ExpressibleByArgument {}

/// The reading of texts whose vectors are wanted.
struct EmbedReadingFlags: SettingFlags {
    @OptionGroup var files: TextFileFlags
    @Option(help: ArgumentHelp("Field with the text (text).", valueName: "name")) var textField: String?

    func add(to layer: inout SettingLayer) {
        files.add(to: &layer)
        layer.set("read", "text_field", textField.map { .string($0) })
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

/// The rows and the layer that a vector is taken from.
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
