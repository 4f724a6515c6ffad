import Foundation
import Foundations
import Reports
public import ZooKit

/// Runs and evaluations of several folders on one page that needs nothing but itself.
public struct ComparisonPage {
    /// Pretrainings and fine-tunings.
    public let runs: RunComparison
    /// Evaluations, each with its folder.
    public let evaluations: [(path: String, results: EvaluationResults)]

    /// Reads runs and evaluations. A folder that is neither stands for those below it, a grid for its runs, but an evaluation not for
    /// the fine-tunings in it. Each folder is read once.
    ///
    /// Throws ``EvaluationError``: `noModel` for a path that is not there, `contents` for one without a run; and what their files throw.
    public init(_ paths: [String]) throws {
        var folders: [String] = []
        for path in paths {
            guard Folder.hasItem(path) else {
                throw EvaluationError.noModel("\(path) is not there; name the folder of a run")
            }
            guard Folder.isFolder(path) else {
                throw EvaluationError.contents("\(path) is a file; name the folder of a run")
            }
            let found = try Self.found(in: path)
            guard !found.isEmpty else {
                throw EvaluationError.contents(
                    "\(path) holds no run: neither it nor a folder in it has \(ComparedRun.records) or "
                        + "\(EvaluationResults.fileName); name a folder that pretrain, finetune or evaluate wrote")
            }
            folders += found.filter { folder in !folders.contains { Folder.isSame($0, folder) } }
        }
        var runs: [ComparedRun] = []
        var evaluations: [(path: String, results: EvaluationResults)] = []
        for folder in folders {
            if Folder.hasItem("\(folder)/\(ComparedRun.records)") {
                runs.append(try ComparedRun(folder))
            } else {
                evaluations.append((folder, try EvaluationResults.read("\(folder)/\(EvaluationResults.fileName)")))
            }
        }
        ComparedRun.distinguish(&runs)
        (self.runs, self.evaluations) = (RunComparison(runs), evaluations)
    }

    /// The folder itself, or the runs and evaluations that are nearest below it.
    private static func found(in path: String) throws -> [String] {
        func isOne(_ folder: String) -> Bool {
            [ComparedRun.records, EvaluationResults.fileName].contains { Folder.hasItem("\(folder)/\($0)") }
        }
        let path = path.count > 1 && path.hasSuffix("/") ? String(path.dropLast()) : path
        if isOne(path) { return [path] }
        var found: [String] = []
        for folder in try Folder.contents(of: path).folders.map({ "\(path)/\($0)" })
        where !found.contains(where: { folder.hasPrefix($0 + "/") }) && isOne(folder) {
            found.append(folder)
        }
        return found
    }

    /// Tables of the evaluations' scores: one of all, where they asked the same of the same data.
    public var tables: [ResultTable] { merged.flatMap(ResultTable.all) }

    private var merged: [EvaluationResults] {
        let all = evaluations.map(\.results)
        guard all.count > 1, let first = all.first else { return all }
        let files = all.flatMap(\.tasks).reduce(into: [String: Set<[String]>]()) { files, task in
            files[task.name, default: []].insert([task.sha256] + task.data.sorted { $0.key < $1.key }.map(\.value))
        }
        let areAlike =
            files.values.allSatisfy { $0.count == 1 } && Set(all.map { "\($0.settings["limit"] ?? .null)" }).count == 1
        guard areAlike else { return all }
        var sum = first
        (sum.models, sum.results, sum.timing, sum.baselines) = ([], [], [], nil)
        let places = ComparedRun.names(of: evaluations.map(\.path))
        let counts = all.flatMap(\.models).reduce(into: [String: Int]()) { $0[$1.name, default: 0] += 1 }
        for (place, evaluation) in zip(places, evaluations) {
            let results = evaluation.results
            func name(_ model: String) -> String { counts[model, default: 0] > 1 ? "\(model) (\(place))" : model }
            for scores in results.baselines ?? []
            where !(sum.baselines ?? []).contains(where: {
                $0.name == scores.name && $0.task == scores.task && $0.split == scores.split
            }) {
                sum.baselines = (sum.baselines ?? []) + [scores]
            }
            for var model in results.models {
                model.name = name(model.name)
                sum.models.append(model)
            }
            for var result in results.results {
                result.model = name(result.model)
                sum.results.append(result)
            }
            for task in results.tasks {
                if let place = sum.tasks.firstIndex(where: { $0.name == task.name }) {
                    sum.tasks[place].splits += task.splits.filter { !sum.tasks[place].splits.contains($0) }
                } else {
                    sum.tasks.append(task)
                }
            }
        }
        return [sum]
    }

    /// The page, to be written to a file in `folder`; links lead from there to the reports of runs and evaluations.
    public func html(in folder: String) -> String {
        let parts = [
            runs.runs.isEmpty ? nil : counted(runs.runs.count, "run"),
            evaluations.isEmpty ? nil : counted(evaluations.count, "evaluation"),
        ]
        let title = "Comparison of \(parts.compactMap(\.self).joined(separator: " and "))"
        func link(_ path: String) -> String? {
            let page = "\(path)/\(ResultsPage.fileName)"
            return Folder.hasItem(page) ? ResultsPage.link(Self.path(from: folder, to: page)) : nil
        }
        var body = "<h1>\(title)</h1>" + runs.html { link($0.path) }
        if !evaluations.isEmpty {
            body += merged.map { ResultsPage($0).scores }.joined() + "<h2>Evaluations</h2>"
            body += evaluations.map { path, _ in
                let name = ReportNumbers.escaped(path)
                return "<p>" + (link(path).map { "<a href=\"\(ReportNumbers.escaped($0))\">\(name)</a>" } ?? name)
                    + "</p>"
            }.joined()
        }
        body += "<footer>Written by letterpress report.</footer>"
        return ReportPage.html(title: title, body: body, refreshes: false, more: ResultsPage.style)
    }

    /// The way from a folder to a file, where both may be relative to the working folder.
    static func path(from folder: String, to file: String) -> String {
        func parts(_ path: String) -> [String] {
            URL(filePath: path).standardizedFileURL.path.split(separator: "/").map(String.init)
        }
        let (start, end) = (parts(folder), parts(file))
        let shared = zip(start, end).prefix { $0 == $1 }.count
        return ([String](repeating: "..", count: start.count - shared) + end.dropFirst(shared)).joined(separator: "/")
    }
}
