internal import CKernels

/// Attention of few queries over many keys, as a token meets a cache: keys and values are read once for all heads that share
/// them, in pieces of the same length whatever the room there is, and what the pieces gave is joined. Numbers of a query have the
/// same bits beside others, beside other sequences and with any room behind the keys it sees.
@unsafe struct AttentionOfFew {
    /// Queries of a sequence up to which this is faster than blocks of oneDNN's products.
    static let most = 8
    /// Keys of a piece.
    private static let pieceLength = 256

    private let blocks: AttentionBlocks
    private let groups: HeadGroups
    private let v, o: lp_view
    private let logSums: UnsafeMutablePointer<Float>
    // Sizes of the shape by themselves: threads that copy the shape count references to its lists and wait for each other.
    private let queryCount, keyCount, headCount, width, valueWidth: Int
    private let scale: Float
    /// Rows of the largest group: its heads times queries.
    private let mostRows: Int
    /// Singles of what a piece gives: sums of values, largest scores, sums of weights.
    private let partSize: Int
    /// Places in a worker's scratch memory.
    private let queries, scores, limits, segments: Int
    /// Scratch memory of a worker.
    let workerBytes: Int
    /// B.
    let sequences: Int
    /// Pieces of the keys of a sequence.
    let pieces: Int

    init(
        _ shape: AttentionShape, q: Operand, k: Operand, v: Operand, mask: AttentionMask, o: Operand, logSums: Operand
    ) {
        let blocks = unsafe AttentionBlocks(shape, q: q, k: k, mask: mask, keyBlock: Self.pieceLength)
        unsafe blocks.check(v)
        let groups = HeadGroups(shape)
        unsafe self.blocks = unsafe blocks
        unsafe self.groups = groups
        unsafe self.v = unsafe v.rowsView(shape.sequences * shape.keys, shape.valueHeads * shape.valueWidth)
        unsafe self.o = unsafe o.rowsView(shape.sequences * shape.queries, shape.heads * shape.valueWidth)
        unsafe self.logSums = unsafe logSums.singles(shape.sequences * shape.heads * shape.queries)
        unsafe (queryCount, keyCount, headCount) = (shape.queries, shape.keys, shape.heads)
        unsafe (width, valueWidth, scale) = (shape.width, shape.valueWidth, Float(shape.scale))
        let rows = groups.largest * shape.queries
        unsafe mostRows = rows
        unsafe partSize = (rows * (shape.valueWidth + 2) + 15) / 16 * 16
        var plan = ScratchPlan()
        unsafe queries = plan.take(rows * shape.width, size: blocks.isNarrow ? 2 : 4)
        unsafe scores = plan.take(rows * Self.pieceLength)
        unsafe limits = plan.take(rows)
        unsafe segments = plan.take(rows)
        unsafe workerBytes = plan.byteCount
        unsafe sequences = shape.sequences
        unsafe pieces = blocks.keyBlocks
    }

    /// Bytes of what all pieces give.
    var partBytes: Int { unsafe sequences * groups.count * pieces * partSize * 4 }

    /// What one piece of keys gives the queries of a sequence.
    func read(
        sequence: Int, piece: Int, widens: Bool, _ memory: UnsafeMutableRawPointer,
        _ parts: UnsafeMutablePointer<Float>
    ) {
        let keys = unsafe blocks.keys(of: piece)
        let limits = unsafe (memory + limits).assumingMemoryBound(to: Int32.self)
        guard let (bare, count) = unsafe blocks.sight(sequence, 0..<queryCount, keys, memory: limits) else {
            for group in unsafe 0..<groups.count {
                unsafe part(sequence, group, piece, parts).sums.update(repeating: 0, count: mostRows)
            }
            return
        }
        let sight = unsafe sight(bare, memory)
        let table = unsafe lp_view(data: memory + scores, stride: Self.pieceLength, type: Int32(LP_FLOAT32))
        for group in unsafe 0..<groups.count {
            let rows = unsafe groups.size(of: group) * queryCount
            let part = unsafe part(sequence, group, piece, parts)
            let q = unsafe gathered(group, sequence, memory + queries)
            unsafe lpp_rows(
                q, k(sequence, group, keys.lowerBound), width, 1, nil, table, false, widens,
                lp_area(rows, count))
            unsafe lpp_softmax_block(
                table, nil, sight, scale, true, part.largest, part.sums, lp_view(), rows, count, 0)
            unsafe lpp_read(table, v(sequence, group, keys.lowerBound), part.values, rows, count, valueWidth)
        }
    }

    /// Keys of a group of heads from `key` on.
    private func k(_ sequence: Int, _ group: Int, _ key: Int) -> lp_view {
        unsafe blocks.k(sequence, groups.head(group, 0), from: key)
    }

    /// Values of a group of heads from `key` on.
    private func v(_ sequence: Int, _ group: Int, _ key: Int) -> lp_view {
        unsafe v.from(row: sequence * keyCount + key, column: groups.valueHead(group) * valueWidth)
    }

    /// Results of a sequence.
    func join(sequence: Int, _ parts: UnsafeMutablePointer<Float>) {
        for group in unsafe 0..<groups.count {
            let first = unsafe part(sequence, group, 0, parts)
            for row in unsafe 0..<groups.size(of: group) * queryCount {
                let (member, query) = unsafe row.quotientAndRemainder(dividingBy: queryCount)
                let head = unsafe groups.head(group, member)
                unsafe lpp_softmax_join(
                    first.values + row * valueWidth, first.largest + row, first.sums + row, partSize, pieces,
                    o.from(row: sequence * queryCount + query, column: head * valueWidth),
                    logSums + (sequence * headCount + head) * queryCount + query, valueWidth)
            }
        }
    }

    private func part(
        _ sequence: Int, _ group: Int, _ piece: Int, _ parts: UnsafeMutablePointer<Float>
    ) -> (
        values: UnsafeMutablePointer<Float>, largest: UnsafeMutablePointer<Float>, sums: UnsafeMutablePointer<Float>
    ) {
        let start = unsafe parts + ((sequence * groups.count + group) * pieces + piece) * partSize
        let largest = unsafe start + mostRows * valueWidth
        return unsafe (start, largest, largest + mostRows)
    }

    /// Queries of a group of heads below each other, head by head.
    private func gathered(_ group: Int, _ sequence: Int, _ memory: UnsafeMutableRawPointer) -> lp_view {
        let bytes = unsafe width * (blocks.isNarrow ? 2 : 4)
        var to = unsafe memory
        for member in unsafe 0..<groups.size(of: group) {
            let head = unsafe groups.head(group, member)
            for query in unsafe 0..<queryCount {
                unsafe to.copyMemory(from: blocks.q(sequence, head, from: query).data, byteCount: bytes)
                unsafe to += bytes
            }
        }
        return unsafe lp_view(
            data: memory, stride: width, type: Int32(blocks.isNarrow ? LP_BFLOAT16 : LP_FLOAT32))
    }

    /// What queries see, once for each head.
    private func sight(_ bare: lp_sight, _ memory: UnsafeMutableRawPointer) -> lp_sight {
        func repeated(_ numbers: UnsafePointer<Int32>?, _ place: Int) -> UnsafePointer<Int32>? {
            guard let numbers = unsafe numbers else { return nil }
            let to = unsafe (memory + place).assumingMemoryBound(to: Int32.self)
            for row in unsafe 0..<mostRows { unsafe to[row] = numbers[row % queryCount] }
            return unsafe UnsafePointer(to)
        }
        var sight = unsafe bare
        unsafe sight.limits = unsafe repeated(bare.limits, limits)
        unsafe sight.query_segments = unsafe repeated(bare.query_segments, segments)
        return unsafe sight
    }
}

/// Query heads of an attention, those that share a key and a value head together.
private final class HeadGroups: Sendable {
    private let heads: [Int]
    private let starts: [Int]
    private let valueHeads: [Int]
    /// Heads of the largest group.
    let largest: Int

    init(_ shape: AttentionShape) {
        var (heads, starts, valueHeads, largest) = ([Int](), [0], [Int](), 0)
        for head in 0..<shape.heads {
            func shares(_ other: Int) -> Bool {
                shape.keyHead[other] == shape.keyHead[head] && shape.valueHead[other] == shape.valueHead[head]
            }
            if (0..<head).contains(where: shares) { continue }
            let first = heads.count
            heads += (head..<shape.heads).filter(shares)
            starts.append(heads.count)
            valueHeads.append(shape.valueHead[head])
            largest = max(largest, heads.count - first)
        }
        self.heads = heads
        self.starts = starts
        self.valueHeads = valueHeads
        self.largest = largest
    }

    /// How many groups there are.
    var count: Int { valueHeads.count }
    /// Heads of a group.
    func size(of group: Int) -> Int { starts[group + 1] - starts[group] }
    /// A head of a group.
    func head(_ group: Int, _ member: Int) -> Int { heads[starts[group] + member] }
    /// The value head that a group reads.
    func valueHead(_ group: Int) -> Int { valueHeads[group] }
}

extension CPUKernels {
    /// Singles of parts that are joined on the caller's thread.
    private static let fewJoined = 1 << 13

    /// Runs an attention of few queries.
    func readFew(_ attention: AttentionOfFew) {
        let (sequences, pieces, workerBytes) = unsafe (attention.sequences, attention.pieces, attention.workerBytes)
        let memory = unsafe scratch(threads * workerBytes + attention.partBytes)
        let parts = unsafe (memory + threads * workerBytes).assumingMemoryBound(to: Float.self)
        let widens = !(products.first?.usesPrimitives ?? true)
        pool.run(sequences * pieces) { index, worker in
            let (sequence, piece) = index.quotientAndRemainder(dividingBy: pieces)
            unsafe attention.read(
                sequence: sequence, piece: piece, widens: widens, memory + worker * workerBytes, parts)
        }
        if unsafe attention.partBytes / 4 <= Self.fewJoined {
            for sequence in 0..<sequences { unsafe attention.join(sequence: sequence, parts) }
        } else {
            pool.run(sequences) { sequence, _ in unsafe attention.join(sequence: sequence, parts) }
        }
    }
}
