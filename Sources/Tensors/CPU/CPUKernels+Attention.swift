internal import CKernels

// Attention in blocks (Dao et al. 2022): scores of some queries with some keys are all there ever is of the matrix of weights.
extension CPUKernels {
    /// o[B*Tq, H*dv] = D(softmax(scale * q k' + mask)) v, where D drops weights, and the logarithms of the sums. A task is a block of queries of one head,
    /// or, of few queries, those of all heads that share keys and values.
    public func attention(
        _ shape: AttentionShape, q: Operand, k: Operand, v: Operand, mask: AttentionMask, to o: Operand,
        logSums: Operand
    ) {
        if unsafe shape.queries <= AttentionOfFew.most, mask.dropout == nil {
            return unsafe readFew(AttentionOfFew(shape, q: q, k: k, v: v, mask: mask, o: o, logSums: logSums))
        }
        let blocks = unsafe AttentionBlocks(shape, q: q, k: k, mask: mask, keysBeside: 512)
        let forward = unsafe AttentionForward(blocks, v: v, o: o, logSums: logSums)
        let memory = unsafe scratch(threads * forward.byteCount)
        let count = unsafe blocks.queryBlocks
        // Head by head, so that keys and values stay in the cache. The last blocks of a causal attention are the longest and go
        // first.
        run(shape.sequences * shape.heads * count) { index, worker in
            let head = index / count
            unsafe forward.run(
                block: count - 1 - index % count, sequence: head / shape.heads, head: head % shape.heads,
                products[worker], memory + worker * forward.byteCount)
        }
    }

    /// sums[B,H,Tk] = sum over `queries` of the weight they give each key, in ascending order.
    public func attentionColumnSums(
        _ shape: AttentionShape, q: Operand, k: Operand, mask: AttentionMask, logSums: Operand, queries: Range<Int>,
        to sums: Operand
    ) {
        let blocks = unsafe AttentionBlocks(shape, q: q, k: k, mask: mask, keysBeside: 512, queries: queries)
        let heads = shape.sequences * shape.heads
        let (logs, to) = unsafe (logSums.singles(heads * shape.queries), sums.singles(heads * shape.keys))
        var plan = ScratchPlan()
        let scores = unsafe plan.take(blocks.queryBlock * blocks.stride)
        let limits = unsafe plan.take(blocks.queryBlock)
        let memory = unsafe scratch(threads * plan.byteCount)
        unsafe run(heads * blocks.keyBlocks) { index, worker in
            let (sequence, head) = (index % heads / shape.heads, index % shape.heads)
            let keys = unsafe blocks.keys(of: index / heads)
            let own = unsafe memory + worker * plan.byteCount
            let table = unsafe lp_view(data: own + scores, stride: blocks.stride, type: Int32(LP_FLOAT32))
            let target = unsafe to + (sequence * shape.heads + head) * shape.keys + keys.lowerBound
            unsafe target.update(repeating: 0, count: keys.count)
            for block in unsafe 0..<blocks.queryBlocks {
                let rows = unsafe blocks.queries(of: block)
                guard
                    let (sight, count) = unsafe blocks.sight(
                        sequence, rows, keys, memory: (own + limits).assumingMemoryBound(to: Int32.self))
                else { continue }
                unsafe blocks.scores(sequence, head, rows, keys.lowerBound, count, into: table, products[worker])
                unsafe lpp_weight_sums(
                    table, sight, Float(shape.scale),
                    logs + (sequence * shape.heads + head) * shape.queries + rows.lowerBound, target, rows.count,
                    count)
            }
        }
    }
}

extension AttentionBlocks {
    /// Stops where values are not of the shape's heads or the queries' type.
    func check(_ v: Operand) {
        let shape = unsafe shape
        precondition(
            shape.valueHead.count == shape.heads && shape.valueHead.allSatisfy { 0..<shape.valueHeads ~= $0 },
            "attention: value heads \(shape.valueHead)")
        unsafe precondition((v.type == .bfloat16) == isNarrow, "attention: v of \(v.type.rawValue) is not of q's type")
    }

    /// Products of some queries with `count` keys from `first` on.
    func scores(
        _ sequence: Int, _ head: Int, _ queries: Range<Int>, _ first: Int, _ count: Int, into table: lp_view,
        _ worker: ProductWorker
    ) {
        unsafe worker.run(
            TileProduct(
                rows: queries.count, columns: count, depth: shape.width,
                a: TileProduct.Factor(q(sequence, head, from: queries.lowerBound)),
                b: TileProduct.Factor(k(sequence, head, from: first), transposed: true), c: table,
                isRegular: isRegular(queries.count, count)))
    }
}

/// One forward pass.
@unsafe struct AttentionForward {
    private let blocks: AttentionBlocks
    private let v, o: lp_view
    private let logSums: UnsafeMutablePointer<Float>
    private let scores, weights, largest, sums, output, limits: Int
    /// Scratch memory of a worker.
    let byteCount: Int

    init(_ blocks: AttentionBlocks, v: Operand, o: Operand, logSums: Operand) {
        let shape = unsafe blocks.shape
        unsafe blocks.check(v)
        unsafe self.blocks = unsafe blocks
        unsafe self.v = unsafe v.rowsView(shape.sequences * shape.keys, shape.valueHeads * shape.valueWidth)
        unsafe self.o = unsafe o.rowsView(shape.sequences * shape.queries, shape.heads * shape.valueWidth)
        unsafe self.logSums = unsafe logSums.singles(shape.sequences * shape.heads * shape.queries)
        var plan = ScratchPlan()
        let (rows, columns) = unsafe (blocks.queryBlock, blocks.stride)
        unsafe scores = plan.take(rows * columns)
        unsafe weights = plan.take(blocks.isNarrow ? rows * columns : 0, size: 2)
        unsafe largest = plan.take(rows)
        unsafe sums = plan.take(rows)
        unsafe output = plan.take(rows * shape.valueWidth)
        unsafe limits = plan.take(rows)
        unsafe byteCount = plan.byteCount
    }

    /// One block of queries of one head.
    func run(
        block: Int, sequence: Int, head: Int, _ worker: ProductWorker, _ memory: UnsafeMutableRawPointer
    ) {
        let shape = unsafe blocks.shape
        func singles(_ place: Int) -> UnsafeMutablePointer<Float> {
            unsafe (memory + place).assumingMemoryBound(to: Float.self)
        }
        let queries = unsafe blocks.queries(of: block)
        let table = unsafe lp_view(data: memory + scores, stride: blocks.stride, type: Int32(LP_FLOAT32))
        let narrow = unsafe blocks.isNarrow ? (memory + weights).assumingMemoryBound(to: UInt16.self) : nil
        let sum = unsafe lp_view(data: memory + output, stride: shape.valueWidth, type: Int32(LP_FLOAT32))
        var isFirst = true
        for index in unsafe 0..<blocks.keyBlocks {
            let keys = unsafe blocks.keys(of: index)
            guard
                let (sight, count) = unsafe blocks.sight(
                    sequence, queries, keys, memory: (memory + limits).assumingMemoryBound(to: Int32.self))
            else { continue }
            unsafe blocks.scores(sequence, head, queries, keys.lowerBound, count, into: table, worker)
            unsafe lpp_softmax_block(
                table, narrow, sight, Float(shape.scale), isFirst, singles(largest), singles(sums), sum, queries.count,
                count, shape.valueWidth)
            let factor =
                unsafe blocks.isNarrow
                ? lp_view(data: memory + weights, stride: blocks.stride, type: Int32(LP_BFLOAT16)) : table
            unsafe blocks.drop(
                factor, sequence, head, from: queries.lowerBound, queries.count, from: keys.lowerBound, count)
            unsafe worker.run(
                TileProduct(
                    rows: queries.count, columns: shape.valueWidth, depth: count, a: TileProduct.Factor(factor),
                    b: TileProduct.Factor(
                        v.from(
                            row: sequence * shape.keys + keys.lowerBound,
                            column: shape.valueHead[head] * shape.valueWidth)),
                    c: sum, accumulate: !isFirst, isRegular: blocks.isRegular(queries.count, count)))
            isFirst = false
        }
        if isFirst { unsafe singles(sums).update(repeating: 0, count: queries.count) }
        let row = sequence * shape.queries + queries.lowerBound
        unsafe lpp_softmax_finish(
            sum, singles(largest), singles(sums), o.from(row: row, column: head * shape.valueWidth),
            logSums + (sequence * shape.heads + head) * shape.queries + queries.lowerBound, queries.count,
            shape.valueWidth)
    }
}
