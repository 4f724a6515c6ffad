public import Tensors

// Norms.
extension ReferenceKernels {
    /// See `KernelSet`.
    public func rmsNorm(
        _ x: Operand, weight: Operand, to y: Operand, reciprocals: Operand, rows: Int, columns: Int, epsilon: Double
    ) {
        apart([y.area(rows, columns), reciprocals.area(rows)], [x.area(rows, columns), weight.area(columns)])
        let input = x.grid(rows, columns)
        let factors = (0..<rows).map { row in
            1 / (input.row(row).reduce(0) { $0 + $1 * $1 } / Double(columns) + epsilon).squareRoot()
        }
        reciprocals.store(factors)
        y.store(Grid(rows, columns) { input[$0, $1] * factors[$0] * weight[$1] })
    }

    /// See `KernelSet`.
    public func rmsNormBackward(
        _ x: Operand, weight: Operand, reciprocals: Operand, gradient dy: Operand, to dx: Operand?, accumulate: Bool,
        weightGradient: Operand?, accumulateWeight: Bool, rows: Int, columns: Int
    ) {
        apart(
            [dx?.area(rows, columns), weightGradient?.area(columns)],
            [x.area(rows, columns), dy.area(rows, columns), weight.area(columns), reciprocals.area(rows)])
        let normal = Grid(rows, columns) { x[$0, $1] * reciprocals[$0] }
        let gradient = dy.grid(rows, columns)
        weightGradient?.store(columnSums(of: gradient, normal), adding: accumulateWeight)
        let inner = Grid(rows, columns) { gradient[$0, $1] * weight[$1] }
        let means = (0..<rows).map { mean(of: inner, normal, $0) }
        dx?.store(
            Grid(rows, columns) { reciprocals[$0] * (inner[$0, $1] - normal[$0, $1] * means[$0]) },
            adding: accumulate)
    }

    /// See `KernelSet`.
    public func layerNorm(
        _ x: Operand, weight: Operand, bias: Operand, to y: Operand, statistics: Operand, rows: Int, columns: Int,
        epsilon: Double
    ) {
        apart(
            [y.area(rows, columns), statistics.area(rows, 2)],
            [x.area(rows, columns), weight.area(columns), bias.area(columns)])
        let input = x.grid(rows, columns)
        for row in 0..<rows {
            let mean = input.row(row).reduce(0, +) / Double(columns)
            let variance = input.row(row).reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / Double(columns)
            statistics[row, 0] = mean
            statistics[row, 1] = 1 / (variance + epsilon).squareRoot()
        }
        y.store(Grid(rows, columns) { (input[$0, $1] - statistics[$0, 0]) * statistics[$0, 1] * weight[$1] + bias[$1] })
    }

    /// See `KernelSet`.
    public func layerNormBackward(
        _ x: Operand, weight: Operand, statistics: Operand, gradient dy: Operand, to dx: Operand?, accumulate: Bool,
        weightGradient: Operand?, biasGradient: Operand?, accumulateWeights: Bool, rows: Int, columns: Int
    ) {
        apart(
            [dx?.area(rows, columns), weightGradient?.area(columns), biasGradient?.area(columns)],
            [x.area(rows, columns), dy.area(rows, columns), weight.area(columns), statistics.area(rows, 2)])
        let normal = Grid(rows, columns) { (x[$0, $1] - statistics[$0, 0]) * statistics[$0, 1] }
        let gradient = dy.grid(rows, columns)
        let ones = Grid(rows, columns, 1)
        weightGradient?.store(columnSums(of: gradient, normal), adding: accumulateWeights)
        biasGradient?.store(columnSums(of: gradient, ones), adding: accumulateWeights)
        let inner = Grid(rows, columns) { gradient[$0, $1] * weight[$1] }
        let means = (0..<rows).map { mean(of: inner, ones, $0) }
        let slopes = (0..<rows).map { mean(of: inner, normal, $0) }
        dx?.store(
            Grid(rows, columns) {
                statistics[$0, 1] * (inner[$0, $1] - means[$0] - normal[$0, $1] * slopes[$0])
            }, adding: accumulate)
    }

    private func columnSums(of a: Grid, _ b: Grid) -> [Double] {
        (0..<a.columns).map { column in (0..<a.rows).reduce(0) { $0 + a[$1, column] * b[$1, column] } }
    }

    private func mean(of a: Grid, _ b: Grid, _ row: Int) -> Double {
        zip(a.row(row), b.row(row)).reduce(0) { $0 + $1.0 * $1.1 } / Double(a.columns)
    }
}
