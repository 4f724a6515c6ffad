import ReferenceKernels
import Tensors
import Testing

/// What operators compute, against sums written out, on views: gradients cannot tell a wrong function from a right one.
@Suite struct OperatorValueTests {
    let workspace: Workspace
    let tape: Tape
    let key = RandomKey(seed: 11)

    init() throws {
        workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        tape = Tape(workspace)
    }

    /// A view of `rows` x `columns` random numbers, and the numbers; `shape` counts the rows in other dimensions.
    private func view(_ shape: [Int], _ stream: Int) throws -> (tensor: Tensor, numbers: [[Double]]) {
        let columns = try #require(shape.last)
        let rows = shape.dropLast().reduce(1, *)
        let wide = (0..<rows * (columns + 3)).map { key.with(stream).uniform(at: $0) - 0.5 }
        let whole = try workspace.numbers(wide, shape.dropLast() + [columns + 3])
        let numbers = (0..<rows).map { Array(wide[$0 * (columns + 3) + 2..<$0 * (columns + 3) + 2 + columns]) }
        return (try whole.columns(2..<2 + columns), numbers)
    }

    private func expect(_ got: Tensor, _ expected: [[Double]], _ location: SourceLocation = #_sourceLocation) throws {
        let deviation = Deviation.between(try workspace.values(got), expected.flatMap { $0 }, scaled: 1e-14)
        #expect(deviation == nil, sourceLocation: location)
    }

    private func product(_ a: [[Double]], _ b: [[Double]]) -> [[Double]] {
        a.map { row in
            (0..<(b.first?.count ?? 0)).map { column in row.indices.reduce(0.0) { $0 + row[$1] * b[$1][column] } }
        }
    }

    private func transposed(_ a: [[Double]]) -> [[Double]] {
        (0..<(a.first?.count ?? 0)).map { column in a.map { $0[column] } }
    }

    @Test(arguments: [false, true], [false, true]) func productsAreSumsOfProducts(_ flipA: Bool, _ flipB: Bool) throws {
        let (a, b) = (try view(flipA ? [4, 3] : [3, 4], 1), try view(flipB ? [5, 4] : [4, 5], 2))
        let (x, y) = (flipA ? transposed(a.numbers) : a.numbers, flipB ? transposed(b.numbers) : b.numbers)
        let expected = product(x, y).map { $0.map { -2 * $0 } }
        try expect(tape.matmul(a.tensor, b.tensor, transposeA: flipA, transposeB: flipB, scale: -2), expected)
    }

    @Test(arguments: [false, true], [false, true]) func batchesAreProductsOneByOne(_ flipA: Bool, _ flipB: Bool) throws
    {
        let a = try view(flipA ? [3, 4, 2] : [3, 2, 4], 1)
        let b = try view(flipB ? [3, 5, 4] : [3, 4, 5], 2)
        let expected = (0..<3).flatMap { group in
            let x = Array(a.numbers.chunk(group, of: 3))
            let y = Array(b.numbers.chunk(group, of: 3))
            return product(flipA ? transposed(x) : x, flipB ? transposed(y) : y).map { $0.map { 0.5 * $0 } }
        }
        try expect(tape.batchedMatmul(a.tensor, b.tensor, transposeA: flipA, transposeB: flipB, scale: 0.5), expected)
    }

    @Test func linearIsXTimesTheTransposedWeight() throws {
        let (x, weight) = (try view([2, 3, 4], 1), try view([5, 4], 2))
        let (bias, residual) = ([0.1, 0.2, 0.3, 0.4, 0.5], try view([6, 5], 3))
        let plain = product(x.numbers, transposed(weight.numbers))
        let y = try tape.linear(
            x.tensor, weight: weight.tensor, bias: workspace.numbers(bias, [5]), adding: residual.tensor)
        #expect(y.shape == [2, 3, 5])
        try expect(
            y, plain.indices.map { row in (0..<5).map { plain[row][$0] + bias[$0] + residual.numbers[row][$0] } })
    }

    @Test func sidePathIsScaledBetweenItsFactors() throws {
        let (x, weight, a, b) = (try view([3, 4], 1), try view([5, 4], 2), try view([2, 4], 3), try view([5, 2], 4))
        let scale = try view([3, 2], 5)
        let inner = product(x.numbers, transposed(a.numbers))
        let scaled = inner.indices.map { row in (0..<2).map { inner[row][$0] * scale.numbers[row][$0] } }
        let side = product(scaled, transposed(b.numbers))
        let plain = product(x.numbers, transposed(weight.numbers))
        let y = try tape.lowRank(
            x.tensor, weight: weight.tensor, a: a.tensor, b: b.tensor, scale: scale.tensor, factor: 3)
        try expect(y, plain.indices.map { row in (0..<5).map { plain[row][$0] + 3 * side[row][$0] } })
    }

    @Test func eachGroupHasItsWeight() throws {
        let (x, weights) = (try view([6, 4], 1), try view([3, 2, 4], 2))
        let y = try tape.grouped(x.tensor, weights: weights.tensor, offsets: workspace.indices([1, 3, 3, 5]))
        let owner = [nil, 0, 0, 2, 2, nil]
        try expect(
            y,
            (0..<6).map { row in
                guard let group = owner[row] else { return [0, 0] }
                return product([x.numbers[row]], transposed(Array(weights.numbers.chunk(group, of: 3))))[0]
            })
    }

    @Test func rowsAndElementsStandWhereIndicesSay() throws {
        let (x, rows) = (try view([4, 3], 1), try view([3, 3], 2))
        let zeros = [0.0, 0, 0]
        try expect(
            tape.gatherRows(x.tensor, indices: workspace.indices([3, -1, 0, 3])),
            [x.numbers[3], zeros, x.numbers[0], x.numbers[3]])
        try expect(
            tape.embedding(x.tensor, ids: workspace.indices([2, 1], [2, 1])), [x.numbers[2], x.numbers[1]])
        var expected = x.numbers
        for (row, target) in [(0, 2), (2, 2)] {
            for column in 0..<3 { expected[target][column] += rows.numbers[row][column] }
        }
        try expect(
            tape.scatterAddRows(rows.tensor, indices: workspace.indices([2, -1, 2]), into: x.tensor), expected)
        try expect(
            tape.gatherElements(x.tensor, indices: workspace.indices([2, 0, 1, -1, 0, 0, 2, 2], [4, 2])),
            [
                [x.numbers[0][2], x.numbers[0][0]], [x.numbers[1][1], 0], [x.numbers[2][0], x.numbers[2][0]],
                [x.numbers[3][2], x.numbers[3][2]],
            ])
        let numbers = try workspace.indices([7, 8, 9], [3, 1])
        let gathered = try tape.gatherRows(numbers, indices: workspace.indices([2, 0, -1]))
        #expect(try workspace.values(gathered) == [9, 7, -1] && gathered.type == .int32)
    }

    @Test func joinedPartsStandSideBySide() throws {
        let (x, y) = (try view([2, 3, 4], 1), try view([2, 1, 4], 2))
        let joined = try tape.concatenateSequences(x.tensor, y.tensor)
        let rows = [0, 1, 2].map { x.numbers[$0] } + [y.numbers[0]] + [3, 4, 5].map { x.numbers[$0] } + [y.numbers[1]]
        try expect(joined, rows)
        try expect(tape.places(joined, 2..<4), [rows[2], rows[3], rows[6], rows[7]])
        try expect(tape.places(x.tensor, 1..<3), [1, 2, 4, 5].map { x.numbers[$0] })
        let sides = try view([6, 2], 3)
        try expect(
            tape.concatenateColumns([x.tensor, sides.tensor]), (0..<6).map { x.numbers[$0] + sides.numbers[$0] })
    }

    @Test func numberByNumber() throws {
        let (x, y) = (try view([2, 3, 4], 1), try view([6, 4], 2))
        let (rows, columns) = ([1.0, -2, 3, 0, 0.5, 4], [1.0, 10, -1, 0])
        func each(_ value: (Double, Double, Int, Int) -> Double) -> [[Double]] {
            (0..<6).map { row in (0..<4).map { value(x.numbers[row][$0], y.numbers[row][$0], row, $0) } }
        }
        let perRow = try workspace.numbers(rows, [6])
        let perColumn = try workspace.numbers(columns, [4])
        try expect(tape.multiply(x.tensor, y.tensor), each { a, b, _, _ in a * b })
        try expect(tape.add(x.tensor, y.tensor), each { a, b, _, _ in a + b })
        try expect(tape.scale(x.tensor, by: 3), each { a, _, _, _ in 3 * a })
        try expect(tape.scaleRows(x.tensor, by: perRow), each { a, _, row, _ in a * rows[row] })
        try expect(tape.scaleColumns(x.tensor, by: perColumn), each { a, _, _, column in a * columns[column] })
        try expect(tape.addToRows(x.tensor, perColumn), each { a, _, _, column in a + columns[column] })
        try expect(tape.transpose(x.tensor), transposed(x.numbers))
        try expect(tape.contiguous(x.tensor), x.numbers)
        let products = each { a, b, _, _ in a * b }
        try expect(tape.rowDots(x.tensor, y.tensor), [products.map { $0.reduce(0, +) }])
        let squares = each { a, _, _, _ in a * a }
        try expect(tape.sumOfSquares(x.tensor), [[squares.joined().reduce(0, +)]])
        let whole = try tape.contiguous(x.tensor)
        let weights = try tape.contiguous(y.tensor)
        try expect(tape.weightedSum(whole, weights: weights, scale: -3), [[-3 * products.joined().reduce(0, +)]])
        try expect(tape.mean(whole), [[x.numbers.joined().reduce(0, +) / 24]])
    }

    @Test func whatIsNotDroppedGrows() throws {
        let x = try view([40, 10], 1)
        let key = RandomKey(seed: 4)
        let y = try workspace.values(tape.dropout(x.tensor, rate: 0.25, key: key))
        for (place, value) in x.numbers.joined().enumerated() {
            let isDropped = key.bits(at: place) >> 40 < 1 << 22
            #expect(y[place] == (isDropped ? 0 : value / 0.75))
        }
        #expect((60..<140).contains(y.count { $0 == 0 }))
        let part = try tape.dropout(x.tensor.rows(15..<20), rate: 0.25, key: key, firstRow: 15)
        #expect(try workspace.values(part) == Array(y[150..<200]))
    }
}

extension Array where Element == [Double] {
    /// Part number `index` of `count` equal parts.
    fileprivate func chunk(_ index: Int, of count: Int) -> ArraySlice<[Double]> {
        self[index * self.count / count..<(index + 1) * self.count / count]
    }
}
