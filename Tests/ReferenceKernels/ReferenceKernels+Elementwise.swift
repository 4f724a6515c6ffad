import Foundation
public import Tensors

// Elementwise.
extension ReferenceKernels {
    /// See `KernelSet`.
    public func unary(_ kind: Unary, _ x: Operand, to y: Operand, rows: Int, columns: Int, accumulate: Bool) {
        apart([y.area(rows, columns)], [x.area(rows, columns)])
        y.store(x.grid(rows, columns).map { value(kind, $0) }, adding: accumulate)
    }

    /// See `KernelSet`.
    public func unaryBackward(
        _ kind: Unary, _ x: Operand, gradient dy: Operand, to dx: Operand, rows: Int, columns: Int, accumulate: Bool
    ) {
        apart([dx.area(rows, columns)], [x.area(rows, columns), dy.area(rows, columns)])
        dx.store(Grid(rows, columns) { dy[$0, $1] * slope(kind, x[$0, $1]) }, adding: accumulate)
    }

    /// See `KernelSet`.
    public func multiply(_ a: Operand, _ b: Operand, to c: Operand, rows: Int, columns: Int, accumulate: Bool) {
        apart([c.area(rows, columns)], [a.area(rows, columns), b.area(rows, columns)])
        c.store(Grid(rows, columns) { a[$0, $1] * b[$0, $1] }, adding: accumulate)
    }

    /// See `KernelSet`.
    public func scaleRows(
        _ x: Operand, by s: Operand, to y: Operand, rows: Int, columns: Int, accumulate: Bool
    ) {
        apart([y.area(rows, columns)], [x.area(rows, columns), s.area(rows)])
        y.store(Grid(rows, columns) { s[$0] * x[$0, $1] }, adding: accumulate)
    }

    /// See `KernelSet`.
    public func scaleColumns(
        _ x: Operand, by s: Operand, to y: Operand, rows: Int, columns: Int, accumulate: Bool
    ) {
        apart([y.area(rows, columns)], [x.area(rows, columns), s.area(columns)])
        y.store(Grid(rows, columns) { s[$1] * x[$0, $1] }, adding: accumulate)
    }

    /// See `KernelSet`.
    public func addToRows(_ b: Operand, to y: Operand, rows: Int, columns: Int) {
        apart([y.area(rows, columns)], [b.area(columns)])
        y.store(Grid(rows, columns) { _, column in b[column] }, adding: true)
    }

    /// See `KernelSet`.
    public func spread(
        _ value: Operand, weights w: Operand?, scale: Double, to y: Operand, rows: Int, columns: Int, accumulate: Bool
    ) {
        apart([y.area(rows, columns)], [value.area(1), w?.area(rows)])
        y.store(Grid(rows, columns) { row, _ in value[0] * (w?[row] ?? 1) * scale }, adding: accumulate)
    }

    func value(_ kind: Unary, _ x: Double) -> Double {
        switch kind {
        case .silu: x * sigmoid(x)
        case .sigmoid: sigmoid(x)
        case .tanh: tanh(x)
        case .relu: max(x, 0)
        case .exp: exp(x)
        case .log: log(x)
        case .square: x * x
        case .squareRoot: x.squareRoot()
        case .reciprocal: 1 / x
        case .negate: -x
        case .absolute: abs(x)
        case .softplus: max(x, 0) + log1p(exp(-abs(x)))
        case .gelu: x * normalArea(x)
        case .geluTanh: 0.5 * x * (1 + tanh(Self.root2OverPi * (x + 0.044715 * x * x * x)))
        }
    }

    private func slope(_ kind: Unary, _ x: Double) -> Double {
        switch kind {
        case .silu: return sigmoid(x) * (1 + x * (1 - sigmoid(x)))
        case .sigmoid: return sigmoid(x) * (1 - sigmoid(x))
        case .tanh: return 1 - tanh(x) * tanh(x)
        case .relu: return x > 0 ? 1 : 0
        case .exp: return exp(x)
        case .log: return 1 / x
        case .square: return 2 * x
        case .squareRoot: return 0.5 / x.squareRoot()
        case .reciprocal: return -1 / (x * x)
        case .negate: return -1
        case .absolute: return x > 0 ? 1 : x < 0 ? -1 : 0
        case .softplus: return sigmoid(x)
        case .gelu: return normalArea(x) + x * exp(-x * x / 2) / (2 * Double.pi).squareRoot()
        case .geluTanh:
            let t = tanh(Self.root2OverPi * (x + 0.044715 * x * x * x))
            return 0.5 * (1 + t) + 0.5 * x * (1 - t * t) * Self.root2OverPi * (1 + 3 * 0.044715 * x * x)
        }
    }

    /// 1 / (1 + e^-x).
    func sigmoid(_ x: Double) -> Double { 1 / (1 + exp(-x)) }

    /// The area below the normal curve left of x.
    private func normalArea(_ x: Double) -> Double { 0.5 * erfc(-x / 2.0.squareRoot()) }

    private static var root2OverPi: Double { (2 / Double.pi).squareRoot() }
}
