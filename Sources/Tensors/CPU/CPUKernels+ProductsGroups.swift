internal import CKernels

// Products of groups of rows. Offsets are read here, inside the kernel: lengths of groups are data, and tiles follow from them
// and the shapes alone.
extension CPUKernels {
    /// Rows of a group that are multiplied at once. Groups end anywhere, so what is left over has ever other lengths.
    private static let groupHeight = 256

    /// Rows offsets[g] ..< offsets[g+1] of c[R,N] (+)= those rows of a[R,K] times op(b_g).
    public func productGroups(
        _ a: Matrix, _ b: Matrix, bStep: Int, offsets: Operand, groups: Int, into c: Operand, accumulate: Bool
    ) {
        precondition(!a.transposed, "productGroups: rows of a transposed matrix")
        let ranges = ranges(offsets, groups, within: a.rows)
        _ = unsafe TileProduct(a, b.advanced(by: max(0, groups - 1) * bStep), into: c)
        var whole = unsafe TileProduct(a, b, into: c)
        unsafe whole.accumulate = accumulate
        for range in ranges { count(1, range.count, b.width, a.width) }
        if !accumulate {
            let (first, end) = (ranges.first?.lowerBound ?? a.rows, ranges.last?.upperBound ?? a.rows)
            fill(c, rows: first, columns: b.width, value: 0)
            fill(c.advanced(rows: end), rows: a.rows - end, columns: b.width, value: 0)
        }

        var parts: [(group: Int, first: Int, rows: Int)] = []
        for (group, range) in ranges.enumerated() {
            for first in stride(from: range.lowerBound, to: range.upperBound, by: Self.groupHeight) {
                parts.append((group, first, min(Self.groupHeight, range.upperBound - first)))
            }
        }
        let columns = ProductTiles(m: 1, n: b.width, k: 0)
        run(parts.count * columns.count) { index, worker in
            let (part, tile) = (parts[index / columns.count], columns[index % columns.count])
            var product = unsafe whole.advanced(a: 0, b: part.group * bStep, c: 0)
            unsafe product.isRegular = part.rows == Self.groupHeight
            unsafe products[worker].run(
                product.part(
                    ProductTiles.Tile(row: part.first, column: tile.column, rows: part.rows, columns: tile.columns)))
        }
    }

    /// c_g[M,N] (+)= a[rows of g, M]' b[rows of g, N].
    public func productGroupWeights(
        _ a: Operand, columns m: Int, _ b: Operand, columns n: Int, rows: Int, offsets: Operand, groups: Int,
        into c: Operand, cStep: Int, accumulate: Bool
    ) {
        let ranges = ranges(offsets, groups, within: rows)
        let (left, right) = (Matrix(a, rows: rows, columns: m).transpose, Matrix(b, rows: rows, columns: n))
        _ = unsafe TileProduct(left, right, into: c.advanced(by: max(0, groups - 1) * cStep))
        var whole = unsafe TileProduct(left, right, into: c)
        unsafe (whole.accumulate, whole.isRegular) = (accumulate, false)
        for range in ranges { count(1, m, n, range.count) }

        let tiles = ProductTiles(m: m, n: n, k: rows / max(1, groups), among: groups)
        run(groups * tiles.count) { index, worker in
            let (group, tile) = (index / tiles.count, index % tiles.count)
            var product = unsafe whole.advanced(a: 0, b: 0, c: group * cStep)
            unsafe product.a = unsafe product.a.from(row: 0, column: ranges[group].lowerBound)
            unsafe product.b = unsafe product.b.from(row: ranges[group].lowerBound, column: 0)
            unsafe product.depth = ranges[group].count
            unsafe products[worker].run(product.part(tiles[tile]))
        }
    }

    /// The rows of each group.
    private func ranges(_ offsets: Operand, _ groups: Int, within rows: Int) -> [Range<Int>] {
        let ends = unsafe offsets.indices(groups + 1)
        return (0..<groups).map { group in
            let (first, end) = unsafe (Int(ends[group]), Int(ends[group + 1]))
            precondition(0 <= first && first <= end && end <= rows, "groups: \(first)..<\(end) of \(rows) rows")
            return first..<end
        }
    }
}
