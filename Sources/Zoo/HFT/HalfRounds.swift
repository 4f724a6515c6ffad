import Foundations

/// The rounds that a model has behind it: `hft_rounds.json` beside its tensors.
struct HalfRounds: Codable, Equatable {
    /// The file's name.
    static let fileName = "hft_rounds.json"

    /// One round.
    struct Round: Codable, Equatable {
        /// Its number.
        var round: Int
        /// The seed of its draw.
        var seed: Int
        /// The settings of its draw.
        var ratio: Double
        /// Among which units it was made.
        var level: HalfConfig.Level
        /// Steps of its run before it began.
        var begin: Int
        /// Names of the units that it trained.
        var trained: [String]
    }

    /// The numbers that rounds may have.
    static let numbers = 0...1 << 53
    /// Rounds of one run at most: each leaves the names of its units in every checkpoint.
    static let limit = 1 << 16

    /// All of them, those of earlier runs first.
    var rounds: [Round] = []

    /// Throws `ConfigError` for a number that no round has.
    func check(source: String) throws(ConfigError) {
        for (place, round) in rounds.enumerated() where !Self.numbers.contains(round.round) {
            throw .invalidValue(
                source: source, keyPath: "rounds[\(place)].round", reason: "\(round.round) is not in 0 to 2^53")
        }
    }

    /// The rounds of a model's folder; none where it has no such file. Throws `FileError` and `ConfigError`.
    static func read(_ folder: String) throws -> HalfRounds {
        let path = "\(folder)/\(fileName)"
        guard Folder.hasItem(path) else { return HalfRounds() }
        let file = try MappedFile(path: path)
        let bytes = unsafe file.withBytes { unsafe [UInt8]($0) }
        let rounds = try StrictJSON.decode(HalfRounds.self, from: bytes, source: path)
        try rounds.check(source: path)
        return rounds
    }
}

/// The state of half fine-tuning in a checkpoint.
struct HalfState: Codable {
    /// The rounds, one that begins after the checkpoint's step among them.
    var rounds: [HalfRounds.Round]
    /// True if a step was made in the last of them; absent in checkpoints of earlier versions.
    var isTrained: Bool?

    enum CodingKeys: String, CodingKey {
        case rounds
        case isTrained = "is_trained"
    }
}
