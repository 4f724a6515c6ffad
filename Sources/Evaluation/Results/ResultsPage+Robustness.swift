extension ResultsPage {
    /// Tables and drawings of values under noise and with other fonts.
    var robustness: String {
        let tables = RobustnessTable.all(results)
        var html = tables.isEmpty ? "" : "<h2>Robustness</h2>"
        for table in tables {
            if table.isMain {
                html += "<h3>\(escaped(table.heading))</h3>"
                for rows in [table.noiseRows, table.fontRows] where !rows.isEmpty { html += self.table(rows) }
                html += table.notes.map { "<p class=\"dim\">\(escaped($0))</p>" }.joined()
            }
            html += RobustnessPlot(table)?.svg ?? ""
        }
        return html
    }

    /// A table with two columns of names before the numbers; a name that stands above as well is not told again.
    private func table(_ rows: [[String]]) -> String {
        var html = "<div class=\"wide\"><table class=\"scores\"><thead><tr>"
        for (column, cell) in rows[0].enumerated() {
            html += "<th\(column < 2 ? "" : " class=\"n\"")>\(escaped(cell))</th>"
        }
        html += "</tr></thead><tbody>"
        for (number, row) in rows.enumerated().dropFirst() {
            html += "<tr>"
            for (column, cell) in row.enumerated() {
                let isAgain = column == 0 && rows[number - 1][0] == cell
                let parts = cell.split(separator: " ± ").map { escaped(String($0)) }
                let isSpread = column >= 2 && parts.count == 2
                let shown = isSpread ? "\(parts[0]) <small>± \(parts[1])</small>" : escaped(cell)
                html += "<td\(column < 2 ? "" : " class=\"n\"")>\(isAgain ? "" : shown)</td>"
            }
            html += "</tr>"
        }
        return html + "</tbody></table></div>"
    }
}
