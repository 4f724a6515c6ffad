import Foundation
import Foundations

/// A task made of tables with a text and a label in each row.
public struct TableTask: Sendable {
    /// The tables and choices that a task is made of.
    public struct Request: Sendable, Equatable {
        /// The table to train on; of a table alone shares choose the best step and are reported.
        public var train: String
        /// The table that chooses the best step.
        public var validation: String?
        /// The table whose scores are reported.
        public var test: String?
        /// Columns; nil for those that names and contents tell.
        public var text, textB, label: String?
        /// The task's name; nil is the training table's.
        public var name: String?
        /// `classification`, `regression` or `token_labelling`; nil for what the labels tell.
        public var kind: String?
        /// The metric that decides; nil for the usual one of the kind.
        public var metric: String?
        /// The share of the training table that chooses the best step, where no table does.
        public var validationShare = 0.1
        /// The share of the training table whose scores are reported, where no table is; 0 for none.
        public var testShare = 0.0

        /// A request for a table.
        public init(train: String) { self.train = train }
    }

    /// The task.
    public let definition: TaskDefinition
    /// The task's file.
    public let file: [UInt8]
    /// Paths of the tables, by the names that the task gives them.
    public let files: [String: String]
    /// The choices made, each a name and a value.
    public let choices: [(name: String, value: String)]

    init(definition: TaskDefinition, file: [UInt8], files: [String: String], choices: [(name: String, value: String)]) {
        (self.definition, self.file, self.files, self.choices) = (definition, file, files, choices)
    }

    /// Reads all tables and makes a task of them.
    ///
    /// `place` names a table in the task's file; nil names tables by their splits alone, so that the task does not depend on where they
    /// lie. Throws ``TaskError`` with path and line for a text or a label that is missing, or a label that the training table lacks, and
    /// ``EvaluationError`` for what cannot be told.
    public init(_ request: Request, place: ((String) throws -> String)? = nil) throws {
        if let words = try TableTask(words: request, place: place) {
            self = words
            return
        }
        let named = [request.text, request.textB, request.label].compactMap(\.self)
        let train = try TableFile(request.train, named: named)
        let roles = try TableRoles(train, text: request.text, textB: request.textB, label: request.label)
        var tables: [(split: String, table: TableFile)] = [("train", train)]
        for (split, path) in [("validation", request.validation), ("test", request.test)] {
            guard let path else { continue }
            let table = try TableFile(path, named: roles.all)
            for (column, option) in zip(roles.texts, ["--text-column", "--text-b-column"]) + [
                (roles.label, "--label-column")
            ] {
                try table.check(column, option)
            }
            tables.append((split, table))
        }
        let labels = try TableLabels(train, roles, kind: request.kind)
        for (_, table) in tables.dropFirst() { try labels.check(table, roles, train: request.train) }
        let parts = try Self.parts(request)
        let form = try Self.form(tables.map(\.table))
        if form == .export { try Self.checkNames(tables.map(\.table.path)) }

        var splits: [String: JSONValue] = [:]
        var paths: [String: String] = [:]
        var shown: [(String, String)] = []
        for split in ["train", "validation", "test"] {
            let own = tables.first { $0.split == split }?.table
            guard let table = own ?? (parts[split] == nil ? nil : train) else { continue }
            let ending = Self.ending(table.path)
            var name = try place?(table.path) ?? (own == nil ? "train" : split) + ending
            paths[form == .export && place == nil ? String(name.dropLast(ending.count)) : name] = table.path
            if form == .export { name = String(name.dropLast(ending.count)) }
            var fields: [String: JSONValue] = ["files": .array([.string(name)])]
            if let part = parts[split] { fields["part"] = .array(part.map { .number($0) }) }
            splits[split] = .object(fields)
            let share = parts[split].map { String(format: ", %.4g %% of it", 100 * ($0[1] - $0[0])) } ?? ""
            shown.append((split, table.path + share))
        }
        files = paths
        let kind = labels.values == nil ? TaskKind.classification : .regression
        let metrics = try Self.metrics(kind, labels, request.metric)
        let columns = zip(["text_a", "text_b"], roles.texts).map { ($0, $1) } + [("label", roles.label)]
        let report = splits["test"] != nil ? "test" : "validation"
        let name = request.name ?? Self.name(of: request.train)
        var layout: [String: JSONValue] = [
            "name": .string("table"), "format": .string(form.rawValue),
            "columns": .object(Dictionary(columns.map { ($0.0, JSONValue.string($0.1)) }) { $1 }),
            "splits": .object(splits),
        ]
        if form == .rawTSV, !train.header { layout["header"] = .bool(false) }
        var fields: [(String, JSONValue)] = [
            ("name", .string(name)), ("version", .integer(1)), ("kind", .string(kind.name)),
        ]
        if labels.values == nil { fields.append(("labels", .array(labels.names.map { .string($0) }))) }
        fields += [
            ("layouts", .array([.object(layout)])),
            (
                "use",
                .object([
                    "train": .string("train"), "select": .string("validation"), "report": .array([.string(report)]),
                ])
            ),
            ("metrics", .array(metrics.map { .string($0) })),
        ]
        file = Self.encoded(fields)
        definition = try TaskDefinition.decode(file, source: "task \(name)")
        choices =
            [
                ("name", name), ("kind", kind.name), ("text", roles.texts.joined(separator: ", ")),
                ("label", roles.label),
            ]
            + [("labels", labels.line)] + shown + [("metrics", metrics.joined(separator: ", "))]
            + [("format", form.rawValue + (train.header ? "" : ", without a header"))]
    }

    /// A file's name as a task's: small letters, digits and hyphens.
    static func name(of path: String) -> String {
        let stem = (Folder.name(of: path)).split(separator: ".").first.map(String.init) ?? ""
        let words = stem.lowercased().split { !($0.isASCII && ($0.isLetter || $0.isNumber)) }
        return words.isEmpty ? "task" : words.joined(separator: "-")
    }

    /// Shares of the training table, by split; none where all splits have tables.
    static func parts(_ request: Request) throws -> [String: [Double]] {
        let validation = request.validation == nil ? request.validationShare : 0
        let test = request.test == nil ? request.testShare : 0
        for (name, share, least) in [
            ("validation", validation, request.validation == nil ? 0.001 : 0), ("test", test, 0.0),
        ] where !(least...0.9).contains(share) {
            throw EvaluationError.request("the share of \(name) is \(share), expected \(least) to 0.9")
        }
        guard validation + test <= 0.95 else {
            throw EvaluationError.request(
                "validation and test take \(validation + test) of the table; leave 0.05 for training")
        }
        var parts: [String: [Double]] = [:]
        let end = 1 - validation - test
        if validation + test > 0 { parts["train"] = [0, end] }
        if validation > 0 { parts["validation"] = [end, end + validation] }
        if test > 0 { parts["test"] = [end + validation, 1] }
        if validation > 0, test == 0 { parts["validation"] = [end, 1] }
        return parts
    }

    /// The format of all tables; of several that of an export.
    private static func form(_ tables: [TableFile]) throws -> TaskLayout.Format {
        let forms = Set(tables.map(\.format.rawValue))
        guard forms.count > 1 else { return tables[0].format }
        // Tables between tabs without quotes read alike by both rules.
        if forms == ["raw_tsv", "tsv"] || !forms.contains("raw_tsv") || tables.allSatisfy(\.header) {
            let isMixed = forms.subtracting(["raw_tsv", "tsv"]).isEmpty
            return isMixed ? .tsv : .export
        }
        throw EvaluationError.request(
            "\(tables.first { !$0.header }?.path ?? "") has no header and the other tables have; give it the same")
    }

    /// Tables of several formats are named without their endings, which are tried in turn: throws where another file would be found.
    private static func checkNames(_ paths: [String]) throws {
        for path in paths {
            let stem = path.dropLast(ending(path).count)
            let others = [".jsonl", ".json", ".csv", ".tsv"].flatMap { form in
                ["", ".gz", ".zst", ".xz"].map { form + $0 }
            }
            .map { stem + $0 }.filter { $0 != path && (Folder.hasItem(String($0)) || paths.contains(String($0))) }
            if let other = others.first {
                throw EvaluationError.request(
                    "\(path) and \(other) differ in their endings alone, and the tables are of several formats; rename one, or give "
                        + "all tables one format")
            }
        }
    }

    private static func metrics(_ kind: TaskKind, _ labels: TableLabels, _ first: String?) throws -> [String] {
        let usual =
            kind == .regression
            ? ["spearman", "pearson", "mse"]
            : labels.names.count == 2 ? ["accuracy", "f1", "matthews"] : ["accuracy", "f1_macro"]
        guard let first else { return usual }
        guard kind.metrics.contains(first) else {
            throw EvaluationError.request(
                "a \(kind) has no metric '\(first)'; there are: \(kind.metrics.joined(separator: ", "))")
        }
        return [first] + usual.filter { $0 != first }
    }

    /// The ending of a name, with that of a compression.
    static func ending(_ path: String) -> String {
        let name = Folder.name(of: path)
        let pack = [".gz", ".zst", ".xz"].first { name.lowercased().hasSuffix($0) } ?? ""
        let bare = name.dropLast(pack.count)
        return (bare.lastIndex(of: ".").map { String(bare[$0...]) } ?? "") + name.suffix(pack.count)
    }

    /// A JSON object whose keys keep their order.
    static func encoded(_ fields: [(String, JSONValue)]) -> [UInt8] {
        let lines = fields.map { key, value in
            let text = String(decoding: value.encoded(pretty: true), as: UTF8.self)
            return "  \"\(key)\": " + text.trimmingCharacters(in: .newlines).replacing("\n", with: "\n  ")
        }
        return Array(("{\n" + lines.joined(separator: ",\n") + "\n}\n").utf8)
    }
}
