import Corpora
import Foundation
import Foundations

extension TaskLayout.Format {
    /// The format that a file's name tells, compression aside; nil for a name that tells none of tables.
    init?(ofName path: String) {
        var name = path.lowercased()
        for ending in [".gz", ".zst", ".xz"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
        let known: [(String, Self)] = [
            (".tsv", .tsv), (".tab", .tsv), (".csv", .csv), (".jsonl", .jsonl), (".ndjson", .jsonl), (".json", .json),
        ]
        guard let format = known.first(where: { name.hasSuffix($0.0) })?.1 else { return nil }
        self = format
    }

    /// The format of a file of a layout: of an export that of its name.
    init(ofName path: String, in layout: Self) { self = layout == .export ? Self(ofName: path) ?? .jsonl : layout }
}

/// A table that a task is made of: its columns, and how it is cut into records.
struct TableFile {
    let path: String
    let format: TaskLayout.Format
    /// True if the first row holds the columns' names.
    let header: Bool
    /// Names of the columns; of a table without header "1", "2" and so on.
    let columns: [String]
    /// The first records, at most ``sampleSize``.
    let sample: [TaskRecord]

    /// Records that a guess of columns looks at.
    static let sampleSize = 1000

    /// Opens a table and looks at its beginning; `named` are columns that the user knows it to have.
    ///
    /// Throws ``EvaluationError`` for a name that tells no format, ``TaskError`` with path and line for what cannot be read.
    init(_ path: String, named: [String]) throws {
        guard Folder.hasItem(path), !Folder.isFolder(path) else {
            throw EvaluationError.noModel("\(path): there is no such file")
        }
        guard var format = TaskLayout.Format(ofName: path) else {
            throw EvaluationError.contents(
                "\(path): its name tells no format; tables end with .tsv, .csv, .jsonl or .json, which may be followed by .gz, "
                    + ".zst or .xz")
        }
        self.path = path
        if format == .tsv, try Self.isRaw(path) { format = .rawTSV }
        self.format = format
        let first = try Self.firstNames(path, format)
        guard !first.isEmpty else { throw TaskError.record(path: path, line: 1, column: nil, reason: "it is empty") }
        let isTable = [.tsv, .csv, .rawTSV].contains(format)
        header = try !isTable || Self.isHeader(first, named, path, format)
        guard header || format == .rawTSV else {
            throw TaskError.record(
                path: path, line: 1, column: nil,
                reason:
                    "the first row holds no names of columns (\(first.prefix(4).joined(separator: ", "))); put a line with "
                    + "names above it, for instance text\(format == .csv ? "," : " and ")label")
        }
        columns = header ? first : (1...first.count).map { "\($0)" }
        var sample: [TaskRecord] = []
        let file = try RecordFile(path: path, format: format, header: header, wanted: columns)
        while sample.count < Self.sampleSize, let record = try file.next() { sample.append(record) }
        self.sample = sample
        guard !sample.isEmpty else {
            throw TaskError.record(path: path, line: nil, column: nil, reason: "it has no records")
        }
    }

    /// Throws ``TaskError`` for a column that is not there.
    func check(_ column: String, _ option: String) throws(TaskError) {
        guard !columns.contains(column) else { return }
        let near = NearNames.of(column, among: columns)
        throw .record(
            path: path, line: [.tsv, .csv, .rawTSV].contains(format) ? 1 : nil, column: column,
            reason: "there is none; \(near.isEmpty ? "it has" : "near:") "
                + "\((near.isEmpty ? columns : near).prefix(12).joined(separator: ", ")); name one with \(option)")
    }

    /// Calls `body` with each record's texts and label, which are there. Throws ``TaskError`` with path and line.
    func each(
        _ roles: TableRoles, _ body: (TaskRecord, _ texts: [String], _ label: String) throws -> Void
    ) throws {
        let file = try RecordFile(path: path, format: format, header: header, wanted: roles.all)
        while let record = try file.next() {
            let texts = try roles.texts.map { (column) throws(TaskError) in
                let text = try record.text(column)
                guard text.contains(where: { !$0.isWhitespace }) else { throw record.flaw(column, "the text is empty") }
                return text
            }
            let label = try record.word(roles.label)
            guard !label.isEmpty else { throw record.flaw(roles.label, "the label is empty") }
            try body(record, texts, label)
        }
    }

    // MARK: Form

    private static func firstNames(_ path: String, _ format: TaskLayout.Format) throws -> [String] {
        switch format {
        case .rawTSV:
            var options = ReadOptions()
            options.format = .lines
            let line = try DocumentReader(inputs: [.path(path)], options: options).next()?.segments[0] ?? []
            return String(decoding: line, as: UTF8.self).split(separator: "\t", omittingEmptySubsequences: false)
                .map(String.init)
        case .json:
            guard case .object(let fields)? = try Self.firstElement(path) else {
                throw TaskError.record(path: path, line: 1, column: nil, reason: "expected an array of objects")
            }
            return fields.keys.sorted()
        default:
            let kind: ReadOptions.Format = format == .csv ? .csv : format == .tsv ? .tsv : .jsonl
            do { return try ReadOptions.columns(of: path, format: kind) ?? [] } catch { throw TaskError.data(error) }
        }
    }

    private static func firstElement(_ path: String) throws -> JSONValue? {
        let stream = try CompressedReader(path: path)
        var bytes: [UInt8] = []
        while try stream.read(appendingTo: &bytes) > 0 {}
        do {
            guard case .array(let elements) = try JSONValue.parse(bytes) else { return nil }
            return elements.first
        } catch { throw TaskError.record(path: path, line: nil, column: nil, reason: "\(error)") }
    }

    /// True if quotes of a table between tabs are characters like any other: it breaks the rules of quotes, or has none.
    private static func isRaw(_ path: String) throws -> Bool {
        var options = ReadOptions()
        options.format = .lines
        let lines = try DocumentReader(inputs: [.path(path)], options: options)
        var isQuoted = false
        while !isQuoted, let document = try lines.next() {
            let line = document.segments[0]
            isQuoted = line.first == UInt8(ascii: "\"") || line.firstRange(of: Array("\t\"".utf8)) != nil
        }
        guard isQuoted, let column = try? ReadOptions.columns(of: path, format: .tsv)?.first else { return true }
        options.format = .tsv
        options.textField = column
        let rows = try DocumentReader(inputs: [.path(path)], options: options)
        do throws(CorporaError) {
            while let row = try rows.next() { _ = row }
            return false
        } catch {
            guard case .structure(let problem) = error else { throw error }
            return problem.kind == .brokenQuotes || problem.kind == .raggedRow
        }
    }

    /// True if a first row holds names: some that are known, or values that its columns never have again.
    private static func isHeader(
        _ first: [String], _ named: [String], _ path: String, _ format: TaskLayout.Format
    ) throws -> Bool {
        if !named.isEmpty { return !named.allSatisfy { Int($0) != nil } || named.contains(where: first.contains) }
        if first.contains(where: { TableRoles.isKnown($0) }) { return true }
        guard Set(first).count == first.count, !first.contains(""), !first.contains(where: { Double($0) != nil }) else {
            return false
        }
        // A label of the first row comes again; a name does not.
        let isRaw = format == .rawTSV
        let names = isRaw ? (1...first.count).map { "\($0)" } : first
        let file = try RecordFile(path: path, format: format, header: false, wanted: names)
        if isRaw { _ = try file.next() }
        var rows = 0
        while rows < sampleSize, let record = try file.next() {
            rows += 1
            for (name, value) in zip(names, first) where record.fields[name] == .string(value) { return false }
        }
        return true
    }
}
