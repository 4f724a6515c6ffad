extension ResultTable {
    /// Adds the rows of baselines, where they have a value in any column.
    mutating func compare(_ results: EvaluationResults) {
        for name in BaselineScores.names {
            let known = results.baselines(name)
            let found = columns.map { column in
                known.first { $0.task == column.task && $0.split == column.split && $0.language == column.language }
            }
            func cell(_ metric: String, _ place: Int, _ scale: Double) -> Cell? {
                found[place]?.metrics[metric].map { Cell(value: scale * $0, spread: nil) }
            }
            let cells = columns.enumerated().map { cell($0.element.metric, $0.offset, $0.element.scale) }
            let others = second.enumerated().map { place, lines in lines.map { cell($0.metric, place, $0.scale) } }
            guard (cells + others.joined()).contains(where: { $0 != nil }) else { continue }
            for (place, line) in others.enumerated() {
                for (number, cell) in line.enumerated() { second[place][number].baselines.append(cell) }
            }
            let values = cells.compactMap(\.self).map(\.value)
            let isWhole = hasMean && values.count == cells.count
            let sources = Set(found.compactMap { $0?.from })
            baselines.append(
                Row(
                    name: name, note: sources.isEmpty ? "" : "of \(sources.sorted().joined(separator: ", "))",
                    cells: cells,
                    mean: isWhole ? Cell(value: values.reduce(0, +) / Double(values.count), spread: nil) : nil,
                    source: nil))
        }
    }

    /// The note that explains the rows of baselines; nil where there are none.
    public var baselineNote: String? {
        guard !baselines.isEmpty else { return nil }
        func has(_ name: String) -> Bool { baselines.contains { $0.name == name } }
        return
            "chance: uniform guesses, in the expectation; majority: always the most frequent label of the split named, of "
            + "numbers their mean"
            + (has(BaselineScores.lexicon) ? "; lexicon: the most frequent label of each word form in it" : "")
            + (has(BaselineScores.trigrams) ? "; trigrams: cosine of counts of runs of three characters" : "") + "."
    }
}
