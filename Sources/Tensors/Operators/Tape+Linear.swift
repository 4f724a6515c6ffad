extension Tape {
    /// x W' (+ bias) (+ residual). Shapes: x [..., K], weight [N, K], bias [N], residual [..., N]; gives [..., N], of the
    /// residual's type where there is one and of the products' type otherwise. Operands may be views. A residual's gradient
    /// is the result's own and costs nothing.
    public func linear(
        _ x: Tensor, weight: Tensor, bias: Tensor? = nil, adding residual: Tensor? = nil
    ) throws(TensorError) -> Tensor {
        let shape = x.shape.dropLast() + [weight.rows]
        try check(
            weight.shape.count == 2 && weight.columns == x.columns, "linear",
            "weight [N, \(x.columns)] for x \(x.shape)", "\(weight.shape)")
        try check(weight.type == x.type, "linear", "weight of type \(x.type)", "\(weight.type)")
        if let bias { try check(bias.shape == [weight.rows], "linear", "bias [\(weight.rows)]", "\(bias.shape)") }
        if let residual {
            try check(
                residual.rows == x.rows && residual.columns == weight.rows, "linear", "residual \(shape)",
                "\(residual.shape)")
        }
        let y = try result(
            Array(shape), residual?.type ?? precision.compute, of: [x, weight, bias, residual])
        if let residual {
            kernels.copy(
                residual.operand, to: y.operand, rows: y.rows, columns: y.columns, scale: 1, accumulate: false)
        }
        kernels.product(
            x.matrix, weight.matrix.transpose, bias: bias?.operand, into: y.operand, scale: 1,
            accumulate: residual != nil)

        let input = weight.needsGradient ? x : nil
        let factor = x.needsGradient ? weight : nil
        let (rows, type) = (x.rows, x.type)
        let (xSlot, weightSlot, biasSlot, residualSlot) = (x.slot, weight.slot, bias?.slot, residual?.slot)
        record("linear", [y]) { pass throws(TensorError) in
            let dy = pass.gradient
            let cast = try pass.cast(dy, to: type)
            let gradient = Matrix(cast.operand, rows: rows, columns: dy.columns)
            if let factor, let (dx, accumulate) = try pass.accumulator(xSlot) {
                pass.kernels.product(
                    gradient, factor.matrix, bias: nil, into: dx, scale: 1, accumulate: accumulate)
            }
            if let input, let (dw, accumulate) = try pass.accumulator(weightSlot) {
                pass.kernels.product(
                    gradient.transpose, input.matrix, bias: nil, into: dw, scale: 1, accumulate: accumulate)
            }
            if let (db, accumulate) = try pass.accumulator(biasSlot) {
                pass.kernels.columnDots(
                    dy.operand, nil, to: db, rows: rows, columns: dy.columns, accumulate: accumulate)
            }
            try pass.give(dy, to: residualSlot)
        }
        return y
    }
}

extension Tape.Pass {
    /// `tensor` in `type`: itself or a copy.
    func cast(_ tensor: Tensor, to type: ElementType) throws(TensorError) -> Tensor {
        if tensor.type == type { return tensor }
        let copy = try workspace.empty(tensor.shape, type)
        kernels.copy(
            tensor.operand, to: copy.operand, rows: tensor.rows, columns: tensor.columns, scale: 1, accumulate: false)
        return copy
    }
}
