import Foundations
import Reports

/// Runs beside each other: curves over steps, figures, and the settings that differ.
public struct RunComparison {
    /// The runs, in the order in which they were named.
    public let runs: [ComparedRun]

    /// A comparison of runs. Colours are given in this order.
    public init(_ runs: [ComparedRun]) { self.runs = runs }

    /// Runs of one kind of training, with their places among all.
    private struct Group {
        let kind: String
        var runs: [(place: Int, run: ComparedRun)] = []

        var steps: ClosedRange<Int> { 0...max(1, runs.map(\.run.history.step).max() ?? 1) }
    }

    private var groups: [Group] {
        var groups: [Group] = []
        for item in runs.enumerated().map({ (place: $0.offset, run: $0.element) }) {
            let index = groups.firstIndex { $0.kind == item.run.kind }
            if index == nil { groups.append(Group(kind: item.run.kind)) }
            groups[index ?? groups.count - 1].runs.append(item)
        }
        return groups
    }

    /// A part of a page for each kind of training; `link` is where the report of a run is, nil for none. O(steps).
    public func html(link: (ComparedRun) -> String?) -> String {
        groups.map { group in
            "<h2>\(ReportNumbers.escaped(group.kind.prefix(1).uppercased() + group.kind.dropFirst()))</h2><div class=\"charts\">"
                + charts(group).map(\.html).joined() + "</div><h3>Figures</h3>" + figures(group, link)
                + "<h3>Settings that differ</h3>" + settings(group)
        }.joined()
    }

    // MARK: Curves

    private func charts(_ group: Group) -> [ReportChart] {
        func chart(
            _ title: String, _ note: String = "", _ scale: ReportChart.Scale = .linear, hasDots: Bool = false,
            _ curve: (RunHistory) -> Curve?
        ) -> ReportChart {
            let series = group.runs.compactMap { place, run in
                curve(run.history).map { curve in
                    ReportChart.Series(
                        name: run.name, style: ReportPage.series(place), curve: curve,
                        hasDots: hasDots && curve.values.count <= 60)
                }
            }
            return ReportChart(title: title, note: note, scale: scale, series: series, steps: group.steps)
        }
        func names(_ curves: (RunHistory) -> [String: Curve]) -> [String] {
            group.runs.reduce(into: Set<String>()) { $0.formUnion(curves($1.run.history).keys) }.sorted()
        }
        // Losses of different kinds of data are no losses of one quantity.
        let (kinds, heldOut) = (names(\.kinds), names(\.heldOut))
        var charts =
            kinds.isEmpty
            ? [chart("Training loss", "running mean") { $0.loss.running }]
            : kinds.map { name in chart("Training loss", "\(name), running mean") { $0.kinds[name]?.running } }
        charts +=
            heldOut.isEmpty
            ? [chart("Held-out loss", hasDots: true) { $0.heldOutLoss }]
            : heldOut.map { name in chart("Held-out loss", name, hasDots: true) { $0.heldOut[name] } }
        charts += names(\.metrics).map { name in chart(name, "held out", hasDots: true) { $0.metrics[name] } }
        charts += names(\.reports).map { name in
            chart(name, "reported by the method, running mean") { $0.reports[name]?.running }
        }
        return charts + [
            chart("Learning rate", "", .fromZero) { $0.rate },
            chart("Gradient norm", "before clipping, running mean", .logarithmic) { $0.gradientNorm.running },
            chart("Rows a second", "padding left out, running mean", .fromZero) { $0.speed.running },
        ]
    }

    // MARK: Tables

    /// Head and rows of the figures of the runs of one kind, a table for each, as texts.
    public var figureRows: [[[String]]] { groups.map(rows) }

    private func rows(_ group: Group) -> [[String]] {
        let all = group.runs.map(\.run.figures)
        let metrics = all.reduce(into: Set<String>()) { $0.formUnion($1.best?.metrics.keys.map(\.self) ?? []) }.sorted()
        func short(_ value: Double?) -> String { value.map(ReportNumbers.short) ?? "–" }
        let head = ["run", "steps", "training loss", "held-out loss", "best", "at step"]
        return [head + metrics.map { "best's \($0)" } + ["a step", "rows a second", "steps took"]]
            + all.map { figures in
                let steps = ReportNumbers.grouped(figures.steps)
                let planned =
                    figures.plannedSteps > figures.steps ? " of \(ReportNumbers.grouped(figures.plannedSteps))" : ""
                return [
                    figures.name, steps + planned, short(figures.trainingLoss), short(figures.last?.loss),
                    short(figures.best?.loss), figures.best.map { ReportNumbers.grouped($0.step) } ?? "–",
                ] + metrics.map { short(figures.best?.metrics[$0]) } + [
                    figures.secondsPerStep.map(ReportNumbers.time) ?? "–", short(figures.rowsPerSecond),
                    ReportNumbers.time(figures.seconds),
                ]
            }
    }

    private func figures(_ group: Group, _ link: (ComparedRun) -> String?) -> String {
        table(rows(group), group) { run in
            let name = ReportNumbers.escaped(run.name)
            return link(run).map { "<a href=\"\(ReportNumbers.escaped($0))\">\(name)</a>" } ?? name
        } isNumber: { _ in
            true
        }
    }

    /// Keys whose values differ between runs of one kind, and the value of each run.
    private func differences(_ group: Group) -> [(key: String, values: [String])] {
        let keys = group.runs.reduce(into: Set<String>()) { $0.formUnion($1.run.settings.keys) }.sorted()
        return keys.compactMap { key in
            let values = group.runs.map { item in item.run.settings[key].map(Self.text) ?? "–" }
            return Set(values).count > 1 ? (key, values) : nil
        }
    }

    private func settings(_ group: Group) -> String {
        let found = differences(group)
        guard group.runs.count > 1 else { return "<p class=\"dim\">There is one run of this kind.</p>" }
        guard !found.isEmpty else { return "<p class=\"dim\">None: all have the same settings.</p>" }
        let rows =
            [["run"] + found.map(\.key)]
            + group.runs.indices.map { index in [group.runs[index].run.name] + found.map { $0.values[index] } }
        return table(rows, group) {
            ReportNumbers.escaped($0.name)
        } isNumber: { column in
            found[column - 1].values.allSatisfy { Double($0) != nil || $0 == "–" }
        }
    }

    /// A table whose rows are the runs of a group, each behind the colour of its curves.
    private func table(
        _ rows: [[String]], _ group: Group, _ name: (ComparedRun) -> String, isNumber: (Int) -> Bool
    ) -> String {
        func cell(_ tag: String, _ column: Int, _ text: String) -> String {
            "<\(tag)\(column > 0 && isNumber(column) ? " class=\"n\"" : "")>\(text)</\(tag)>"
        }
        // Keys break behind their dots and underscores.
        let head = rows[0].enumerated().map { column, key in
            let text = ReportNumbers.escaped(key).replacing(".", with: ".<wbr>").replacing("_", with: "_<wbr>")
            return cell("th", column, text)
        }
        let lines = zip(group.runs, rows.dropFirst()).map { item, row in
            "<tr>" + cell("td", 0, "<i class=\"key \(ReportPage.series(item.place))\"></i>" + name(item.run))
                + row.enumerated().dropFirst().map { cell("td", $0.offset, ReportNumbers.escaped($0.element)) }.joined()
                + "</tr>"
        }
        return
            "<div class=\"wide\"><table class=\"runs\"><thead><tr>\(head.joined())</tr></thead><tbody>\(lines.joined())</tbody>"
            + "</table></div>"
    }

    private static func text(_ value: JSONValue) -> String {
        if case .string(let text) = value { return text }
        return String(decoding: value.encoded(), as: UTF8.self)
    }
}
