import Corpora
import Foundations

/// A file of a task, cut into records one after the other. Memory: one record, but of a JSON array the whole file.
final class RecordFile {
    let path: String
    private let format: TaskLayout.Format
    let wanted: [String]
    private let skipsBadLines: Bool
    private let reader: DocumentReader
    private let fields: JSONFieldReader
    /// The columns of a raw table; `nil` before its header is read.
    private var columns: [String]?
    private var elements: [JSONValue]?
    private var position = 0
    /// Lines left out.
    private(set) var skippedLines = 0

    /// Opens a file. `wanted` are columns that must be there, or paths into them; `header` tells whether a raw table begins with
    /// the names of its columns. Throws `data`.
    init(
        path: String, format: TaskLayout.Format, header: Bool = true, wanted: [String], skipsBadLines: Bool = false
    ) throws(TaskError) {
        self.path = path
        self.format = format
        self.skipsBadLines = skipsBadLines
        let isJSON = format == .jsonl || format == .json
        self.wanted = Set(isJSON ? wanted.map(TaskRecord.head) : wanted).sorted()
        fields = JSONFieldReader(self.wanted.map { ($0, .value) })
        var options = ReadOptions()
        options.onStructureError = .stop
        options.onEncodingError = .stop
        switch format {
        case .csv, .tsv:
            options.format = format == .csv ? .csv : .tsv
            if let first = self.wanted.first { options.textField = first }
            options.keepFields = Array(self.wanted.dropFirst())
        case .json: options.format = .document
        default: options.format = .lines
        }
        do throws(CorporaError) {
            reader = try DocumentReader(inputs: [.path(path)], options: options)
        } catch {
            throw .data(error)
        }
        if format == .rawTSV, header {
            guard let line = try document() else {
                throw .record(path: path, line: 1, column: nil, reason: "it is empty")
            }
            let names = Self.cells(line)
            try check(names, line: line.origin.line)
            columns = names
        }
    }

    /// All lines of a file as texts. Throws `data`.
    static func lines(of path: String) throws(TaskError) -> [String] {
        let file = try RecordFile(path: path, format: .lines, wanted: [])
        var texts: [String] = []
        while let document = try file.document() { texts.append(text(document)) }
        return texts
    }

    /// The next record; `nil` at the end. Throws ``TaskError`` with the line.
    func next() throws(TaskError) -> TaskRecord? {
        switch format {
        case .csv, .tsv:
            guard let row = try document() else { return nil }
            var values = row.fields
            if let first = wanted.first { values[first] = .string(Self.text(row)) }
            return record(values, row.origin.line)
        case .rawTSV: return try rawRow()
        case .json: return try element()
        case .blocks: return try block()
        case .conllu: return try sentence(universal: true)
        case .columns: return try sentence(universal: false)
        case .jsonl, .export:
            while let line = try document() {
                let bytes = line.segments[0]
                if bytes.allSatisfy({ $0 == 0x20 || $0 == 0x09 }) { continue }
                return record(try object(bytes, line.origin.line), line.origin.line)
            }
            return nil
        case .lines:
            guard let line = try document() else { return nil }
            return record(["1": .string(Self.text(line))], line.origin.line)
        }
    }

    func document() throws(TaskError) -> Document? {
        do throws(CorporaError) {
            return try reader.next()
        } catch {
            throw .data(error)
        }
    }

    private func record(_ fields: [String: JSONValue], _ line: Int?) -> TaskRecord {
        TaskRecord(path: path, line: line, fields: fields)
    }

    static func text(_ document: Document) -> String { String(decoding: document.segments[0], as: UTF8.self) }

    // MARK: Raw tables

    private static func cells(_ line: Document) -> [String] {
        line.segments[0].split(separator: UInt8(ascii: "\t"), omittingEmptySubsequences: false)
            .map { String(decoding: $0, as: UTF8.self) }
    }

    private func check(_ names: [String], line: Int?) throws(TaskError) {
        guard let name = wanted.first(where: { !names.contains($0) }) else { return }
        let near = NearNames.of(name, among: names)
        throw .record(
            path: path, line: line, column: name,
            reason: "there is none; the table has \((near.isEmpty ? names : near).prefix(12).joined(separator: ", "))")
    }

    private func rawRow() throws(TaskError) -> TaskRecord? {
        while let line = try document() {
            let cells = Self.cells(line)
            if columns == nil {
                let names = (1...cells.count).map { "\($0)" }
                try check(names, line: line.origin.line)
                columns = names
            }
            let columns = columns ?? []
            if cells.count == 1, cells[0].isEmpty, columns.count > 1 { continue }
            guard cells.count == columns.count else {
                if skipsBadLines {
                    skippedLines += 1
                    continue
                }
                throw .record(
                    path: path, line: line.origin.line, column: nil,
                    reason: "\(counted(cells.count, "cell")) between tabs, expected \(columns.count)")
            }
            var values: [String: JSONValue] = [:]
            for (name, cell) in zip(columns, cells) where wanted.contains(name) { values[name] = .string(cell) }
            return record(values, line.origin.line)
        }
        return nil
    }

    // MARK: Blocks

    private func block() throws(TaskError) -> TaskRecord? {
        var values: [String: JSONValue] = [:]
        var first: Int?
        while let line = try document() {
            let text = Self.text(line)
            if text.allSatisfy(\.isWhitespace) {
                if values.isEmpty { continue }
                break
            }
            first = first ?? line.origin.line
            values["\(values.count + 1)"] = .string(text)
        }
        return values.isEmpty ? nil : record(values, first)
    }

    // MARK: JSON

    private func object(_ bytes: [UInt8], _ line: Int?) throws(TaskError) -> [String: JSONValue] {
        do throws(JSONError) {
            let found = try fields.read(bytes).fields
            var values: [String: JSONValue] = [:]
            for (name, field) in zip(wanted, found) {
                if case .value(let value)? = field { values[name] = value }
            }
            return values
        } catch {
            throw .record(path: path, line: line, column: nil, reason: error.description)
        }
    }

    private func element() throws(TaskError) -> TaskRecord? {
        if elements == nil {
            let bytes = try document()?.segments[0] ?? []
            do throws(JSONError) {
                guard case .array(let array) = try JSONValue.parse(bytes) else {
                    throw JSONError.syntax(byteOffset: 0, expected: "an array of objects")
                }
                elements = array
            } catch {
                throw .record(path: path, line: nil, column: nil, reason: error.description)
            }
        }
        guard let elements, position < elements.count else { return nil }
        position += 1
        guard case .object(let values) = elements[position - 1] else {
            throw .record(
                path: path, line: nil, column: nil,
                reason: "element \(position) is \(elements[position - 1].kind), expected an object")
        }
        var found = record(values, nil)
        found.number = position
        return found
    }
}
