import Testing

@testable import Tensors

@Suite struct CPUOptimiserTests {
    /// Four steps with clipping, made by torch 2.13: `torch.optim.AdamW([w], lr=3e-3, betas=(0.9, 0.95), eps=1e-8,
    /// weight_decay=0.1, foreach=False)` after `clip_grad_norm_([w], 10)`, on one thread; bits of singles.
    private static let weights: [UInt32] = [
        0x3F7C_F3DA, 0xBFFE_3750, 0x3EFA_369D, 0x4040_8217, 0xBE7F_B166, 0xBC37_5FF5, 0x42C7_BC74, 0x3C35_696D,
    ]
    private static let first: [UInt32] = [
        0x3D60_FA9F, 0xBD11_7D1F, 0x3866_60E5, 0xBF08_654E, 0, 0x343E_B1ED, 0x4058_E915, 0xBAF4_7E10,
    ]
    private static let second: [UInt32] = [
        0x3BD9_27D8, 0x3B11_C194, 0x31E3_B447, 0x3F00_1B23, 0, 0x297A_683E, 0x4190_521E, 0x371A_3BE5,
    ]

    private static func gradient(_ k: Double) -> [Float] {
        [0.1 * k, -0.2, 1e-4 * k, -3, 0, 1e-6, 50 / k, -1e-3 * k * k].map { Float($0) }
    }

    @Test func stepsAreTorchs() throws {
        let kernels = try CPUKernels(threads: 1)
        let start: [Float] = [1, -2, 0.5, 3, -0.25, 0, 100, 1e-3]
        let count = start.count
        let (w, copy) = (try kernels.numbers(start), try kernels.room(count, .bfloat16))
        let (m, v) = (try kernels.room(count), try kernels.room(count))
        let (sum, factor) = (try kernels.room(1), try kernels.room(1))
        for step in 1...4 {
            let g = try kernels.numbers(Self.gradient(Double(step)))
            kernels.sumOfSquares(g, rows: 1, columns: count, to: sum, accumulate: false)
            kernels.clipFactor(sum, limit: 10, to: factor)
            let constants = AdamWStep(rate: 3e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, decay: 0.1, step: step)
            kernels.adamW(
                constants, weights: w, gradient: g, first: m, second: v, factor: factor, copy: copy, count: count)
        }
        for (got, expected) in [(w, Self.weights), (m, Self.first), (v, Self.second)] {
            for (number, bits) in zip(kernels.singles(got, count), expected) {
                #expect(unitsOfTheLastPlace(number, Double(Float(bitPattern: bits))) <= 4)
            }
        }
        let halves = kernels.singles(w, count).map { HostNumbers.bfloat16($0) }
        #expect(kernels.values(copy, count, UInt16(0)) == halves)
    }
}
