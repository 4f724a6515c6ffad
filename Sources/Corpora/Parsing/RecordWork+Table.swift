import Foundations

extension RecordWork {
    /// A document from a row of a table.
    mutating func row(_ bytes: [UInt8], _ table: Table) throws(Rejection) -> Document {
        let cells = CellSplitter.cells(of: bytes, separator: table.separator)
        guard cells.count == table.columns.count else {
            throw rejection(.raggedRow, "\(counted(cells.count, "cell")) under a header of \(table.columns.count)")
        }
        var document = Document(segments: [try cell(options.textField, cells, table)], origin: origin)
        if let name = options.textBField {
            document.kind = .pair
            document.segments.append(try cell(name, cells, table))
        }
        if let name = options.labelField { document.label = .string(try text(name, cells, table)) }
        for name in options.keepFields { document.fields[name] = .string(try text(name, cells, table)) }
        return document
    }

    private func text(_ name: String, _ cells: [[UInt8]], _ table: Table) throws(Rejection) -> String {
        String(decoding: try cell(name, cells, table), as: UTF8.self)
    }

    private func cell(_ name: String, _ cells: [[UInt8]], _ table: Table) throws(Rejection) -> [UInt8] {
        guard let column = table.columns.firstIndex(of: name) else {
            throw rejection(.missingField, "the table has no column \(name)")
        }
        return cells[column]
    }
}
