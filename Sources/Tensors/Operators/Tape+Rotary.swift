extension Tape {
    /// Turns pairs of columns of each head by an angle of the row's position: half-split, as Llama does. Shapes: x [..., H d],
    /// positions int32, one a row, cosines and sines [P, d/2] of the stream type; gives x's shape and type. A row of
    /// negative position is not turned; positions from P on are the caller's fault. The way back turns the other way and keeps nothing of x. Source: Su et al. 2021.
    public func rotary(
        _ x: Tensor, positions: Tensor, cosines: Tensor, sines: Tensor, heads: Int
    ) throws(TensorError) -> Tensor {
        try checkNumbers("rotary", "x", x)
        try check("rotary", heads > 0 && x.columns % (2 * max(1, heads)) == 0, "\(x.columns) columns in \(heads) heads")
        let width = x.columns / heads
        try check("rotary", indices: positions, x.rows, "positions")
        try check("rotary", "cosines", cosines, rows: cosines.rows, columns: width / 2)
        try check("rotary", "sines", sines, is: cosines.shape)
        try check("rotary", "cosines", cosines, of: precision.stream)
        try check("rotary", "sines", sines, of: precision.stream)
        let y = try result(x.shape, x.type, of: [x])
        kernels.rotary(
            x.operand, positions: positions.operand, cosines: cosines.operand, sines: sines.operand, inverse: false,
            to: y.operand, rows: x.rows, heads: heads, width: width, accumulate: false)
        let slot = x.slot
        record("rotary", [y]) { pass throws(TensorError) in
            guard let (target, accumulate) = try pass.accumulator(slot) else { return }
            let dy = pass.gradient
            pass.kernels.rotary(
                dy.operand, positions: positions.operand, cosines: cosines.operand, sines: sines.operand,
                inverse: true, to: target, rows: dy.rows, heads: heads, width: width, accumulate: accumulate)
        }
        return y
    }
}
