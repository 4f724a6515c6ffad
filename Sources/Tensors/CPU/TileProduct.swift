internal import CKernels

/// One product that runs as a whole on one thread: c[rows,columns] (+)= scale * a[rows,depth] b[depth,columns] (+ bias).
@unsafe struct TileProduct {
    /// A factor where it stands, as the product sees it.
    @unsafe struct Factor {
        /// The factor as stored.
        let view: lp_view
        /// Whether the product takes it transposed.
        let transposed: Bool

        init(_ view: lp_view, transposed: Bool = false) {
            unsafe self.view = view
            unsafe self.transposed = transposed
        }

        /// The same factor from `row`, `column` of the product's view on.
        func from(row: Int, column: Int) -> Factor {
            let (down, across) = unsafe transposed ? (column, row) : (row, column)
            return unsafe Factor(view.from(row: down, column: across), transposed: transposed)
        }
    }

    var rows: Int
    var columns: Int
    var depth: Int
    var a: Factor
    var b: Factor
    var bias: UnsafePointer<Float>?
    var c: lp_view
    var scale: Float = 1
    var accumulate = false
    /// Whether these sides and strides come again and again, so that a primitive of their own is worth making.
    var isRegular = true

    /// The part of the product that gives `tile`.
    func part(_ tile: ProductTiles.Tile) -> TileProduct {
        unsafe TileProduct(
            rows: tile.rows, columns: tile.columns, depth: depth, a: a.from(row: tile.row, column: 0),
            b: b.from(row: 0, column: tile.column), bias: bias.map { unsafe $0 + tile.column },
            c: c.from(row: tile.row, column: tile.column), scale: scale, accumulate: accumulate, isRegular: isRegular)
    }
}

extension lp_view {
    /// The same matrix from `row`, `column` on.
    func from(row: Int, column: Int) -> lp_view { unsafe advanced(by: row * stride + column) }

    /// The same matrix `numbers` numbers later.
    func advanced(by numbers: Int) -> lp_view {
        let size = unsafe type == Int32(LP_BFLOAT16) ? 2 : 4
        return unsafe lp_view(data: data + numbers * size, stride: stride, type: type)
    }

    /// Whether the numbers are bfloat16.
    var isNarrow: Bool { unsafe type == Int32(LP_BFLOAT16) }
}
