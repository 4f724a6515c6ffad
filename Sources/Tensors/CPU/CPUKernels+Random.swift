internal import CKernels

extension CPUKernels {
    /// x[i] = low + (high - low) * key.uniform(at: i).
    public func fillUniform(_ x: Operand, rows: Int, columns: Int, low: Double, high: Double, key: RandomKey) {
        let to = unsafe x.view(rows, columns)
        parallel(numbers: rows, columns: columns) { area in
            unsafe lpn_fill_uniform(to, columns, low, high, key.bits, area)
        }
    }

    /// x[i] = deviation * sqrt(-2 ln(1 - u)) cos(2 pi v).
    public func fillNormal(_ x: Operand, rows: Int, columns: Int, deviation: Double, key: RandomKey) {
        let to = unsafe x.view(rows, columns)
        parallel(numbers: rows, columns: columns) { area in
            unsafe lpn_fill_normal(to, columns, deviation, key.bits, area)
        }
    }

    /// y[R,C] (+)= x / (1 - rate) where the key's bits keep a number, 0 elsewhere.
    public func dropout(
        _ x: Operand, to y: Operand, rows: Int, columns: Int, rate: Double, key: RandomKey, firstRow: Int,
        accumulate: Bool
    ) {
        precondition(rate >= 0 && rate <= 1, "dropout: rate \(rate)")
        let (from, to) = unsafe (x.view(rows, columns), y.view(rows, columns))
        let threshold = UInt64((rate * 0x1p24).rounded())
        let scale = Float(1 / (1 - rate))
        parallel(numbers: rows, columns: columns) { area in
            unsafe lpn_dropout(from, to, columns, threshold, scale, key.bits, firstRow, area, accumulate)
        }
    }
}
