/// Memory of a kernel set. Only the kernels of the set that made it look behind `address`.
@safe public final class Buffer {
    /// Where the memory stands, in the address space of the kernel set.
    public let address: UnsafeMutableRawPointer
    /// Its size.
    public let byteCount: Int
    private let release: (UnsafeMutableRawPointer) -> Void

    /// Takes over `byteCount` bytes at `address`; `release` gives them back when the last user is gone.
    public init(
        taking address: UnsafeMutableRawPointer, byteCount: Int, release: @escaping (UnsafeMutableRawPointer) -> Void
    ) {
        unsafe self.address = address
        self.byteCount = byteCount
        unsafe self.release = release
    }

    deinit { unsafe release(address) }
}

/// Numbers in a buffer, as rows of equal length `stride` numbers apart; a view costs nothing. A vector is one row, or, where
/// a kernel asks for one number a row, numbers that lie close together.
public struct Operand {
    /// The memory.
    public var buffer: Buffer
    /// Numbers before the first one, of type `type`.
    public var offset: Int
    /// How each number is stored.
    public var type: ElementType
    /// Numbers from the beginning of a row to that of the next.
    public var stride: Int
    /// What keeps the memory from being handed out again as long as the operand lives; nil where the buffer alone does.
    private let keeper: AnyObject?

    /// Numbers of `type` in `buffer` from number `offset` on, rows `stride` apart.
    public init(_ buffer: Buffer, offset: Int = 0, type: ElementType, stride: Int, keeper: AnyObject? = nil) {
        self.buffer = buffer
        self.offset = offset
        self.type = type
        self.stride = stride
        self.keeper = keeper
    }

    /// The same numbers from `elements` later on.
    public func advanced(by elements: Int) -> Operand {
        Operand(buffer, offset: offset + elements, type: type, stride: stride, keeper: keeper)
    }

    /// The same rows from `row`, column `column` on.
    public func advanced(rows row: Int, columns column: Int = 0) -> Operand {
        advanced(by: row * stride + column)
    }
}

/// A factor of a matrix product: `rows` x `columns` as stored, read the other way round when `transposed`.
public struct Matrix {
    /// The numbers; `stride` is the leading dimension.
    public var operand: Operand
    /// Rows as stored.
    public var rows: Int
    /// Columns as stored.
    public var columns: Int
    /// Whether the product takes it transposed.
    public var transposed: Bool

    /// `rows` x `columns` numbers at `operand`.
    public init(_ operand: Operand, rows: Int, columns: Int, transposed: Bool = false) {
        self.operand = operand
        self.rows = rows
        self.columns = columns
        self.transposed = transposed
    }

    /// Rows as the product sees them.
    public var height: Int { transposed ? columns : rows }
    /// Columns as the product sees them.
    public var width: Int { transposed ? rows : columns }
    /// The same matrix, read the other way round.
    public var transpose: Matrix { Matrix(operand, rows: rows, columns: columns, transposed: !transposed) }
}
