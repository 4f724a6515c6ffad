import Foundations

/// The labels of a training table: classes, or numbers.
struct TableLabels {
    /// Names of the classes, in order; empty for numbers.
    private(set) var names: [String] = []
    /// Least and greatest number; nil for classes.
    private(set) var values: ClosedRange<Double>?
    private let counts: [String: Int]

    /// More classes than that are a mistake.
    static let limit = 1000

    /// Reads all labels of the training table. Throws ``TaskError`` with path and line for what is no label, and where all are equal.
    init(_ table: TableFile, _ roles: TableRoles, kind: String?) throws {
        var counts: [String: Int] = [:]
        var (rows, isNumeric, isWhole) = (0, true, true)
        var range: ClosedRange<Double>?
        try table.each(roles) { record, _, label in
            rows += 1
            if let number = Double(label), number.isFinite {
                range = min(range?.lowerBound ?? number, number)...max(range?.upperBound ?? number, number)
                if number != number.rounded() { isWhole = false }
            } else {
                isNumeric = false
                if kind == TaskKind.regression.name {
                    throw record.flaw(roles.label, "'\(label)' is no number, which a regression needs")
                }
            }
            if counts.count <= Self.limit { counts[label, default: 0] += 1 }
        }
        self.counts = counts
        let isRegression = kind.map { $0 == TaskKind.regression.name } ?? (isNumeric && !isWhole)
        func fault(_ reason: String) -> TaskError {
            .record(path: table.path, line: nil, column: roles.label, reason: reason)
        }
        guard counts.count > 1 else {
            throw fault(
                "every label is '\(counts.keys.first ?? "")'; "
                    + (isRegression
                        ? "a regression needs different numbers" : "a classification needs at least two classes"))
        }
        if isRegression {
            values = range
            return
        }
        guard counts.count <= Self.limit, rows < 20 || 2 * counts.count <= rows else {
            throw fault(
                "\(counts.count > Self.limit ? "more than \(Self.limit)" : "\(counts.count)") different labels in \(rows) rows; name "
                    + "another column with --label-column" + (isNumeric ? ", or pass --kind regression" : ""))
        }
        names = counts.keys.sorted { a, b in
            if let x = Int(a), let y = Int(b), x != y { return x < y }
            return a.utf8.lexicographicallyPrecedes(b.utf8)
        }
    }

    /// Throws ``TaskError`` with path and line for a label of another table that the training table lacks, or that is no number.
    func check(_ table: TableFile, _ roles: TableRoles, train: String) throws {
        let known = Set(names)
        try table.each(roles) { record, _, label in
            if values == nil, !known.contains(label) {
                let near = NearNames.of(label, among: names)
                throw record.flaw(
                    roles.label,
                    "'\(label)' is no label of \(train); \(near.isEmpty ? "there are:" : "near:") "
                        + (near.isEmpty ? names : near).prefix(20).joined(separator: ", "))
            }
            if values != nil, !(Double(label)?.isFinite ?? false) {
                throw record.flaw(roles.label, "'\(label)' is no number")
            }
        }
    }

    /// The labels for people: classes with how often each comes, or the range of numbers.
    var line: String {
        if let values { return "numbers from \(values.lowerBound) to \(values.upperBound)" }
        let shown = names.prefix(12).map { "\($0) (\(counts[$0] ?? 0))" }.joined(separator: ", ")
        return shown + (names.count > 12 ? " and \(names.count - 12) more" : "")
    }
}
