import Tensors

/// The last queries of a sequence, for policies that score rows by the weight these give them.
struct QueryTail {
    /// [n, H*d], rotated.
    let queries: Tensor
    /// [H, n]: logarithms of the sums of exponentials.
    let logSums: Tensor
    /// How many stored rows each query sees.
    let limits: [Int32]

    /// The last `wanted` queries: those of `before` and then those of a pass, of sequence `b`. Its rows see `limits` [B*T] rows.
    init(
        _ before: QueryTail?, _ new: NewRows, sequence b: Int, queries: Tensor, logSums: Tensor, limits all: [Int32],
        wanted: Int, _ workspace: Workspace
    ) throws(TensorError) {
        let (heads, length) = (logSums.shape[1], logSums.shape[2])
        let fresh = new.positions[b].count
        let old = min(before?.limits.count ?? 0, max(0, wanted - fresh))
        let count = old + min(fresh, wanted)
        let rows = try workspace.empty([count, queries.columns], queries.type)
        let sums = try workspace.empty([heads, count], logSums.type)
        let kernels = workspace.kernels
        func copy(_ q: Operand, _ s: Operand, to place: Int, _ count: Int) {
            kernels.copy(
                q, to: rows.operand.advanced(rows: place), rows: count, columns: rows.columns, scale: 1,
                accumulate: false)
            kernels.copy(
                s, to: sums.operand.advanced(by: place), rows: heads, columns: count, scale: 1, accumulate: false)
        }
        var limits: [Int32] = []
        if let before, old > 0 {
            let first = before.limits.count - old
            copy(before.queries.operand.advanced(rows: first), before.logSums.operand.advanced(by: first), to: 0, old)
            limits += before.limits[first...]
        }
        var skipped = fresh - min(fresh, wanted)
        for run in new.runs[b] {
            let skip = min(skipped, run.count)
            skipped -= skip
            guard skip < run.count else { continue }
            let first = run.first + skip
            copy(
                queries.operand.advanced(rows: first),
                logSums.operand.advanced(by: b * heads * length + first - b * length), to: limits.count,
                run.count - skip)
            limits += all[first..<run.first + run.count]
        }
        self.queries = rows
        self.logSums = sums
        self.limits = limits
    }
}
