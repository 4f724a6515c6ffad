import Tensors

// Norms, rotation, gated units.
extension ParityCase {
    static let decoder = [
        ParityCase("rmsNorm") { run in
            let (rows, columns) = run.shape(least: 1)
            let (x, weight) = (run.input(rows, columns, run.stream), run.list(run.numbers(columns, 0.5, 1.5)))
            let (y, reciprocals) = (run.result(rows, columns, run.type), run.resultList(rows))
            run.call { set, at in
                set.rmsNorm(
                    at(x), weight: at(weight), to: at(y), reciprocals: at(reciprocals), rows: rows, columns: columns,
                    epsilon: 1e-5)
            }
        },
        ParityCase("rmsNormBackward") { run in
            let (rows, columns) = run.shape(least: 1)
            let (accumulate, accumulateWeight, wanted) = (run.flag(), run.flag(), run.pick([1, 2, 3]))
            let (x, weight) = (run.input(rows, columns, run.stream), run.list(run.numbers(columns, 0.5, 1.5)))
            let (dy, reciprocals) = (run.input(rows, columns, run.type), run.list(run.numbers(rows, 1, 2)))
            let dx = wanted & 1 == 0 ? nil : run.result(rows, columns, run.stream, accumulate: accumulate)
            let dw = wanted & 2 == 0 ? nil : run.resultList(columns, accumulate: accumulateWeight)
            run.call { set, at in
                set.rmsNormBackward(
                    at(x), weight: at(weight), reciprocals: at(reciprocals), gradient: at(dy), to: dx.map(at),
                    accumulate: accumulate, weightGradient: dw.map(at), accumulateWeight: accumulateWeight, rows: rows,
                    columns: columns)
            }
        },
        ParityCase("layerNorm") { run in
            let (rows, columns) = run.shape(least: 2)
            // Far from 0: the variance must not be the difference of two large numbers.
            let x = run.input(rows, columns, run.stream, run.numbers(rows * columns, 20, 24))
            let (weight, bias) = (run.list(run.numbers(columns, 0.5, 1.5)), run.list(run.numbers(columns)))
            let (y, statistics) = (run.result(rows, columns, run.type), run.result(rows, 2, run.stream))
            run.call { set, at in
                set.layerNorm(
                    at(x), weight: at(weight), bias: at(bias), to: at(y), statistics: at(statistics), rows: rows,
                    columns: columns, epsilon: 1e-5)
            }
        },
        ParityCase("layerNormBackward") { run in
            let (rows, columns) = run.shape(least: 2)
            let (accumulate, accumulateWeights, wanted) = (run.flag(), run.flag(), run.pick([1, 2, 3]))
            let (x, weight) = (run.input(rows, columns, run.stream), run.list(run.numbers(columns, 0.5, 1.5)))
            let (dy, statistics) = (
                run.input(rows, columns, run.type), run.input(rows, 2, run.stream, run.numbers(2 * rows, 0.5, 1.5))
            )
            let dx = wanted & 1 == 0 ? nil : run.result(rows, columns, run.stream, accumulate: accumulate)
            let dw = wanted & 2 == 0 ? nil : run.resultList(columns, accumulate: accumulateWeights)
            let db = wanted & 2 == 0 ? nil : run.resultList(columns, accumulate: accumulateWeights)
            run.call { set, at in
                set.layerNormBackward(
                    at(x), weight: at(weight), statistics: at(statistics), gradient: at(dy), to: dx.map(at),
                    accumulate: accumulate, weightGradient: dw.map(at), biasGradient: db.map(at),
                    accumulateWeights: accumulateWeights, rows: rows, columns: columns)
            }
        },
        ParityCase("rotary", rounds: 24) { run in
            let rows = run.round == 0 ? 600 : run.pick([0, 1, 5, 33])
            let (heads, width, places) = (run.int(1...4), 2 * run.pick([1, 3, 8, 16, 32]), run.int(1...40))
            let (inverse, inPlace, accumulate) = (run.flag(), run.flag(), run.flag())
            let positions = run.list(run.indices(rows, below: places, holes: run.round % 3 > 0), .int32)
            let (cosines, sines) = (run.input(places, width / 2, run.stream), run.input(places, width / 2, run.stream))
            let x = inPlace ? run.changed(rows, heads * width, run.type) : run.input(rows, heads * width, run.type)
            let y = inPlace ? x : run.result(rows, heads * width, run.type, accumulate: accumulate)
            run.call { set, at in
                set.rotary(
                    at(x), positions: at(positions), cosines: at(cosines), sines: at(sines), inverse: inverse,
                    to: at(y), rows: rows, heads: heads, width: width, accumulate: accumulate && !inPlace)
            }
        },
        ParityCase("swiglu") { run in
            let (rows, columns) = run.shape()
            let gate = run.input(rows, columns, run.type, run.numbers(rows * columns, -6, 6))
            let up = run.input(rows, columns, run.type)
            let y = run.result(rows, columns, run.type)
            run.call { set, at in set.swiglu(gate: at(gate), up: at(up), to: at(y), rows: rows, columns: columns) }
        },
        ParityCase("swigluBackward") { run in
            let (rows, columns) = run.shape()
            let (accumulateGate, accumulateUp, wanted) = (run.flag(), run.flag(), run.pick([1, 2, 3]))
            let gate = run.input(rows, columns, run.type, run.numbers(rows * columns, -6, 6))
            let (up, dy) = (run.input(rows, columns, run.type), run.input(rows, columns, run.type))
            let dGate = wanted & 1 == 0 ? nil : run.result(rows, columns, run.type, accumulate: accumulateGate)
            let dUp = wanted & 2 == 0 ? nil : run.result(rows, columns, run.type, accumulate: accumulateUp)
            run.call { set, at in
                set.swigluBackward(
                    gate: at(gate), up: at(up), gradient: at(dy), dGate: dGate.map(at), accumulateGate: accumulateGate,
                    dUp: dUp.map(at), accumulateUp: accumulateUp, rows: rows, columns: columns)
            }
        },
    ]
}
