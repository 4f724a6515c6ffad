import ReferenceKernels
import Tensors
import Testing

@Suite struct PatchOperatorTests {
    static let cases: [OperatorCase] =
        [false, true].map { bias in
            OperatorCase("patches", bias ? "bias and origin" : "plain") { check in
                let weight = try check.parameter([4, 3, 2, 2])
                let offset = try bias ? check.parameter([4]) : nil
                let origin = bias ? check.numbers(12) : nil
                let bytes = check.numbers(2 * 3 * 12, scale: 127, shift: 128).map { UInt8($0) }
                return { tape in
                    let pixels = try tape.workspace.bytes(bytes, [2, 3, 12])
                    let y = try tape.patches(
                        pixels, weight: tape.leaf(weight), bias: offset.map { try tape.stream($0) }, channels: 3,
                        scale: bias ? 2 : 1, origin: origin.map { try tape.workspace.numbers($0, [12]) })
                    #expect(y.shape == [2, 3, 4])
                    return [y]
                }
            }
        }
        + PatchLoss.allCases.flatMap { kind in
            [false, true].map { view in
                OperatorCase("patchErrors", "\(kind), \(view ? "a view" : "whole")") { check in
                    let prediction = try check.parameter(view ? [2, 2, 15] : [2, 2, 12])
                    let bytes = check.numbers(36, scale: 127, shift: 128).map { UInt8($0) }
                    return { tape in
                        let errors = try tape.patchErrors(
                            kind, view ? tape.inner(prediction) : tape.leaf(prediction),
                            targets: tape.workspace.bytes(bytes, [3, 12]),
                            indices: tape.workspace.indices([2, 0, -1, 2]))
                        #expect(errors.shape == [2, 2])
                        #expect(try tape.workspace.values(errors)[2] == 0)
                        return [errors]
                    }
                }
            }
        }

    @Test(arguments: cases) func gradientsAreThoseOfDifferences(_ one: OperatorCase) throws { try one.verify() }

    @Test func pixelsMeetTheWeightsOfTheirChannel() throws {
        let workspace = try GradientCheck().workspace
        let tape = Tape(workspace)
        // One output a channel: it sums that channel's pixels alone.
        let weight = try workspace.numbers(
            [1, 1, 0, 0, 0, 0, 0, 0, 1, 1, 0, 0, 0, 0, 0, 0, 1, 1], [3, 3, 1, 2])
        let pixels = try workspace.bytes([255, 0, 51, 255, 51, 102], [1, 6])
        let y = try tape.patches(pixels, weight: weight, channels: 3)
        let expected = [2, 0.2, 0.6]
        for (got, wanted) in zip(try workspace.values(y), expected) { #expect(abs(got - wanted) < 1e-15) }
        // An origin stands channel by channel, as weights do.
        let origin = try workspace.numbers([1, 1, 0, 0.2, 0.3, 0.4], [6])
        let moved = try tape.patches(pixels, weight: weight, channels: 3, scale: 2, origin: origin)
        for (got, wanted) in zip(try workspace.values(moved), [2, 0.2, 0.5]) { #expect(abs(got - wanted) < 1e-15) }
    }
}
