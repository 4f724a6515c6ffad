import Corpora
import Foundations

/// How far a render came: replaced atomically after every finished shard, removed when the manifest is written.
struct Journal: Codable {
    static let fileName = "progress.json"
    static let version = 1

    var formatVersion = Self.version
    /// The inputs as they were given, for a reader.
    var inputs: [String]
    var settings: JobSettings
    /// Where the next shard begins in the input.
    var cursor: Cursor
    var counts = RenderCounts()
    var report = ReadReport()
    var shards: [ShardEntry] = []

    enum CodingKeys: String, CodingKey, CaseIterable {
        case inputs, settings, cursor, counts, report, shards
        case formatVersion = "format_version"
    }

    func save(in folder: OutputFolder) throws(ShardError) {
        try StoredJSON.save(self, to: folder.file(Self.fileName))
    }

    /// Reads the journal of a folder and checks that it is one of these settings.
    static func load(
        from folder: OutputFolder, settings: JobSettings
    ) throws -> Journal {
        let path = folder.file(fileName)
        let journal = try StoredJSON.load(Journal.self, from: path)
        guard journal.formatVersion == version else {
            throw ShardError.unsupportedVersion(path: path, got: journal.formatVersion, expected: version)
        }
        try ShardEntry.check(journal.shards, path: path)
        let last = journal.shards.last.map { $0.firstSequence + $0.sequences } ?? 0
        guard journal.counts.sequences == last, journal.counts.isPossible, journal.report.isPossible else {
            throw ShardError.malformed(path: path, byteOffset: nil, reason: "counts and shards disagree")
        }
        if let found = try journal.settings.firstDifference(to: settings) {
            throw ShardError.otherSettings(path: folder.path, key: found.key, was: found.own, now: found.other)
        }
        return journal
    }
}
