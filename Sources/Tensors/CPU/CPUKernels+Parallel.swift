internal import CKernels

extension CPUKernels {
    /// Numbers in a piece of a loop: large enough that handing it out costs nothing, small enough for a core's own cache.
    static let pieceSize = 16_384

    /// body(area) once for pieces of whole rows of a [rows, columns] loop, each about `pieceSize` numbers and at least one
    /// row. Pieces depend on the two numbers alone. Nothing runs where one of them is 0.
    func parallel(rows: Int, columns: Int, _ body: (lp_area) -> Void) {
        guard rows > 0, columns > 0 else { return }
        let height = max(1, Self.pieceSize / columns)
        pool.run((rows + height - 1) / height) { index, _ in
            let first = index * height
            body(lp_area(row: first, rowEnd: min(rows, first + height), column: 0, columnEnd: columns))
        }
    }

    /// As `parallel(rows:columns:)`, for loops whose numbers do not depend on each other: rows longer than a piece are cut.
    func parallel(numbers rows: Int, columns: Int, _ body: (lp_area) -> Void) {
        guard columns > Self.pieceSize else { return parallel(rows: rows, columns: columns, body) }
        let across = (columns + Self.pieceSize - 1) / Self.pieceSize
        pool.run(rows * across) { index, _ in
            let (row, first) = (index / across, index % across * Self.pieceSize)
            let end = min(columns, first + Self.pieceSize)
            body(lp_area(row: row, rowEnd: row + 1, column: first, columnEnd: end))
        }
    }

    /// As `parallel(numbers:columns:)`; where the rows of all `operands` lie close together they are taken as one long row.
    func elementwise(_ rows: Int, _ columns: Int, _ operands: Operand..., body: (lp_area) -> Void) {
        if operands.allSatisfy({ $0.stride == columns }) {
            parallel(numbers: 1, columns: rows * columns, body)
        } else {
            parallel(numbers: rows, columns: columns, body)
        }
    }
}
