internal import CKernels

extension CPUKernels {
    /// y[R,C] (+)= f(x).
    public func unary(_ kind: Unary, _ x: Operand, to y: Operand, rows: Int, columns: Int, accumulate: Bool) {
        let (from, to, kind) = unsafe (x.view(rows, columns), y.view(rows, columns), kind.loopKind)
        elementwise(rows, columns, [x, y]) { area in unsafe lpn_unary(kind, from, to, area, accumulate) }
    }

    /// dx[R,C] (+)= dy f'(x).
    public func unaryBackward(
        _ kind: Unary, _ x: Operand, gradient dy: Operand, to dx: Operand, rows: Int, columns: Int, accumulate: Bool
    ) {
        let (from, gradient, to) = unsafe (x.view(rows, columns), dy.view(rows, columns), dx.view(rows, columns))
        let kind = kind.loopKind
        elementwise(rows, columns, [x, dy, dx]) { area in
            unsafe lpn_unary_backward(kind, from, gradient, to, area, accumulate)
        }
    }

    /// c[R,C] (+)= a b.
    public func multiply(_ a: Operand, _ b: Operand, to c: Operand, rows: Int, columns: Int, accumulate: Bool) {
        let (x, y, to) = unsafe (a.view(rows, columns), b.view(rows, columns), c.view(rows, columns))
        elementwise(rows, columns, [a, b, c]) { area in unsafe lpn_multiply(x, y, to, area, accumulate) }
    }

    /// y[R,C] (+)= s[r] x.
    public func scaleRows(_ x: Operand, by s: Operand, to y: Operand, rows: Int, columns: Int, accumulate: Bool) {
        let (from, factors, to) = unsafe (x.view(rows, columns), s.view(rows), y.view(rows, columns))
        parallel(numbers: rows, columns: columns) { area in unsafe lpn_scale_rows(from, factors, to, area, accumulate) }
    }

    /// y[R,C] (+)= s[c] x.
    public func scaleColumns(_ x: Operand, by s: Operand, to y: Operand, rows: Int, columns: Int, accumulate: Bool) {
        let (from, factors, to) = unsafe (x.view(rows, columns), s.view(columns), y.view(rows, columns))
        parallel(numbers: rows, columns: columns) { area in
            unsafe lpn_scale_columns(from, factors, to, area, accumulate)
        }
    }

    /// y[R,C] += b[c].
    public func addToRows(_ b: Operand, to y: Operand, rows: Int, columns: Int) {
        let (from, to) = unsafe (b.view(columns), y.view(rows, columns))
        parallel(numbers: rows, columns: columns) { area in unsafe lpn_add_to_rows(from, to, area) }
    }

    /// y[R,C] (+)= value[0] w[r] scale.
    public func spread(
        _ value: Operand, weights w: Operand?, scale: Double, to y: Operand, rows: Int, columns: Int, accumulate: Bool
    ) {
        let (from, weights, to) = unsafe (value.view(1), w?.view(rows) ?? lp_view(), y.view(rows, columns))
        parallel(numbers: rows, columns: columns) { area in
            unsafe lpn_spread(from, weights, scale, to, area, accumulate)
        }
    }

    /// y[R,C] = silu(gate) * up.
    public func swiglu(gate: Operand, up: Operand, to y: Operand, rows: Int, columns: Int) {
        let (g, u, to) = unsafe (gate.view(rows, columns), up.view(rows, columns), y.view(rows, columns))
        elementwise(rows, columns, [gate, up, y]) { area in unsafe lpn_swiglu(g, u, to, area) }
    }

    /// dGate and dUp (nil: not wanted) (+)= ...
    public func swigluBackward(
        gate: Operand, up: Operand, gradient dy: Operand, dGate: Operand?, accumulateGate: Bool, dUp: Operand?,
        accumulateUp: Bool, rows: Int, columns: Int
    ) {
        let (g, u, d) = unsafe (gate.view(rows, columns), up.view(rows, columns), dy.view(rows, columns))
        let (toGate, toUp) = unsafe (dGate?.view(rows, columns) ?? lp_view(), dUp?.view(rows, columns) ?? lp_view())
        elementwise(rows, columns, [gate, up, dy, dGate, dUp]) { area in
            unsafe lpn_swiglu_backward(g, u, d, toGate, accumulateGate, toUp, accumulateUp, area)
        }
    }
}

extension Unary {
    /// The function's number in C loops.
    fileprivate var loopKind: Int32 {
        switch self {
        case .silu: Int32(LP_SILU)
        case .sigmoid: Int32(LP_SIGMOID)
        case .tanh: Int32(LP_TANH)
        case .relu: Int32(LP_RELU)
        case .exp: Int32(LP_EXP)
        case .log: Int32(LP_LOG)
        case .square: Int32(LP_SQUARE)
        case .squareRoot: Int32(LP_SQUARE_ROOT)
        case .reciprocal: Int32(LP_RECIPROCAL)
        case .negate: Int32(LP_NEGATE)
        case .absolute: Int32(LP_ABSOLUTE)
        case .softplus: Int32(LP_SOFTPLUS)
        case .gelu: Int32(LP_GELU)
        case .geluTanh: Int32(LP_GELU_TANH)
        }
    }
}
