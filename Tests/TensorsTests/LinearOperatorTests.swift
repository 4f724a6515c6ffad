import ReferenceKernels
import Tensors
import Testing

@Suite struct LinearOperatorTests {
    static let cases: [OperatorCase] =
        [false, true].flatMap { bias in
            [false, true].map { residual in linear(bias: bias, residual: residual) }
        } + [
            OperatorCase("linear", "views of x, weight and residual") { check in
                let x = try check.parameter([2, 3, 7])
                let weight = try check.parameter([6, 7])
                let residual = try check.parameter([2, 3, 7])
                return { tape in
                    let rows = try tape.leaf(weight).rows(1..<5).columns(2..<6)
                    return [
                        try tape.linear(
                            tape.inner(x), weight: rows, adding: tape.inner(residual, tape.precision.stream))
                    ]
                }
            },
            OperatorCase("linear", "x is the residual too") { check in
                let x = try check.parameter([3, 4])
                let weight = try check.parameter([4, 4])
                return { tape in
                    let x = try tape.node(x)
                    return [try tape.linear(x, weight: tape.leaf(weight), adding: x), x]
                }
            },
            OperatorCase("linear", "a residual of other dimensions and many readers") { check in
                let residual = try check.parameter([2, 2, 3])
                let x = try check.parameter([4, 5])
                let weight = try check.parameter([3, 5])
                return { tape in
                    let residual = try tape.node(residual)
                    let y = try tape.linear(tape.leaf(x), weight: tape.leaf(weight), adding: residual)
                    return [y, try tape.multiply(residual, y), residual]
                }
            },
        ] + lowRankCases
        + [false, true].flatMap { a in [false, true].map { b in matmul(a, b) } }
        + [false, true].flatMap { a in [false, true].map { b in batched(a, b) } } + [
            OperatorCase("matmul", "a matrix times itself") { check in
                let x = try check.parameter([4, 4])
                return { tape in
                    let x = try tape.node(x)
                    return [try tape.matmul(x, x), try tape.matmul(x, x, transposeA: true, scale: 0.5)]
                }
            },
            OperatorCase("batchedMatmul", "matrices times themselves, views") { check in
                let x = try check.parameter([2, 3, 6])
                return { tape in
                    let x = try tape.inner(x)
                    return [try tape.batchedMatmul(x, x)]
                }
            },
        ]

    static func linear(bias: Bool, residual: Bool) -> OperatorCase {
        OperatorCase("linear", "bias \(bias), residual \(residual)") { check in
            let x = try check.parameter([2, 3, 4])
            let weight = try check.parameter([5, 4])
            let offset = try bias ? check.parameter([5]) : nil
            let stream = try residual ? check.parameter([2, 3, 5]) : nil
            return { tape in
                [
                    try tape.linear(
                        tape.leaf(x), weight: tape.leaf(weight), bias: offset.map { try tape.stream($0) },
                        adding: stream.map { try tape.stream($0) })
                ]
            }
        }
    }

    static let lowRankCases: [OperatorCase] = ["none", "rank", "row"].flatMap { scale in
        [0, 0.4].flatMap { rate in [false, true].map { lowRank(scale: scale, rate: rate, whole: $0) } }
    }

    static func lowRank(scale: String, rate: Double, whole: Bool) -> OperatorCase {
        OperatorCase("lowRank", "scale: \(scale), dropout \(rate), bias, residual and views: \(whole)") { check in
            let x = try check.parameter([2, 3, whole ? 7 : 4])
            let weight = try check.parameter([5, 4])
            let a = try check.parameter([2, 4])
            let b = try check.parameter([5, 2])
            let bias = try whole ? check.parameter([5]) : nil
            let residual = try whole ? check.parameter([6, 5]) : nil
            let factors = try scale == "none" ? nil : check.parameter(scale == "rank" ? [2] : [6, 2])
            return { tape in
                let y = try tape.lowRank(
                    whole ? tape.inner(x) : tape.leaf(x), weight: tape.leaf(weight),
                    bias: bias.map { try tape.stream($0) }, a: tape.leaf(a), b: tape.leaf(b),
                    scale: factors.map { try tape.stream($0) }, factor: 1.5,
                    dropout: rate > 0 ? Dropout(rate: rate, key: RandomKey(seed: 3)) : nil,
                    adding: residual.map { try tape.stream($0) })
                #expect(y.shape == [2, 3, 5])
                return [y]
            }
        }
    }

    static func matmul(_ transposeA: Bool, _ transposeB: Bool) -> OperatorCase {
        OperatorCase("matmul", "transposed: \(transposeA), \(transposeB)") { check in
            let a = try check.parameter(transposeA ? [4, 6] : [3, 7])
            let b = try check.parameter(transposeB ? [5, 4] : [4, 5])
            return { tape in
                let y = try tape.matmul(
                    tape.inner(a), tape.leaf(b), transposeA: transposeA, transposeB: transposeB, scale: 0.7)
                #expect(y.shape == [3, 5])
                return [y]
            }
        }
    }

    static func batched(_ transposeA: Bool, _ transposeB: Bool) -> OperatorCase {
        OperatorCase("batchedMatmul", "transposed: \(transposeA), \(transposeB)") { check in
            let a = try check.parameter(transposeA ? [2, 4, 6] : [2, 3, 7])
            let b = try check.parameter(transposeB ? [2, 5, 4] : [2, 4, 5])
            return { tape in
                let y = try tape.batchedMatmul(
                    tape.inner(a), tape.leaf(b), transposeA: transposeA, transposeB: transposeB, scale: 0.7)
                #expect(y.shape == [2, 3, 5])
                return [y]
            }
        }
    }

    @Test(arguments: cases) func gradientsAreThoseOfDifferences(_ one: OperatorCase) throws { try one.verify() }

    @Test(arguments: [false, true]) func aSidePathOfZerosIsALinear(dropout: Bool) throws {
        let check = try GradientCheck()
        let x = try check.parameter([5, 4])
        let weight = try check.parameter([3, 4])
        let a = try check.parameter([2, 4])
        let b = try Parameter(path: "b", shape: [3, 2], workspace: check.workspace)
        let tape = Tape(check.workspace)
        let plain = try tape.linear(tape.leaf(x), weight: tape.leaf(weight))
        let side = try tape.lowRank(
            tape.leaf(x), weight: tape.leaf(weight), a: tape.leaf(a), b: tape.leaf(b), factor: 16,
            dropout: dropout ? Dropout(rate: 0.5, key: RandomKey(seed: 1)) : nil)
        #expect(try check.workspace.values(plain) == check.workspace.values(side))
    }
}
