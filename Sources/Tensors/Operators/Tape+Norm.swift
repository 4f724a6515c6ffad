extension Tape {
    /// x / sqrt(mean(x^2) + epsilon) * weight over the last dimension. Shapes: x [..., C] of the stream type, weight [C] of the
    /// stream type; gives [..., C] of the products' type. Source: Zhang and Sennrich 2019.
    public func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Double) throws(TensorError) -> Tensor {
        try check(weight.shape == [x.columns], "rmsNorm", "weight [\(x.columns)]", "\(weight.shape)")
        let y = try result(x.shape, precision.compute, of: [x, weight])
        let reciprocals = try workspace.empty([x.rows], precision.stream)
        kernels.rmsNorm(
            x.operand, weight: weight.operand, to: y.operand, reciprocals: reciprocals.operand, rows: x.rows,
            columns: x.columns, epsilon: epsilon)
        let (xSlot, weightSlot) = (x.slot, weight.slot)
        record("rmsNorm", [y]) { pass throws(TensorError) in
            let dx = try pass.accumulator(xSlot)
            let dw = try pass.accumulator(weightSlot)
            pass.kernels.rmsNormBackward(
                x.operand, weight: weight.operand, reciprocals: reciprocals.operand, gradient: pass.gradient.operand,
                to: dx?.operand, accumulate: dx?.accumulate ?? false, weightGradient: dw?.operand,
                accumulateWeight: dw?.accumulate ?? false, rows: x.rows, columns: x.columns)
        }
        return y
    }
}
