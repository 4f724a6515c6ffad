import Tensors

// Elementwise.
extension ParityCase {
    static let elementwise = [
        ParityCase("unary", rounds: 8 * Unary.allCases.count) { run in
            let kind = Unary.allCases[run.round % Unary.allCases.count]
            let (rows, columns) = run.elementShape()
            let accumulate = run.flag()
            let x = run.input(rows, columns, run.type, run.numbers(rows * columns, for: kind))
            let y = run.result(rows, columns, run.type, accumulate: accumulate)
            run.call { set, at in
                set.unary(kind, at(x), to: at(y), rows: rows, columns: columns, accumulate: accumulate)
            }
        },
        // Slopes go to 0 as the difference of numbers near 1.
        ParityCase(
            "unaryBackward", single: Tolerance(relative: 1e-5, scaled: 2e-6, absolute: 5e-7),
            half: Tolerance(relative: 1e-2, scaled: 4e-3, absolute: 5e-7), rounds: 8 * Unary.allCases.count
        ) { run in
            let kind = Unary.allCases[run.round % Unary.allCases.count]
            let (rows, columns) = run.elementShape()
            let accumulate = run.flag()
            let x = run.input(rows, columns, run.type, run.numbers(rows * columns, for: kind))
            let dy = run.input(rows, columns, run.type)
            let dx = run.result(rows, columns, run.type, accumulate: accumulate)
            run.call { set, at in
                set.unaryBackward(
                    kind, at(x), gradient: at(dy), to: at(dx), rows: rows, columns: columns, accumulate: accumulate)
            }
        },
        ParityCase("multiply") { run in
            let (rows, columns) = run.shape()
            let accumulate = run.flag()
            let (a, b) = (run.input(rows, columns, run.type), run.input(rows, columns, run.type))
            let c = run.result(rows, columns, run.type, accumulate: accumulate)
            run.call { set, at in
                set.multiply(at(a), at(b), to: at(c), rows: rows, columns: columns, accumulate: accumulate)
            }
        },
        ParityCase("scaleRows") { run in
            let (rows, columns) = run.shape()
            let accumulate = run.flag()
            let (x, s) = (run.input(rows, columns, run.type), run.list(run.numbers(rows)))
            let y = run.result(rows, columns, run.type, accumulate: accumulate)
            run.call { set, at in
                set.scaleRows(at(x), by: at(s), to: at(y), rows: rows, columns: columns, accumulate: accumulate)
            }
        },
        ParityCase("scaleColumns") { run in
            let (rows, columns) = run.shape()
            let accumulate = run.flag()
            let (x, s) = (run.input(rows, columns, run.type), run.list(run.numbers(columns)))
            let y = run.result(rows, columns, run.type, accumulate: accumulate)
            run.call { set, at in
                set.scaleColumns(at(x), by: at(s), to: at(y), rows: rows, columns: columns, accumulate: accumulate)
            }
        },
        ParityCase("addToRows") { run in
            let (rows, columns) = run.shape()
            let (b, y) = (run.list(run.numbers(columns)), run.changed(rows, columns, run.type))
            run.call { set, at in set.addToRows(at(b), to: at(y), rows: rows, columns: columns) }
        },
        ParityCase("spread") { run in
            let (rows, columns) = run.shape()
            let (accumulate, scale) = (run.flag(), run.pick([1, -0.03]))
            let value = run.list([1.7])
            let weights = run.flag() ? run.list(run.numbers(rows)) : nil
            let y = run.result(rows, columns, run.anyType, accumulate: accumulate)
            run.call { set, at in
                set.spread(
                    at(value), weights: weights.map(at), scale: scale, to: at(y), rows: rows, columns: columns,
                    accumulate: accumulate)
            }
        },
    ]
}

extension ParityRun {
    /// Large ones in the first turn through all kinds.
    fileprivate func elementShape() -> (rows: Int, columns: Int) {
        round < Unary.allCases.count ? (pick([1, 150]), 150) : (pick([0, 1, 3, 17]), pick([0, 1, 7, 16, 33, 64]))
    }

    /// Numbers a function is defined for; for those that go to a limit also numbers that are far out.
    fileprivate func numbers(_ count: Int, for kind: Unary) -> [Double] {
        switch kind {
        case .log, .squareRoot: return numbers(count, 0.1, 4)
        case .reciprocal: return numbers(count, 0.1, 4).map { flag() ? $0 : -$0 }
        case .exp: return numbers(count, -5, 5)
        case .square, .negate, .absolute, .relu: return numbers(count, -3, 3).map { int(0...9) == 0 ? 0 : $0 }
        case .silu, .sigmoid, .tanh, .softplus, .gelu, .geluTanh:
            return numbers(count, -6, 6).map { int(0...9) == 0 ? 20 * $0 : $0 }
        }
    }
}
