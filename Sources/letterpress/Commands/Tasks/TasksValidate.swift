import ArgumentParser
import Evaluation
import Foundations

/// `letterpress tasks validate`
struct TasksValidate: ParsableCommand {
    static let configuration = CommandConfiguration(
        commandName: "validate",
        abstract: "Check task files, and with --data every split of their data.",
        discussion: """
            Tasks whose data come with the program are read without --data, and the data of a task's own file are looked for beside \
            it. Splits whose files are not there are named and passed \
            over; when none is there, or anything is wrong with one, the command fails.

            EXAMPLES
              letterpress tasks validate glue --data /data/GLUE
              letterpress tasks validate my-task.json --json
            """)

    @Argument(
        help: ArgumentHelp("Tasks, suites or task files (all built-in ones).", valueName: "task"),
        completion: Completions.tasks)
    var names: [String] = []
    @Option(help: ArgumentHelp("Folder of the tasks' data (their own).", valueName: "folder"), completion: .directory)
    var data: String?
    @Option(help: ArgumentHelp("Examples of each split and language at most (all).", valueName: "count")) var limit:
        Int?
    @Option(help: ArgumentHelp("Folder with corpora/ (found).", valueName: "folder"), completion: .directory) var root:
        String?
    @OptionGroup(title: "Reports") var report: ReportFlags

    func validate() throws {
        if let limit, limit < 1 { throw ValidationError("--limit \(limit) is not 1 or more") }
    }

    func run() throws {
        let installation = Installation(root: root)
        let catalogue = try installation.tasks(for: names)
        var seen: Set<String> = []
        for name in names.isEmpty ? catalogue.names : names {
            for task in try catalogue.tasks([name]) where seen.insert(task.name).inserted {
                let isNamed = !names.isEmpty || data != nil
                guard let folder = isNamed ? try installation.dataFolder(of: task, file: name, named: data) : nil else {
                    try tell(task, "the task file is valid")
                    continue
                }
                try read(task, folder)
            }
        }
    }

    private func read(_ task: TaskDefinition, _ folder: String) throws {
        var missing: TaskError?
        var found = 0
        for split in task.splits {
            do {
                let data = try TaskData.load(task, split: split, folder: folder, limit: limit)
                let summary = SplitSummary(data, of: task)
                found += 1
                if report.json {
                    try Console.result(summary.json())
                } else {
                    try Console.result("\(task.name) \(split): \(summary.line)")
                }
            } catch let error as TaskError {
                guard case .missingFiles(_, _, _, let expected, _, let gap) = error else { throw error }
                // Of several the split whose scores are reported is named.
                if missing == nil || split == task.use.report.first { missing = error }
                let reason = gap == .incomplete ? "\(expected[0]) is missing" : "its files are missing"
                report.note("\(task.name) \(split): skipped, \(reason)")
            }
        }
        if found == 0, let missing { throw missing }
    }

    private func tell(_ task: TaskDefinition, _ verdict: String) throws {
        if report.json {
            try Console.result(.object(["task": .string(task.name), "verdict": .string(verdict)]))
        } else {
            try Console.result("\(task.name): \(verdict)")
        }
    }
}
