import Corpora
import Foundations
import Patches
import Typesetting
import ZooKit

/// How a model reads texts: its tokenizer, and how pictures are drawn for it.
struct ReadingParts {
    /// Options of a length of all that the model takes.
    let options: ExampleOptions
    /// The tokenizer; nil where there is none.
    let tokenizer: (any Tokenizer)?
    /// Files of both, for folders of models.
    let files: [String: [UInt8]]
    /// What they are, to be compared.
    let identity: [String: JSONValue]

    /// Reads the tokenizer that is named, or the model's own, and the fonts of the settings, as far as `modality` needs them. Throws
    /// usage failures for what does not fit the model. With `mayLackWords` a model may have no tokenizer.
    init(
        _ model: ModelFolder.Description, _ modality: ExampleKind, tokenizer name: String?, _ merged: MergedSettings,
        _ pixels: PixelSettings, _ fonts: FontFlags, mayLackWords: Bool = false
    ) throws {
        var files: [String: [UInt8]] = [:]
        var identity: [String: JSONValue] = [:]
        var options = ExampleOptions(length: model.config.positions, channels: model.config.channels)
        let words = try Self.tokenizer(name, model.path, isNeeded: modality != .image && !mayLackWords)
        if let words {
            guard modality == .image || words.tokenizer.vocabularySize <= model.config.vocabulary else {
                throw CommandFailure(
                    .usage,
                    "\(words.tokenizer.summary) has \(words.tokenizer.vocabularySize) ids and the model "
                        + "\(model.config.vocabulary); name the model's own with --tokenizer")
            }
            options.encoding = words.encoding(model.config)
            files.merge(words.files) { $1 }
            if modality != .image { identity["tokenizer"] = .string(words.identity) }
        }
        if modality != .text {
            let drawing = try options.draw(pixels, fonts.open(merged), patchSize: model.config.patchSize)
            files[RenderingRecord.fileName] = drawing.file
            identity["rendering"] = drawing.json
        }
        (self.options, self.files, self.identity) = (options, files, identity)
        tokenizer = words?.tokenizer
    }

    /// The model's own tokenizer, or the one named; nil where pictures alone are read and there is none.
    private static func tokenizer(_ name: String?, _ model: String, isNeeded: Bool) throws -> TrainingTokenizer? {
        do { return try TrainingTokenizer(name ?? model) } catch {
            guard !isNeeded, name == nil else { throw error }
            return nil
        }
    }
}
