public import Corpora
import Foundations

/// What `manifest.json` says about a folder of shards. It is written last: a folder with one is complete.
public struct Manifest: Codable, Sendable, Equatable {
    /// The version of this description.
    public static let version = 1
    /// The file's name.
    public static let fileName = "manifest.json"

    /// The settings of the render.
    public var settings: JobSettings
    /// The counts of the output.
    public var counts: RenderCounts
    /// Problems of the input.
    public var report: ReadReport
    /// The shards in order.
    public var shards: [ShardEntry]

    enum CodingKeys: String, CodingKey, CaseIterable {
        case counts, report, shards, settings
        case formatVersion = "format_version"
    }

    /// A description of finished shards.
    public init(settings: JobSettings, counts: RenderCounts, report: ReadReport, shards: [ShardEntry]) {
        self.settings = settings
        self.counts = counts
        self.report = report
        self.shards = shards
    }

    /// Decodes a manifest of the known version.
    public init(from decoder: any Decoder) throws {
        let container = try decoder.container(keyedBy: CodingKeys.self)
        let version = try container.decode(Int.self, forKey: .formatVersion)
        guard version == Self.version else {
            throw DecodingError.dataCorruptedError(
                forKey: .formatVersion, in: container,
                debugDescription: "version \(version); this program reads \(Self.version)")
        }
        settings = try container.decode(JobSettings.self, forKey: .settings)
        counts = try container.decode(RenderCounts.self, forKey: .counts)
        report = try container.decode(ReadReport.self, forKey: .report)
        shards = try container.decode([ShardEntry].self, forKey: .shards)
    }

    /// Encodes with the version.
    public func encode(to encoder: any Encoder) throws {
        var container = encoder.container(keyedBy: CodingKeys.self)
        try container.encode(Self.version, forKey: .formatVersion)
        try container.encode(settings, forKey: .settings)
        try container.encode(counts, forKey: .counts)
        try container.encode(report, forKey: .report)
        try container.encode(shards, forKey: .shards)
    }

    /// Reads the manifest of a folder. Throws ``ShardError/file(_:)``, ``ShardError/unfinished(path:)`` or
    /// ``ShardError/malformed(path:byteOffset:reason:)``.
    public static func load(folder: String) throws(ShardError) -> Manifest {
        let path = folder + "/" + fileName
        let names = (try? OutputFolder(path: folder).names()) ?? []
        if !names.contains(fileName), names.contains(Journal.fileName) { throw .unfinished(path: folder) }
        if !names.contains(fileName), names.contains("run.json") {
            throw .malformed(
                path: folder, byteOffset: nil,
                reason: "this is the folder of a training, which holds no shards; letterpress report shows it")
        }
        let manifest = try StoredJSON.load(Manifest.self, from: path)
        try ShardEntry.check(manifest.shards, path: path)
        guard manifest.counts.isPossible, manifest.report.isPossible else {
            throw .malformed(path: path, byteOffset: nil, reason: "a number of counts or report is out of range")
        }
        return manifest
    }

    /// Writes the manifest of a folder, atomically. Throws ``ShardError/file(_:)``.
    func save(folder: String) throws(ShardError) {
        try StoredJSON.save(self, to: folder + "/" + Self.fileName)
    }
}

/// One finished shard.
public struct ShardEntry: Codable, Sendable, Equatable {
    /// Name within the folder.
    public var file: String
    /// Running number of its first sequence in the whole output.
    public var firstSequence: Int
    /// Documents; a document is never parted between shards.
    public var documents: Int
    /// Sequences.
    public var sequences: Int
    /// Patches, end patches included.
    public var patches: Int
    /// Size in bytes.
    public var bytes: Int
    /// SHA-256 of the file, hexadecimal.
    public var sha256: String

    enum CodingKeys: String, CodingKey, CaseIterable {
        case file, documents, sequences, patches, bytes, sha256
        case firstSequence = "first_sequence"
    }
}

extension ShardEntry {
    /// Checks entries that were read from a file: names are those of shards, numbers are possible.
    static func check(_ entries: [ShardEntry], path: String) throws(ShardError) {
        let range = 0...1 << 50
        var (documents, sequences, patches, bytes) = (0, 0, 0, 0)
        for (index, entry) in entries.enumerated() {
            let numbers = [entry.firstSequence, entry.documents, entry.sequences, entry.patches, entry.bytes]
            guard OutputFolder.isOurs(entry.file), numbers.allSatisfy(range.contains) else {
                throw .malformed(
                    path: path, byteOffset: nil,
                    reason: "shards[\(index)] (\(entry.file)) has a bad name or a number out of range")
            }
            guard entry.firstSequence == sequences else {
                throw .malformed(
                    path: path, byteOffset: nil,
                    reason: "shards[\(index)].first_sequence is \(entry.firstSequence), expected \(sequences)")
            }
            documents += entry.documents
            sequences += entry.sequences
            patches += entry.patches
            bytes += entry.bytes
            guard [documents, sequences, patches, bytes].allSatisfy(range.contains) else {
                throw .malformed(
                    path: path, byteOffset: nil, reason: "shards[0] to shards[\(index)] hold more than there can be")
            }
        }
    }
}

/// What a render counted.
public struct RenderCounts: Codable, Sendable, Equatable {
    /// Documents rendered.
    public var documents = 0
    /// Sequences written.
    public var sequences = 0
    /// Sequences stored with three channels.
    public var colouredSequences = 0
    /// Patches, end patches included.
    public var patches = 0
    /// Unicode scalars of the documents.
    public var characters = 0
    /// UTF-8 bytes of the documents.
    public var textBytes = 0
    /// Documents that did not fit one sequence.
    public var overflowedDocuments = 0
    /// Characters that no font draws, by script (ISO 15924).
    public var missingGlyphs: [String: Int] = [:]
    /// Documents of which text was lost behind the last patch.
    public var truncatedDocuments = 0
    /// Combining marks left out, because a cluster had more than 64.
    public var droppedMarks = 0
    /// Cuts of paragraphs above 65,536 characters.
    public var forcedCuts = 0

    /// Nothing counted.
    public init() {}

    /// Adds what another counter holds.
    public mutating func add(_ other: RenderCounts) {
        documents += other.documents
        sequences += other.sequences
        colouredSequences += other.colouredSequences
        patches += other.patches
        characters += other.characters
        textBytes += other.textBytes
        overflowedDocuments += other.overflowedDocuments
        missingGlyphs.merge(other.missingGlyphs, uniquingKeysWith: +)
        truncatedDocuments += other.truncatedDocuments
        droppedMarks += other.droppedMarks
        forcedCuts += other.forcedCuts
    }

    /// True if counts that were read from a file can be added to.
    var isPossible: Bool {
        ([
            documents, sequences, colouredSequences, patches, characters, textBytes, overflowedDocuments,
            truncatedDocuments, droppedMarks, forcedCuts,
        ] + missingGlyphs.values).allSatisfy((0...1 << 60).contains)
    }

    enum CodingKeys: String, CodingKey, CaseIterable {
        case documents, sequences, patches, characters
        case colouredSequences = "coloured_sequences"
        case textBytes = "text_bytes"
        case overflowedDocuments = "overflowed_documents"
        case missingGlyphs = "missing_glyphs"
        case truncatedDocuments = "truncated_documents"
        case droppedMarks = "dropped_marks"
        case forcedCuts = "forced_cuts"
    }
}
