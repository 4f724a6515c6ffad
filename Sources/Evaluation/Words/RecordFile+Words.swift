import Corpora
import Foundations

/// Lines between blank lines are a sentence, each a word in columns.
extension RecordFile {
    /// The columns of CoNLL-U, in their order.
    static let universalColumns = [
        "id", "form", "lemma", "upos", "xpos", "feats", "head", "deprel", "deps", "misc",
    ]

    /// The next sentence: for each column the array of its cells. Comments, ranges of words and words that are not there ("8-9", "8.1") are
    /// passed over in CoNLL-U, lines that begin with -DOCSTART- in plain columns. Throws `record` for a line with too few cells.
    func sentence(universal: Bool) throws(TaskError) -> TaskRecord? {
        var cells: [String: [JSONValue]] = [:]
        var first: Int?
        while let line = try document() {
            let text = Self.text(line)
            if text.allSatisfy(\.isWhitespace) {
                if cells.isEmpty { continue }
                break
            }
            let found = Self.cells(of: text, universal: universal)
            if universal ? text.hasPrefix("#") : found.first == "-DOCSTART-" { continue }
            if universal, found[0].contains(where: { $0 == "-" || $0 == "." }) { continue }
            let count = universal ? Self.universalColumns.count : found.count
            guard found.count == count else {
                throw .record(
                    path: path, line: line.origin.line, column: nil,
                    reason: "\(counted(found.count, "cell")) between tabs, expected the \(count) of CoNLL-U")
            }
            first = first ?? line.origin.line
            for name in wanted {
                let place = universal ? Self.universalColumns.firstIndex(of: name) : Int(name).map { $0 - 1 }
                guard let place, found.indices.contains(place) else {
                    throw .record(
                        path: path, line: line.origin.line, column: name,
                        reason: universal
                            ? "there is none; there are: \(Self.universalColumns.joined(separator: ", "))"
                            : "the line has \(counted(found.count, "column")), which are numbered from 1")
                }
                cells[name, default: []].append(.string(found[place]))
            }
            if wanted.isEmpty { cells["", default: []].append(.null) }
        }
        guard !cells.isEmpty else { return nil }
        return TaskRecord(path: path, line: first, fields: cells.mapValues { .array($0) })
    }

    /// Cells between tabs; of plain columns without a tab between blanks.
    static func cells(of line: String, universal: Bool) -> [String] {
        universal || line.contains("\t")
            ? line.split(separator: "\t", omittingEmptySubsequences: false).map(String.init)
            : line.split(whereSeparator: \.isWhitespace).map(String.init)
    }
}
