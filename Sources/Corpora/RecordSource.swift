import Foundations

/// Cuts inputs into records, one after the other. Serial and cheap: the work on a record is `RecordParser`'s.
///
/// Memory: one block and one record (at most ``ReadOptions/recordLimit``), whatever the size of the inputs.
public final class RecordSource {
    /// Paths of all input files, in the order of reading.
    public let paths: [String]
    /// What folders hold and is not read: files whose name tells no format, links to folders, folders of outputs.
    public let passedOver: [String]
    /// Size of all inputs on disk in bytes; `nil` when one is a pipe.
    public let totalBytes: Int?
    /// Whether a cursor can be resumed: not when an input is standard input or a pipe.
    public var canResume: Bool { totalBytes != nil }
    /// The place before the next record.
    public private(set) var position: ReadPosition

    private let files: [InputFile]
    private let options: ReadOptions
    /// Hash over the content and the formats of all inputs; read when a cursor is asked for.
    private lazy var identity = Self.identity(of: files)
    private var open: (reader: any RecordReader, sourceOffset: () -> Int)?
    private var finishedBytes = 0

    /// Finds the inputs, and goes to the place of a saved cursor if one is given.
    ///
    /// `isOutput` tells of a folder whether it holds outputs: below an input it is passed over, as an input it is an
    /// error. Throws `noInput`, `invalidOption` and `cannotResume`.
    public init(
        inputs: [InputSpec], options: ReadOptions, cursor: Cursor? = nil,
        isOutput: @escaping (String) -> Bool = { _ in false }
    ) throws(CorporaError) {
        try options.validate()
        let finder = try InputFinder(inputs: inputs, format: options.format, isOutput: isOutput)
        files = finder.files
        for file in files { try options.check(file.format, of: file.path) }
        passedOver = finder.passedOver
        paths = files.map(\.path)
        totalBytes = files.allSatisfy(\.isRegular) ? files.reduce(0) { $0 + $1.size } : nil
        self.options = options
        position = cursor?.position ?? ReadPosition()
        if let cursor { try check(cursor) }
        finishedBytes = files.prefix(position.file).reduce(0) { $0 + $1.size }
    }

    private static func identity(of files: [InputFile]) -> String {
        var hasher = SHA256Hasher()
        hasher.update(Array(InputIdentity(paths: files.map(\.path)).sha256.utf8))
        for file in files { hasher.update(Array("\0\(file.format.rawValue)".utf8)) }
        return hasher.finish().hex
    }

    /// Throws `cannotResume` when ``canResume`` is false, naming the input that can be read once only.
    public func checkCanResume() throws(CorporaError) {
        guard let pipe = files.first(where: { !$0.isRegular }) else { return }
        let what = pipe.path == "-" ? "standard input" : "a pipe"
        throw .cannotResume(path: pipe.path, reason: "\(what) cannot be read a second time; start anew")
    }

    private func check(_ cursor: Cursor) throws(CorporaError) {
        try checkCanResume()
        let place = cursor.position
        let counts = [place.byteOffset, place.line, place.entry, place.index]
        guard counts.allSatisfy((0...1 << 60).contains) else {
            throw .cannotResume(path: paths.first ?? "", reason: "the cursor names a place that cannot be: \(place)")
        }
        guard cursor.inputs == identity, (0...files.count).contains(place.file) else {
            throw .cannotResume(
                path: paths.first ?? "",
                reason: "the names, contents or formats of the inputs are not those of the cursor"
            )
        }
    }

    /// A cursor for ``position``: reading from it resumes at the next record.
    public var cursor: Cursor { cursor(at: position) }

    /// A cursor for a place that a record of this source gave as ``RawRecord/next``.
    public func cursor(at position: ReadPosition) -> Cursor { Cursor(inputs: identity, position: position) }

    /// Bytes of the inputs read so far, as they are on disk; for progress against ``totalBytes``.
    public var bytesTaken: Int { finishedBytes + (open?.sourceOffset() ?? 0) }

    /// The next record of this shard, or the next problem under the policy `skip`; `nil` at the end of the inputs.
    ///
    /// Throws `structure` under the policy `stop`; reading cannot continue then.
    public func next() throws(CorporaError) -> RawRecord? {
        while position.file < files.count {
            let file = files[position.file]
            let piece: RecordPiece?
            do throws(FileError) {
                piece = try reader(for: file).next()
            } catch {
                let problem = problem(error, in: file)
                finishFile()
                if let record = try report(problem, in: file) { return record }
                continue
            }
            guard let piece else {
                finishFile()
                continue
            }
            let index = position.index
            advance(over: piece)
            if case .problem(let problem) = piece.content {
                if let record = try report(problem, in: file) { return record }
                continue
            }
            guard index % options.shardCount == options.shardIndex else { continue }
            let origin = Origin(
                path: file.path, line: piece.line, entry: piece.entry, byteOffset: piece.byteOffset, index: index)
            return RawRecord(content: piece.content, origin: origin, next: position)
        }
        return nil
    }

    /// Every shard stops at a problem; one alone, that of the next document, reports it.
    private func report(_ problem: Problem, in file: InputFile) throws(CorporaError) -> RawRecord? {
        guard options.onStructureError == .skip else { throw .structure(problem) }
        guard position.index % options.shardCount == options.shardIndex else { return nil }
        let origin = Origin(
            path: file.path, line: problem.line, entry: problem.entry, byteOffset: problem.byteOffset,
            index: position.index)
        return RawRecord(content: .problem(problem), origin: origin, next: position)
    }

    private func advance(over piece: RecordPiece) {
        if case .problem = piece.content {} else { position.index += 1 }
        position.byteOffset = piece.nextByteOffset
        position.line = piece.nextLine
        position.entry = piece.nextEntry
        if piece.isLast { finishFile() }
    }

    private func finishFile() {
        finishedBytes += files[position.file].size
        open = nil
        let index = position.index
        position = ReadPosition(file: position.file + 1, index: index)
    }

    private func problem(_ error: FileError, in file: InputFile) -> Problem {
        let line: Int? = [.webdataset, .document, .parquet].contains(file.format) ? nil : position.line + 1
        var problem = Problem(
            kind: .unreadableInput, path: file.path, line: line, byteOffset: position.byteOffset,
            detail: error.description)
        switch error {
        case .damaged(_, let byteOffset, let entry, let reason):
            problem.kind = .tornInput
            problem.byteOffset = byteOffset
            problem.entry = entry
            problem.detail = "torn or damaged: \(reason); what follows is not read"
        case .cannotOpen(_, let reason), .cannotRead(_, let reason): problem.detail = "cannot be read: \(reason)"
        default: break
        }
        return problem
    }

    private func reader(for file: InputFile) throws(FileError) -> any RecordReader {
        if let open { return open.reader }
        if file.format == .webdataset {
            let tar =
                file.path == "-"
                ? try TarReader(fileDescriptor: 0, name: "-", entryLimit: options.recordLimit)
                : try TarReader(path: file.path, entryLimit: options.recordLimit)
            let reader = try SampleReader(
                reader: tar, position: position, wanted: options.members, limit: options.recordLimit)
            open = (reader, { tar.sourceOffset })
            return reader
        }
        if file.format == .parquet {
            guard file.isRegular else {
                throw .unsupported(path: file.path, reason: "Parquet does not come through a pipe; name the file")
            }
            let rows = try ParquetRows(
                path: file.path, columns: options.fields, python: options.python, position: position,
                limit: options.recordLimit)
            open = (rows, { min(rows.sourceOffset, file.size) })
            return rows
        }
        let stream =
            file.path == "-"
            ? try CompressedReader(fileDescriptor: 0, name: "-") : try CompressedReader(path: file.path)
        let binary = position.byteOffset > 0 ? nil : BinaryContent.found(in: try stream.peek(BinaryContent.byteCount))
        let reader: any RecordReader
        if let binary {
            reader = BinaryReader(path: file.path, binary)
        } else {
            reader = try self.reader(of: stream, for: file)
        }
        open = (reader, { stream.sourceOffset })
        return reader
    }

    private func reader(of stream: CompressedReader, for file: InputFile) throws(FileError) -> any RecordReader {
        let limit = options.recordLimit
        switch file.format {
        case .document: return try WholeFileReader(reader: stream, position: position, limit: limit)
        case .csv, .tsv:
            let reopened = position.byteOffset > 0 ? try CompressedReader(path: file.path) : nil
            return try TableReader(
                reader: stream, reopened: reopened, position: position,
                separator: file.format == .csv ? UInt8(ascii: ",") : UInt8(ascii: "\t"), wanted: options.columns,
                limit: limit)
        default:
            return try LineReader(reader: stream, position: position, isJSON: file.format == .jsonl, limit: limit)
        }
    }
}
