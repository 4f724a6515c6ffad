internal import CKernels

extension CPUKernels {
    /// s[R] (+)= sum over columns of x y, or of x.
    public func rowDots(_ x: Operand, _ y: Operand?, to s: Operand, rows: Int, columns: Int, accumulate: Bool) {
        let (a, b, to) = unsafe (x.view(rows, columns), y?.view(rows, columns) ?? lp_view(), s.view(rows))
        parallel(rows: rows, columns: max(1, columns)) { area in
            unsafe lpn_row_dots(a, b, to, area.cut(columns), accumulate)
        }
    }

    /// s[C] (+)= sum over rows of x y, or of x.
    public func columnDots(_ x: Operand, _ y: Operand?, to s: Operand, rows: Int, columns: Int, accumulate: Bool) {
        let (a, b) = unsafe (x.view(rows, columns), y?.view(rows, columns) ?? lp_view())
        unsafe sumOverRows(rows: rows, columns: columns) { area, partial in
            unsafe lpn_column_dots(a, b, partial, area)
        } join: { chunks, partial, step in
            unsafe joinColumns(partial, chunks, step, to: s, columns: columns, accumulate: accumulate)
        }
    }

    /// s[columns] (+)= the sums over chunks, `step` numbers apart, in their order.
    func joinColumns(
        _ partial: UnsafeMutablePointer<Float>, _ chunks: Int, _ step: Int, to s: Operand, columns: Int,
        accumulate: Bool
    ) {
        let to = unsafe s.view(columns)
        let width = 256
        pool.run((columns + width - 1) / width) { index, _ in
            let first = index * width
            let area = lp_area(row: 0, rowEnd: 1, column: first, columnEnd: min(columns, first + width))
            unsafe lpn_join_columns(partial, chunks, step, to, area, accumulate)
        }
    }

    /// sum[0] (+)= scale * sum of w[i] x[i], in double until the end.
    public func weightedSum(
        _ x: Operand, weights w: Operand?, scale: Double, to sum: Operand, rows: Int, accumulate: Bool
    ) {
        let (a, b) = unsafe (x.view(rows), w?.view(rows) ?? lp_view())
        let total = sumOverPieces(1, rows, []) { area in unsafe lpn_weighted_sum(a, b, area) }
        put(scale * total, to: sum, accumulate: accumulate)
    }

    /// sum[0] (+)= sum of squares of x[R,C], in double until the end.
    public func sumOfSquares(_ x: Operand, rows: Int, columns: Int, to sum: Operand, accumulate: Bool) {
        let a = unsafe x.view(rows, columns)
        let total = sumOverPieces(rows, columns, [x]) { area in unsafe lpn_sum_of_squares(a, area) }
        put(total, to: sum, accumulate: accumulate)
    }

    /// count[0] (+)= how many of x[R,C] are infinite or not a number.
    public func countNonFinite(_ x: Operand, rows: Int, columns: Int, to count: Operand, accumulate: Bool) {
        let a = unsafe x.view(rows, columns)
        let found = sumOverPieces(rows, columns, [x]) { area in unsafe Double(lpn_count_non_finite(a, area)) }
        let to = unsafe count.indices(1)
        unsafe to.pointee = unsafe (accumulate ? to.pointee : 0) &+ Int32(clamping: Int(found))
    }

    /// Sets or adds one number.
    func put(_ value: Double, to x: Operand, accumulate: Bool) {
        precondition(x.type == .float32, "operand: a sum is float32, not \(x.type.rawValue)")
        let to = unsafe x.singles(1)
        unsafe to.pointee = unsafe Float((accumulate ? Double(to.pointee) : 0) + value)
    }
}

extension lp_area {
    /// The same rows, all of `columns` columns.
    func cut(_ columns: Int) -> lp_area { lp_area(row: row, rowEnd: rowEnd, column: 0, columnEnd: columns) }
}
