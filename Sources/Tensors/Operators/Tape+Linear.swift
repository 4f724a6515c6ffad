extension Tape {
    /// x W' (+ bias) (+ residual). Shapes: x [..., K] and weight [N, K] of one type, bias [N] of the stream type, residual
    /// [..., N]; gives [..., N], of the residual's type where there is one, else of `type`, which is that of x or the stream's
    /// (nil: that of x). Operands may be views. A residual's gradient is the result's own and costs nothing.
    public func linear(
        _ x: Tensor, weight: Tensor, bias: Tensor? = nil, adding residual: Tensor? = nil, to type: ElementType? = nil
    ) throws(TensorError) -> Tensor {
        try checkLinear("linear", x, weight, bias, residual)
        let y = try linearResult("linear", x, weight, residual, type, of: [x, weight, bias, residual])
        project(x, weight, bias, residual, into: y)

        let input = weight.needsGradient ? x : nil
        let factor = x.needsGradient ? weight : nil
        let type = x.type
        let (xSlot, weightSlot, biasSlot, residualSlot) = (x.slot, weight.slot, bias?.slot, residual?.slot)
        record("linear", [y]) { pass throws(TensorError) in
            let dy = pass.gradient
            if input != nil || factor != nil {
                let gradient = try pass.cast(dy, to: type).matrix
                try pass.product(gradient, factor?.matrix, to: xSlot)
                try pass.product(gradient.transpose, input?.matrix, to: weightSlot)
            }
            try pass.biasGradient(dy, to: biasSlot)
            try pass.give(dy, to: residualSlot)
        }
        return y
    }

    /// Throws unless the operands of a projection fit together.
    func checkLinear(
        _ operation: String, _ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ residual: Tensor?
    ) throws(TensorError) {
        try check(
            weight.shape.count == 2 && weight.columns == x.columns, operation,
            "weight [N, \(x.columns)] for x \(x.shape)", "\(weight.shape)")
        try checkNumbers(operation, "x", x)
        try check(operation, "weight", weight, of: x.type)
        if let bias { try check(operation, "bias", bias, columns: weight.rows, of: precision.stream) }
        if let residual {
            try check(operation, "residual", residual, rows: x.rows, columns: weight.rows)
            try checkNumbers(operation, "residual", residual)
        }
    }

    /// The empty result of a projection.
    func linearResult(
        _ operation: String, _ x: Tensor, _ weight: Tensor, _ residual: Tensor?, _ type: ElementType?,
        of inputs: [Tensor?]
    ) throws(TensorError) -> Tensor {
        let type = residual?.type ?? type ?? x.type
        if type != x.type && type != precision.stream {
            throw .type(operation: operation, expected: "a result of \(x.type.rawValue) or of the stream's", got: type)
        }
        return try result(x.shape.dropLast() + [weight.rows], type, of: inputs)
    }

    /// y = x W' (+ bias) (+ residual).
    func project(_ x: Tensor, _ weight: Tensor, _ bias: Tensor?, _ residual: Tensor?, into y: Tensor) {
        if let residual {
            kernels.copy(
                residual.operand, to: y.operand, rows: y.rows, columns: y.columns, scale: 1, accumulate: false)
        }
        kernels.product(
            x.matrix, weight.matrix.transpose, bias: bias?.operand, into: y.operand, scale: 1,
            accumulate: residual != nil)
    }
}

extension Tape.Pass {
    /// The gradient of `input` (+)= scale * a b; nothing where none is wanted or `b` was not kept.
    func product(_ a: Matrix, _ b: Matrix?, scale: Double = 1, to input: GradientSlot?) throws(TensorError) {
        guard let b, let (target, accumulate) = try accumulator(input) else { return }
        kernels.product(a, b, bias: nil, into: target, scale: scale, accumulate: accumulate)
    }

    /// The gradient of a bias that was added to every row.
    func biasGradient(_ dy: Tensor, to bias: GradientSlot?) throws(TensorError) {
        guard let (target, accumulate) = try accumulator(bias) else { return }
        kernels.columnDots(
            dy.operand, nil, to: target, rows: dy.rows, columns: dy.columns, accumulate: accumulate)
    }
}
