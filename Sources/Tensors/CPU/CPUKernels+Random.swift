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
        let draw = DropoutDraw(rate)
        let (from, to) = unsafe (x.view(rows, columns), y.view(rows, columns))
        parallel(numbers: rows, columns: columns) { area in
            unsafe lpn_dropout(
                from, to, columns, draw.threshold, draw.scale, key.bits, UInt64(firstRow * columns), area, accumulate)
        }
    }
}

/// What decides which numbers stay, and what those are multiplied by.
struct DropoutDraw {
    /// Drawn numbers of 24 bits stay from here on.
    let threshold: UInt64
    /// 1 / (1 - rate).
    let scale: Float

    init(_ rate: Double) {
        precondition(rate >= 0 && rate <= 1, "dropout: rate \(rate)")
        threshold = UInt64((rate * 0x1p24).rounded())
        scale = Float(1 / (1 - rate))
    }
}
