import Tensors

/// Memory of one slot: for each sequence `capacity` rows of keys and of values. Several caches may share it until one writes.
final class CacheBlock {
    /// [B*capacity, nK*d].
    let keys: Tensor
    /// [B*capacity, nV*dv].
    let values: Tensor
    /// B.
    let sequences: Int
    /// Rows that a sequence has place for.
    let capacity: Int

    /// Rows of one sequence of a block.
    struct Part {
        let block: CacheBlock
        let sequence: Int
        let rows: Int
    }

    /// A block with undefined contents; rows are as long as those of `keys` and `values`.
    init(sequences: Int, capacity: Int, like keys: Tensor, _ values: Tensor, _ workspace: Workspace) throws(TensorError)
    {
        self.sequences = sequences
        self.capacity = capacity
        self.keys = try workspace.empty([sequences * capacity, keys.columns], keys.type)
        self.values = try workspace.empty([sequences * capacity, values.columns], values.type)
    }

    /// A block of copies of `parts`, one a sequence.
    convenience init(copying parts: [Part], capacity: Int, like block: CacheBlock, _ workspace: Workspace)
        throws(TensorError)
    {
        try self.init(sequences: parts.count, capacity: capacity, like: block.keys, block.values, workspace)
        for (b, part) in parts.enumerated() where part.rows > 0 {
            for (from, to) in [(part.block.keys, keys), (part.block.values, values)] {
                workspace.kernels.copy(
                    from.operand.advanced(rows: part.sequence * part.block.capacity),
                    to: to.operand.advanced(rows: b * capacity), rows: part.rows, columns: to.columns, scale: 1,
                    accumulate: false)
            }
        }
    }

    /// Bytes of the block.
    var byteCount: Int { keys.count * keys.type.byteCount + values.count * values.type.byteCount }

    /// Copies rows of a batch to a sequence, from row `place` on.
    func write(
        _ runs: [NewRows.Run], of keys: Tensor, _ values: Tensor, to sequence: Int, at place: Int,
        _ kernels: any KernelSet
    ) {
        var row = sequence * capacity + place
        for run in runs {
            for (from, to) in [(keys, self.keys), (values, self.values)] {
                kernels.copy(
                    from.operand.advanced(rows: run.first), to: to.operand.advanced(rows: row), rows: run.count,
                    columns: to.columns, scale: 1, accumulate: false)
            }
            row += run.count
        }
    }

    /// How many rows pass through scratch memory at once.
    private static let tile = 256

    /// Moves rows `kept` (ascending) of a sequence to its first rows, in some columns of keys or values: what is read stands
    /// never before what is written, so that no row is lost.
    static func compact(
        _ tensor: Tensor, columns: Range<Int>, first row: Int, kept: [Int], _ workspace: Workspace
    ) throws(TensorError) {
        guard var place = kept.indices.first(where: { kept[$0] != $0 }) else { return }
        let table = tensor.operand.advanced(rows: row, columns: columns.lowerBound)
        let scratch = try workspace.empty([min(tile, kept.count - place), columns.count], tensor.type)
        while place < kept.count {
            let rows = kept[place..<min(place + tile, kept.count)]
            let indices = try workspace.indices(rows.map { Int32($0) })
            workspace.kernels.gatherRows(
                table, indices: indices.operand, to: scratch.operand, rows: rows.count, columns: columns.count,
                accumulate: false)
            workspace.kernels.copy(
                scratch.operand, to: table.advanced(rows: place), rows: rows.count, columns: columns.count, scale: 1,
                accumulate: false)
            place += rows.count
        }
    }
}
