import Tensors

// Sums. Numbers are mostly positive: a sum near 0 of large ones would have no bound.
extension ParityCase {
    static let sums = [
        ParityCase("rowDots") { run in
            let (rows, columns) = run.shape()
            let accumulate = run.flag()
            let x = run.input(rows, columns, run.type)
            let y = run.flag() ? run.input(rows, columns, run.type, run.numbers(rows * columns, -0.2, 1)) : nil
            let s = run.resultList(rows, accumulate: accumulate)
            run.call { set, at in
                set.rowDots(at(x), y.map(at), to: at(s), rows: rows, columns: columns, accumulate: accumulate)
            }
        },
        ParityCase("columnDots") { run in
            let (rows, columns) = run.shape()
            let accumulate = run.flag()
            let x = run.input(rows, columns, run.type)
            let y = run.flag() ? run.input(rows, columns, run.type) : nil
            let s = run.resultList(columns, accumulate: accumulate)
            run.call { set, at in
                set.columnDots(at(x), y.map(at), to: at(s), rows: rows, columns: columns, accumulate: accumulate)
            }
        },
        ParityCase("weightedSum") { run in
            let rows = run.round == 0 ? 100_000 : run.pick([0, 1, 5, 64, 1000])
            let (accumulate, scale) = (run.flag(), run.pick([1, 0.001]))
            let x = run.list(run.numbers(rows, -0.2, 1))
            let weights = run.flag() ? run.list(run.numbers(rows, -0.2, 1)) : nil
            let sum = run.resultList(1, accumulate: accumulate)
            run.call { set, at in
                set.weightedSum(
                    at(x), weights: weights.map(at), scale: scale, to: at(sum), rows: rows, accumulate: accumulate)
            }
        },
        ParityCase("sumOfSquares") { run in
            let (rows, columns) = run.shape()
            let accumulate = run.flag()
            let x = run.input(rows, columns, run.type)
            let sum = run.resultList(1, accumulate: accumulate)
            run.call { set, at in
                set.sumOfSquares(at(x), rows: rows, columns: columns, to: at(sum), accumulate: accumulate)
            }
        },
        ParityCase("countNonFinite") { run in
            let (rows, columns) = run.shape()
            let accumulate = run.flag()
            let values = (0..<rows * columns).map { _ in
                run.pick([0, 1, -1e30, 1e-40, 3e38, Double.infinity, -.infinity, .nan])
            }
            let x = run.input(rows, columns, run.type, values)
            let count = run.changed(1, 1, .int32, [accumulate ? 5 : -99])
            run.call { set, at in
                set.countNonFinite(at(x), rows: rows, columns: columns, to: at(count), accumulate: accumulate)
            }
        },
    ]
}
