import Foundations

/// What simple predictors of next patches lose on the held-out sequences of a run, in the measure of its own loss; black end
/// patches do not count.
public struct PatchBaselines: Codable, Sendable, Equatable {
    /// A linear predictor.
    public struct Ridge: Codable, Sendable, Equatable {
        /// How many patches before it sees.
        public var patches: Int
        /// Its mean loss.
        public var loss: Double
    }

    /// Patches that means and ridge regressions were computed from.
    public var trainingPatches: Int
    /// Patches that were predicted.
    public var heldOutPatches: Int
    /// What is added to each feature's sum of squares, features being 0 (white) to 1 (black).
    public var penalty: Double
    /// The mean loss of predicting 0.
    public var zero: Double
    /// The mean loss of predicting the mean training patch.
    public var mean: Double
    /// Those of ridge regressions on patches before.
    public var ridge: [Ridge]

    enum CodingKeys: String, CodingKey {
        case penalty, zero, mean, ridge
        case trainingPatches = "training_patches"
        case heldOutPatches = "held_out_patches"
    }
}

/// What models of token counts lose on the held-out sequences of a run, in nats a token.
public struct TokenBaselines: Codable, Sendable, Equatable {
    /// A model of counts.
    public struct Counts: Codable, Sendable, Equatable {
        /// Tokens that it looks at, the predicted one among them.
        public var order: Int
        /// Its mean loss, nats a token.
        public var loss: Double
    }

    /// Tokens that were counted.
    public var trainingTokens: Int
    /// Tokens that were predicted.
    public var heldOutTokens: Int
    /// By order, ascending.
    public var counts: [Counts]

    enum CodingKeys: String, CodingKey {
        case counts
        case trainingTokens = "training_tokens"
        case heldOutTokens = "held_out_tokens"
    }
}

/// Baselines of a run: `baselines.json` in its folder.
public struct RunBaselines: Codable, Sendable, Equatable {
    /// By the name of the held-out loss: "image.next_patch".
    public var patches: [String: PatchBaselines] = [:]
    /// By the name of the held-out loss: "text.next_token".
    public var tokens: [String: TokenBaselines] = [:]
    /// Scores of answers that look at nothing, by metric and by name: "accuracy", "chance". Nil for losses alone.
    public var metrics: [String: [String: Double]]?

    /// No baselines.
    public init() {}

    static let fileName = "baselines.json"

    /// Those of a folder; nil where it has none. Throws `ConfigError` for a file that is none of ours, `FileError`.
    public static func load(_ folder: RunFolder) throws -> RunBaselines? {
        let path = folder.file(fileName)
        guard Folder.hasItem(path) else { return nil }
        let file = try MappedFile(path: path)
        return try StrictJSON.decode(
            RunBaselines.self, from: unsafe file.withBytes { unsafe [UInt8]($0) }, source: path)
    }

    /// Writes them beside and renames. Throws `ConfigError` where a loss is not finite, `FileError`.
    public func save(_ folder: RunFolder) throws {
        try AtomicFile.write(try StrictJSON.encode(self), to: folder.file(Self.fileName))
    }

    /// Names and losses beside those of a held-out loss.
    func lines(_ name: String) -> [(name: String, value: Double)] {
        var lines: [(name: String, value: Double)] = []
        if let found = patches[name] {
            lines = [("zero", found.zero), ("mean patch", found.mean)]
            lines += found.ridge.map { ("ridge \($0.patches)", $0.loss) }
        }
        if let found = metrics?[name] { lines += found.sorted { $0.key < $1.key }.map { ($0.key, $0.value) } }
        if let found = tokens[name] { lines += found.counts.map { ("\($0.order)-gram", $0.loss) } }
        return lines
    }
}
