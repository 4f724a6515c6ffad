import Foundation
import Foundations
import ZooKit

extension EvaluationRun {
    /// The results so far, with those of before that nothing was told of now, and what of these is left out.
    private func results(_ more: [SplitResult]) throws -> (results: EvaluationResults, leftOut: [String]) {
        let told = Set((found + more).map(\.predictions))
        let results = EvaluationResults(
            code: try Machine.code(), settings: try settingsRecord(), models: records, tasks: tasks.map(\.record),
            results: found + more, baselines: baselines,
            timing: state.parts.filter { told.contains($0.key) }.sorted { $0.key < $1.key }.map {
                .init(predictions: $0.key, seconds: $0.value.seconds, examples: $0.value.examples)
            }, environment: Machine.environment(threads: resources.threads))
        return earlier.map { results.joined($0, variants: variants.map(\.name)) } ?? (results, [])
    }

    /// Writes the results so far in all three forms.
    func write(_ more: [SplitResult] = []) throws { try write(results(more).results) }

    private func write(_ results: EvaluationResults) throws {
        try AtomicFile.write(StrictJSON.encode(results), to: "\(folder)/\(EvaluationResults.fileName)")
        try AtomicFile.write(Array(ResultsMarkdown(results).text.utf8), to: "\(folder)/\(ResultsMarkdown.fileName)")
        try AtomicFile.write(Array(ResultsPage(results).html.utf8), to: "\(folder)/\(ResultsPage.fileName)")
        for table in RobustnessTable.all(results) {
            guard let plot = RobustnessPlot(table) else { continue }
            try Folder.create("\(folder)/plots")
            try AtomicFile.write(Array(plot.svg.utf8), to: "\(folder)/\(table.plotName)")
        }
    }

    /// Writes all results, takes drawings away that show none of them, and says what is missing.
    func finish() throws -> EvaluationResults {
        let (results, leftOut) = try results([])
        try write(results)
        try EvaluationEvents(results: results).write(in: folder)
        for line in leftOut {
            try onEvent(.warning("\(line); the results no longer tell of it, unless it is named again"))
        }
        let shown = Set(RobustnessTable.all(results).filter { RobustnessPlot($0) != nil }.map(\.plotName))
        let plots = "\(folder)/plots"
        for name in (try? FileManager.default.contentsOfDirectory(atPath: plots)) ?? []
        where name.hasSuffix(".svg") && !shown.contains("plots/\(name)") {
            try? FileManager.default.removeItem(atPath: "\(plots)/\(name)")
        }
        if shown.isEmpty { _ = unsafe rmdir(plots) }
        for place in submissions {
            let missing = GLUESubmission.fileNames.filter { !Folder.hasItem("\(folder)/\(place)/\($0.file)") }
            guard !missing.isEmpty else { continue }
            let tasks = missing.map(\.task).reduce(into: [String]()) { if !$0.contains($1) { $0.append($1) } }
            try onEvent(
                .note(
                    "\(place) has no \(missing.map(\.file).joined(separator: ", ")), which the server takes as well: add "
                        + "\(tasks.joined(separator: ",")) to --tasks"))
        }
        return results
    }

    /// The results in the folder; nil where there are none that can be read.
    func readEarlier() throws -> EvaluationResults? {
        let path = "\(folder)/\(EvaluationResults.fileName)"
        guard Folder.hasItem(path) else { return nil }
        do { return try EvaluationResults.read(path) } catch {
            try onEvent(.warning("\(error); the results will tell of nothing but what is named now"))
            return nil
        }
    }
}
