import ReferenceKernels
import Tensors
import Testing

@Suite struct OperatorsLinearTests {
    @Test(arguments: [false, true], [false, true])
    func linear(bias: Bool, residual: Bool) throws {
        let check = try GradientCheck()
        let x = try check.parameter([2, 3, 4])
        let weight = try check.parameter([5, 4])
        let offset = try bias ? check.parameter([5]) : nil
        let stream = try residual ? check.parameter([2, 3, 5]) : nil
        let flaws = try check.flaws { tape in
            let y = try tape.linear(
                tape.leaf(x), weight: tape.leaf(weight), bias: offset.map { try tape.leaf($0) },
                adding: stream.map { try tape.leaf($0) })
            #expect(y.shape == [2, 3, 5])
            return [y]
        }
        #expect(flaws == [])
    }
}
