extension Tape {
    /// x / sqrt(mean(x^2) + epsilon) * weight over the last dimension. Shapes: x [..., C] of the stream type, weight [C] of the
    /// stream type; gives [..., C] of the products' type. Source: Zhang and Sennrich 2019.
    public func rmsNorm(_ x: Tensor, weight: Tensor, epsilon: Double) throws(TensorError) -> Tensor {
        try check("rmsNorm", "x", x, of: precision.stream)
        try check("rmsNorm", "weight", weight, columns: x.columns, of: precision.stream)
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

    /// (x - mean) / sqrt(variance + epsilon) * weight + bias over the last dimension, with the biased variance. Shapes: x
    /// [..., C], weight [C], bias [C], all of the stream type; gives [..., C] of `type`, the products' unless told. Source: Ba et
    /// al. 2016.
    public func layerNorm(
        _ x: Tensor, weight: Tensor, bias: Tensor, epsilon: Double, to type: ElementType? = nil
    ) throws(TensorError) -> Tensor {
        try check("layerNorm", "x", x, of: precision.stream)
        try check("layerNorm", "weight", weight, columns: x.columns, of: precision.stream)
        try check("layerNorm", "bias", bias, columns: x.columns, of: precision.stream)
        let y = try result(x.shape, type ?? precision.compute, of: [x, weight, bias])
        let statistics = try workspace.empty([x.rows, 2], precision.stream)
        kernels.layerNorm(
            x.operand, weight: weight.operand, bias: bias.operand, to: y.operand, statistics: statistics.operand,
            rows: x.rows, columns: x.columns, epsilon: epsilon)
        let (xSlot, weightSlot, biasSlot) = (x.slot, weight.slot, bias.slot)
        let needsSums = weight.needsGradient || bias.needsGradient
        record("layerNorm", [y]) { pass throws(TensorError) in
            let dx = try pass.accumulator(xSlot)
            let sums = try needsSums ? pass.normSums(weightSlot, biasSlot, columns: x.columns) : nil
            pass.kernels.layerNormBackward(
                x.operand, weight: weight.operand, statistics: statistics.operand, gradient: pass.gradient.operand,
                to: dx?.operand, accumulate: dx?.accumulate ?? false, weightGradient: sums?.weight,
                biasGradient: sums?.bias, accumulateWeights: sums != nil, rows: x.rows, columns: x.columns)
        }
        return y
    }
}

extension Tape.Pass {
    /// Where to add the gradients of a norm's weight and bias, of which the kernel gives both or none: one that is not wanted
    /// goes to memory that nobody reads.
    fileprivate func normSums(
        _ weight: GradientSlot?, _ bias: GradientSlot?, columns: Int
    ) throws(TensorError) -> (weight: Operand, bias: Operand) {
        (try normSum(weight, columns), try normSum(bias, columns))
    }

    private func normSum(_ slot: GradientSlot?, _ columns: Int) throws(TensorError) -> Operand {
        if let operand = try summand(slot, rows: 1, columns: columns) { return operand }
        return try workspace.full([columns], workspace.precision.stream, 0).operand
    }
}
