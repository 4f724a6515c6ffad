import ReferenceKernels
import Tensors
import Testing

@Suite struct ElementwiseOperatorTests {
    static let cases: [OperatorCase] =
        Unary.allCases.map { kind in
            OperatorCase("unary", kind.rawValue) { check in
                // Away from where there is no logarithm or no slope.
                let positive = [.log, .squareRoot, .reciprocal].contains(kind)
                let x = try check.parameter([2, 3, 7], scale: positive ? 1 : 3, shift: positive ? 1.5 : 0)
                return { tape in [try tape.unary(kind, tape.inner(x))] }
            }
        } + [
            OperatorCase("swiglu", "views of one projection") { check in
                let x = try check.parameter([3, 8], scale: 3)
                return { tape in
                    let x = try tape.node(x)
                    return [try tape.swiglu(gate: x.columns(0..<4), up: x.columns(4..<8))]
                }
            },
            OperatorCase("swiglu", "a gate that is its own content") { check in
                let x = try check.parameter([2, 2, 3], scale: 3)
                return { tape in
                    let x = try tape.node(x)
                    return [try tape.swiglu(gate: x, up: x)]
                }
            },
            OperatorCase("multiply", "a view and a whole") { check in
                let a = try check.parameter([2, 3, 7])
                let b = try check.parameter([6, 4])
                return { tape in [try tape.multiply(tape.inner(a), tape.leaf(b))] }
            },
            OperatorCase("multiply", "a number with itself") { check in
                let a = try check.parameter([3, 4])
                return { tape in
                    let a = try tape.node(a)
                    return [try tape.multiply(a, a)]
                }
            },
            OperatorCase("add", "a view and a whole") { check in
                let a = try check.parameter([2, 3, 7])
                let b = try check.parameter([6, 4])
                return { tape in
                    [try tape.add(tape.inner(a), tape.stream(b)), try tape.add(tape.stream(b), tape.inner(a))]
                }
            },
            OperatorCase("add", "a number to itself, and again") { check in
                let a = try check.parameter([3, 4])
                return { tape in
                    let a = try tape.node(a)
                    let twice = try tape.add(a, a)
                    return [twice, try tape.add(twice, a), try tape.add(a, twice)]
                }
            },
            OperatorCase("scale", "a view") { check in
                let x = try check.parameter([2, 3, 7])
                return { tape in [try tape.scale(tape.inner(x), by: -2.5)] }
            },
            OperatorCase("contiguous", "a view") { check in
                let x = try check.parameter([2, 3, 7])
                return { tape in
                    let y = try tape.contiguous(tape.inner(x))
                    #expect(y.isContiguous)
                    return [try y.reshaped([24])]
                }
            },
            OperatorCase("transpose", "a view, twice") { check in
                let x = try check.parameter([2, 3, 7])
                return { tape in
                    let y = try tape.transpose(tape.inner(x))
                    #expect(y.shape == [4, 6])
                    return [y, try tape.transpose(tape.multiply(y, y))]
                }
            },
            OperatorCase("dropout", "a view") { check in
                let x = try check.parameter([2, 3, 7])
                return { tape in [try tape.dropout(tape.inner(x), rate: 0.4, key: RandomKey(seed: 5))] }
            },
            OperatorCase("scaleRows", "a view") { check in
                let x = try check.parameter([2, 3, 7])
                let s = try check.parameter([2, 3])
                return { tape in [try tape.scaleRows(tape.inner(x), by: tape.stream(s))] }
            },
            OperatorCase("scaleColumns", "a view") { check in
                let x = try check.parameter([2, 3, 7])
                let s = try check.parameter([4])
                return { tape in [try tape.scaleColumns(tape.inner(x), by: tape.stream(s))] }
            },
            OperatorCase("addToRows", "a view") { check in
                let x = try check.parameter([2, 3, 7])
                let b = try check.parameter([4])
                return { tape in [try tape.addToRows(tape.inner(x), tape.stream(b))] }
            },
            OperatorCase("rowDots", "a view and a whole") { check in
                let x = try check.parameter([2, 3, 7])
                let y = try check.parameter([6, 4])
                return { tape in
                    let dots = try tape.rowDots(tape.inner(x), tape.leaf(y))
                    #expect(dots.shape == [2, 3])
                    return [dots]
                }
            },
            OperatorCase("rowDots", "rows with themselves") { check in
                let x = try check.parameter([3, 4])
                return { tape in
                    let x = try tape.node(x)
                    return [try tape.rowDots(x, x)]
                }
            },
        ]

    @Test(arguments: cases) func gradientsAreThoseOfDifferences(_ one: OperatorCase) throws { try one.verify() }

    @Test func nothingIsDroppedAtRateZero() throws {
        let check = try GradientCheck()
        let tape = Tape(check.workspace)
        let x = try tape.leaf(check.parameter([2, 2]))
        #expect(try tape.dropout(x, rate: 0, key: RandomKey(seed: 1)) === x)
        #expect(tape.recordCount == 0)
    }
}
