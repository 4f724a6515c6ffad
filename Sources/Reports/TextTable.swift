/// Tables of texts for terminals.
public enum TextTable {
    /// The lines of a table: cells beneath each other, two blanks apart, without blanks at the ends. The first `names` columns
    /// stand at the left, the others at the right; rows may have fewer cells than others. O(characters).
    public static func lines(_ rows: [[String]], names: Int = 1) -> [String] {
        var widths: [Int] = []
        for row in rows {
            widths += [Int](repeating: 0, count: max(0, row.count - widths.count))
            for (column, cell) in row.enumerated() { widths[column] = max(widths[column], cell.count) }
        }
        return rows.map { row in
            let cells = row.enumerated().map { column, cell in
                let blanks = String(repeating: " ", count: widths[column] - cell.count)
                return column < names ? cell + blanks : blanks + cell
            }
            var line = cells.joined(separator: "  ")
            while line.last == " " { line.removeLast() }
            return line
        }
    }
}
