import Reports

extension RunReport {
    /// A table of names and values.
    func table(_ rows: [(name: String, value: String)]) -> String { ReportPage.table(rows) }

    /// The settings and the plan.
    var factRows: [(name: String, value: String)] {
        var rows = facts
        if let plan {
            let million = ReportNumbers.compact
            rows += [
                ("parameters", plan.parameterText), ("adaptation", plan.adaptation),
                ("rows of a step", "at most \(ReportNumbers.grouped(plan.rowsPerStep))"),
                ("operations of a step", "at most \(million(plan.operationsPerStep / 1e9)) billion"),
                (
                    "memory",
                    "\(plan.stateBytes >> 20) MiB of parameters, gradients and moments, about "
                        + "\(plan.activationBytes >> 20) MiB of activations"
                ),
                ("processes", "\(plan.ranks)"),
            ]
        }
        let kept = history.checkpoints.map { "step \(ReportNumbers.grouped($0.step))" }
        if !kept.isEmpty { rows.append(("checkpoints", kept.joined(separator: ", "))) }
        return rows
    }

    /// The last step in numbers, and the baselines.
    var numbers: String {
        typealias Numbers = ReportNumbers
        guard let last = history.last else { return "<p class=\"dim\">No step was made yet.</p>" }
        var rows: [(name: String, value: String)] = [
            ("step", Numbers.grouped(last.step)), ("loss", Numbers.short(last.loss)),
        ]
        for (name, value) in last.kinds.sorted(by: { $0.key < $1.key }) { rows.append((name, Numbers.short(value))) }
        rows.append(("learning rate", last.rate.map(Numbers.short) ?? "none"))
        rows.append(("gradient norm", last.gradientNorm.map(Numbers.short) ?? "none"))
        let padding = last.computedRows > 0 ? 1 - Double(last.rows) / Double(last.computedRows) : 0
        rows.append(("rows", "\(Numbers.grouped(last.rows)), and \(Numbers.percent(padding)) padding"))
        rows.append(("time", "\(Numbers.time(last.seconds)), \(Numbers.time(last.dataSeconds)) of it for data"))
        if let reason = last.skipped { rows.append(("skipped", reason)) }
        rows.append(("rows so far", Numbers.grouped(history.rows)))
        let left = "<div><h3>Last step</h3>\(table(rows))</div>"
        guard let baselines else { return "<div class=\"two\">\(left)</div>" }
        return "<div class=\"two\">\(left)<div><h3>Baselines</h3>\(table(comparison(baselines)))</div></div>"
    }

    /// For each held-out loss the model's last and those of the baselines.
    private func comparison(_ baselines: RunBaselines) -> [(name: String, value: String)] {
        (Array(baselines.patches.keys) + baselines.tokens.keys + (baselines.metrics ?? [:]).keys).sorted().map { name in
            var parts = baselines.lines(name).map { "\($0.name) \(ReportNumbers.short($0.value))" }
            if let own = (history.heldOut[name] ?? history.metrics[name])?.values.last {
                parts.insert("model \(ReportNumbers.short(own))", at: 0)
            }
            // Names and numbers stay on one line.
            parts = parts.map { $0.replacing(" ", with: "\u{A0}").replacing("-gram", with: "\u{2011}gram") }
            var text = parts.joined(separator: " · ")
            if let found = baselines.patches[name] {
                text +=
                    " (\(ReportNumbers.grouped(found.heldOutPatches)) held-out patches, "
                    + "\(ReportNumbers.grouped(found.trainingPatches)) of training)"
            }
            if let found = baselines.tokens[name] {
                text +=
                    " (\(ReportNumbers.grouped(found.heldOutTokens)) held-out tokens, "
                    + "\(ReportNumbers.grouped(found.trainingTokens)) of training)"
            }
            return (name, text)
        }
    }

    /// The first evaluation, the best and the last ones.
    var evaluations: String {
        typealias Numbers = ReportNumbers
        let all = history.evaluations
        guard let first = all.first else { return "" }
        let best = all.last(where: \.isBest)?.step
        let tail = all.suffix(19)
        let early = all.dropLast(tail.count).filter { $0.step == first.step || $0.step == best }
        let shown = early + tail
        // A single kind's loss is the whole.
        let kinds = (history.heldOut.count > 1 ? history.heldOut.keys.sorted() : []) + metricNames
        var html =
            "<h3>Evaluations</h3><div class=\"wide\"><table><thead><tr><th class=\"n\">step</th>"
            + "<th class=\"n\">held-out loss</th>"
        html +=
            kinds.map { "<th class=\"n\">\(Numbers.escaped($0))</th>" }.joined()
            + "<th class=\"n\">time</th></tr></thead><tbody>"
        for record in shown {
            let style = record.step == best ? "n best" : "n"
            html +=
                "<tr><td class=\"n\">\(Numbers.grouped(record.step))</td><td class=\"\(style)\">\(Numbers.short(record.loss))</td>"
            for kind in kinds {
                let value = record.kinds[kind] ?? record.metrics[kind]
                html += "<td class=\"\(style)\">\(value.map(Numbers.short) ?? "–")</td>"
            }
            html += "<td class=\"n\">\(Numbers.time(record.seconds))</td></tr>"
        }
        return html + "</tbody></table></div>"
    }
}
