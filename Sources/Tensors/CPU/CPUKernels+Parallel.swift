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

    /// As `parallel(numbers:columns:)`; where the rows of all `operands` that are given lie close together they are taken as
    /// one long row.
    func elementwise(_ rows: Int, _ columns: Int, _ operands: [Operand?], body: (lp_area) -> Void) {
        if operands.allSatisfy({ $0.map { $0.stride == columns } ?? true }) {
            parallel(numbers: 1, columns: rows * columns, body)
        } else {
            parallel(numbers: rows, columns: columns, body)
        }
    }

    /// Rows of a chunk of a sum over rows.
    private static let chunkHeight = 32

    /// Sums over `rows` rows in chunks, each with `sums` rows of `columns` singles of its own. chunk(area, partial) fills those
    /// of the rows in `area`; join(chunks, partial, step) then joins them: those of chunk k begin at partial + k * step.
    func sumOverRows(
        rows: Int, columns: Int, sums: Int = 1, chunk: (lp_area, UnsafeMutablePointer<Float>) -> Void,
        join: (Int, UnsafeMutablePointer<Float>, Int) -> Void
    ) {
        let height = max(Self.chunkHeight, (rows + 1023) / 1024)
        let (chunks, step) = ((rows + height - 1) / height, sums * columns)
        let partial = unsafe scratch(chunks * step * 4).assumingMemoryBound(to: Float.self)
        if columns > 0 {
            pool.run(chunks) { index, _ in
                let first = index * height
                let area = lp_area(row: first, rowEnd: min(rows, first + height), column: 0, columnEnd: columns)
                unsafe chunk(area, partial + index * step)
            }
        }
        unsafe join(chunks, partial, step)
    }

    /// The sum over all pieces of a [rows, columns] loop, joined in their order.
    func sumOverPieces(_ rows: Int, _ columns: Int, _ operands: [Operand?], piece: (lp_area) -> Double) -> Double {
        let flat = operands.allSatisfy { $0.map { $0.stride == columns } ?? true }
        let (height, width) = flat ? (1, rows * columns) : (rows, columns)
        let across = (width + Self.pieceSize - 1) / Self.pieceSize
        let tall = max(1, Self.pieceSize / max(1, width))
        let pieces = across * ((height + tall - 1) / tall)
        let sums = unsafe scratch(pieces * 8).assumingMemoryBound(to: Double.self)
        pool.run(pieces) { index, _ in
            let (row, first) = (index / across * tall, index % across * Self.pieceSize)
            unsafe sums[index] = piece(
                lp_area(
                    row: row, rowEnd: min(height, row + tall), column: first,
                    columnEnd: min(width, first + Self.pieceSize)))
        }
        return (0..<pieces).reduce(0) { unsafe $0 + sums[$1] }
    }
}
