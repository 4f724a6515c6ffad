import Tensors

// Products. Sums of K numbers of size 1: bounds are of the largest result.
extension ParityCase {
    static let products = [
        ParityCase("product", rounds: 40) { run in
            let (m, n, k) = run.productShape()
            let (scale, accumulate) = (run.pick([1, 0.37, -2]), run.flag())
            let (a, b) = (run.factor(m, k), run.factor(k, n))
            let bias = run.flag() ? run.list(run.numbers(n)) : nil
            let c = run.result(m, n, run.anyType, accumulate: accumulate)
            run.call { set, at in
                set.product(
                    a.matrix(at), b.matrix(at), bias: bias.map(at), into: at(c), scale: scale, accumulate: accumulate)
            }
        },
        ParityCase("product", rounds: 8) { run in
            // Singles under both precisions, as routers use them.
            let (m, n, k) = run.productShape()
            let (a, b) = (run.factor(m, k, .float32), run.factor(k, n, .float32))
            let c = run.result(m, n, .float32)
            run.call { set, at in
                set.product(a.matrix(at), b.matrix(at), bias: nil, into: at(c), scale: 1, accumulate: false)
            }
        },
        ParityCase("product", rounds: 60) { run in
            // Few rows by a matrix of rows, as tokens meet weights: around all widths of vectors, tiles and pieces.
            let (m, n) = (run.int(1...18), run.pick([1, 2, 3, 4, 5, 7, 8, 63, 64, 65, 129, 200, 517]))
            let k = run.pick([1, 2, 7, 15, 16, 17, 31, 32, 33, 47, 64, 65, 100, 161, 577])
            let (scale, accumulate) = (run.pick([1, 1, 0.37]), run.flag())
            let (a, b) = (run.input(m, k, run.type), run.input(n, k, run.type))
            let bias = run.flag() ? run.list(run.numbers(n)) : nil
            let c = run.result(m, n, run.anyType, accumulate: accumulate)
            run.call { set, at in
                set.product(
                    Matrix(at(a), rows: m, columns: k), Matrix(at(b), rows: n, columns: k, transposed: true),
                    bias: bias.map(at), into: at(c), scale: scale, accumulate: accumulate)
            }
        },
        ParityCase("productBatch", rounds: 24) { run in
            let (count, m, n, k) = (run.int(0...9), run.side(), run.side(), run.pick([0, 1, 7, 16, 33]))
            let (scale, accumulate) = (run.pick([1, 0.37]), run.flag())
            let (a, b) = (run.factor(m, k, count: count), run.factor(k, n, count: count))
            let sideBySide = run.flag()
            let type = run.anyType
            let c =
                sideBySide
                ? run.result(m, n * count, type, accumulate: accumulate)
                : run.result(m * count, n, type, accumulate: accumulate)
            run.call { set, at in
                set.productBatch(
                    count: count, a.matrix(at), aStep: a.step, b.matrix(at), bStep: b.step, into: at(c),
                    cStep: sideBySide ? n : m * c.stride, scale: scale, accumulate: accumulate)
            }
        },
        ParityCase("productGroups", rounds: 24) { run in
            let (rows, n, k) = run.productShape()
            let (groups, accumulate) = (run.int(1...6), run.flag())
            let offsets = run.offsets(groups, rows)
            let a = run.input(rows, k, run.type)
            let b = run.factor(k, n, count: groups, sideBySide: false)
            let c = run.result(rows, n, run.anyType, accumulate: accumulate)
            run.call { set, at in
                set.productGroups(
                    Matrix(at(a), rows: rows, columns: k), b.matrix(at), bStep: b.step, offsets: at(offsets),
                    groups: groups, into: at(c), accumulate: accumulate)
            }
        },
        ParityCase("productGroupWeights", rounds: 24) { run in
            let (rows, m, n) = run.productShape()
            let (groups, accumulate) = (run.int(1...6), run.flag())
            let offsets = run.offsets(groups, rows)
            let (a, b) = (run.input(rows, m, run.type), run.input(rows, n, run.type))
            let c = run.result(groups * m, n, run.anyType, accumulate: accumulate)
            run.call { set, at in
                set.productGroupWeights(
                    at(a), columns: m, at(b), columns: n, rows: rows, offsets: at(offsets), groups: groups,
                    into: at(c), cStep: m * c.stride, accumulate: accumulate)
            }
        },
    ]
}

/// A factor of a product, stored either way round; several of them below each other or side by side.
private struct Factor {
    let array: ParityArray
    let rows: Int
    let columns: Int
    let transposed: Bool
    let step: Int

    func matrix(_ at: ParityRun.At) -> Matrix {
        Matrix(at(array), rows: rows, columns: columns, transposed: transposed)
    }
}

extension ParityRun {
    /// M, N, K: large ones that are cut into tiles, none, odd ones.
    fileprivate func productShape() -> (Int, Int, Int) {
        switch round {
        case 0: (int(260...300), int(70...90), int(90...120))
        case 1: (int(30...40), int(520...600), int(90...120))
        case 2: (int(20...30), int(50...60), int(1100...1300))
        case 3: (side(), side(), 0)
        case 4: (0, side(), side())
        case 5: (side(), 0, side())
        default: (side(), side(), side())
        }
    }

    fileprivate func side() -> Int { pick([1, 2, 3, 5, 8, 15, 16, 17, 31, 48, 65, 100]) }

    fileprivate func factor(
        _ height: Int, _ width: Int, _ type: ElementType? = nil, count: Int = 1, sideBySide: Bool? = nil
    ) -> Factor {
        let (type, transposed, sideBySide) = (type ?? self.type, flag(), sideBySide ?? flag())
        let (rows, columns) = transposed ? (width, height) : (height, width)
        let array = sideBySide ? input(rows, columns * count, type) : input(rows * count, columns, type)
        return Factor(
            array: array, rows: rows, columns: columns, transposed: transposed,
            step: sideBySide ? columns : rows * array.stride)
    }

    /// Ends of groups, some of them empty, with rows that belong to none before and behind.
    fileprivate func offsets(_ groups: Int, _ rows: Int) -> ParityArray {
        list((0...groups).map { _ in Double(int(0...rows)) }.sorted(), .int32)
    }
}
