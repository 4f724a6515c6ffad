extension Tape {
    /// f(x), number by number. Shapes: any; gives x's shape and type.
    public func unary(_ kind: Unary, _ x: Tensor) throws(TensorError) -> Tensor {
        try checkNumbers(kind.rawValue, "x", x)
        let y = try result(x.shape, x.type, of: [x])
        kernels.unary(kind, x.operand, to: y.operand, rows: x.rows, columns: x.columns, accumulate: false)
        let slot = x.slot
        record("unary", [y]) { pass throws(TensorError) in
            guard let (target, accumulate) = try pass.accumulator(slot) else { return }
            pass.kernels.unaryBackward(
                kind, x.operand, gradient: pass.gradient.operand, to: target, rows: x.rows, columns: x.columns,
                accumulate: accumulate)
        }
        return y
    }

    /// silu(gate) up, number by number. Shapes: two of [..., C] of one type; gives gate's shape and type. Source: Shazeer 2020.
    public func swiglu(gate: Tensor, up: Tensor) throws(TensorError) -> Tensor {
        try checkAlike("swiglu", gate, "up", up)
        let y = try result(gate.shape, gate.type, of: [gate, up])
        kernels.swiglu(
            gate: gate.operand, up: up.operand, to: y.operand, rows: gate.rows, columns: gate.columns)
        record("swiglu", [y]) { pass throws(TensorError) in
            let gradient = pass.gradient.operand
            try pass.together([gate, up]) { places in
                pass.kernels.swigluBackward(
                    gate: gate.operand, up: up.operand, gradient: gradient, dGate: places[0]?.operand,
                    accumulateGate: places[0]?.accumulate ?? false, dUp: places[1]?.operand,
                    accumulateUp: places[1]?.accumulate ?? false, rows: gate.rows, columns: gate.columns)
            }
        }
        return y
    }

    /// a b, number by number. Shapes: two of [..., C] of one type; gives a's shape and type.
    public func multiply(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Tensor {
        try checkAlike("multiply", a, "the second operand", b)
        let y = try result(a.shape, a.type, of: [a, b])
        kernels.multiply(a.operand, b.operand, to: y.operand, rows: a.rows, columns: a.columns, accumulate: false)
        // Each factor is kept for the other one's gradient alone.
        let (keptA, keptB) = (b.needsGradient ? a : nil, a.needsGradient ? b : nil)
        let (aSlot, bSlot) = (a.slot, b.slot)
        record("multiply", [y]) { pass throws(TensorError) in
            for (kept, slot) in [(keptB, aSlot), (keptA, bSlot)] {
                guard let kept, let (target, accumulate) = try pass.accumulator(slot) else { continue }
                pass.kernels.multiply(
                    pass.gradient.operand, kept.operand, to: target, rows: kept.rows, columns: kept.columns,
                    accumulate: accumulate)
            }
        }
        return y
    }

    /// a + b. Shapes: two of [..., C], b of any type of number; gives a's shape and type. The gradient of a is the result's own
    /// and costs nothing.
    public func add(_ a: Tensor, _ b: Tensor) throws(TensorError) -> Tensor {
        try checkNumbers("add", "a", a)
        try checkNumbers("add", "b", b)
        try check("add", "b", b, rows: a.rows, columns: a.columns)
        let y = try result(a.shape, a.type, of: [a, b])
        kernels.copy(a.operand, to: y.operand, rows: y.rows, columns: y.columns, scale: 1, accumulate: false)
        kernels.copy(b.operand, to: y.operand, rows: y.rows, columns: y.columns, scale: 1, accumulate: true)
        let (aSlot, bSlot) = (a.slot, b.slot)
        record("add", [y]) { pass throws(TensorError) in
            let dy = pass.gradient
            try pass.copied(dy, scale: 1, to: bSlot)
            try pass.give(dy, to: aSlot)
        }
        return y
    }

    /// x times a number. Shapes: any; gives x's shape and type.
    public func scale(_ x: Tensor, by factor: Double) throws(TensorError) -> Tensor {
        try copied("scale", x, x.type, scale: factor)
    }

    /// x in another type: itself where it is of that type. Shapes: any.
    public func cast(_ x: Tensor, to type: ElementType) throws(TensorError) -> Tensor {
        if type != precision.stream && type != precision.compute {
            throw .type(operation: "cast", expected: "a type of \(precision.name)", got: type)
        }
        return x.type == type ? x : try copied("cast", x, type, scale: 1)
    }

    /// x with its rows close together: itself where they are. Shapes: any.
    public func contiguous(_ x: Tensor) throws(TensorError) -> Tensor {
        x.isContiguous ? x : try copied("contiguous", x, x.type, scale: 1)
    }

    private func copied(
        _ name: String, _ x: Tensor, _ type: ElementType, scale: Double
    ) throws(TensorError) -> Tensor {
        try checkNumbers(name, "x", x)
        let y = try result(x.shape, type, of: [x])
        kernels.copy(x.operand, to: y.operand, rows: x.rows, columns: x.columns, scale: scale, accumulate: false)
        let slot = x.slot
        record(name, [y]) { pass throws(TensorError) in try pass.copied(pass.gradient, scale: scale, to: slot) }
        return y
    }

    /// Columns as rows. Shapes: x [R, C], leading dimensions count rows; gives [C, R] of x's type.
    public func transpose(_ x: Tensor) throws(TensorError) -> Tensor {
        try checkNumbers("transpose", "x", x)
        let y = try result([x.columns, x.rows], x.type, of: [x])
        kernels.transpose(x.operand, to: y.operand, rows: x.rows, columns: x.columns)
        let (slot, shape) = (x.slot, x.shape)
        record("transpose", [y]) { pass throws(TensorError) in
            let dy = pass.gradient
            let dx = try pass.workspace.empty(shape, dy.type)
            pass.kernels.transpose(dy.operand, to: dx.operand, rows: dy.rows, columns: dy.columns)
            try pass.give(dx, to: slot)
        }
        return y
    }

    /// Each number of x is 0 with probability `rate` and divided by 1 - rate otherwise, as `key` draws. Shapes: any; gives x's
    /// shape and type, x itself for a rate of 0. `firstRow` is the number of x's first row where x is part of a batch. The way
    /// back draws again: nothing is kept. Source: Srivastava et al. 2014.
    public func dropout(
        _ x: Tensor, rate: Double, key: RandomKey, firstRow: Int = 0
    ) throws(TensorError) -> Tensor {
        try checkRate("dropout", rate)
        if rate == 0 { return x }
        try checkNumbers("dropout", "x", x)
        let y = try result(x.shape, x.type, of: [x])
        kernels.dropout(
            x.operand, to: y.operand, rows: x.rows, columns: x.columns, rate: rate, key: key,
            firstRow: firstRow, accumulate: false)
        let slot = x.slot
        record("dropout", [y]) { pass throws(TensorError) in
            guard let (target, accumulate) = try pass.accumulator(slot) else { return }
            let dy = pass.gradient
            pass.kernels.dropout(
                dy.operand, to: target, rows: dy.rows, columns: dy.columns, rate: rate, key: key,
                firstRow: firstRow, accumulate: accumulate)
        }
        return y
    }

    /// Throws `value` unless numbers can be dropped at `rate`.
    func checkRate(_ name: String, _ rate: Double) throws(TensorError) {
        try check(name, rate >= 0 && rate < 1, "a dropout rate of \(rate) is not in 0 ..< 1")
    }
}

extension Tape.Pass {
    /// The gradient of `input` (+)= scale * dy.
    func copied(_ dy: Tensor, scale: Double, to input: GradientSlot?) throws(TensorError) {
        guard let (target, accumulate) = try accumulator(input) else { return }
        kernels.copy(
            dy.operand, to: target, rows: dy.rows, columns: dy.columns, scale: scale, accumulate: accumulate)
    }
}
