import Foundation
public import Tensors

// Filling and moving.
extension ReferenceKernels {
    /// See `KernelSet`.
    public func fill(_ x: Operand, rows: Int, columns: Int, value: Double) { x.store(Grid(rows, columns, value)) }

    /// See `KernelSet`.
    public func copy(_ x: Operand, to y: Operand, rows: Int, columns: Int, scale: Double, accumulate: Bool) {
        apart([y.area(rows, columns)], [x.area(rows, columns)])
        let integers: [ElementType] = [.int32, .uint8]
        if integers.contains(x.type) || integers.contains(y.type) {
            precondition(x.type == y.type && scale == 1, "copy: \(x.type) to \(y.type) times \(scale)")
        }
        y.store(x.grid(rows, columns).map { scale * $0 }, adding: accumulate)
    }

    /// See `KernelSet`.
    public func transpose(_ x: Operand, to y: Operand, rows: Int, columns: Int) {
        apart([y.area(columns, rows)], [x.area(rows, columns)])
        y.store(x.grid(rows, columns).transposed)
    }

    /// See `KernelSet`.
    public func fillUniform(_ x: Operand, rows: Int, columns: Int, low: Double, high: Double, key: RandomKey) {
        x.store(Grid(rows, columns) { low + (high - low) * key.uniform(at: $0 * columns + $1) })
    }

    /// See `KernelSet`.
    public func fillNormal(_ x: Operand, rows: Int, columns: Int, deviation: Double, key: RandomKey) {
        let draws = Grid(rows, columns) { row, column in
            let i = row * columns + column
            let (u, v) = (key.uniform(at: 2 * i), key.uniform(at: 2 * i + 1))
            return deviation * (-2 * log(1 - u)).squareRoot() * cos(2 * .pi * v)
        }
        x.store(draws)
    }

    /// See `KernelSet`.
    public func dropout(
        _ x: Operand, to y: Operand, rows: Int, columns: Int, rate: Double, key: RandomKey, firstRow: Int,
        accumulate: Bool
    ) {
        apart([y.area(rows, columns)], [x.area(rows, columns)])
        let limit = UInt64((rate * 0x1p24).rounded())
        let kept = Grid(rows, columns) { row, column in
            key.bits(at: (firstRow + row) * columns + column) >> 40 >= limit ? x[row, column] / (1 - rate) : 0
        }
        y.store(kept, adding: accumulate)
    }
}
