import ArgumentParser
import Evaluation
import Foundations
import Reports

/// `letterpress tasks`: tasks for fine-tuning and evaluation.
struct TasksCommand: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "tasks",
        abstract: "List, describe, check and make tasks.",
        discussion: """
            A task is a JSON file; docs/tasks.md describes it.

            EXAMPLES
              letterpress tasks list glue
              letterpress tasks validate sample-topic
            """, subcommands: [List.self, Describe.self, TasksValidate.self, TasksInit.self],
        defaultSubcommand: List.self)

    /// `letterpress tasks list`
    struct List: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "List the built-in tasks with their kinds and metrics.",
            discussion: """
                EXAMPLES
                  letterpress tasks list
                  letterpress tasks list xnli zero-shot --json
                """)

        @Argument(help: ArgumentHelp("Tasks or suites (all).", valueName: "task"), completion: Completions.tasks)
        var names: [String] = []
        @Option(help: ArgumentHelp("Folder with corpora/ (found).", valueName: "folder"), completion: .directory)
        var root: String?
        @OptionGroup(title: "Reports") var report: ReportFlags

        func run() throws {
            let catalogue = try Installation(root: root).tasks()
            let tasks = try catalogue.tasks(names.isEmpty ? catalogue.names : names)
            if report.json { return try tasks.forEach { try Console.result(Self.json($0)) } }
            let rows = tasks.map { [$0.name, $0.kind.name, $0.metrics.joined(separator: " "), $0.summary] }
            for line in TextTable.lines(rows, names: 4) { try Console.result(line) }
        }

        private static func json(_ task: TaskDefinition) -> JSONValue {
            .object([
                "name": .string(task.name), "version": .integer(task.version),
                "kind": .string(task.kind.name), "summary": .string(task.summary),
                "suites": .array(task.suites.map { .string($0) }),
                "metrics": .array(task.metrics.map { .string($0) }),
                "direction": .string(task.direction.rawValue),
            ])
        }
    }

    /// `letterpress tasks describe`
    struct Describe: ParsableCommand {
        static let configuration = CommandConfiguration(
            abstract: "Describe a task: files, labels, metrics, presets, source.",
            discussion: """
                EXAMPLES
                  letterpress tasks describe glue-cola
                  letterpress tasks describe my-task.json --json
                """)

        @Argument(
            help: ArgumentHelp("A task, or a task's JSON file.", valueName: "task"), completion: Completions.tasks)
        var name: String
        @Option(help: ArgumentHelp("Folder with corpora/ (found).", valueName: "folder"), completion: .directory)
        var root: String?
        @OptionGroup(title: "Reports") var report: ReportFlags

        func run() throws {
            let task = try Installation(root: root).tasks(for: [name]).task(name)
            if report.json { return try Console.result(try StrictJSON.encodedValue(task)) }
            for line in task.descriptionLines { try Console.result(line) }
        }
    }
}
