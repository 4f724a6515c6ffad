import Foundation
import Layers
import Testing

@Suite struct RotaryScalingTests {
    @Test func linearDividesEveryFrequency() {
        #expect(RotaryScaling.linear(factor: 4).frequency(0.5) == 0.125)
    }

    /// `transformers.modeling_rope_utils.ROPE_INIT_FUNCTIONS["llama3"]`, theta 10000, heads of 16 columns, single precision.
    @Test func llama3IsThatOfTransformers() {
        let expected = [
            1, 0.316227764, 0.100000001, 0.0184966773, 0.00124999997, 0.000395284733, 0.000125000006, 3.95284733e-05,
        ]
        let scaling = RotaryScaling.llama3(factor: 8, low: 1, high: 4, positions: 512)
        for (index, value) in expected.enumerated() {
            let plain = pow(10000, -Double(index) / 8)
            #expect(abs(scaling.frequency(plain) / value - 1) < 3e-7)
        }
    }
}
