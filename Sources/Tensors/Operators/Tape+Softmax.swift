extension Tape {
    /// The softmax of each row of scale x. Shapes: x [..., C]; gives its shape and type. A row of minus infinity gives 0.
    public func softmax(_ x: Tensor, scale: Double = 1) throws(TensorError) -> Tensor {
        try checkNumbers("softmax", "x", x)
        let y = try result(x.shape, x.type, of: [x])
        kernels.softmax(x.operand, to: y.operand, rows: x.rows, columns: x.columns, scale: scale)
        let slot = x.slot
        record("softmax", [y]) { pass throws(TensorError) in
            guard let (target, accumulate) = try pass.accumulator(slot) else { return }
            pass.kernels.softmaxBackward(
                y.operand, gradient: pass.gradient.operand, to: target, rows: y.rows, columns: y.columns, scale: scale,
                accumulate: accumulate)
        }
        return y
    }
}
