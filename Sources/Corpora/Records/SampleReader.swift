import Foundations

/// Samples of a WebDataset archive: neighbouring files whose paths agree up to the first dot of the file name.
final class SampleReader: RecordReader {
    private let reader: TarReader
    private var entries: Int
    private var ahead: TarReader.Entry?
    private var pendingError: FileError?
    private var byteOffset = 0
    private let wanted: Set<String>
    private let limit: Int
    /// Members of one sample, at most.
    private static let memberLimit = 1000

    /// Only members with a wanted suffix are read; a sample of more than `limit` bytes is a problem.
    init(reader: TarReader, position: ReadPosition, wanted: Set<String>, limit: Int) throws(FileError) {
        self.reader = reader
        self.wanted = wanted
        self.limit = limit
        entries = position.entry
        if entries > 0 { _ = try reader.skip(entries) }
        byteOffset = position.byteOffset
    }

    func next() throws(FileError) -> RecordPiece? {
        if let error = pendingError {
            pendingError = nil
            return try piece(for: error)
        }
        if ahead == nil {
            do throws(FileError) { try advance() } catch { return try piece(for: error) }
        }
        guard let first = ahead else { return nil }
        let start = byteOffset
        let key = Self.split(first.name).key
        var members: [SampleMember] = []
        var size = 0
        var count = 0
        while let entry = ahead {
            let (entryKey, suffix) = Self.split(entry.name)
            if entryKey != key { break }
            entries += 1
            byteOffset += entry.bytes.count
            count += 1
            size += entry.bytes.count
            if size <= limit, count <= Self.memberLimit {
                members.append(SampleMember(suffix: suffix, bytes: entry.bytes))
            } else {
                members = []
            }
            // Damage behind the last whole file is told after the sample.
            do throws(FileError) { try advance() } catch { pendingError = error }
        }
        if size > limit || count > Self.memberLimit {
            return problem(
                "a sample of \(counted(count, "file")) and \(size) bytes; the limits are \(Self.memberLimit) and \(limit)",
                entry: key, at: start)
        }
        return RecordPiece(
            content: .sample(members), entry: key, byteOffset: start, nextByteOffset: byteOffset, nextEntry: entries)
    }

    /// A file above the limit is passed over; anything else ends the archive.
    private func piece(for error: FileError) throws(FileError) -> RecordPiece {
        guard case .tooLarge(_, let entry, let limit) = error else { throw error }
        entries += 1
        return problem("a file of more than \(limit) bytes", entry: entry, at: byteOffset)
    }

    private func problem(_ detail: String, entry: String?, at start: Int) -> RecordPiece {
        let problem = Problem(
            kind: .tooLong, path: reader.path, entry: entry, byteOffset: start, detail: detail)
        return RecordPiece(
            content: .problem(problem), entry: entry, byteOffset: start, nextByteOffset: byteOffset,
            nextEntry: entries)
    }

    private func advance() throws(FileError) {
        ahead = nil
        ahead = try reader.next { wanted.contains(Self.split($0).suffix) }
    }

    /// `folder/a.b.json` is the member `b.json` of the sample `folder/a`.
    static func split(_ name: String) -> (key: String, suffix: String) {
        let bytes = Array(name.utf8)
        let base = (bytes.lastIndex(of: 0x2F) ?? -1) + 1
        guard let dot = bytes[base...].firstIndex(of: 0x2E) else { return (name, "") }
        return (
            String(decoding: bytes[..<dot], as: UTF8.self),
            String(decoding: bytes[(dot + 1)...], as: UTF8.self).lowercased()
        )
    }
}
