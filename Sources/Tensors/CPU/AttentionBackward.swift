internal import CKernels

/// One backward pass: weights are computed again from scores and the logarithms of their sums.
@unsafe struct AttentionBackward {
    private let blocks: AttentionBlocks
    private let v, o, gradient: lp_view
    private let dq, dk, dv: lp_view?
    private let accumulate: (q: Bool, k: Bool, v: Bool)
    private let logSums: UnsafePointer<Float>
    private let parts: Int
    private let scores, slopes, weights, narrowSlopes, limits, deltas, keySums, valueSums, ownQueries: Int
    /// Scratch memory of a worker.
    let byteCount: Int
    /// Scratch memory of one part's dq.
    let queryBytes: Int

    /// Tasks that keep all threads busy.
    private static let enough = 8
    /// A part keeps a dq of its own.
    private static let mostParts = 4

    /// Into how many parts keys are cut where there are but few tasks.
    static func parts(_ tasks: Int, keyBlocks: Int) -> Int {
        unsafe max(1, min(mostParts, keyBlocks, (enough + tasks - 1) / max(1, tasks)))
    }

    /// A pass over clusters of at most `largest` heads.
    init(
        _ blocks: AttentionBlocks, v: Operand, o: Operand, logSums: Operand, gradient: Operand,
        results: AttentionGradients, parts: Int, largest: Int
    ) {
        let shape = unsafe blocks.shape
        let (height, length) = (shape.sequences * shape.queries, shape.sequences * shape.keys)
        unsafe precondition(
            (v.type == .bfloat16) == blocks.isNarrow && gradient.type == v.type,
            "attention: v of \(v.type.rawValue), gradient of \(gradient.type.rawValue)")
        unsafe self.blocks = unsafe blocks
        unsafe self.parts = parts
        unsafe self.v = unsafe v.rowsView(length, shape.valueHeads * shape.valueWidth)
        unsafe self.o = unsafe o.rowsView(height, shape.heads * shape.valueWidth)
        unsafe self.gradient = unsafe gradient.rowsView(height, shape.heads * shape.valueWidth)
        unsafe self.logSums = unsafe UnsafePointer(logSums.singles(shape.sequences * shape.heads * shape.queries))
        unsafe dq = unsafe results.q?.rowsView(height, shape.heads * shape.width)
        unsafe dk = unsafe results.k?.rowsView(length, shape.keyHeads * shape.width)
        unsafe dv = unsafe results.v?.rowsView(length, shape.valueHeads * shape.valueWidth)
        unsafe accumulate = results.accumulate
        var plan = ScratchPlan()
        let (rows, columns) = unsafe (blocks.queryBlock, blocks.stride)
        let narrow = unsafe blocks.isNarrow ? rows * columns : 0
        unsafe scores = plan.take(rows * columns)
        unsafe slopes = plan.take(rows * columns)
        unsafe weights = plan.take(narrow, size: 2)
        unsafe narrowSlopes = plan.take(narrow, size: 2)
        unsafe limits = plan.take(rows)
        unsafe deltas = plan.take(largest * shape.queries)
        unsafe keySums = plan.take(largest * columns * shape.width)
        unsafe valueSums = plan.take(largest * columns * shape.valueWidth)
        unsafe ownQueries = plan.take(parts == 1 ? largest * shape.queries * shape.width : 0)
        unsafe byteCount = plan.byteCount
        unsafe queryBytes = (height * shape.heads * shape.width * 4 + 63) / 64 * 64
    }

    /// A task and the memory it works in.
    @unsafe private struct Task {
        let cluster: AttentionCluster
        let sequence: Int
        let worker: ProductWorker
        let memory: UnsafeMutableRawPointer
        let shared: UnsafeMutableRawPointer

        /// Singles `count` numbers behind the place `offset` of the worker's memory.
        func singles(_ offset: Int, _ count: Int = 0) -> UnsafeMutablePointer<Float> {
            unsafe (memory + offset).assumingMemoryBound(to: Float.self) + count
        }
    }

    /// Every `parts`-th block of keys from `part` on, of one cluster and sequence.
    func run(
        _ cluster: AttentionCluster, sequence: Int, part: Int, _ worker: ProductWorker,
        _ memory: UnsafeMutableRawPointer, shared: UnsafeMutableRawPointer
    ) {
        let task = unsafe Task(cluster: cluster, sequence: sequence, worker: worker, memory: memory, shared: shared)
        let shape = unsafe blocks.shape
        for (place, head) in cluster.heads.enumerated() {
            let delta = unsafe lp_view(
                data: task.singles(deltas, place * shape.queries), stride: 1, type: Int32(LP_FLOAT32))
            unsafe lpn_row_dots(
                gradientRows(sequence, head, from: 0),
                o.from(row: sequence * shape.queries, column: head * shape.valueWidth), delta,
                lp_area(shape.queries, shape.valueWidth), false)
            unsafe queryRows(task, place, from: 0).data.initializeMemory(
                as: UInt8.self, repeating: 0, count: dq == nil ? 0 : shape.queries * shape.width * 4)
        }
        for index in unsafe stride(from: part, to: blocks.keyBlocks, by: parts) {
            unsafe gatherKeys(blocks.keys(of: index), task)
        }
        guard let dq = unsafe dq, unsafe parts == 1 else { return }
        for (place, head) in cluster.heads.enumerated() {
            unsafe lpp_finish(
                queryRows(task, place, from: 0), 1, nil,
                dq.from(row: sequence * shape.queries, column: head * shape.width), shape.queries, shape.width,
                accumulate.q)
        }
    }

    /// Adds up what all parts found for dq of one head.
    func joinQueries(sequence: Int, head: Int, _ memory: UnsafeMutableRawPointer) {
        guard let dq = unsafe dq else { return }
        let shape = unsafe blocks.shape
        let area = lp_area(shape.queries, shape.width)
        let first = unsafe sharedRows(memory, sequence, head, from: 0)
        for part in unsafe 1..<parts {
            unsafe lpn_copy(sharedRows(memory + part * queryBytes, sequence, head, from: 0), first, area, 1, true)
        }
        unsafe lpp_finish(
            first, 1, nil, dq.from(row: sequence * shape.queries, column: head * shape.width), shape.queries,
            shape.width, accumulate.q)
    }

    /// dk and dv of some keys, and what these keys add to dq.
    private func gatherKeys(_ keys: Range<Int>, _ task: Task) {
        let (shape, cluster) = unsafe (blocks.shape, task.cluster)
        let (keyCount, valueCount) = (keys.count * shape.width, keys.count * shape.valueWidth)
        unsafe task.singles(keySums).update(repeating: 0, count: cluster.keyHeads.count * keyCount)
        unsafe task.singles(valueSums).update(repeating: 0, count: cluster.valueHeads.count * valueCount)
        for place in cluster.heads.indices {
            for block in unsafe 0..<blocks.queryBlocks {
                unsafe visit(blocks.queries(of: block), keys, place, task)
            }
        }
        let row = unsafe task.sequence * shape.keys + keys.lowerBound
        if let dk = unsafe dk {
            for (place, head) in cluster.keyHeads.enumerated() {
                unsafe lpp_finish(
                    lp_view(task.singles(keySums, place * keyCount), shape.width), 1, nil,
                    dk.from(row: row, column: head * shape.width), keys.count, shape.width, accumulate.k)
            }
        }
        if let dv = unsafe dv {
            for (place, head) in cluster.valueHeads.enumerated() {
                unsafe lpp_finish(
                    lp_view(task.singles(valueSums, place * valueCount), shape.valueWidth), 1, nil,
                    dv.from(row: row, column: head * shape.valueWidth), keys.count, shape.valueWidth, accumulate.v)
            }
        }
    }

    /// What a block of queries of the cluster's head number `place` adds to the gradients of a block of keys, and these to its.
    private func visit(_ queries: Range<Int>, _ keys: Range<Int>, _ place: Int, _ task: Task) {
        let (shape, sequence, worker) = unsafe (blocks.shape, task.sequence, task.worker)
        let head = unsafe task.cluster.heads[place]
        let limitMemory = unsafe (task.memory + limits).assumingMemoryBound(to: Int32.self)
        guard let (sight, count) = unsafe blocks.sight(sequence, queries, keys, memory: limitMemory) else { return }
        let (rows, isRegular) = unsafe (queries.count, blocks.isRegular(queries.count, count))
        let (isNarrow, columns) = unsafe (blocks.isNarrow, blocks.stride)
        let (table, slope) = unsafe (lp_view(task.singles(scores), columns), lp_view(task.singles(slopes), columns))
        let up = unsafe TileProduct.Factor(gradientRows(sequence, head, from: queries.lowerBound))
        let value = unsafe v.from(
            row: sequence * shape.keys + keys.lowerBound, column: shape.valueHead[head] * shape.valueWidth)
        unsafe blocks.scores(sequence, head, queries, keys.lowerBound, count, into: table, worker)
        unsafe worker.run(
            TileProduct(
                rows: rows, columns: count, depth: shape.valueWidth, a: up,
                b: TileProduct.Factor(value, transposed: true), c: slope, isRegular: isRegular))

        func halves(_ offset: Int) -> UnsafeMutablePointer<UInt16> {
            unsafe (task.memory + offset).assumingMemoryBound(to: UInt16.self)
        }
        let query = (sequence * shape.heads + head) * shape.queries + queries.lowerBound
        // With weights D(w), dw = D(d) and dv = D(w)' do; the row's mean w dw is still o do.
        unsafe blocks.drop(slope, sequence, head, from: queries.lowerBound, rows, from: keys.lowerBound, count)
        unsafe lpp_softmax_gradient_block(
            table, slope, isNarrow ? halves(weights) : nil, isNarrow ? halves(narrowSlopes) : nil, sight,
            Float(shape.scale), logSums + query, task.singles(deltas, place * shape.queries + queries.lowerBound),
            rows, count)
        let (weight, change) =
            unsafe isNarrow
            ? (lp_view(halves(weights), columns), lp_view(halves(narrowSlopes), columns)) : (table, slope)
        unsafe blocks.drop(weight, sequence, head, from: queries.lowerBound, rows, from: keys.lowerBound, count)

        func add(_ height: Int, _ width: Int, _ depth: Int, _ a: TileProduct.Factor, _ b: lp_view, to c: lp_view) {
            unsafe worker.run(
                TileProduct(
                    rows: height, columns: width, depth: depth, a: a, b: TileProduct.Factor(b), c: c, accumulate: true,
                    isRegular: isRegular))
        }
        if unsafe dv != nil, let own = unsafe task.cluster.valueHeads.firstIndex(of: shape.valueHead[head]) {
            unsafe add(
                count, shape.valueWidth, rows, TileProduct.Factor(weight, transposed: true), up.view,
                to: lp_view(task.singles(valueSums, own * keys.count * shape.valueWidth), shape.valueWidth))
        }
        if unsafe dk != nil, let own = unsafe task.cluster.keyHeads.firstIndex(of: shape.keyHead[head]) {
            unsafe add(
                count, shape.width, rows, TileProduct.Factor(change, transposed: true),
                blocks.q(sequence, head, from: queries.lowerBound),
                to: lp_view(task.singles(keySums, own * keys.count * shape.width), shape.width))
        }
        if unsafe dq != nil {
            unsafe add(
                rows, shape.width, count, TileProduct.Factor(change), blocks.k(sequence, head, from: keys.lowerBound),
                to: queryRows(task, place, from: queries.lowerBound))
        }
    }

    private func gradientRows(_ sequence: Int, _ head: Int, from query: Int) -> lp_view {
        let shape = unsafe blocks.shape
        return unsafe gradient.from(row: sequence * shape.queries + query, column: head * shape.valueWidth)
    }

    /// Where dq of the cluster's head number `place` gathers.
    private func queryRows(_ task: Task, _ place: Int, from query: Int) -> lp_view {
        let shape = unsafe blocks.shape
        if unsafe parts > 1 {
            return unsafe sharedRows(task.shared, task.sequence, task.cluster.heads[place], from: query)
        }
        return unsafe lp_view(
            task.singles(ownQueries, (place * shape.queries + query) * shape.width), shape.width)
    }

    private func sharedRows(
        _ memory: UnsafeMutableRawPointer, _ sequence: Int, _ head: Int, from query: Int
    ) -> lp_view {
        let shape = unsafe blocks.shape
        let row = (sequence * shape.heads + head) * shape.queries + query
        return unsafe lp_view(memory.assumingMemoryBound(to: Float.self) + row * shape.width, shape.width)
    }
}

extension lp_view {
    init(_ singles: UnsafeMutablePointer<Float>, _ stride: Int) {
        unsafe self.init(data: singles, stride: stride, type: Int32(LP_FLOAT32))
    }

    init(_ halves: UnsafeMutablePointer<UInt16>, _ stride: Int) {
        unsafe self.init(data: halves, stride: stride, type: Int32(LP_BFLOAT16))
    }
}
