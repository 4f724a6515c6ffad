import Foundations

/// Rows of a table with a header (RFC 4180). A line break inside quotes does not end a row.
final class TableReader: RecordReader {
    private var lineBuffer: LineBuffer
    private let limit: Int
    private let separator: UInt8
    private let wanted: [String]
    private var line = 0
    private var table: Table?
    /// The names of the header; nil before the first row is read.
    var columns: [String]? { table?.columns }
    /// Line ends inside quotes that a failed row went over: a row that is in quotes at the first or a later one still
    /// is at the last. Without it every line of a table with an open quote would be read to the end of the table.
    private var quoted: (first: Int, last: Int, line: Int)?
    private let resumed: ReadPosition
    private let reopened: CompressedReader?

    /// `reopened` is a second reader of the same file, needed to resume behind the header at a saved position.
    init(
        reader: CompressedReader, reopened: CompressedReader?, position: ReadPosition, separator: UInt8,
        wanted: [String], limit: Int
    ) throws(FileError) {
        lineBuffer = try LineBuffer(reader: reader, offset: 0)
        self.reopened = reopened
        self.separator = separator
        self.wanted = wanted
        self.limit = limit
        resumed = position
    }

    func next() throws(FileError) -> RecordPiece? {
        let table: Table
        if let known = self.table {
            table = known
        } else {
            guard let header = try row() else {
                return missing([]).map { piece(.problem($0), start: 0, isLast: true) }
            }
            switch header {
            case .failure(let problem): return piece(.problem(problem), start: problem.byteOffset, isLast: true)
            case .success(let row):
                let cells = CellSplitter.cells(of: row.bytes, separator: separator)
                let columns = cells.map { String(decoding: $0, as: UTF8.self) }
                if let problem = missing(columns) { return piece(.problem(problem), start: row.start, isLast: true) }
                table = Table(separator: separator, columns: columns)
                self.table = table
            }
            if let reopened, resumed.byteOffset > 0 {
                lineBuffer = try LineBuffer(reader: reopened, offset: resumed.byteOffset)
                line = resumed.line
            }
        }
        while let found = try row() {
            switch found {
            case .failure(let problem): return piece(.problem(problem), start: problem.byteOffset)
            case .success(let row):
                if row.bytes.isEmpty, table.columns.count > 1 { continue }
                var result = piece(.row(row.bytes, table), start: row.start)
                result.line = row.line
                return result
            }
        }
        return nil
    }

    private struct Row {
        let bytes: [UInt8]
        let start: Int
        let line: Int
    }

    private enum Outcome {
        case success(Row)
        case failure(Problem)
    }

    /// The next row with its last line break removed. After a problem one physical line is passed over.
    private func row() throws(FileError) -> Outcome? {
        let start = lineBuffer.offset
        var splitter = CellSplitter(separator: separator)
        var end = 0
        var lines = 0
        /// The line ends inside quotes that this row went over.
        var passed: (first: Int, last: Int, line: Int)?
        func failure(_ kind: Problem.Kind, _ detail: String) throws(FileError) -> Outcome {
            if let passed { quoted = passed }
            return try self.failure(kind, detail)
        }
        while true {
            guard let found = try lineBuffer.line(after: end, limit: max(0, limit - end)) else {
                if lines == 0 { return nil }
                return try failure(.brokenQuotes, "a quoted cell is not closed before the end of the file")
            }
            guard case .complete(let range, let next) = found else {
                return try failure(.tooLong, "a row of more than \(limit) bytes")
            }
            lines += 1
            // What lies between two lines belongs to the quoted cell.
            splitter.scan(
                lineBuffer.buffer, from: lineBuffer.head + range.lowerBound, to: lineBuffer.head + range.upperBound)
            if splitter.isBroken { return try failure(.brokenQuotes, "a cell has text after its closing quote") }
            end = next
            if !splitter.isInQuotes {
                let bytes = lineBuffer.bytes(0..<range.upperBound)
                lineBuffer.consume(next)
                line += lines
                return .success(Row(bytes: bytes, start: start, line: line - lines + 1))
            }
            if let quoted, (quoted.first..<quoted.last).contains(start + end) {
                end = quoted.last - start
                lines = quoted.line - line
            }
            passed = (passed?.first ?? start + next, start + end, line + lines)
        }
    }

    private func failure(_ kind: Problem.Kind, _ detail: String) throws(FileError) -> Outcome {
        let start = lineBuffer.offset
        try lineBuffer.dropLine()
        line += 1
        return .failure(
            Problem(kind: kind, path: lineBuffer.reader.path, line: line, byteOffset: start, detail: detail))
    }

    private func missing(_ columns: [String]) -> Problem? {
        guard let name = wanted.first(where: { !columns.contains($0) }) else { return nil }
        let near = NearNames.of(name, among: columns)
        let shown = (near.isEmpty ? columns : near).prefix(8).joined(separator: ", ")
        return Problem(
            kind: .missingField, path: lineBuffer.reader.path, line: 1, byteOffset: 0,
            detail: "the table has no column \(name); it \(columns.isEmpty ? "is empty" : "has \(shown)")")
    }

    private func piece(_ content: RawRecord.Content, start: Int, isLast: Bool = false) -> RecordPiece {
        RecordPiece(
            content: content, line: line, byteOffset: start, nextByteOffset: lineBuffer.offset, nextLine: line,
            isLast: isLast)
    }
}
