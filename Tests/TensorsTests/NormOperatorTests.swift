import ReferenceKernels
import Tensors
import Testing

@Suite struct NormOperatorTests {
    static let cases: [OperatorCase] =
        [false, true].flatMap { view in
            [
                OperatorCase("rmsNorm", view ? "a view" : "whole") { check in
                    let x = try check.parameter(view ? [2, 3, 7] : [2, 3, 4], shift: 0.3)
                    let weight = try check.parameter([4])
                    return { tape in
                        [
                            try tape.rmsNorm(
                                view ? tape.inner(x, tape.precision.stream) : tape.stream(x),
                                weight: tape.stream(weight), epsilon: 1e-3)
                        ]
                    }
                },
                OperatorCase("layerNorm", view ? "a view" : "whole") { check in
                    let x = try check.parameter(view ? [2, 3, 7] : [2, 3, 4], shift: 0.3)
                    let weight = try check.parameter([4])
                    let bias = try check.parameter([4])
                    return { tape in
                        [
                            try tape.layerNorm(
                                view ? tape.inner(x, tape.precision.stream) : tape.stream(x),
                                weight: tape.stream(weight), bias: tape.stream(bias),
                                epsilon: 1e-3)
                        ]
                    }
                },
            ]
        } + [
            OperatorCase("rmsNorm", "the same rows twice") { check in
                let x = try check.parameter([3, 4], shift: 0.3)
                let weight = try check.parameter([4])
                return { tape in
                    let x = try tape.node(x, tape.precision.stream)
                    let first = try tape.rmsNorm(x, weight: tape.stream(weight), epsilon: 1e-3)
                    return [first, try tape.rmsNorm(tape.add(x, first), weight: tape.stream(weight), epsilon: 1e-3)]
                }
            }
        ]

    @Test(arguments: cases) func gradientsAreThoseOfDifferences(_ one: OperatorCase) throws { try one.verify() }
}
