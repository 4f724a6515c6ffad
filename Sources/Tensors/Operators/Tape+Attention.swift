extension Tape {
    /// softmax(scale q k' + mask) v for each head, in blocks: no matrix of weights is kept. Shapes: q [B Tq, H d], k [B Tk, nK d],
    /// v [B Tk, nV dv] of one type, leading dimensions count rows; gives output [B Tq, H dv] of that type and logSums [B, H, Tq]
    /// of the stream type, the logarithms of the sums of exponentials, of which there is no gradient. A query that sees no key
    /// gives 0 and a logSum of minus infinity. Source: Vaswani et al. 2017; in blocks: Dao et al. 2022.
    public func attention(
        _ shape: AttentionShape, q: Tensor, k: Tensor, v: Tensor, visibility: Visibility
    ) throws(TensorError) -> (output: Tensor, logSums: Tensor) {
        let name = "attention"
        try checkQueries(name, shape, q, k)
        try check(name, "v", v, rows: shape.sequences * shape.keys, columns: shape.valueHeads * shape.valueWidth)
        try check(name, "v", v, of: q.type)
        try check(
            name, shape.valueHead.count == shape.heads && shape.valueHead.allSatisfy { 0..<shape.valueHeads ~= $0 },
            "value heads \(shape.valueHead) for \(shape.heads) query heads over \(shape.valueHeads)")
        try visibility.check(name, shape)
        let o = try result(q.shape.dropLast() + [shape.heads * shape.valueWidth], q.type, of: [q, k, v])
        let logSums = try workspace.empty([shape.sequences, shape.heads, shape.queries], precision.stream)
        kernels.attention(
            shape, q: q.operand, k: k.operand, v: v.operand, mask: visibility.mask, to: o.operand,
            logSums: logSums.operand)
        record(name, [o]) { pass throws(TensorError) in
            let gradient = pass.gradient.operand
            try pass.together([q, k, v]) { places in
                pass.kernels.attentionBackward(
                    shape, q: q.operand, k: k.operand, v: v.operand, mask: visibility.mask, o: o.operand,
                    logSums: logSums.operand, gradient: gradient,
                    results: AttentionGradients(
                        q: places[0]?.operand, k: places[1]?.operand, v: places[2]?.operand,
                        accumulate: (
                            places[0]?.accumulate ?? false, places[1]?.accumulate ?? false,
                            places[2]?.accumulate ?? false
                        )))
            }
        }
        return (o, logSums)
    }

    /// How much weight some queries give each key, of an attention that ran before. Shapes: q, k, logSums and `visibility` as
    /// there; gives [B, H, Tk] of the stream type, sums over `queries` of each sequence. Not differentiable.
    public func attentionColumnSums(
        _ shape: AttentionShape, q: Tensor, k: Tensor, visibility: Visibility, logSums: Tensor, queries: Range<Int>
    ) throws(TensorError) -> Tensor {
        let name = "attentionColumnSums"
        try checkQueries(name, shape, q, k)
        try visibility.check(name, shape)
        try check(name, "logSums", logSums, is: [shape.sequences, shape.heads, shape.queries])
        try check(name, "logSums", logSums, of: precision.stream)
        try check(
            name, queries.lowerBound >= 0 && queries.upperBound <= shape.queries,
            "queries \(queries) of \(shape.queries)")
        let sums = try workspace.empty([shape.sequences, shape.heads, shape.keys], precision.stream)
        kernels.attentionColumnSums(
            shape, q: q.operand, k: k.operand, mask: visibility.mask, logSums: logSums.operand, queries: queries,
            to: sums.operand)
        return sums
    }

    private func checkQueries(
        _ name: String, _ shape: AttentionShape, _ q: Tensor, _ k: Tensor
    ) throws(TensorError) {
        try checkNumbers(name, "q", q)
        try check(name, "k", k, of: q.type)
        try check(name, "q", q, rows: shape.sequences * shape.queries, columns: shape.heads * shape.width)
        try check(name, "k", k, rows: shape.sequences * shape.keys, columns: shape.keyHeads * shape.width)
        try check(
            name, shape.keyHead.allSatisfy { 0..<shape.keyHeads ~= $0 },
            "key heads \(shape.keyHead) over \(shape.keyHeads)")
    }
}
