/// Numbers on a tape: a shape over a piece of memory, and the place where its gradient gathers.
///
/// All but the last dimension count rows, the last counts columns; rows may lie further apart than they are long, so that a
/// tensor can be a view into a wider one. Tensors are not Sendable: they stay where their workspace is.
public final class Tensor {
    /// Sizes, outermost first; empty for one number.
    public let shape: [Int]
    /// The memory, for kernels.
    public let operand: Operand
    /// Keeps the memory.
    let block: Block
    /// Where the gradient gathers; nil where none is wanted.
    let slot: GradientSlot?

    init(shape: [Int], block: Block, operand: Operand, slot: GradientSlot?) {
        self.shape = shape
        self.block = block
        self.operand = operand
        self.slot = slot
    }

    /// How each number is stored.
    public var type: ElementType { operand.type }
    /// The last dimension.
    public var columns: Int { shape.last ?? 1 }
    /// The product of all others.
    public var rows: Int { shape.dropLast().reduce(1, *) }
    /// How many numbers there are.
    public var count: Int { shape.reduce(1, *) }
    /// Whether a gradient is wanted.
    public var needsGradient: Bool { slot != nil }
    /// Whether rows lie close together.
    public var isContiguous: Bool { operand.stride == columns || rows <= 1 }
    /// The tensor as a matrix of `rows` x `columns`.
    public var matrix: Matrix { Matrix(operand, rows: rows, columns: columns) }

    /// The same numbers, of which no gradient is wanted.
    public var detached: Tensor { Tensor(shape: shape, block: block, operand: operand, slot: nil) }

    /// The same numbers in another shape. Throws: `shape` where counts differ, or where rows that lie apart would be joined.
    public func reshaped(_ shape: [Int]) throws(TensorError) -> Tensor {
        let fits = shape.reduce(1, *) == count && (isContiguous || shape.last == columns)
        try check(fits, "reshape", "\(count) numbers in whole rows", "\(self.shape) to \(shape)")
        var view = operand
        view.stride = isContiguous ? (shape.last ?? 1) : operand.stride
        return Tensor(shape: shape, block: block, operand: view, slot: slot?.reshaped(shape))
    }

    /// Columns `range` of every row, as a view. Throws: `shape` if the range is outside.
    public func columns(_ range: Range<Int>) throws(TensorError) -> Tensor {
        try check(range.lowerBound >= 0 && range.upperBound <= columns, "columns", "0..<\(columns)", "\(range)")
        return view(shape.dropLast() + [range.count], row: 0, column: range.lowerBound)
    }

    /// Rows `range` as a matrix, a view. Throws: `shape` if the range is outside.
    public func rows(_ range: Range<Int>) throws(TensorError) -> Tensor {
        try check(range.lowerBound >= 0 && range.upperBound <= rows, "rows", "0..<\(rows)", "\(range)")
        return view([range.count, columns], row: range.lowerBound, column: 0)
    }

    private func view(_ shape: [Int], row: Int, column: Int) -> Tensor {
        Tensor(
            shape: shape, block: block, operand: operand.advanced(rows: row, columns: column),
            slot: slot?.view(shape: shape, row: row, column: column))
    }
}
