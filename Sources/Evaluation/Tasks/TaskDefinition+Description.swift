import Foundations
import Reports

extension TaskDefinition {
    /// The task for people, line by line: its question, files, metrics, presets and source.
    public var descriptionLines: [String] {
        var facts = [["kind", "\(kind): \(kind.summary)"], ["suites", suites.joined(separator: " ")]]
        facts.append(["labels", labels.enumerated().map { "\($0) \($1)" }.joined(separator: ", ")])
        if let range { facts.append(["range", "\(range[0]) to \(range[1])"]) }
        facts.append(["languages", languages.joined(separator: " ")])
        facts.append(["metrics", "\(metrics.joined(separator: " ")) (\(direction.rawValue) is better)"])
        facts.append([
            "use",
            "train \(use.train ?? "-"), select \(use.select ?? "-"), report \(use.report.joined(separator: " "))",
        ])
        if let prompt { facts.append(["prompt", prompt.context.text.replacing("\n", with: "\\n")]) }
        facts.removeAll { $0[1].isEmpty }
        var more: [[String]] = []
        for (preset, models) in presets.sorted(by: { $0.key < $1.key }) {
            for (model, settings) in models.sorted(by: { $0.key < $1.key }) {
                more.append(["preset", "\(preset) \(model): \(settings.line)"])
            }
        }
        more += published.map { ["published", "\(counted($0.rows.count, "row")) of \($0.metric), \($0.source)"] }
        more.append([
            "source", [source.title, source.citation, source.link].filter { !$0.isEmpty }.joined(separator: "; "),
        ])
        more += [["licence", source.licence], ["get it", obtaining]]
        more.removeAll { $0[1].isEmpty }
        let lines = TextTable.lines(facts + more, names: 2).map { "  " + $0 }
        return ["\(name) \(version)" + (summary.isEmpty ? "" : ": \(summary)")] + lines.prefix(facts.count)
            + layouts.flatMap(Self.lines)
            + lines.dropFirst(facts.count)
    }

    /// The files of a layout.
    private static func lines(_ layout: TaskLayout) -> [String] {
        let ending = layout.format == .export ? " (.jsonl .json .csv .tsv)" : ""
        let rows = layout.splits.sorted(by: { $0.key < $1.key }).map { split, files in
            let place = files.folders.map { " (in \($0.joined(separator: ", ")))" } ?? ""
            let names = files.files + (files.labelsFile.map { [$0] } ?? [])
            return [
                split, "\(names.joined(separator: " "))\(ending)\(place)\(files.labelled ? "" : ", no labels")",
            ]
        }
        return [
            "  files, \(layout.name) (\(layout.format.rawValue)), in one of: \(layout.folders.joined(separator: ", "))"
        ] + TextTable.lines(rows, names: 2).map { "    " + $0 }
    }
}

extension TaskPreset {
    /// The settings in one line.
    public var line: String {
        func value(_ key: String, _ one: String?) -> String {
            one
                ?? (grid?[key] ?? []).map { $0 == $0.rounded() && (1...1e9).contains($0) ? "\(Int($0))" : "\($0)" }
                .joined(separator: "|")
        }
        return
            "batch \(value("batch", batch.map { "\($0)" })), rate \(value("learning_rate", learningRate.map { "\($0)" })), "
            + "\(counted(steps, "step")), \(schedule), warm-up \(warmupSteps), length \(length), dropout \(dropout), "
            + "evaluated every \(evaluationInterval), patience \(patience)"
    }
}
