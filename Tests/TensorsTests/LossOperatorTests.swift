import ReferenceKernels
import Tensors
import Testing

@Suite struct LossOperatorTests {
    static let cases: [OperatorCase] =
        [("one chunk", 16 << 20), ("chunks of two rows", 14), ("row by row", 1)].map { name, chunk in
            OperatorCase("logProbabilities", name) { check in
                let hidden = try check.parameter([2, 3, 7])
                let weight = try check.parameter([6, 4], scale: 2)
                return { tape in
                    let result = try tape.logProbabilities(
                        tape.inner(hidden), weight: tape.leaf(weight),
                        targets: tape.workspace.indices([5, 0, -1, 2, 2, 4]), temperature: 0.7, chunk: chunk)
                    #expect(result.values.shape == [2, 3] && result.entropy == nil && result.ranks == nil)
                    #expect(try tape.workspace.values(result.values)[2] == 0)
                    return [result.values]
                }
            }
        } + [
            OperatorCase("logProbabilities", "a head that embeds") { check in
                let table = try check.parameter([6, 4], scale: 2)
                return { tape in
                    let hidden = try tape.cast(
                        tape.embedding(tape.leaf(table), ids: tape.workspace.indices([1, 2, 5])),
                        to: tape.precision.compute)
                    return [
                        try tape.logProbabilities(
                            hidden, weight: tape.leaf(table), targets: tape.workspace.indices([2, 5, 0])
                        ).values
                    ]
                }
            },
            OperatorCase("logProbabilities", "of logits that are there") { check in
                let logits = try check.parameter([2, 3, 5], scale: 2)
                return { tape in
                    [
                        try tape.logProbabilities(
                            ofLogits: tape.leaf(logits, tape.precision.stream),
                            targets: tape.workspace.indices([4, 0, -1, 2, 2, 1]),
                            temperature: 0.7)
                    ]
                }
            },
            OperatorCase("softmax", "a view") { check in
                let x = try check.parameter([2, 3, 7], scale: 2)
                return { tape in [try tape.softmax(tape.inner(x), scale: 1.3)] }
            },
            OperatorCase("weightedSum", "weights that are trained") { check in
                let x = try check.parameter([2, 3])
                let weights = try check.parameter([6])
                return { tape in
                    [
                        try tape.weightedSum(
                            tape.node(x, tape.precision.stream), weights: tape.stream(weights), scale: 0.3)
                    ]
                }
            },
            OperatorCase("weightedSum", "no weights, some rows") { check in
                let x = try check.parameter([5, 3])
                return { tape in
                    let x = try tape.node(x, tape.precision.stream)
                    return [try tape.weightedSum(x.rows(1..<3), scale: 2), try tape.weightedSum(x)]
                }
            },
            OperatorCase("weightedSum", "a vector weighted by itself") { check in
                let x = try check.parameter([4])
                return { tape in
                    let x = try tape.node(x, tape.precision.stream)
                    return [try tape.weightedSum(x, weights: x)]
                }
            },
            OperatorCase("mean", "a matrix", recorded: "weightedSum") { check in
                let x = try check.parameter([2, 3])
                return { tape in [try tape.mean(tape.stream(x))] }
            },
            OperatorCase("sumOfSquares", "a view") { check in
                let x = try check.parameter([2, 3, 7])
                return { tape in
                    let sum = try tape.sumOfSquares(tape.inner(x))
                    #expect(sum.shape == [])
                    return [sum, try tape.multiply(sum, sum)]
                }
            },
        ]

    @Test(arguments: cases) func gradientsAreThoseOfDifferences(_ one: OperatorCase) throws { try one.verify() }

    @Test(arguments: [6, 18, 1000]) func statisticsAreThoseOfTheDistribution(chunk: Int) throws {
        let check = try GradientCheck()
        let tape = Tape(check.workspace)
        let hidden = try tape.leaf(check.parameter([4, 3]))
        let weight = try tape.leaf(check.parameter([6, 3], scale: 2))
        let targets: [Int32] = [3, -1, 0, 5]
        let result = try tape.logProbabilities(
            hidden, weight: weight, targets: check.workspace.indices(targets), temperature: 1.7, wantsStatistics: true,
            chunk: chunk)
        let logits = try tape.scale(tape.linear(hidden, weight: weight), by: 1 / 1.7)
        let p = try check.workspace.values(tape.softmax(logits))
        let logs = try check.workspace.values(tape.unary(.log, tape.softmax(logits)))
        let z = try check.workspace.values(logits)
        let entropy = try #require(result.entropy)
        let ranks = try #require(result.ranks)
        #expect(!entropy.needsGradient && !ranks.needsGradient && !result.logSums.needsGradient)
        for row in 0..<4 {
            let places = row * 6..<row * 6 + 6
            let expected = -places.reduce(0.0) { $0 + p[$1] * logs[$1] }
            #expect(abs(try check.workspace.values(entropy)[row] - expected) < 1e-13)
            #expect(abs(try check.workspace.values(result.logSums)[row] - (z[row * 6] - logs[row * 6])) < 1e-13)
            guard targets[row] >= 0 else { continue }
            let target = row * 6 + Int(targets[row])
            #expect(try check.workspace.values(ranks)[row] == Double(places.count { p[$0] > p[target] }))
            #expect(abs(try check.workspace.values(result.values)[row] - logs[target]) < 1e-13)
        }
    }

    /// A batch of which nothing is a target still gives gradients: zeros.
    @Test(arguments: [0, 3]) func rowsWithoutTargetsGiveGradientsOfZero(rows: Int) throws {
        let check = try GradientCheck()
        let weight = try check.parameter([5, 2])
        let tape = Tape(check.workspace)
        let hidden = try check.workspace.full([rows, 2], .float64, 1)
        let result = try tape.logProbabilities(
            hidden, weight: tape.leaf(weight),
            targets: check.workspace.indices([Int32](repeating: -1, count: rows)))
        try tape.backward([(scalar: tape.weightedSum(result.values), gradient: 1)])
        let gradient = try #require(weight.gradient)
        #expect(try check.workspace.values(gradient).allSatisfy { $0 == 0 })
    }
}
