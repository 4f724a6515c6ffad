import ArgumentParser
import Evaluation
import Foundation
import Foundations
import Reports

/// `letterpress tasks init`
struct TasksInit: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "init",
        abstract: "Make a task's file of a table with texts and labels.",
        discussion: """
            Columns, classes and the form of the file are found by names and contents, and what was chosen is told. Without \
            --validation and --test shares of FILE stand for them, by a hash of the text. The task's file lies in the folder of \
            its tables or above, where the other commands look for them.

            EXAMPLES
              letterpress tasks init reviews.tsv
              letterpress tasks init train.csv --validation dev.csv --test test.csv --label-column stars -o task.json
            """)

    @Argument(help: ArgumentHelp("Table to train on: TSV, CSV, JSONL or JSON.", valueName: "file"), completion: .file())
    var train: String
    @Option(
        name: [.short, .long], help: ArgumentHelp("Task file (NAME.json beside the table).", valueName: "file"),
        completion: .file())
    var out: String?
    @Option(
        name: [.customLong("validation"), .customLong("dev")],
        help: ArgumentHelp("Table that chooses the best step (a share of the table).", valueName: "file"),
        completion: .file())
    var validation: String?
    @Option(
        help: ArgumentHelp("Table whose scores are reported (a share of the table).", valueName: "file"),
        completion: .file()) var test: String?
    @Option(help: ArgumentHelp("Share of FILE for validation without its table (0.1).", valueName: "x"))
    var validationShare: Double?
    @Option(help: ArgumentHelp("Share of FILE for the test without its table (0.1).", valueName: "x"))
    var testShare: Double?
    @Option(help: ArgumentHelp("Column with the text, or text A (found by name and contents).", valueName: "name"))
    var textColumn: String?
    @Option(help: ArgumentHelp("Column with text B of pairs (found by name).", valueName: "name")) var textBColumn:
        String?
    @Option(help: ArgumentHelp("Column with the label (found by name and contents).", valueName: "name"))
    var labelColumn: String?
    @Option(help: ArgumentHelp("Name of the task (that of the table).", valueName: "name")) var name: String?
    @Option(help: "Kind of labels (classes, or numbers where they are fractions).") var kind: TableKind?
    @Option(help: ArgumentHelp("Main metric (the usual one of the kind).", valueName: "name")) var metric: String?
    @Flag(help: "Replace a task file that is there.") var force = false
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        for (name, share, file) in [
            ("validation", validationShare, validation), ("test", testShare, test),
        ] where share != nil {
            if file != nil { throw ValidationError("--\(name)-share and --\(name) exclude each other; leave one out") }
            let least = name == "test" ? 0 : 0.001
            if let share, !(least...0.9).contains(share) {
                throw ValidationError("--\(name)-share takes \(least) to 0.9")
            }
        }
    }

    func run() throws {
        var request = TableTask.Request(train: train)
        (request.validation, request.test, request.name, request.kind) = (validation, test, name, kind?.rawValue)
        (request.text, request.textB, request.label) = (textColumn, textBColumn, labelColumn)
        request.metric = metric
        request.validationShare = validationShare ?? 0.1
        request.testShare = testShare ?? (test == nil && validation == nil ? 0.1 : 0)
        let folder =
            out.map { Folder.parent(of: $0) } ?? Folder.parent(of: train)
        let task = try TableTask(request) { try Self.path(of: $0, below: folder) }
        let path = out ?? (folder.isEmpty ? "" : "\(folder)/") + "\(task.definition.name).json"
        guard force || path == "-" || !Folder.hasItem(path) else {
            throw CommandFailure(
                .cannotCreate, "\(path) is there; pass --force to replace it, or name another file with -o")
        }
        if path == "-" { return try Console.piece(String(decoding: task.file, as: UTF8.self)) }
        try AtomicFile.write(task.file, to: path)
        if report.json {
            var fields = Dictionary(task.choices.map { ($0.name, JSONValue.string($0.value)) }) { $1 }
            fields["file"] = .string(path)
            return try Console.result(.object(fields))
        }
        for line in TextTable.lines(task.choices.map { [$0.name, $0.value] }, names: 2) { report.note("  " + line) }
        try Console.result(path)
    }

    /// A table's path below the folder of the task's file. Throws a usage failure for one that lies elsewhere.
    private static func path(of table: String, below folder: String) throws -> String {
        func real(_ path: String) -> String {
            URL(fileURLWithPath: path.isEmpty ? "." : path).resolvingSymlinksInPath().standardizedFileURL.path
        }
        let (own, name) = (real(Folder.parent(of: table)), Folder.name(of: table))
        let root = real(folder)
        if own == root { return name }
        guard own.hasPrefix(root == "/" ? root : root + "/") else {
            throw CommandFailure(
                .usage,
                "\(table) does not lie below \(folder.isEmpty ? "the working folder" : folder), where the task's file goes; write "
                    + "-o \(Folder.parent(of: table).isEmpty ? "" : Folder.parent(of: table) + "/")task.json")
        }
        let below = own.dropFirst(root.count).drop { $0 == "/" }
        return "\(below)/\(name)"
    }
}
