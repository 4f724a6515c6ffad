extension Tape {
    /// Rows of a table by number, as the residual stream wants them. Shapes: table [V, D], ids [...] int32, each of 0 ..< V or
    /// negative for a row of 0; gives [..., D] of the stream type. Ids out of the table are the caller's fault.
    public func embedding(_ table: Tensor, ids: Tensor) throws(TensorError) -> Tensor {
        try check("embedding", indices: ids, ids.count, "ids")
        try check(table.shape.count == 2, "embedding", "a table [V, D]", "\(table.shape)")
        return try rows("embedding", of: table, at: ids, ids.shape + [table.columns], precision.stream)
    }

    /// Rows of x by number, each as often as it is named. Shapes: x [..., C], its leading dimensions counting rows, indices [N]
    /// int32, negative for a row of 0; gives [N, C] of x's type. x may be int32; there is no gradient then.
    public func gatherRows(_ x: Tensor, indices: Tensor) throws(TensorError) -> Tensor {
        try check("gatherRows", indices: indices, indices.count)
        if x.type != .int32 { try checkNumbers("gatherRows", "x", x) }
        return try rows("gatherRows", of: x, at: indices, [indices.count, x.columns], x.type)
    }

    private func rows(
        _ name: String, of table: Tensor, at indices: Tensor, _ shape: [Int], _ type: ElementType
    ) throws(TensorError) -> Tensor {
        let y = try result(shape, type, of: [table])
        kernels.gatherRows(
            table.operand, indices: indices.operand, to: y.operand, rows: y.rows, columns: y.columns,
            accumulate: false)
        let (slot, tableRows) = (table.slot, table.rows)
        record(name, [y]) { pass throws(TensorError) in
            let dy = pass.gradient
            guard let target = try pass.summand(slot, rows: tableRows, columns: dy.columns) else { return }
            pass.kernels.scatterAddRows(
                dy.operand, indices: indices.operand, into: target, tableRows: tableRows, rows: dy.rows,
                columns: dy.columns)
        }
        return y
    }

    /// x with each of `rows` added to the row it names, in ascending order. Shapes: x [..., C], indices [N] int32, negative for
    /// none, rows [N, C] of any type of number; gives x's shape and type. x's gradient is the result's own and costs nothing.
    public func scatterAddRows(_ rows: Tensor, indices: Tensor, into x: Tensor) throws(TensorError) -> Tensor {
        try check("scatterAddRows", indices: indices, rows.rows)
        try check("scatterAddRows", "rows", rows, rows: rows.rows, columns: x.columns)
        try checkNumbers("scatterAddRows", "x", x)
        try checkNumbers("scatterAddRows", "rows", rows)
        let y = try result(x.shape, x.type, of: [x, rows])
        kernels.copy(x.operand, to: y.operand, rows: x.rows, columns: x.columns, scale: 1, accumulate: false)
        kernels.scatterAddRows(
            rows.operand, indices: indices.operand, into: y.operand, tableRows: y.rows, rows: rows.rows,
            columns: y.columns)
        let (slot, rowsSlot, count) = (x.slot, rows.slot, rows.rows)
        record("scatterAddRows", [y]) { pass throws(TensorError) in
            let dy = pass.gradient
            if let (target, accumulate) = try pass.accumulator(rowsSlot) {
                pass.kernels.gatherRows(
                    dy.operand, indices: indices.operand, to: target, rows: count, columns: dy.columns,
                    accumulate: accumulate)
            }
            try pass.give(dy, to: slot)
        }
        return y
    }

    /// Numbers of each row by place. Shapes: x [..., C], indices [..., k] int32 with as many rows, negative for 0; gives [..., k]
    /// of x's type.
    public func gatherElements(_ x: Tensor, indices: Tensor) throws(TensorError) -> Tensor {
        let count = indices.columns
        try check("gatherElements", indices: indices, x.rows * count)
        try checkNumbers("gatherElements", "x", x)
        let y = try result(x.shape.dropLast() + [count], x.type, of: [x])
        kernels.gatherElements(x.operand, indices: indices.operand, to: y.operand, rows: x.rows, count: count)
        let (slot, rows, columns) = (x.slot, x.rows, x.columns)
        record("gatherElements", [y]) { pass throws(TensorError) in
            guard let target = try pass.summand(slot, rows: rows, columns: columns) else { return }
            pass.kernels.scatterAddElements(
                pass.gradient.operand, indices: indices.operand, into: target, rows: rows, count: count)
        }
        return y
    }
}
