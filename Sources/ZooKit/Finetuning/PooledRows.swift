public import Layers
public import Tensors

/// For each sequence of a batch the rows of the stream whose mean stands for it.
public struct PooledRows: Sendable, Equatable {
    /// Rows by sequence, at least one each.
    public let rows: [[Int32]]

    /// From rows of the stream by sequence.
    public init(_ rows: [[Int32]]) { self.rows = rows }

    /// The means: hidden [R, D] gives [B, D] of the same type. A single row is taken as it is. With n_b rows of sequence b, the
    /// gradient of each is dy_b / n_b.
    public func means(of hidden: Tensor, _ context: ForwardContext) throws(TensorError) -> Tensor {
        let tape = context.tape
        let picked = try tape.gatherRows(hidden, indices: tape.workspace.indices(rows.flatMap(\.self)))
        guard rows.contains(where: { $0.count > 1 }) else { return picked }
        let shares = rows.flatMap { list in list.map { _ in 1 / Double(list.count) } }
        let weighted = try tape.scaleRows(
            tape.cast(picked, to: tape.precision.stream), by: tape.workspace.numbers(shares, [shares.count]))
        let owners = rows.enumerated().flatMap { b, list in list.map { _ in Int32(b) } }
        let zeros = [Double](repeating: 0, count: rows.count * hidden.columns)
        let sums = try tape.scatterAddRows(
            weighted, indices: tape.workspace.indices(owners),
            into: tape.workspace.numbers(zeros, [rows.count, hidden.columns]))
        return try tape.cast(sums, to: hidden.type)
    }
}
