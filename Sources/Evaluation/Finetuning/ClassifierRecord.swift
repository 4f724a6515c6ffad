import Foundations
public import ZooKit

/// What a fine-tuned folder says of how its model answers: `classifier.json` beside the model.
public struct ClassifierRecord: Codable, Sendable, Equatable {
    /// The file's name.
    public static let fileName = "classifier.json"

    /// The task it was trained for.
    public var task: String
    /// The task's version.
    public var version: Int
    /// "classification", "regression" or "token_labelling".
    public var kind: String
    /// Names of the classes, by their number.
    public var labels: [String]
    /// What it reads.
    public var modality: ExampleKind
    /// Patches or tokens of an example; of a pair both.
    public var length: Int
    /// The row of a picture that is classified.
    public var pool: Pooling.Place
    /// The row of a word, where words are labelled.
    public var wordRow: WordRow?
    /// The id that rows of texts are found by; see `Pooling`.
    public var compatiblePad: Int?
    /// After so many steps.
    public var step: Int
    /// Scores on the split that chose the step.
    public var metrics: [String: Double]
    /// The columns of the training data that held `text_a` and `text_b`; nil where they had no names.
    public var columns: [String: String]?

    enum CodingKeys: String, CodingKey {
        case task, version, kind, labels, modality, length, pool, step, metrics, columns
        case compatiblePad = "compatible_pad"
        case wordRow = "word_row"
    }

    /// The record of a folder; nil where it has none. Throws `FileError` and `ConfigError`.
    public static func read(_ folder: String) throws -> ClassifierRecord? {
        let path = "\(folder)/\(fileName)"
        guard Folder.hasItem(path) else { return nil }
        let file = try MappedFile(path: path)
        let bytes = unsafe file.withBytes { unsafe [UInt8]($0) }
        let record = try StrictJSON.decode(ClassifierRecord.self, from: bytes, source: path)
        for (key, number, least) in [("length", record.length, 2), ("step", record.step, 0)] where number < least {
            throw ConfigError.invalidValue(
                source: path, keyPath: key, reason: "it is \(number), expected \(least) or more")
        }
        guard record.compatiblePad.map({ Int32(exactly: $0) != nil }) ?? true else {
            throw ConfigError.invalidValue(source: path, keyPath: "compatible_pad", reason: "it is no token's id")
        }
        return record
    }

    /// The record of a classifier's folder; one without a record, as other programs write them, reads texts and has the classes that its
    /// `config.json` names. Throws ``EvaluationError`` for a folder without a classifier, which names the command that makes one, and as
    /// ``read(_:)``.
    public static func of(_ folder: ModelFolder) throws -> ClassifierRecord {
        guard let count = folder.heads.labels else {
            let other = folder.heads.token ? "text" : "pixels"
            throw EvaluationError.request(
                "\(folder.path) has no classifier; make one with letterpress finetune --model \(folder.path) --task NAME --out "
                    + "FOLDER, or continue texts with letterpress generate \(other)")
        }
        if let record = try read(folder.path) { return record }
        guard !folder.heads.patch, folder.config.modelType == .llama else {
            throw EvaluationError.contents(
                "\(folder.path) is a classifier without \(fileName), which says how it reads texts; name best/ of a fine-tuning"
            )
        }
        return ClassifierRecord(
            task: "", version: 1, kind: (count == 1 ? TaskKind.regression : .classification).name,
            labels: count == 1 ? [] : try names(in: "\(folder.path)/config.json", count: count), modality: .text,
            length: min(512, folder.config.positions), pool: .end, compatiblePad: nil, step: 0, metrics: [:])
    }

    /// The names of `id2label`; "LABEL_0" and so on where it has none.
    private static func names(in path: String, count: Int) throws -> [String] {
        let file = try MappedFile(path: path)
        let value = try JSONValue.parse(unsafe file.withBytes { unsafe [UInt8]($0) })
        return (0..<count).map { index in
            if case .string(let name)? = value["id2label"]?["\(index)"] { name } else { "LABEL_\(index)" }
        }
    }

    /// True if the head answers a task: with its classes in its order, or with the task's own number.
    public func isHead(of other: TaskDefinition) -> Bool {
        kind == other.kind.name && labels == other.labels && (!other.kind.needs.contains(.number) || task == other.name)
    }

    /// True if the head labels words.
    public var labelsWords: Bool { labelledRow != nil }

    /// The row of a word; nil for a head that classifies texts.
    var labelledRow: WordRow? { kind == TaskKind.tokenLabelling.name ? wordRow ?? .last : nil }

    /// Which row is classified.
    public var pooling: Pooling { Pooling(image: pool, compatiblePad: compatiblePad.flatMap { Int32(exactly: $0) }) }

    /// `options` with the lengths of the record: a pair has half of its length as patches, the rest as tokens.
    public func fitted(_ options: ExampleOptions) -> ExampleOptions { Self.fitted(options, length: length) }

    static func fitted(_ options: ExampleOptions, length: Int) -> ExampleOptions {
        var options = options
        (options.length, options.pairPatches, options.pairTokens) = (length, length / 2, length - length / 2)
        return options
    }
}
