extension Tape {
    /// Rows offsets[g] ..< offsets[g+1] of x times the transposed weight of group g; rows outside all groups give 0. Shapes: x
    /// [R, K] and weights [G, N, K] of one type, offsets [G+1] int32, ascending; gives [R, N] of x's type. Offsets stay where
    /// they are: the host does not learn how long groups are. Empty groups cost nothing and get a gradient of zero.
    public func grouped(_ x: Tensor, weights: Tensor, offsets: Tensor) throws(TensorError) -> Tensor {
        try check(
            weights.shape.count == 3 && weights.columns == x.columns, "grouped",
            "weights [G, N, \(x.columns)] for x \(x.shape)", "\(weights.shape)")
        try checkNumbers("grouped", "x", x)
        try check("grouped", "weights", weights, of: x.type)
        let (groups, height) = (weights.shape[0], weights.shape[1])
        try check("grouped", indices: offsets, groups + 1, "offsets")
        let y = try result(x.shape.dropLast() + [height], x.type, of: [x, weights])
        let matrix = Matrix(weights.operand, rows: height, columns: x.columns)
        kernels.productGroups(
            x.matrix, matrix.transpose, bStep: height * weights.operand.stride, offsets: offsets.operand,
            groups: groups, into: y.operand, accumulate: false)

        let (keptX, keptWeights) = (weights.needsGradient ? x : nil, x.needsGradient ? weights : nil)
        let (xSlot, weightSlot, type) = (x.slot, weights.slot, x.type)
        record("grouped", [y]) { pass throws(TensorError) in
            let dy = try pass.cast(pass.gradient, to: type)
            if let keptWeights, let (dx, accumulate) = try pass.accumulator(xSlot) {
                let matrix = Matrix(keptWeights.operand, rows: height, columns: keptWeights.columns)
                pass.kernels.productGroups(
                    dy.matrix, matrix, bStep: height * keptWeights.operand.stride, offsets: offsets.operand,
                    groups: groups, into: dx, accumulate: accumulate)
            }
            if let keptX, let (dw, accumulate) = try pass.accumulator(weightSlot) {
                pass.kernels.productGroupWeights(
                    dy.operand, columns: height, keptX.operand, columns: keptX.columns, rows: keptX.rows,
                    offsets: offsets.operand, groups: groups, into: dw, cStep: height * dw.stride,
                    accumulate: accumulate)
            }
        }
        return y
    }

    /// The `count` largest numbers of each row, largest first, of equals the first. Shapes: x [..., C]; gives indices [..., count]
    /// int32 and values [..., count] of x's type. Not differentiable; `gatherElements` is.
    public func topK(_ x: Tensor, count: Int) throws(TensorError) -> (indices: Tensor, values: Tensor) {
        try checkNumbers("topK", "x", x)
        try check("topK", count >= 0 && count <= x.columns, "\(count) of \(x.columns) numbers a row")
        let shape = x.shape.dropLast() + [count]
        let indices = try workspace.empty(Array(shape), .int32)
        let values = try workspace.empty(Array(shape), x.type)
        kernels.topK(
            x.operand, rows: x.rows, columns: x.columns, count: count, indices: indices.operand,
            values: values.operand)
        return (indices, values)
    }

    /// Rows of indices in ascending order, negative ones (none) last as -1; row r has `rowStep` r times added, so that places
    /// of sequences become rows of a batch. Shapes: [..., count] int32. Not differentiable.
    public func sortIndices(_ indices: Tensor, rowStep: Int = 0) throws(TensorError) -> Tensor {
        try check("sortIndices", "indices", indices, of: .int32)
        let sorted = try workspace.empty(indices.shape, .int32)
        kernels.sortIndices(
            indices.operand, to: sorted.operand, rows: indices.rows, count: indices.columns, rowStep: rowStep)
        return sorted
    }

    /// Brings rows of one group together, in ascending order within each. Shapes: groups [R] int32, each of 0 ..< `count` or
    /// negative for none; gives order [R], for each place the row that stands there (-1 past the last group), and offsets
    /// [count + 1], both int32. Not differentiable.
    public func groupRows(_ groups: Tensor, count: Int) throws(TensorError) -> (order: Tensor, offsets: Tensor) {
        try check("groupRows", indices: groups, groups.count, "groups")
        let order = try workspace.empty([groups.count], .int32)
        let offsets = try workspace.empty([count + 1], .int32)
        kernels.groupRows(
            groups.operand, rows: groups.count, groups: count, order: order.operand, offsets: offsets.operand)
        return (order, offsets)
    }
}
