public import Tensors

// Products.
extension ReferenceKernels {
    /// See `KernelSet`.
    public func product(
        _ a: Matrix, _ b: Matrix, bias: Operand?, into c: Operand, scale: Double, accumulate: Bool
    ) {
        apart([c.area(a.height, b.width)], [a.area, b.area, bias?.area(b.width)])
        precondition(a.width == b.height, "product: \(a.height)x\(a.width) by \(b.height)x\(b.width)")
        var result = multiplied(a.grid, b.grid).map { scale * $0 }
        if let bias {
            result = Grid(result.rows, result.columns) { result[$0, $1] + bias[$1] }
        }
        c.store(result, adding: accumulate)
    }

    /// See `KernelSet`.
    public func productBatch(
        count: Int, _ a: Matrix, aStep: Int, _ b: Matrix, bStep: Int, into c: Operand, cStep: Int, scale: Double,
        accumulate: Bool
    ) {
        for index in 0..<count {
            product(
                a.advanced(by: index * aStep), b.advanced(by: index * bStep), bias: nil,
                into: c.advanced(by: index * cStep), scale: scale, accumulate: accumulate)
        }
    }

    /// See `KernelSet`.
    public func productGroups(
        _ a: Matrix, _ b: Matrix, bStep: Int, offsets: Operand, groups: Int, into c: Operand, accumulate: Bool
    ) {
        apart(
            [c.area(a.rows, b.width)],
            [a.area, offsets.area(groups + 1)] + (0..<groups).map { b.advanced(by: $0 * bStep).area })
        precondition(!a.transposed && a.width == b.height, "productGroups: operands do not fit")
        let ends = offsets.indices(groups + 1)
        var result = Grid(a.rows, b.width)
        for group in 0..<groups {
            let rows = ends[group]..<ends[group + 1]
            let part = Matrix(a.operand.advanced(rows: rows.lowerBound), rows: rows.count, columns: a.columns)
            let product = multiplied(part.grid, b.advanced(by: group * bStep).grid)
            for row in rows {
                for column in 0..<b.width { result[row, column] = product[row - rows.lowerBound, column] }
            }
        }
        c.store(result, adding: accumulate)
    }

    /// See `KernelSet`.
    public func productGroupWeights(
        _ a: Operand, columns m: Int, _ b: Operand, columns n: Int, rows: Int, offsets: Operand, groups: Int,
        into c: Operand, cStep: Int, accumulate: Bool
    ) {
        apart(
            (0..<groups).map { c.advanced(by: $0 * cStep).area(m, n) },
            [a.area(rows, m), b.area(rows, n), offsets.area(groups + 1)])
        let ends = offsets.indices(groups + 1)
        for group in 0..<groups {
            let range = ends[group]..<ends[group + 1]
            precondition(range.upperBound <= rows, "productGroupWeights: group \(group) ends behind row \(rows)")
            let left = a.advanced(rows: range.lowerBound).grid(range.count, m)
            let right = b.advanced(rows: range.lowerBound).grid(range.count, n)
            c.advanced(by: group * cStep).store(multiplied(left.transposed, right), adding: accumulate)
        }
    }

    private func multiplied(_ a: Grid, _ b: Grid) -> Grid {
        counters.products += 1
        counters.productOperations += 2 * a.rows * b.columns * a.columns
        var c = Grid(a.rows, b.columns)
        for row in 0..<a.rows {
            for column in 0..<b.columns {
                var sum = 0.0
                for k in 0..<a.columns { sum += a[row, k] * b[k, column] }
                c[row, column] = sum
            }
        }
        return c
    }
}

extension Matrix {
    /// The numbers as the product sees them.
    var grid: Grid {
        let stored = operand.grid(rows, columns)
        return transposed ? stored.transposed : stored
    }

    func advanced(by elements: Int) -> Matrix {
        Matrix(operand.advanced(by: elements), rows: rows, columns: columns, transposed: transposed)
    }
}
