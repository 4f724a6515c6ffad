import Corpora
public import Foundations
import Patches
import Typesetting

/// How a model reads texts: its tokenizer, and how pictures are drawn for it.
public struct ModelReading {
    /// Options of a length of all that the model takes.
    public let options: ExampleOptions
    /// The tokenizer; nil where there is none.
    public let tokenizer: ModelTokenizer?
    /// Files of both, for folders of models.
    public let files: [String: [UInt8]]
    /// Warnings of what `transformers` cannot do with these files, and of pictures that are drawn otherwise than the model's were.
    public let warnings: [String]
    /// Hashes and settings of both, to be compared.
    public let identity: [String: JSONValue]

    /// Reads the tokenizer named, or the model's own, and opens `drawing`, as far as `kind` needs them. `isTraining` has texts begin
    /// with the begin token, and the files say so; with `mayLackWords` a model may have no tokenizer.
    ///
    /// Throws `PretrainingError.badSetting` for what does not fit the model, and what tokenizer and fonts throw.
    public init(
        _ model: ModelFolder, _ kind: ExampleKind, tokenizer name: String? = nil, isTraining: Bool = false,
        mayLackWords: Bool = false, drawing: () throws -> Drawing
    ) throws {
        var files: [String: [UInt8]] = [:]
        var identity: [String: JSONValue] = [:]
        var warnings: [String] = []
        var options = ExampleOptions(length: model.config.positions, channels: model.config.channels)
        var words = try Self.tokenizer(name, model, isNeeded: kind != .image && !mayLackWords)
        if isTraining { words = words?.forTraining() }
        if let words {
            let size = words.tokenizer.vocabularySize
            guard kind == .image || size <= model.config.vocabulary else {
                throw PretrainingError.badSetting(
                    key: "tokenizer",
                    reason: "\(words.tokenizer.summary) has \(counted(size, "id")) and the model "
                        + "\(model.config.vocabulary); name the model's own with --tokenizer")
            }
            options.encoding = words.encoding
            if isTraining {
                let (exported, note) = try words.exported(for: .language)
                files.merge(exported) { $1 }
                if kind != .image, let note { warnings.append(note) }
            } else {
                files.merge(words.files) { $1 }
            }
            if kind != .image { identity["tokenizer"] = .string(words.identity) }
        }
        if kind != .text {
            let drawing = try drawing()
            if isTraining, let record = try model.drawing() {
                let differences = try drawing.differences(from: record)
                if !differences.isEmpty {
                    warnings.append(
                        "the model learned from pictures that were drawn otherwise: \(differences.joined(separator: "; "))"
                    )
                }
            }
            try options.draw(drawing, patchSize: model.config.patchSize)
            files[DrawingRecord.fileName] = try drawing.file
            identity["rendering"] = try drawing.json
        }
        (self.options, self.files, self.identity, self.warnings) = (options, files, identity, warnings)
        tokenizer = words
    }

    /// Files for a classifier whose examples have at most `length` rows, half of them tokens where pictures are read too.
    public func classifierFiles(_ kind: ExampleKind, length: Int, _ config: DecoderConfig) throws -> [String: [UInt8]] {
        guard kind != .image, let tokenizer else { return files }
        let purpose = ModelTokenizer.Purpose.classification(
            length: kind == .text ? length : length - length / 2,
            pad: config.padding.flatMap { Int32(exactly: $0) } ?? tokenizer.padding)
        return files.merging(try tokenizer.exported(for: purpose).files) { $1 }
    }

    /// The model's own tokenizer, or the one named; nil where pictures alone are read and there is none.
    private static func tokenizer(_ name: String?, _ model: ModelFolder, isNeeded: Bool) throws -> ModelTokenizer? {
        if let name { return try ModelTokenizer(name) }
        guard !isNeeded else { return try ModelTokenizer(model.path) }
        return try? ModelTokenizer(model.path)
    }
}

extension ExampleOptions {
    /// Takes fonts and drawing, for a model that reads patches of `patchSize`. Throws `badSetting` for patches of another size.
    public mutating func draw(_ drawing: Drawing, patchSize: Int) throws(PretrainingError) {
        guard drawing.render.patchSize == patchSize else {
            throw .badSetting(
                key: "render.patch_size",
                reason:
                    "\(drawing.render.patchSize), but the model reads patches of \(patchSize); leave it out, or take a model "
                    + "with this patch_size in its config.json")
        }
        (fonts, render, layout) = (drawing.fonts, drawing.render, drawing.layout)
    }
}
