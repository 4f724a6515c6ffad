public import Foundations

extension TaskDefinition {
    /// All that is wrong and decoding alone does not see: parts that do not fit one another. `source` names the document in messages.
    public func faults(source: String) -> [ConfigError] {
        var faults: [ConfigError] = []
        func check(_ isTrue: Bool, _ keyPath: String, _ reason: @autoclosure () -> String) {
            if !isTrue { faults.append(.invalidValue(source: source, keyPath: keyPath, reason: reason())) }
        }
        let isName =
            !name.isEmpty
            && name.utf8.allSatisfy { (0x61...0x7A).contains($0) || (0x30...0x39).contains($0) || $0 == 0x2D }
        check(isName, "name", "'\(name)' is not of small letters, digits and hyphens")
        check(version >= 1, "version", "it is \(version), expected 1 or more")
        check(!layouts.isEmpty, "layouts", "there is none")
        for split in splits {
            let isPlain = !split.isEmpty && split.utf8.allSatisfy { Self.isSplitCharacter($0) }
            check(isPlain, "layouts", "the split '\(split)' is not named by letters, digits, '_' and '-'")
        }
        check(Set(suites).isDisjoint(with: [name]), "suites", "a suite has the name of the task")
        checkMetrics(check)
        checkLabels(check)
        checkUse(check)
        check(
            Set(languages).count == languages.count, "languages", "a language stands twice")
        for (index, layout) in layouts.enumerated() {
            checkLayout(layout, "layouts[\(index)]", check)
        }
        for (preset, models) in presets.sorted(by: { $0.key < $1.key }) {
            for (model, settings) in models.sorted(by: { $0.key < $1.key }) {
                let flaw = settings.flaw
                check(flaw == nil, "presets.\(preset).\(model)", flaw ?? "")
            }
        }
        for (index, scores) in published.enumerated() {
            check(
                Metric.named(scores.metric) != nil, "published[\(index)].metric",
                "there is no metric '\(scores.metric)'")
            check(
                (1e-6...1e6).contains(scores.scale), "published[\(index)].scale",
                "it is \(scores.scale), expected 1e-6 to 1e6")
            check(
                splits.contains(scores.split), "published[\(index)].split", "there is no split '\(scores.split)'")
            for (row, printed) in scores.rows.enumerated() {
                let known = splits + languages + ["average"]
                let stranger = printed.scores.keys.sorted().first { !known.contains($0) }
                check(
                    stranger == nil, "published[\(index)].rows[\(row)].scores",
                    "'\(stranger ?? "")' is no split and no language")
            }
        }
        return faults
    }

    private static func isSplitCharacter(_ byte: UInt8) -> Bool {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"), UInt8(ascii: "-"):
            true
        default: false
        }
    }

    private typealias Check = (Bool, String, @autoclosure () -> String) -> Void

    private func checkMetrics(_ check: Check) {
        check(!metrics.isEmpty, "metrics", "there is none")
        for (index, name) in metrics.enumerated() {
            let near = NearNames.of(name, among: kind.metrics)
            check(
                kind.metrics.contains(name), "metrics[\(index)]",
                "the kind \(kind) has no metric '\(name)'; "
                    + (near.isEmpty ? "there are: " : "near: ")
                    + (near.isEmpty ? kind.metrics : near).joined(separator: ", "))
        }
        guard let main = metrics.first.flatMap(Metric.named) else { return }
        check(
            main.direction == direction, "direction",
            "it is \(direction.rawValue), but of \(main.name) a \(main.direction.rawValue) value is better")
        let needsScript = metrics.contains("pass_rate")
        check(!needsScript || script != nil, "script", "it is missing, and the metric pass_rate needs it")
    }

    private func checkLabels(_ check: Check) {
        if kind.needs.contains(where: { $0 == .classes || $0 == .words }) {
            check(
                labels.count >= 2, "labels", "a \(kind) needs at least two classes, there are \(labels.count)")
            let binary = metrics.contains("f1")
            check(!binary || labels.count == 2, "metrics", "f1 is of two classes; name f1_macro or f1_micro")
        } else {
            check(labels.isEmpty, "labels", "the kind \(kind) has no classes")
        }
        check(Set(labels).count == labels.count, "labels", "a class stands twice")
        for (alias, label) in labelAliases.sorted(by: { $0.key < $1.key }) {
            check(labels.contains(label), "label_aliases.\(alias)", "there is no class '\(label)'")
        }
        if let range {
            check(
                kind.needs.contains(.number) && range.count == 2 && range[0] < range[range.count - 1], "range",
                "expected the least and the greatest label of a regression")
        }
        let needsPrompt = kind.needs.contains { [.choices, .target, .answers].contains($0) }
        check(needsPrompt == (prompt != nil), "prompt", needsPrompt ? "it is missing" : "the kind \(kind) has none")
        guard let prompt else { return }
        if kind.needs.contains(.choices) {
            check(
                (prompt.choices != nil) != (prompt.choicesFrom != nil), "prompt",
                "expected choices, or choices_from with choice")
            check(
                (prompt.choicesFrom != nil) == (prompt.choice != nil), "prompt.choice",
                "choices_from and choice go together")
            if let choices = prompt.choices {
                check(choices.count >= 2, "prompt.choices", "there are fewer than two")
                for (key, count) in [("contexts", prompt.contexts?.count), ("answer_names", prompt.answerNames?.count)]
                {
                    check(
                        count == nil || count == choices.count, "prompt.\(key)",
                        "\(count ?? 0) for \(counted(choices.count, "choice"))")
                }
            }
            let listed = TaskPrompt.letteredChoices
            let texts = (prompt.choices ?? []) + (prompt.choice.map { [$0] } ?? [])
            check(
                !texts.contains { $0.columns.contains(listed) },
                "prompt.\(prompt.choices == nil ? "choice" : "choices")",
                "a choice cannot hold the list of the choices; {\(listed)} stands in contexts alone")
        }
        check(!kind.needs.contains(.target) || prompt.target != nil, "prompt.target", "it is missing")
    }

    private func checkUse(_ check: Check) {
        let known = splits
        for (key, split) in [("train", use.train), ("select", use.select)] + use.report.map({ ("report", $0) }) {
            guard let split else { continue }
            let near = NearNames.of(split, among: known)
            check(
                known.contains(split), "use.\(key)",
                "no layout has a split '\(split)'; " + (near.isEmpty ? "there are: " : "near: ")
                    + (near.isEmpty ? known : near).joined(separator: ", "))
        }
        check(!use.report.isEmpty, "use.report", "there is no split to report on")
        check(Set(use.report).count == use.report.count, "use.report", "a split stands twice")
        check(
            trainAs == nil || kind.isFineTuned && trainAs != name, "train_as",
            "it names the task whose head answers this one, of a kind that is fine-tuned")
        check(
            !kind.isFineTuned || use.train != nil, "use.train", "it is missing, and the kind \(kind) is fine-tuned")
    }

    private func checkLayout(_ layout: TaskLayout, _ path: String, _ check: Check) {
        check(!layout.splits.isEmpty, "\(path).splits", "there is none")
        for (split, files) in layout.splits.sorted(by: { $0.key < $1.key }) {
            let place = "\(path).splits.\(split)"
            check(!files.files.isEmpty, "\(place).files", "there is none")
            let folders = layout.folders(of: files)
            check(!folders.isEmpty, "\(place).folders", "there is none")
            for file in files.files + folders + (files.labelsFile.map { [$0] } ?? []) {
                check(
                    !file.hasPrefix("/") && !file.split(separator: "/").contains(".."), "\(place).files",
                    "'\(file)' leads out of the data folder")
            }
            if let part = files.part {
                check(
                    part.count == 2 && part[0] >= 0 && part[0] < part[part.count - 1] && part[part.count - 1] <= 1,
                    "\(place).part", "expected two numbers from 0 to 1, the smaller first")
                check(
                    kind.needs.contains { $0 == .text || $0 == .words }, "\(place).part",
                    "a part is drawn by a hash of text_a or words, and the kind \(kind) has neither")
            }
            let isByLanguage = layout.isByLanguage(files)
            check(
                !isByLanguage || !(files.languages ?? languages).isEmpty, "\(place).languages",
                "{language} stands in a name and there are no languages")
            let columns = layout.columns(of: files)
            for column in neededColumns(files).sorted() {
                let near = NearNames.of(column, among: columns.keys)
                check(
                    columns[column] != nil, "\(place).columns",
                    "nothing is named for \(column)" + (near.isEmpty ? "" : " (near: \(near.joined(separator: ", ")))"))
            }
        }
    }

    /// The columns without which a split of this task cannot be read.
    func neededColumns(_ files: TaskFiles) -> Set<String> {
        var needed = prompt?.columns ?? []
        if kind.needs.contains(.text) { needed.insert("text_a") }
        if kind.needs.contains(.pair) { needed.insert("text_b") }
        if kind.needs.contains(.words) { needed.formUnion(files.labelled ? ["words", "labels"] : ["words"]) }
        let hasLabels = files.labelled && files.labelsFile == nil
        if hasLabels, kind.needs.contains(where: { $0 == .classes || $0 == .number }) { needed.insert("label") }
        if hasLabels, kind.needs.contains(.choices), prompt?.answerIndex == nil { needed.insert("label") }
        if kind.needs.contains(.answers), script == nil, files.labelled { needed.insert("answers") }
        return needed
    }
}
