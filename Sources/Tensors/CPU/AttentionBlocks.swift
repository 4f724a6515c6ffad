internal import CKernels

/// How an attention is cut into blocks of queries and keys, what stands where, and which blocks anybody sees. Blocks depend on
/// the shape alone.
@unsafe struct AttentionBlocks {
    let shape: AttentionShape
    /// Rows of each sequence that ask.
    let queries: Range<Int>
    /// Queries of a block; the last one may be shorter.
    let queryBlock: Int
    /// Keys of a block; the last one may be shorter.
    let keyBlock: Int
    let isNarrow: Bool
    private let q, k: lp_view
    private let causalOffset: Int?
    private let dropout: Dropout?
    private let limits, querySegments, keySegments: UnsafePointer<Int32>?

    private static let mostQueries = 128
    private static let mostKeys = 2048

    /// `keysBeside`: keys of a block beside 128 queries, more beside fewer; what belongs to a block then stays in a core's second
    /// cache. Blocks of keys are cut at fixed places, so that room behind the keys that a query sees changes no bit of what it
    /// reads; or `evenly`, where all keys are always seen. `keyBlock`: keys of a block whatever their number. `queries` of each
    /// sequence ask, all by default.
    init(
        _ shape: AttentionShape, q: Operand, k: Operand, mask: AttentionMask, keysBeside: Int = 0,
        evenly: Bool = false, keyBlock: Int? = nil, queries: Range<Int>? = nil
    ) {
        let (height, length) = (shape.sequences * shape.queries, shape.sequences * shape.keys)
        precondition(q.type == k.type, "attention: q of \(q.type.rawValue), k of \(k.type.rawValue)")
        precondition(
            shape.keyHead.allSatisfy { 0..<shape.keyHeads ~= $0 }, "attention: key heads \(shape.keyHead)")
        precondition(
            (mask.querySegments == nil) == (mask.keySegments == nil), "attention: segments of one side alone")
        unsafe self.shape = shape
        let rows = queries ?? 0..<shape.queries
        precondition(rows.lowerBound >= 0 && rows.upperBound <= shape.queries, "attention: queries \(rows)")
        unsafe self.queries = rows
        let most = unsafe min(
            Self.mostKeys, keysBeside * Self.mostQueries / min(Self.mostQueries, max(1, rows.count)) / 16 * 16)
        unsafe queryBlock = Self.length(rows.count, most: Self.mostQueries)
        let width = unsafe evenly ? Self.length(shape.keys, most: most) : max(1, min(shape.keys, most))
        unsafe self.keyBlock = keyBlock ?? width
        unsafe isNarrow = q.type == .bfloat16
        unsafe self.q = unsafe q.rowsView(height, shape.heads * shape.width)
        unsafe self.k = unsafe k.rowsView(length, shape.keyHeads * shape.width)
        unsafe causalOffset = mask.limits == nil ? mask.causalOffset : nil
        unsafe dropout = mask.dropout.flatMap { $0.rate > 0 ? $0 : nil }
        unsafe limits = unsafe mask.limits.map { unsafe UnsafePointer($0.indices(height)) }
        unsafe querySegments = unsafe mask.querySegments.map { unsafe UnsafePointer($0.indices(height)) }
        unsafe keySegments = unsafe mask.keySegments.map { unsafe UnsafePointer($0.indices(length)) }
    }

    /// The length of equal blocks of at most `most`, a multiple of 16 unless one is enough.
    private static func length(_ whole: Int, most: Int) -> Int {
        let count = max(1, (whole + most - 1) / most)
        return count == 1 ? max(1, whole) : ((whole + count - 1) / count + 15) / 16 * 16
    }

    /// Numbers between rows of scores: C loops take them 16 at a time.
    var stride: Int { unsafe (keyBlock + 15) / 16 * 16 }
    var queryBlocks: Int { unsafe (queries.count + queryBlock - 1) / queryBlock }
    var keyBlocks: Int { unsafe (shape.keys + keyBlock - 1) / keyBlock }

    /// Queries of block `index`.
    func queries(of index: Int) -> Range<Int> {
        let first = unsafe queries.lowerBound + index * queryBlock
        return unsafe first..<min(queries.upperBound, first + queryBlock)
    }

    /// Keys of block `index`.
    func keys(of index: Int) -> Range<Int> {
        let first = unsafe index * keyBlock
        return unsafe first..<min(shape.keys, first + keyBlock)
    }

    /// Rows of q of a head and sequence from a query on.
    func q(_ sequence: Int, _ head: Int, from query: Int) -> lp_view {
        unsafe q.from(row: sequence * shape.queries + query, column: head * shape.width)
    }

    /// Rows of k that a query head of a sequence reads, from a key on.
    func k(_ sequence: Int, _ head: Int, from key: Int) -> lp_view {
        unsafe k.from(row: sequence * shape.keys + key, column: shape.keyHead[head] * shape.width)
    }

    /// What some queries of a sequence see of some keys, and how many of these, from the first on, one of them may see; nil if
    /// nobody sees any. Limits of a causal mask go to `memory`.
    func sight(
        _ sequence: Int, _ queries: Range<Int>, _ keys: Range<Int>, memory: UnsafeMutablePointer<Int32>
    ) -> (sight: lp_sight, count: Int)? {
        var sight = unsafe lp_sight()
        unsafe sight.first = keys.lowerBound
        let row = unsafe sequence * shape.queries + queries.lowerBound
        var reach = keys.upperBound
        if let limits = unsafe limits {
            unsafe sight.limits = limits + row
            reach = queries.indices.reduce(0) { unsafe max($0, Int(limits[row + $1 - queries.lowerBound])) }
        } else if let causalOffset = unsafe causalOffset {
            reach = queries.upperBound + causalOffset
            // Rows that see all keys of the block need no limits.
            if queries.lowerBound + 1 + causalOffset < keys.upperBound {
                for (place, query) in queries.enumerated() {
                    unsafe memory[place] = Int32(clamping: query + 1 + causalOffset)
                }
                unsafe sight.limits = unsafe UnsafePointer(memory)
            }
        }
        let count = min(keys.upperBound, reach) - keys.lowerBound
        guard count > 0 else { return nil }
        if let querySegments = unsafe querySegments, let keySegments = unsafe keySegments {
            let own = unsafe querySegments + row
            let theirs = unsafe keySegments + sequence * shape.keys + keys.lowerBound
            guard unsafe lpp_segments_meet(own, queries.count, theirs, count) else { return nil }
            unsafe sight.query_segments = own
            unsafe sight.key_segments = theirs
        }
        return unsafe (sight, count)
    }

    /// Drops weights, or their gradients, of some queries of a head and the first `count` keys from `key` on.
    func drop(_ table: lp_view, _ sequence: Int, _ head: Int, from query: Int, _ rows: Int, from key: Int, _ count: Int)
    {
        guard let dropout = unsafe dropout else { return }
        let draw = DropoutDraw(dropout.rate)
        let row = unsafe (dropout.firstRow + sequence * shape.heads + head) * shape.queries + query
        unsafe lpn_dropout(
            table, table, shape.keys, draw.threshold, draw.scale, dropout.key.bits, UInt64(row * shape.keys + key),
            lp_area(rows, count), false)
    }

    /// Whether products with blocks of these sizes come again and again.
    func isRegular(_ queries: Int, _ keys: Int) -> Bool {
        unsafe queries == queryBlock && queries % 16 == 0 && keys % 16 == 0
    }
}

/// Places in a worker's scratch memory.
struct ScratchPlan {
    /// Bytes up to here.
    private(set) var byteCount = 0

    /// The place of `count` numbers of `size` bytes, aligned to a line of the cache.
    mutating func take(_ count: Int, size: Int = 4) -> Int {
        defer { byteCount += (count * size + 63) / 64 * 64 }
        return byteCount
    }
}
