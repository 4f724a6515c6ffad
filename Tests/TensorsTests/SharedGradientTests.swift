import ReferenceKernels
import Testing

@testable import Tensors

/// Kernels that write several gradients at once get places that do not overlap, whatever the inputs share.
@Suite struct SharedGradientTests {
    /// Runs `inputs` as the inputs of one operator; gives whether each got memory of its own, and x's gradient where the
    /// operator's is 1 for the first input, 2 for the second and so on.
    private func places(
        _ shape: [Int], _ inputs: @escaping (Tensor) throws(TensorError) -> [Tensor]
    ) throws -> (apart: [Bool], gradient: [Double]) {
        let workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        let parameter = try Parameter(path: "x", shape: shape, workspace: workspace)
        let tape = Tape(workspace)
        let x = try tape.node(parameter)
        let parts = try inputs(x)
        let y = try tape.result([1], .float64, of: parts)
        var apart: [Bool] = []
        tape.record("several", [y]) { pass throws(TensorError) in
            try pass.together(parts) { places in
                for (number, (place, part)) in zip(places, parts).enumerated() {
                    guard let place else { continue }
                    let ours = try? part.slot?.accumulator().operand
                    apart.append(ours?.buffer !== place.operand.buffer || ours?.offset != place.operand.offset)
                    for row in 0..<part.rows {
                        let line = place.operand.advanced(rows: row)
                        if !place.accumulate {
                            pass.kernels.fill(line, rows: 1, columns: part.columns, value: 0)
                        }
                        for column in 0..<part.columns {
                            let old = HostNumbers.read(line.advanced(by: column), count: 1, pass.kernels)
                            HostNumbers.write(
                                old.map { $0 + Double(number + 1) }, to: line.advanced(by: column), pass.kernels)
                        }
                    }
                }
            }
        }
        try tape.backward([(scalar: y, gradient: 1)])
        let gradient = try #require(parameter.gradient)
        return (apart, try workspace.values(gradient))
    }

    @Test func oneTensorTwice() throws {
        let (apart, gradient) = try places([2, 2]) { x in [x, x] }
        #expect(apart == [false, true])
        #expect(gradient == [3, 3, 3, 3])
    }

    @Test func viewsSideBySideShareNothing() throws {
        let (apart, gradient) = try places([2, 4]) { x throws(TensorError) in
            [try x.columns(2..<4), try x.columns(0..<2)]
        }
        #expect(apart == [false, false])
        #expect(gradient == [2, 2, 1, 1, 2, 2, 1, 1])
    }

    @Test func viewsOneColumnApartOverlap() throws {
        let (apart, gradient) = try places([2, 4]) { x throws(TensorError) in
            [try x.columns(1..<3), try x.columns(0..<2), try x.columns(3..<4)]
        }
        #expect(apart == [false, true, false])
        #expect(gradient == [2, 3, 1, 3, 2, 3, 1, 3])
    }

    @Test func rowsThatFollowEachOtherShareNothing() throws {
        let (apart, gradient) = try places([3, 2]) { x throws(TensorError) in
            [try x.rows(0..<1), try x.rows(1..<3), try x.rows(2..<3)]
        }
        #expect(apart == [false, false, true])
        #expect(gradient == [1, 1, 2, 2, 5, 5])
    }

    @Test func anInputWithoutGradientHasNoPlace() throws {
        let (apart, gradient) = try places([1, 2]) { x in [x.detached, x] }
        #expect(apart == [false])
        #expect(gradient == [2, 2])
    }
}
