extension Tape {
    /// Each row of x times its number. Shapes: x [..., C], s one number a row, of the stream type; gives x's shape and type.
    public func scaleRows(_ x: Tensor, by s: Tensor) throws(TensorError) -> Tensor {
        try checkNumbers("scaleRows", "x", x)
        try check("scaleRows", "s", s, vector: x.rows, of: precision.stream)
        let y = try result(x.shape, x.type, of: [x, s])
        kernels.scaleRows(
            x.operand, by: s.operand, to: y.operand, rows: x.rows, columns: x.columns, accumulate: false)
        let (keptX, keptS) = (s.needsGradient ? x : nil, x.needsGradient ? s : nil)
        let (xSlot, sSlot) = (x.slot, s.slot)
        record("scaleRows", [y]) { pass throws(TensorError) in
            let dy = pass.gradient
            if let keptS, let (target, accumulate) = try pass.accumulator(xSlot) {
                pass.kernels.scaleRows(
                    dy.operand, by: keptS.operand, to: target, rows: dy.rows, columns: dy.columns,
                    accumulate: accumulate)
            }
            if let keptX, let (target, accumulate) = try pass.accumulator(sSlot) {
                pass.kernels.rowDots(
                    dy.operand, keptX.operand, to: target, rows: dy.rows, columns: dy.columns, accumulate: accumulate)
            }
        }
        return y
    }

    /// Each column of x times its number. Shapes: x [..., C], s [C] of the stream type; gives x's shape and type.
    public func scaleColumns(_ x: Tensor, by s: Tensor) throws(TensorError) -> Tensor {
        try checkNumbers("scaleColumns", "x", x)
        try check("scaleColumns", "s", s, columns: x.columns, of: precision.stream)
        let y = try result(x.shape, x.type, of: [x, s])
        kernels.scaleColumns(
            x.operand, by: s.operand, to: y.operand, rows: x.rows, columns: x.columns, accumulate: false)
        let (keptX, keptS) = (s.needsGradient ? x : nil, x.needsGradient ? s : nil)
        let (xSlot, sSlot) = (x.slot, s.slot)
        record("scaleColumns", [y]) { pass throws(TensorError) in
            let dy = pass.gradient
            if let keptS, let (target, accumulate) = try pass.accumulator(xSlot) {
                pass.kernels.scaleColumns(
                    dy.operand, by: keptS.operand, to: target, rows: dy.rows, columns: dy.columns,
                    accumulate: accumulate)
            }
            if let keptX, let (target, accumulate) = try pass.accumulator(sSlot) {
                pass.kernels.columnDots(
                    dy.operand, keptX.operand, to: target, rows: dy.rows, columns: dy.columns, accumulate: accumulate)
            }
        }
        return y
    }

    /// x with `b` added to every row. Shapes: x [..., C], b [C] of the stream type; gives x's shape and type. The gradient of x is
    /// the result's own and costs nothing.
    public func addToRows(_ x: Tensor, _ b: Tensor) throws(TensorError) -> Tensor {
        try checkNumbers("addToRows", "x", x)
        try check("addToRows", "b", b, columns: x.columns, of: precision.stream)
        let y = try result(x.shape, x.type, of: [x, b])
        kernels.copy(x.operand, to: y.operand, rows: x.rows, columns: x.columns, scale: 1, accumulate: false)
        kernels.addToRows(b.operand, to: y.operand, rows: x.rows, columns: x.columns)
        let (xSlot, bSlot) = (x.slot, b.slot)
        record("addToRows", [y]) { pass throws(TensorError) in
            try pass.biasGradient(pass.gradient, to: bSlot)
            try pass.give(pass.gradient, to: xSlot)
        }
        return y
    }

    /// Sums of products along each row. Shapes: two of [..., C] of one type; gives [...] of the stream type.
    public func rowDots(_ x: Tensor, _ y: Tensor) throws(TensorError) -> Tensor {
        try checkAlike("rowDots", x, "the second operand", y)
        let dots = try result(x.shape.dropLast(), precision.stream, of: [x, y])
        kernels.rowDots(
            x.operand, y.operand, to: dots.operand, rows: x.rows, columns: x.columns, accumulate: false)
        let (keptX, keptY) = (y.needsGradient ? x : nil, x.needsGradient ? y : nil)
        let (xSlot, ySlot) = (x.slot, y.slot)
        record("rowDots", [dots]) { pass throws(TensorError) in
            for (kept, slot) in [(keptY, xSlot), (keptX, ySlot)] {
                guard let kept, let (target, accumulate) = try pass.accumulator(slot) else { continue }
                pass.kernels.scaleRows(
                    kept.operand, by: pass.gradient.operand, to: target, rows: kept.rows, columns: kept.columns,
                    accumulate: accumulate)
            }
        }
        return dots
    }
}
