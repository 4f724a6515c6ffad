internal import CKernels

// Products of a few rows with a matrix of rows, as a decoder's tokens meet its weights: the matrix is read once, as fast as it
// comes from memory, where oneDNN would first lay it out anew.
extension CPUKernels {
    /// Rows up to which such a product is faster than oneDNN's.
    static let fewRows = 16

    /// c = a b of few rows in one pass over b, cut by its rows; false, and nothing is done, where it is not of that kind. A row
    /// of the result has the same bits alone and among others.
    func multiplyFewRows(_ product: TileProduct) -> Bool {
        guard
            unsafe product.rows <= Self.fewRows && product.b.transposed && !product.a.transposed && product.rows > 0
                && product.columns > 0 && product.depth > 0
        else { return false }
        let pieces = unsafe RowPieces(
            columns: product.columns, rowBytes: product.depth * (product.b.view.isNarrow ? 2 : 4))
        let widens = !(self.products.first?.usesPrimitives ?? true)
        pool.run(pieces.count) { index, _ in
            let columns = pieces[index]
            unsafe lpp_rows(
                product.a.view, product.b.view, product.depth, product.scale, product.bias, product.c,
                product.accumulate, widens,
                lp_area(row: 0, rowEnd: product.rows, column: columns.lowerBound, columnEnd: columns.upperBound))
        }
        return true
    }
}

/// How a matrix that is read once is cut: pieces of as many rows each, large enough for a thread to read on at full speed and,
/// where there is enough to do, a multiple of 4 so that threads finish together. Pieces depend on the matrix alone.
struct RowPieces {
    private let columns: Int
    private let width: Int
    /// How many pieces there are.
    let count: Int

    private static let pieceBytes = 128 << 10
    /// What is worth waking another thread.
    private static let leastBytes = 48 << 10

    /// Pieces of `columns` rows of `rowBytes` bytes.
    init(columns: Int, rowBytes: Int) {
        self.columns = columns
        let bytes = columns * rowBytes
        let wanted = bytes < Self.leastBytes ? 1 : (bytes / Self.pieceBytes + 4) / 4 * 4
        width = max(8, (columns + wanted - 1) / wanted + 7) / 8 * 8
        count = (columns + width - 1) / width
    }

    /// Rows of piece `index`.
    subscript(index: Int) -> Range<Int> { index * width..<min(columns, (index + 1) * width) }
}
