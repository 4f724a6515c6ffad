internal import CKernels

extension CPUKernels {
    /// The `count` largest of each row of x[R,C].
    public func topK(_ x: Operand, rows: Int, columns: Int, count: Int, indices: Operand, values: Operand?) {
        precondition(count <= columns, "topK: the \(count) largest of \(columns)")
        guard rows > 0, count > 0 else { return }
        let (from, index) = unsafe (x.view(rows, columns), indices.indexView(rows, count))
        let to = unsafe values?.view(rows, count) ?? lp_view()
        let step = (count + 7) / 8 * 8
        let heaps = unsafe scratch(pool.count * step * 8).assumingMemoryBound(to: UInt64.self)
        let height = max(1, Self.pieceSize / columns)
        pool.run((rows + height - 1) / height) { piece, worker in
            let first = piece * height
            let area = lp_area(row: first, rowEnd: min(rows, first + height), column: 0, columnEnd: columns)
            unsafe lpn_top(from, count, index, to, heaps + worker * step, area)
        }
    }

    /// Each row of indices ascending, with r * rowStep added.
    public func sortIndices(_ x: Operand, to y: Operand, rows: Int, count: Int, rowStep: Int) {
        guard rows > 0, count > 0 else { return }
        let (from, to) = unsafe (x.indexView(rows, count), y.indexView(rows, count))
        parallel(rows: rows, columns: count) { area in unsafe lpn_sort_indices(from, to, count, rowStep, area) }
    }

    /// Stable counting sort of groups[R]; on the caller's thread.
    public func groupRows(_ groups: Operand, rows: Int, groups count: Int, order: Operand, offsets: Operand) {
        let from = unsafe groups.indices(rows)
        unsafe checkIndices(from, rows, from: Int.min, below: count, "groupRows")
        unsafe lpn_group_rows(from, rows, count, order.indices(rows), offsets.indices(count + 1))
    }

    /// Traps unless `count` indices lie in lowest ..< limit: what stands outside is the memory of others.
    func checkIndices(
        _ indices: UnsafePointer<Int32>, _ count: Int, from lowest: Int, below limit: Int, _ kernel: String
    ) {
        let within = unsafe lpn_indices_within(indices, count, Int32(clamping: lowest), Int32(clamping: limit))
        precondition(within, "\(kernel): an index is not below \(limit)")
    }

    /// As the other, for each of `rows` rows of `count` indices.
    func checkIndices(_ indices: Operand, rows: Int, _ count: Int, below limit: Int, _ kernel: String) {
        for row in 0..<rows {
            let here = unsafe indices.advanced(rows: row).indices(count)
            unsafe checkIndices(here, count, from: Int.min, below: limit, kernel)
        }
    }
}
