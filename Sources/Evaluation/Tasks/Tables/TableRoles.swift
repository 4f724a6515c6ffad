import Foundations

/// Which columns of a table hold what.
struct TableRoles: Equatable {
    /// The text, or text A and text B.
    let texts: [String]
    let label: String

    /// Every column, each once.
    var all: [String] { texts + (texts.contains(label) ? [] : [label]) }

    private static let textNames = [
        "text", "sentence", "review", "content", "tweet", "comment", "message", "document", "body", "utterance",
        "question",
        "description", "title",
    ]
    private static let pairNames = [
        ("text_a", "text_b"), ("sentence1", "sentence2"), ("premise", "hypothesis"), ("question1", "question2"),
        ("text1", "text2"), ("question", "sentence"),
    ]
    private static let labelNames = [
        "label", "labels", "gold_label", "class", "category", "target", "sentiment", "topic", "score", "rating",
        "similarity",
        "y",
    ]

    /// True if a column of this name is known to hold a text or a label.
    static func isKnown(_ name: String) -> Bool {
        let name = name.lowercased()
        return textNames.contains(name) || labelNames.contains(name)
            || pairNames.contains { $0.0 == name || $0.1 == name }
    }

    /// Columns as named, and the others by their names and contents. Throws ``TaskError`` for a column that is not there, and
    /// ``EvaluationError`` where it cannot be told which one is meant.
    init(_ table: TableFile, text: String?, textB: String?, label: String?) throws {
        for (name, option) in [(text, "--text-column"), (textB, "--text-b-column"), (label, "--label-column")] {
            if let name { try table.check(name, option) }
        }
        let free = table.columns.filter { $0 != text && $0 != textB && $0 != label }
        func column(_ name: String) -> String? { free.first { $0.lowercased() == name } }
        // The texts, unless named.
        var texts = [text, textB].compactMap(\.self)
        if text == nil, textB == nil {
            let pair = Self.pairNames.lazy.compactMap { names -> [String]? in
                guard let a = column(names.0), let b = column(names.1) else { return nil }
                return [a, b]
            }.first
            texts = pair ?? Self.textNames.lazy.compactMap(column).first.map { [$0] } ?? []
        } else if text == nil, let textB {
            guard let first = Self.textNames.lazy.compactMap(column).first else {
                throw EvaluationError.request(
                    "\(table.path): which column goes with \(textB)? pass --text-column; it has \(table.list)")
            }
            texts = [first, textB]
        }
        var found = label ?? Self.labelNames.lazy.compactMap(column).first { !texts.contains($0) }
        let rest = table.columns.filter { !texts.contains($0) && $0 != found }
        if texts.isEmpty {
            let candidates = found == nil ? table.columns : rest
            guard let longest = Self.longest(candidates, table) else {
                throw EvaluationError.request(
                    "\(table.path): which column holds the text? pass --text-column; it has \(table.list)")
            }
            texts = [longest]
        }
        if found == nil, table.columns.count == 2 { found = table.columns.first { !texts.contains($0) } }
        if found == nil {
            let candidates = table.columns.filter { !texts.contains($0) && Self.isLabel($0, table) }
            guard candidates.count == 1 else {
                throw EvaluationError.request(
                    "\(table.path): which column holds the label? pass --label-column; it has \(table.list)")
            }
            found = candidates[0]
        }
        (self.texts, self.label) = (texts, found ?? "")
    }

    /// The column of the longest texts; nil where it holds no texts.
    private static func longest(_ columns: [String], _ table: TableFile) -> String? {
        let lengths = columns.map { column in
            table.sample.reduce(0) { sum, record in
                if case .string(let text)? = record.fields[column], Double(text) == nil {
                    sum + text.utf8.count
                } else {
                    sum
                }
            }
        }
        guard let longest = lengths.max(), longest > 0, let place = lengths.firstIndex(of: longest) else { return nil }
        return columns[place]
    }

    /// True if a column holds few values that come again.
    private static func isLabel(_ column: String, _ table: TableFile) -> Bool {
        let words = table.sample.compactMap { $0.fields[column].flatMap(TaskRecord.word) }
        let different = Set(words).count
        return words.count == table.sample.count && different >= 2 && 2 * different <= max(words.count, 4)
    }
}

extension TableFile {
    /// Its columns, for messages.
    var list: String { columns.prefix(12).joined(separator: ", ") }
}
