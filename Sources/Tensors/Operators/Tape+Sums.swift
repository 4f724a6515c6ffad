extension Tape {
    /// scale * sum of w[i] x[i]. Shapes: x and weights (nil: ones) any of equal count, close together, of the stream type; gives
    /// one number [] of the stream type. Sums over a fixed number of chunks.
    public func weightedSum(_ x: Tensor, weights: Tensor? = nil, scale: Double = 1) throws(TensorError) -> Tensor {
        let (name, count) = ("weightedSum", x.count)
        try check(name, "x", x, vector: count, of: precision.stream)
        if let weights { try check(name, "weights", weights, vector: count, of: precision.stream) }
        let sum = try result([], precision.stream, of: [x, weights])
        kernels.weightedSum(
            x.operand, weights: weights?.operand, scale: scale, to: sum.operand, rows: count, accumulate: false)
        let (keptX, keptWeights) = (weights?.needsGradient ?? false ? x : nil, x.needsGradient ? weights : nil)
        let (xSlot, weightSlot) = (x.slot, weights?.slot)
        record(name, [sum]) { pass throws(TensorError) in
            for (kept, slot) in [(keptWeights, xSlot), (keptX, weightSlot)] {
                guard let place = try pass.accumulator(slot) else { continue }
                var target = place.operand
                target.stride = 1
                pass.kernels.spread(
                    pass.gradient.operand, weights: kept?.operand, scale: scale, to: target, rows: count, columns: 1,
                    accumulate: place.accumulate)
            }
        }
        return sum
    }

    /// The mean of all numbers of x. Shapes: any, close together, of the stream type; gives one number []. Throws: `value` where
    /// there are none.
    public func mean(_ x: Tensor) throws(TensorError) -> Tensor {
        try check("mean", x.count > 0, "there is no mean of no numbers")
        return try weightedSum(x, scale: 1 / Double(x.count))
    }

    /// The sum of the squares of all numbers of x. Shapes: any; gives one number [] of the stream type.
    public func sumOfSquares(_ x: Tensor) throws(TensorError) -> Tensor {
        try checkNumbers("sumOfSquares", "x", x)
        let sum = try result([], precision.stream, of: [x])
        kernels.sumOfSquares(x.operand, rows: x.rows, columns: x.columns, to: sum.operand, accumulate: false)
        let slot = x.slot
        record("sumOfSquares", [sum]) { pass throws(TensorError) in
            guard let (target, accumulate) = try pass.accumulator(slot) else { return }
            let factors = try pass.workspace.empty([x.rows], pass.gradient.type)
            pass.kernels.spread(
                pass.gradient.operand, weights: nil, scale: 2, to: factors.operand, rows: 1, columns: x.rows,
                accumulate: false)
            pass.kernels.scaleRows(
                x.operand, by: factors.operand, to: target, rows: x.rows, columns: x.columns, accumulate: accumulate)
        }
        return sum
    }
}
