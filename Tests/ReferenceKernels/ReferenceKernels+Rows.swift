public import Tensors

// Rows by index.
extension ReferenceKernels {
    /// See `KernelSet`.
    public func gatherRows(
        _ table: Operand, indices: Operand, to y: Operand, rows: Int, columns: Int, accumulate: Bool
    ) {
        let places = indices.indices(rows)
        let found = places.filter { $0 >= 0 }.map { table.advanced(rows: $0).area(columns) }
        apart([y.area(rows, columns)], found + [indices.area(rows)])
        y.store(
            Grid(rows, columns) { places[$0] < 0 ? (y.type == .int32 ? -1 : 0) : table[places[$0], $1] },
            adding: accumulate)
    }

    /// See `KernelSet`.
    public func scatterAddRows(
        _ x: Operand, indices: Operand, into table: Operand, tableRows: Int, rows: Int, columns: Int
    ) {
        apart([table.area(tableRows, columns)], [x.area(rows, columns), indices.area(rows)])
        for (row, place) in indices.indices(rows).enumerated() where place >= 0 {
            precondition(place < tableRows, "scatterAddRows: row \(place) of \(tableRows)")
            for column in 0..<columns { table[place, column] += x[row, column] }
        }
    }

    /// See `KernelSet`.
    public func gatherElements(_ x: Operand, indices: Operand, to y: Operand, rows: Int, count: Int) {
        apart([y.area(rows, count)], [x.area(rows, 1), indices.area(rows, count)])
        let gathered = Grid(rows, count) { row, k in
            let place = Int(indices[row, k])
            return place < 0 ? 0 : x[row, place]
        }
        y.store(gathered)
    }

    /// See `KernelSet`.
    public func scatterAddElements(_ y: Operand, indices: Operand, into x: Operand, rows: Int, count: Int) {
        apart([x.area(rows, 1)], [y.area(rows, count), indices.area(rows, count)])
        for row in 0..<rows {
            for k in 0..<count where indices[row, k] >= 0 { x[row, Int(indices[row, k])] += y[row, k] }
        }
    }

    /// See `KernelSet`.
    public func topK(
        _ x: Operand, rows: Int, columns: Int, count: Int, indices: Operand, values: Operand?
    ) {
        apart([indices.area(rows, count), values?.area(rows, count)], [x.area(rows, columns)])
        precondition(count <= columns, "topK: \(count) of \(columns)")
        for row in 0..<rows {
            // Not a number sorts below -infinity.
            let order = (0..<columns).sorted { left, right in
                let (a, b) = (x[row, left], x[row, right])
                if a.isNaN || b.isNaN { return a.isNaN == b.isNaN ? left < right : b.isNaN }
                return a == b ? left < right : a > b
            }
            for k in 0..<count {
                indices[row, k] = Double(order[k])
                values?[row, k] = x[row, order[k]]
            }
        }
    }

    /// See `KernelSet`.
    public func sortIndices(_ x: Operand, to y: Operand, rows: Int, count: Int, rowStep: Int) {
        for row in 0..<rows {
            let found = (0..<count).map { x[row, $0] }.filter { $0 >= 0 }.sorted()
            for k in 0..<count { y[row, k] = k < found.count ? found[k] + Double(row * rowStep) : -1 }
        }
    }

    /// See `KernelSet`.
    public func groupRows(_ groups: Operand, rows: Int, groups count: Int, order: Operand, offsets: Operand) {
        apart([order.area(rows), offsets.area(count + 1)], [groups.area(rows)])
        let numbers = groups.indices(rows)
        var sorted: [Int] = []
        offsets[0] = 0
        for group in 0..<count {
            sorted += numbers.indices.filter { numbers[$0] == group }
            offsets[group + 1] = Double(sorted.count)
        }
        order.store((0..<rows).map { $0 < sorted.count ? Double(sorted[$0]) : -1 })
    }
}
