import ArgumentParser
import Evaluation
import Foundation
import Foundations
import Reports
import ZooKit

/// `letterpress report`: several runs on one page.
struct Report: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Compare runs on one page: curves, figures, settings that differ.",
        discussion: """
            RUN is a folder that pretrain, finetune or evaluate wrote, or one with such folders in it. Runs under way are read as \
            far as they are. The page needs nothing but itself and links to each run's own report.

            EXAMPLES
              letterpress report runs/a runs/b
              letterpress report runs -o runs/comparison.html --json
            """)

    @Argument(help: ArgumentHelp("Folders of runs.", valueName: "run"), completion: .directory) var runs: [String]
    @Option(name: [.short, .long], help: ArgumentHelp("HTML file.", valueName: "file"), completion: .file())
    var out = "comparison.html"
    @OptionGroup(title: "Reports") var report: ReportFlags

    func run() throws {
        let page = try ComparisonPage(runs)
        let folder = Folder.parent(of: out)
        try AtomicFile.write(Array(page.html(in: folder.isEmpty ? "." : folder).utf8), to: out)
        guard !report.json else { return try showJSON(page) }
        for rows in page.runs.figureRows {
            for line in TextTable.lines(rows) { try Console.result(line) }
            try Console.result("")
        }
        for table in page.tables {
            for line in TextTable.lines(table.metricRows, names: 2) { try Console.result(line) }
            try Console.result("")
        }
        try Console.result(out)
    }

    /// An object a run, an object a score of an evaluation, and where the page is.
    private func showJSON(_ page: ComparisonPage) throws {
        func emit(_ event: String, _ value: JSONValue) throws {
            guard case .object(var fields) = value else { return }
            fields["event"] = .string(event)
            try Console.result(.object(fields))
        }
        for run in page.runs.runs { try emit("run", try StrictJSON.encodedValue(run.figures)) }
        for (path, results) in page.evaluations {
            for result in results.results where result.language == nil && result.skipped == nil {
                var fields: [String: JSONValue] = [
                    "folder": .string(path), "model": .string(result.model), "task": .string(result.task),
                    "split": .string(result.split), "variant": .string(result.variant),
                    "metrics": try StrictJSON.encodedValue(result.metrics),
                ]
                fields["seed"] = result.seed.map { .integer($0) }
                try emit("result", .object(fields))
            }
        }
        try emit("finished", .object(["report": .string(out)]))
    }
}
