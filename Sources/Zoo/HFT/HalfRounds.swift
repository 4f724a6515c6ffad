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

    /// All of them, those of earlier runs first.
    var rounds: [Round] = []

    /// The rounds of a model's folder; none where it has no such file. Throws `FileError` and `ConfigError`.
    static func read(_ folder: String) throws -> HalfRounds {
        let path = "\(folder)/\(fileName)"
        guard Folder.hasItem(path) else { return HalfRounds() }
        let file = try MappedFile(path: path)
        let bytes = unsafe file.withBytes { unsafe [UInt8]($0) }
        return try StrictJSON.decode(HalfRounds.self, from: bytes, source: path)
    }
}
