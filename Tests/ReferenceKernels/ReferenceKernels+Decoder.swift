public import Tensors

// Rotation and gated units.
extension ReferenceKernels {
    /// See `KernelSet`.
    public func rotary(
        _ x: Operand, positions: Operand, cosines: Operand, sines: Operand, inverse: Bool, to y: Operand, rows: Int,
        heads: Int, width: Int, accumulate: Bool
    ) {
        precondition(width % 2 == 0, "rotary: heads of odd width \(width)")
        let half = width / 2
        var turned = Grid(rows, heads * width)
        for row in 0..<rows {
            let place = Int(positions[row])
            guard place >= 0 else {
                for column in 0..<heads * width { turned[row, column] = x[row, column] }
                continue
            }
            for head in 0..<heads {
                for j in 0..<half {
                    let (first, second) = (head * width + j, head * width + j + half)
                    let cosine = cosines[place, j]
                    let sine = inverse ? -sines[place, j] : sines[place, j]
                    turned[row, first] = x[row, first] * cosine - x[row, second] * sine
                    turned[row, second] = x[row, second] * cosine + x[row, first] * sine
                }
            }
        }
        y.store(turned, adding: accumulate)
    }

    /// See `KernelSet`.
    public func swiglu(gate: Operand, up: Operand, to y: Operand, rows: Int, columns: Int) {
        apart([y.area(rows, columns)], [gate.area(rows, columns), up.area(rows, columns)])
        y.store(Grid(rows, columns) { value(.silu, gate[$0, $1]) * up[$0, $1] })
    }

    /// See `KernelSet`.
    public func swigluBackward(
        gate: Operand, up: Operand, gradient dy: Operand, dGate: Operand?, accumulateGate: Bool, dUp: Operand?,
        accumulateUp: Bool, rows: Int, columns: Int
    ) {
        apart(
            [dGate?.area(rows, columns), dUp?.area(rows, columns)],
            [gate.area(rows, columns), up.area(rows, columns), dy.area(rows, columns)])
        let gates = Grid(rows, columns) { row, column in
            let x = gate[row, column]
            return dy[row, column] * up[row, column] * sigmoid(x) * (1 + x * (1 - sigmoid(x)))
        }
        let ups = Grid(rows, columns) { dy[$0, $1] * value(.silu, gate[$0, $1]) }
        dGate?.store(gates, adding: accumulateGate)
        dUp?.store(ups, adding: accumulateUp)
    }
}
