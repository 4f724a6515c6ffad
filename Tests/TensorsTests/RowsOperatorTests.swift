import ReferenceKernels
import Tensors
import Testing

@Suite struct RowsOperatorTests {
    static let cases: [OperatorCase] = [
        OperatorCase("embedding", "repeated and missing ids") { check in
            let table = try check.parameter([5, 3])
            return { tape in
                let y = try tape.embedding(
                    tape.leaf(table), ids: tape.workspace.indices([4, 0, -1, 4, 2, 4], [2, 3]))
                #expect(y.shape == [2, 3, 3])
                return [y]
            }
        },
        OperatorCase("embedding", "a table of many uses") { check in
            let table = try check.parameter([5, 4])
            return { tape in
                let x = try tape.embedding(tape.leaf(table), ids: tape.workspace.indices([4, 0, 4]))
                return [try tape.linear(x, weight: tape.stream(table)), x]
            }
        },
        OperatorCase("gatherRows", "a view, repeated and missing rows") { check in
            let x = try check.parameter([2, 2, 6])
            return { tape in
                let y = try tape.gatherRows(tape.inner(x), indices: tape.workspace.indices([3, 3, -1, 0, 1]))
                #expect(y.shape == [5, 3])
                return [y]
            }
        },
        OperatorCase("gatherRows", "rows of gathered rows, and the rows themselves") { check in
            let x = try check.parameter([3, 2])
            return { tape in
                let x = try tape.node(x)
                let y = try tape.gatherRows(x, indices: tape.workspace.indices([2, 1, 1, 2]))
                return [try tape.gatherRows(y, indices: tape.workspace.indices([0, 0, 3])), x]
            }
        },
        OperatorCase("scatterAddRows", "repeated and missing rows, views") { check in
            let x = try check.parameter([4, 6])
            let rows = try check.parameter([5, 6])
            return { tape in
                [
                    try tape.scatterAddRows(
                        tape.inner(rows), indices: tape.workspace.indices([1, 1, -1, 3, 1]),
                        into: tape.inner(x, tape.precision.stream))
                ]
            }
        },
        OperatorCase("scatterAddRows", "rows into themselves") { check in
            let x = try check.parameter([4, 3])
            return { tape in
                let x = try tape.node(x)
                return [try tape.scatterAddRows(x, indices: tape.workspace.indices([1, 1, 2, 0]), into: x)]
            }
        },
        OperatorCase("gatherElements", "repeated and missing places, a view") { check in
            let x = try check.parameter([3, 6])
            return { tape in
                let places = try tape.workspace.indices([2, 0, 0, 1, -1, 1, 1, 1, 1], [3, 3])
                return [try tape.gatherElements(tape.inner(x), indices: places)]
            }
        },
        OperatorCase("grouped", "an empty group, rows of none") { check in
            let x = try check.parameter([7, 4])
            let weights = try check.parameter([4, 3, 4])
            return { tape in
                let offsets = try tape.workspace.indices([1, 3, 3, 6, 6])
                let y = try tape.grouped(tape.leaf(x), weights: tape.leaf(weights), offsets: offsets)
                let values = try tape.workspace.values(y)
                #expect(values[0..<3].allSatisfy { $0 == 0 } && values[18...].allSatisfy { $0 == 0 })
                return [y]
            }
        },
        OperatorCase("grouped", "rows that were routed") { check in
            let x = try check.parameter([4, 6])
            let weights = try check.parameter([3, 3, 3])
            let router = try check.parameter([3, 3])
            return { tape in
                let x = try tape.inner(x)
                return [try Self.mixture(tape, x, tape.leaf(weights), tape.leaf(router))]
            }
        },
    ]

    /// A mixture of experts, two a row, with nothing read by the host.
    static func mixture(_ tape: Tape, _ x: Tensor, _ weights: Tensor, _ router: Tensor) throws -> Tensor {
        let (rows, experts) = (x.rows, weights.shape[0])
        let shares = try tape.softmax(tape.linear(x, weight: router, to: tape.precision.stream))
        let (chosen, _) = try tape.topK(shares, count: 2)
        let (order, offsets) = try tape.groupRows(chosen.reshaped([2 * rows]), count: experts)
        let owner = try tape.workspace.indices((0..<Int32(2 * rows)).map { $0 / 2 }, [2 * rows, 1])
        let source = try tape.gatherRows(owner, indices: order).reshaped([2 * rows])
        let expert = try tape.grouped(
            tape.gatherRows(x, indices: source), weights: weights, offsets: offsets)
        let share = try tape.gatherRows(
            tape.gatherElements(shares, indices: chosen).reshaped([2 * rows, 1]), indices: order)
        let weighted = try tape.scaleRows(expert, by: share.reshaped([2 * rows]))
        return try tape.scatterAddRows(weighted, indices: source, into: x)
    }

    @Test(arguments: cases) func gradientsAreThoseOfDifferences(_ one: OperatorCase) throws { try one.verify() }

    @Test func rowsAreBroughtTogether() throws {
        let tape = Tape(try GradientCheck().workspace)
        let groups = try tape.workspace.indices([2, 0, -1, 2, 0, 2])
        let (order, offsets) = try tape.groupRows(groups, count: 3)
        #expect(try tape.workspace.values(order) == [1, 4, 0, 3, 5, -1])
        #expect(try tape.workspace.values(offsets) == [0, 2, 2, 5])
    }

    @Test func indicesOfSequencesBecomeRowsInOrder() throws {
        let tape = Tape(try GradientCheck().workspace)
        let places = try tape.workspace.indices([4, -1, 0, 2, -3, 1], [2, 3])
        #expect(try tape.workspace.values(tape.sortIndices(places, rowStep: 5)) == [0, 4, -1, 6, 7, -1])
        #expect(try tape.workspace.values(tape.sortIndices(places)) == [0, 4, -1, 1, 2, -1])
    }

    @Test func largestNumbersComeFirst() throws {
        let tape = Tape(try GradientCheck().workspace)
        let x = try tape.workspace.numbers([9, 1, 5, 5, 9, 9, -1, -3, -2, -2, -1, 9], [2, 6])
        let (indices, values) = try tape.topK(x.columns(1..<5), count: 3)
        #expect(try tape.workspace.values(indices) == [3, 1, 2, 3, 1, 2])
        #expect(try tape.workspace.values(values) == [9, 5, 5, -1, -2, -2])
        #expect(!values.needsGradient)
    }
}
