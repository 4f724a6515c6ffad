import ReferenceKernels
import Tensors
import Testing

@Suite struct JoinOperatorTests {
    static let cases: [OperatorCase] = [
        OperatorCase("concatenateSequences", "whole") { check in
            let x = try check.parameter([2, 3, 4])
            let y = try check.parameter([2, 2, 4])
            return { tape in [try tape.concatenateSequences(tape.leaf(x), tape.leaf(y))] }
        },
        OperatorCase("concatenateSequences", "views") { check in
            let x = try check.parameter([2, 3, 7])
            let y = try check.parameter([2, 1, 4])
            return { tape in
                let joined = try tape.concatenateSequences(tape.inner(x), tape.leaf(y))
                #expect(joined.shape == [2, 4, 4])
                return [joined]
            }
        },
        OperatorCase("concatenateSequences", "a sequence after itself, one of none") { check in
            let x = try check.parameter([2, 3, 4])
            return { tape in
                let x = try tape.node(x)
                let none = try tape.workspace.empty([2, 0, 4], x.type)
                return [try tape.concatenateSequences(tape.concatenateSequences(none, x), x)]
            }
        },
        OperatorCase("concatenateSequences", "parts taken out without a copy") { check in
            let x = try check.parameter([2, 3, 4])
            let y = try check.parameter([2, 2, 4])
            return { tape in
                let joined = try tape.concatenateSequences(tape.leaf(x), tape.leaf(y)).reshaped([2, 20])
                let head = try joined.columns(0..<12)
                return [try tape.multiply(head, head), try tape.unary(.tanh, joined.columns(12..<20)), joined]
            }
        },
        OperatorCase("places", "the last of each sequence") { check in
            let x = try check.parameter([2, 4, 3])
            return { tape in
                let x = try tape.node(x)
                let y = try tape.places(x, 2..<4)
                #expect(y.shape == [2, 2, 3])
                return [y, try tape.places(x, 3..<4)]
            }
        },
        OperatorCase("places", "of a view") { check in
            let x = try check.parameter([2, 4, 6])
            return { tape in [try tape.places(tape.inner(x), 1..<3)] }
        },
        OperatorCase("concatenateColumns", "three, one twice, one a view") { check in
            let x = try check.parameter([2, 3, 6])
            let y = try check.parameter([6, 2])
            return { tape in
                let y = try tape.node(y)
                let joined = try tape.concatenateColumns([tape.inner(x), y, y])
                #expect(joined.shape == [2, 3, 7])
                return [joined]
            }
        },
    ]

    @Test(arguments: cases) func gradientsAreThoseOfDifferences(_ one: OperatorCase) throws { try one.verify() }

    @Test func joinedSequencesComeApart() throws {
        let check = try GradientCheck()
        let tape = Tape(check.workspace)
        let x = try tape.leaf(check.parameter([2, 3, 4]))
        let y = try tape.leaf(check.parameter([2, 2, 4]))
        let joined = try tape.concatenateSequences(x, y)
        #expect(try check.workspace.values(tape.places(joined, 0..<3)) == check.workspace.values(x))
        #expect(try check.workspace.values(tape.places(joined, 3..<5)) == check.workspace.values(y))
        let view = try joined.reshaped([2, 20]).columns(12..<20)
        #expect(try check.workspace.values(view) == check.workspace.values(y))
    }
}
