import Tensors

// Rows by index.
extension ParityCase {
    static let rows = [
        ParityCase("gatherRows", rounds: 24) { run in
            let (rows, columns) = run.shape()
            let tableRows = run.int(1...40)
            let accumulate = run.flag()
            let table = run.input(tableRows, columns, run.anyType)
            let indices = run.list(run.indices(rows, below: tableRows), .int32)
            let y = run.result(rows, columns, run.anyType, accumulate: accumulate)
            run.call { set, at in
                set.gatherRows(
                    at(table), indices: at(indices), to: at(y), rows: rows, columns: columns, accumulate: accumulate)
            }
        },
        ParityCase("gatherRows") { run in
            let (rows, columns) = run.shape()
            let table = run.input(9, columns, .int32, run.indices(9 * columns, below: 1000))
            let indices = run.list(run.indices(rows, below: 9), .int32)
            let y = run.result(rows, columns, .int32)
            run.call { set, at in
                set.gatherRows(
                    at(table), indices: at(indices), to: at(y), rows: rows, columns: columns, accumulate: false)
            }
        },
        ParityCase("scatterAddRows", half: Tolerance(relative: 2e-2, scaled: 1e-2), rounds: 24) { run in
            let (rows, columns) = run.shape()
            let type = run.anyType
            // In bfloat16 every addition rounds: there are few to a row.
            let tableRows = type == .bfloat16 ? rows + 1 : run.pick([1, 3, 40, 500])
            let table = run.changed(tableRows, columns, type)
            let indices = run.list(run.indices(rows, below: tableRows), .int32)
            let x = run.input(rows, columns, run.anyType)
            run.call { set, at in
                set.scatterAddRows(
                    at(x), indices: at(indices), into: at(table), tableRows: tableRows, rows: rows, columns: columns)
            }
        },
        ParityCase("gatherElements") { run in
            let (rows, columns) = run.shape(least: 1)
            let count = run.int(0...5)
            let x = run.input(rows, columns, run.type)
            let indices = run.input(rows, count, .int32, run.indices(rows * count, below: columns))
            let y = run.result(rows, count, run.type)
            run.call { set, at in
                set.gatherElements(at(x), indices: at(indices), to: at(y), rows: rows, count: count)
            }
        },
        ParityCase("scatterAddElements") { run in
            let (rows, columns) = run.shape(least: 1)
            let count = run.int(0...5)
            let x = run.changed(rows, columns, run.type)
            let indices = run.input(rows, count, .int32, run.indices(rows * count, below: columns))
            let y = run.input(rows, count, run.type)
            run.call { set, at in
                set.scatterAddElements(at(y), indices: at(indices), into: at(x), rows: rows, count: count)
            }
        },
        ParityCase("topK", rounds: 24) { run in
            let (rows, columns) = run.shape(least: 1)
            let count = run.int(0...min(columns, 9))
            // Few values, so that many are equal, and all that has no size.
            let values = (0..<rows * columns).map { _ in
                switch run.int(0...20) {
                case 0: Double.nan
                case 1: -Double.infinity
                case 2: Double.infinity
                case 3: -0.0
                default: Double(run.int(-4...4)) * 0.25
                }
            }
            let x = run.input(rows, columns, run.type, values)
            let indices = run.result(rows, count, .int32)
            let found = run.flag() ? run.result(rows, count, run.type) : nil
            run.call { set, at in
                set.topK(
                    at(x), rows: rows, columns: columns, count: count, indices: at(indices), values: found.map(at))
            }
        },
        ParityCase("sortIndices", rounds: 24) { run in
            let (rows, count) = run.round == 0 ? (300, 200) : (run.pick([0, 1, 5]), run.pick([0, 1, 2, 7, 40]))
            let (rowStep, inPlace) = (run.pick([0, 50]), run.flag())
            let numbers = run.indices(rows * count, below: 50)
            let x = inPlace ? run.changed(rows, count, .int32, numbers) : run.input(rows, count, .int32, numbers)
            let y = inPlace ? x : run.result(rows, count, .int32)
            run.call { set, at in set.sortIndices(at(x), to: at(y), rows: rows, count: count, rowStep: rowStep) }
        },
        ParityCase("groupRows", rounds: 24) { run in
            let rows = run.round == 0 ? 40_000 : run.pick([0, 1, 2, 17, 100])
            let groups = run.int(1...9)
            let numbers = run.list(run.indices(rows, below: groups), .int32)
            let (order, offsets) = (run.resultList(rows, .int32), run.resultList(groups + 1, .int32))
            run.call { set, at in
                set.groupRows(at(numbers), rows: rows, groups: groups, order: at(order), offsets: at(offsets))
            }
        },
    ]
}
