public import Tensors

// Sums.
extension ReferenceKernels {
    /// See `KernelSet`.
    public func rowDots(
        _ x: Operand, _ y: Operand?, to s: Operand, rows: Int, columns: Int, accumulate: Bool
    ) {
        apart([s.area(rows)], [x.area(rows, columns), y?.area(rows, columns)])
        let products = Grid(rows, columns) { x[$0, $1] * (y?[$0, $1] ?? 1) }
        s.store((0..<rows).map { products.row($0).reduce(0, +) }, adding: accumulate)
    }

    /// See `KernelSet`.
    public func columnDots(
        _ x: Operand, _ y: Operand?, to s: Operand, rows: Int, columns: Int, accumulate: Bool
    ) {
        apart([s.area(columns)], [x.area(rows, columns), y?.area(rows, columns)])
        let products = Grid(rows, columns) { x[$0, $1] * (y?[$0, $1] ?? 1) }.transposed
        s.store((0..<columns).map { products.row($0).reduce(0, +) }, adding: accumulate)
    }

    /// See `KernelSet`.
    public func weightedSum(
        _ x: Operand, weights w: Operand?, scale: Double, to sum: Operand, rows: Int, accumulate: Bool
    ) {
        apart([sum.area(1)], [x.area(rows), w?.area(rows)])
        let total = (0..<rows).reduce(0.0) { $0 + x[$1] * (w?[$1] ?? 1) }
        sum.store([scale * total], adding: accumulate)
    }

    /// See `KernelSet`.
    public func sumOfSquares(_ x: Operand, rows: Int, columns: Int, to sum: Operand, accumulate: Bool) {
        apart([sum.area(1)], [x.area(rows, columns)])
        sum.store([x.grid(rows, columns).values.reduce(0) { $0 + $1 * $1 }], adding: accumulate)
    }

    /// See `KernelSet`.
    public func countNonFinite(_ x: Operand, rows: Int, columns: Int, to count: Operand, accumulate: Bool) {
        apart([count.area(1)], [x.area(rows, columns)])
        count.store([Double(x.grid(rows, columns).values.count { !$0.isFinite })], adding: accumulate)
    }
}
