extension TaskDefinition {
    /// The task for people, line by line: what is asked, its files, metrics, presets and source.
    public var descriptionLines: [String] {
        var lines = ["\(name) \(version): \(summary)", "  kind        \(kind): \(kind.summary)"]
        func add(_ key: String, _ value: String) {
            if !value.isEmpty { lines.append("  \(Self.padded(key, 10))  \(value)") }
        }
        add("suites", suites.joined(separator: " "))
        add("labels", labels.enumerated().map { "\($0) \($1)" }.joined(separator: ", "))
        if let range { add("range", "\(range[0]) to \(range[1])") }
        add("languages", languages.joined(separator: " "))
        add("metrics", "\(metrics.joined(separator: " ")) (\(direction.rawValue) is better)")
        add(
            "use", "train \(use.train ?? "-"), select \(use.select ?? "-"), report \(use.report.joined(separator: " "))"
        )
        if let prompt { add("prompt", prompt.context.text.replacing("\n", with: "\\n")) }
        for layout in layouts {
            lines.append(
                "  files, \(layout.name) (\(layout.format.rawValue)), in one of: \(layout.folders.joined(separator: ", "))"
            )
            for (split, files) in layout.splits.sorted(by: { $0.key < $1.key }) {
                let ending = layout.format == .export ? " (.jsonl .json .csv .tsv)" : ""
                let place = files.folders.map { " (in \($0.joined(separator: ", ")))" } ?? ""
                let names = files.files + (files.labelsFile.map { [$0] } ?? [])
                lines.append(
                    "    \(Self.padded(split, 22)) \(names.joined(separator: " "))\(ending)\(place)\(files.labelled ? "" : ", no labels")"
                )
            }
        }
        for (preset, models) in presets.sorted(by: { $0.key < $1.key }) {
            for (model, settings) in models.sorted(by: { $0.key < $1.key }) {
                add("preset", "\(preset) \(model): \(settings.line)")
            }
        }
        for scores in published { add("published", "\(scores.rows.count) rows of \(scores.metric), \(scores.source)") }
        add("source", "\(source.title); \(source.citation); \(source.link)")
        add("licence", source.licence)
        add("get it", obtaining)
        return lines
    }

    /// A text with blanks up to a width.
    public static func padded(_ text: String, _ width: Int) -> String {
        text + String(repeating: " ", count: max(0, width - text.count))
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
            + "\(steps) steps, \(schedule), warm-up \(warmupSteps), length \(length), dropout \(dropout), "
            + "evaluated every \(evaluationInterval), patience \(patience)"
    }
}
