internal import CKernels

extension CPUKernels {
    /// [R,C] = value.
    public func fill(_ x: Operand, rows: Int, columns: Int, value: Double) {
        let to = unsafe x.rawView(rows, columns)
        elementwise(rows, columns, [x]) { area in unsafe lpn_fill(to, area, value) }
    }

    /// y[R,C] (+)= scale * x[R,C].
    public func copy(_ x: Operand, to y: Operand, rows: Int, columns: Int, scale: Double, accumulate: Bool) {
        let plain = scale == 1 && !accumulate && x.type == y.type
        let from = unsafe plain ? x.rawView(rows, columns) : x.view(rows, columns)
        let to = unsafe plain ? y.rawView(rows, columns) : y.view(rows, columns)
        elementwise(rows, columns, [x, y]) { area in unsafe lpn_copy(from, to, area, scale, accumulate) }
    }

    /// y[C,R] = x[R,C] transposed.
    public func transpose(_ x: Operand, to y: Operand, rows: Int, columns: Int) {
        let (from, to) = unsafe (x.view(rows, columns), y.view(columns, rows))
        let side = 128
        let across = (columns + side - 1) / side
        pool.run((rows + side - 1) / side * across) { index, _ in
            let (row, column) = (index / across * side, index % across * side)
            unsafe lpn_transpose(
                from, to,
                lp_area(
                    row: row, rowEnd: min(rows, row + side), column: column, columnEnd: min(columns, column + side)))
        }
    }

    /// y[i,C] = table[indices[i], C].
    public func gatherRows(
        _ table: Operand, indices: Operand, to y: Operand, rows: Int, columns: Int, accumulate: Bool
    ) {
        let index = unsafe indices.indices(rows)
        let height = table.rowsAvailable(columns)
        unsafe checkIndices(index, rows, from: Int.min, below: height, "gatherRows")
        let plain = table.type == .int32 && y.type == .int32 && !accumulate
        let from = unsafe plain ? table.rawView(height, columns) : table.view(height, columns)
        let to = unsafe plain ? y.rawView(rows, columns) : y.view(rows, columns)
        parallel(rows: rows, columns: columns) { area in unsafe lpn_gather_rows(from, index, to, area, accumulate) }
    }

    /// table[indices[i], C] += x[i, C] in ascending i. Columns are shared among threads, not rows.
    public func scatterAddRows(
        _ x: Operand, indices: Operand, into table: Operand, tableRows: Int, rows: Int, columns: Int
    ) {
        let index = unsafe indices.indices(rows)
        unsafe checkIndices(index, rows, from: Int.min, below: tableRows, "scatterAddRows")
        let (from, to) = unsafe (x.view(rows, columns), table.view(tableRows, columns))
        let width = 64
        pool.run((columns + width - 1) / width) { piece, _ in
            let first = piece * width
            unsafe lpn_scatter_add_rows(
                from, index, to,
                lp_area(row: 0, rowEnd: rows, column: first, columnEnd: min(columns, first + width)))
        }
    }

    /// y[r,k] = x[r, indices[r,k]].
    public func gatherElements(_ x: Operand, indices: Operand, to y: Operand, rows: Int, count: Int) {
        let (from, to) = unsafe (x.view(rows, x.width(rows)), y.view(rows, count))
        let index = unsafe indices.indexView(rows, count)
        checkIndices(indices, rows: rows, count, below: x.width(rows), "gatherElements")
        parallel(rows: rows, columns: count) { area in unsafe lpn_gather_elements(from, index, to, area) }
    }

    /// x[r, indices[r,k]] += y[r,k] in ascending k.
    public func scatterAddElements(_ y: Operand, indices: Operand, into x: Operand, rows: Int, count: Int) {
        let (from, to) = unsafe (y.view(rows, count), x.view(rows, x.width(rows)))
        let index = unsafe indices.indexView(rows, count)
        checkIndices(indices, rows: rows, count, below: x.width(rows), "scatterAddElements")
        parallel(rows: rows, columns: count) { area in unsafe lpn_scatter_add_elements(from, index, to, area) }
    }
}
