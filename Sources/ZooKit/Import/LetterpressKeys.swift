import Corpora
import Foundations

/// The purpose of a checkpoint, as its writer states it in `config.json`. Methods add their own.
public struct ModelKind: RawRepresentable, Hashable, Sendable, Codable {
    /// The word in the file.
    public let rawValue: String

    /// A kind by its word.
    public init(rawValue: String) { self.rawValue = rawValue }

    /// A model that predicts what comes next.
    public static let pretraining = ModelKind(rawValue: "pretraining")
    /// A model with a head of classes, or of one number, for a task.
    public static let classification = ModelKind(rawValue: "classification")
}

/// The object `letterpress` of `config.json`: facts about a checkpoint that Hugging Face has no keys for.
struct LetterpressKeys: Codable, Equatable {
    /// The key.
    static let key = "letterpress"
    /// The key of the list of structures.
    static let structures = "structure"

    /// The purpose of the checkpoint.
    var kind: ModelKind?
    /// The heads that are stored, tied ones included; nil leaves them to the tensors.
    var heads: LanguageModel.Heads?
}

extension LanguageModel.Heads: Codable {
    enum CodingKeys: String, CodingKey {
        case token, patch, labels, scalar
    }

    /// Decodes; an absent head is not there.
    public init(from decoder: any Swift.Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        self.init(
            token: try values.decodeIfPresent(Bool.self, forKey: .token) ?? false,
            patch: try values.decodeIfPresent(Bool.self, forKey: .patch) ?? false,
            labels: try values.decodeIfPresent(Int.self, forKey: .labels),
            scalar: try values.decodeIfPresent(Bool.self, forKey: .scalar) ?? false)
        if let labels, labels < 1 {
            throw DecodingError.dataCorruptedError(
                forKey: .labels, in: values, debugDescription: "\(labels) is no count of classes")
        }
    }

    /// Encodes the flags, and the count of classes where there is a head of them.
    public func encode(to encoder: any Swift.Encoder) throws {
        var values = encoder.container(keyedBy: CodingKeys.self)
        try values.encode(token, forKey: .token)
        try values.encode(patch, forKey: .patch)
        try values.encodeIfPresent(labels, forKey: .labels)
        try values.encode(scalar, forKey: .scalar)
    }
}

/// Older folders of this program: files beside `config.json` say there what newer folders say in it. All that is known of them
/// stands here.
enum LegacyFolder {
    /// The file of a classifier's record.
    static let classifier = "classifier.json"

    /// The purpose of an older folder; nil for folders of others, and for newer ones.
    static func kind(of folder: String) -> ModelKind? {
        guard let config = try? CheckpointJSON.value(of: "\(folder)/\(CheckpointNames.config)"),
            config[LetterpressKeys.key] == nil
        else { return nil }
        if Folder.hasItem("\(folder)/\(classifier)") { return .classification }
        guard Folder.hasItem("\(folder)/\(CheckpointNames.manifest)"),
            Folder.hasItem("\(folder)/\(CheckpointNames.trainerState)")
        else { return nil }
        return config["num_labels"] == nil ? .pretraining : .classification
    }

    /// True if texts began with the begin token in the training, though the tokenizer's files do not say so: in older folders
    /// of this program, and wherever the byte tokenizer was copied to.
    static func begins(_ tokenizer: any Tokenizer, in folder: String) -> Bool {
        let isBytes =
            tokenizer.vocabularySize == 260 && tokenizer.special.begin == 256
            && tokenizer.id(of: "<|begin|>") == 256 && tokenizer.id(of: "<|mask|>") == 259
        return isBytes || kind(of: folder) != nil
    }
}
