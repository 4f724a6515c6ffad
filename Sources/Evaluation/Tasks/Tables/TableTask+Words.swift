import Foundation
import Foundations

/// A file of words with a label each, as a task is made of it.
struct WordFile {
    let path: String
    let format: TaskLayout.Format
    let words: String
    let labels: String

    private static let wordNames = ["words", "tokens", "form"]
    private static let labelNames = ["labels", "tags", "ner_tags", "pos_tags", "upos", "label"]

    /// Looks at a file. Nil for a table of texts: any but CoNLL-U (`.conllu`), columns (`.conll`, `.bio`, `.iob`), and JSON with an array of
    /// words. Throws ``TaskError`` for what cannot be read, and for columns that are not there.
    init?(_ path: String, words: String?, labels: String?) throws {
        guard let format = Self.format(path) else { return nil }
        self.path = path
        self.format = format
        switch format {
        case .conllu: (self.words, self.labels) = (words ?? "form", labels ?? "upos")
        case .columns:
            guard let first = try RecordFile.firstCells(of: path) else {
                throw TaskError.record(path: path, line: 1, column: nil, reason: "it is empty")
            }
            (self.words, self.labels) = (words ?? "1", labels ?? "\(first.count)")
        default:
            guard let table = try? TableFile(path, named: []), let record = table.sample.first else { return nil }
            func column(_ named: String?, _ usual: [String]) -> String? {
                if let named { return named }
                return usual.first { name in
                    if case .array? = record.fields[name] { true } else { false }
                }
            }
            guard let words = column(words, Self.wordNames), case .array? = record.fields[words] else { return nil }
            guard let labels = column(labels, Self.labelNames) else {
                throw EvaluationError.request(
                    "\(path): which column holds the labels of '\(words)'? pass --label-column; it has \(table.list)")
            }
            (self.words, self.labels) = (words, labels)
        }
    }

    private static func format(_ path: String) -> TaskLayout.Format? {
        var name = path.lowercased()
        for ending in [".gz", ".zst", ".xz"] where name.hasSuffix(ending) { name.removeLast(ending.count) }
        if name.hasSuffix(".conllu") { return .conllu }
        if [".conll", ".bio", ".iob", ".iob2"].contains(where: name.hasSuffix) { return .columns }
        let format = TaskLayout.Format(ofName: path)
        return format == .jsonl || format == .json ? format : nil
    }

    /// Calls `body` with each sentence's record, words and labels. Throws ``TaskError``.
    func each(_ body: (TaskRecord, [String], [String]) throws -> Void) throws {
        let file = try RecordFile(path: path, format: format, wanted: [words, labels])
        while let record = try file.next() { try body(record, record.texts(words), record.texts(labels)) }
    }
}

extension RecordFile {
    /// The cells of the first word of plain columns; nil of a file without one.
    static func firstCells(of path: String) throws(TaskError) -> [String]? {
        let file = try RecordFile(path: path, format: .lines, wanted: [])
        while let line = try file.document() {
            let cells = cells(of: text(line), universal: false)
            if !cells.isEmpty, cells[0] != "-DOCSTART-" { return cells }
        }
        return nil
    }
}

extension TableTask {
    /// The task of files of labelled words; nil where the training file is a table of texts. Throws as ``init(_:place:)``.
    init?(words request: Request, place: ((String) throws -> String)?) throws {
        guard request.kind.map({ $0 == TaskKind.tokenLabelling.name }) ?? true,
            let train = try WordFile(request.train, words: request.text, labels: request.label)
        else {
            if request.kind == TaskKind.tokenLabelling.name {
                throw EvaluationError.request(
                    "\(request.train) holds no words with labels: expected .conllu, .conll, .bio, or JSONL with arrays of both"
                )
            }
            return nil
        }
        var files = [("train", train)]
        for (split, path) in [("validation", request.validation), ("test", request.test)] {
            guard let path else { continue }
            let other = try WordFile(path, words: train.words, labels: train.labels)
            guard let other, other.format == train.format else {
                throw EvaluationError.request(
                    "\(path) is not of the format of \(request.train); give all files one format")
            }
            files.append((split, other))
        }
        let labels = try Self.wordLabels(train, files.dropFirst().map(\.1))
        let parts = try Self.parts(request)
        var splits: [String: JSONValue] = [:]
        var paths: [String: String] = [:]
        var shown: [(String, String)] = []
        for split in ["train", "validation", "test"] {
            let own = files.first { $0.0 == split }?.1
            guard let file = own ?? (parts[split] == nil ? nil : train) else { continue }
            let name = try place?(file.path) ?? (own == nil ? "train" : split) + Self.ending(file.path)
            paths[name] = file.path
            var fields: [String: JSONValue] = ["files": .array([.string(name)])]
            if let part = parts[split] { fields["part"] = .array(part.map { .number($0) }) }
            splits[split] = .object(fields)
            let share = parts[split].map { String(format: ", %.4g %% of it", 100 * ($0[1] - $0[0])) } ?? ""
            shown.append((split, file.path + share))
        }
        let metrics = try Self.wordMetrics(labels, request.metric)
        let name = request.name ?? Self.name(of: request.train)
        let columns: JSONValue = .object(["words": .string(train.words), "labels": .string(train.labels)])
        let file = Self.encoded([
            ("name", .string(name)), ("version", .integer(1)), ("kind", .string(TaskKind.tokenLabelling.name)),
            ("labels", .array(labels.map { .string($0) })),
            (
                "layouts",
                .array([
                    .object([
                        "name": .string("words"), "format": .string(train.format.rawValue), "columns": columns,
                        "splits": .object(splits),
                    ])
                ])
            ),
            (
                "use",
                .object([
                    "train": .string("train"), "select": .string("validation"),
                    "report": .array([.string(splits["test"] != nil ? "test" : "validation")]),
                ])
            ),
            ("metrics", .array(metrics.map { .string($0) })),
        ])
        let choices =
            [
                ("name", name), ("kind", TaskKind.tokenLabelling.name), ("words", train.words),
                ("labels", train.labels),
                ("classes", labels.joined(separator: ", ")),
            ] + shown + [("metrics", metrics.joined(separator: ", ")), ("format", train.format.rawValue)]
        self.init(
            definition: try TaskDefinition.decode(file, source: "task \(name)"), file: file, files: paths,
            choices: choices)
    }

    /// The labels of the training file, `O` first, then by name. Throws for a label that it lacks and another file has.
    private static func wordLabels(_ train: WordFile, _ others: [WordFile]) throws -> [String] {
        var known: Set<String> = []
        try train.each { known.formUnion($2) }
        for file in others {
            try file.each { record, words, labels in
                guard let place = labels.firstIndex(where: { !known.contains($0) }) else { return }
                let word = words.indices.contains(place) ? " ('\(words[place])')" : ""
                throw record.flaw(
                    file.labels, "the label '\(labels[place])' of word \(place + 1)\(word) is none of \(train.path)")
            }
        }
        guard known.count >= 2 else {
            throw TaskError.record(
                path: train.path, line: nil, column: train.labels,
                reason: "\(counted(known.count, "label")) in all; a task needs two")
        }
        return (known.contains("O") ? ["O"] : []) + known.subtracting(["O"]).sorted()
    }

    private static func wordMetrics(_ labels: [String], _ first: String?) throws -> [String] {
        let isOfEntities = TagScheme(labels) != nil
        let usual =
            isOfEntities
            ? ["f1_entities", "precision_entities", "recall_entities", "accuracy"] : ["accuracy", "f1_macro"]
        guard let first else { return usual }
        guard TaskKind.tokenLabelling.metrics.contains(first) else {
            throw EvaluationError.request(
                "a \(TaskKind.tokenLabelling) has no metric '\(first)'; there are: "
                    + TaskKind.tokenLabelling.metrics.joined(separator: ", "))
        }
        return [first] + usual.filter { $0 != first }
    }
}
