public import Foundations

/// `metrics.jsonl`: a record a line, each with the system as soon as it is written.
public final class MetricsFile {
    /// Where it is.
    public let path: String
    private let file: AppendedFile

    /// Opens the file behind the records of the first `step` steps: later ones and a last line that is cut off go, the rest
    /// stays as it is; nil begins it anew. What stays is handed to `onKept` line by line.
    ///
    /// Throws ``RecordingError``.
    public init(
        _ path: String, resumesAfter step: Int?, onKept: (MetricsRecord) -> Void = { _ in }
    ) throws(RecordingError) {
        self.path = path
        var bytes: [UInt8]?
        var kept: [UInt8] = []
        do throws(FileError) { if step != nil, Folder.hasItem(path) { bytes = try Self.bytes(of: path) } } catch {
            throw .file(error)
        }
        if let step, let bytes { kept = try Self.kept(bytes, path, step, onKept) }
        do throws(FileError) {
            if kept != bytes { try AtomicFile.write(kept, to: path) }
            file = try AppendedFile(path)
        } catch {
            throw .file(error)
        }
    }

    private static func bytes(of path: String) throws(FileError) -> [UInt8] {
        let file = try MappedFile(path: path)
        return unsafe file.withBytes { unsafe [UInt8]($0) }
    }

    private static func kept(
        _ bytes: [UInt8], _ path: String, _ step: Int, _ onKept: (MetricsRecord) -> Void
    ) throws(RecordingError) -> [UInt8] {
        var kept: [UInt8] = []
        _ = try lines(of: bytes, path) { record, line in
            guard record.step <= step else { return }
            kept += line
            kept.append(0x0A)
            onKept(record)
        }
        return kept
    }

    /// Hands over each whole line; whether bytes without an end follow.
    private static func lines(
        of bytes: [UInt8], _ path: String, _ body: (MetricsRecord, ArraySlice<UInt8>) -> Void
    ) throws(RecordingError) -> (count: Int, isTorn: Bool) {
        var start = 0
        var number = 0
        while let end = bytes[start...].firstIndex(of: 0x0A) {
            number += 1
            let record: MetricsRecord
            do { record = try MetricsRecord(line: Array(bytes[start..<end]), source: "record") } catch {
                throw .badLine(path: path, line: number, reason: "\(error)")
            }
            body(record, bytes[start..<end])
            start = end + 1
        }
        return (number, start < bytes.count)
    }

    /// All records of a file. Throws ``RecordingError``: `tornLine` for a last line without end, `badLine` for others that are no
    /// record, `file`.
    public static func read(_ path: String) throws(RecordingError) -> [MetricsRecord] {
        let bytes: [UInt8]
        do { bytes = try Self.bytes(of: path) } catch { throw .file(error) }
        var records: [MetricsRecord] = []
        let (count, isTorn) = try lines(of: bytes, path) { record, _ in records.append(record) }
        if isTorn { throw .tornLine(path: path, line: count + 1) }
        return records
    }

    /// Hands over the records of a file that may be written at the moment: a last line without end is passed over. Throws
    /// ``RecordingError``: `badLine`, `file`.
    static func readWhole(_ path: String, _ body: (MetricsRecord) -> Void) throws(RecordingError) {
        let bytes: [UInt8]
        do { bytes = try Self.bytes(of: path) } catch { throw .file(error) }
        _ = try lines(of: bytes, path) { record, _ in body(record) }
    }

    /// Adds a record. Throws `ConfigError` and `FileError`.
    public func append(_ record: MetricsRecord) throws { try file.append(try record.line()) }

    /// Waits until all records are on the disk. Throws `FileError`.
    public func sync() throws(FileError) { try file.sync() }
}
