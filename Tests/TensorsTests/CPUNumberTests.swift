import Foundation
import Testing

@testable import Tensors

/// How numbers are converted, and how near functions of one number are.
@Suite struct CPUNumberTests {
    private let kernels = Result { try CPUKernels(threads: 2) }

    /// All upper halves of a single, with lower halves around the middle: ties, their neighbours, and what is exact.
    private static let patterns: [UInt32] = (0...UInt32(UInt16.max)).flatMap { upper in
        [0, 1, 0x7FFF, 0x8000, 0x8001, 0xFFFF].map { upper << 16 | $0 }
    }

    @Test func everyHalfIsRoundedToNearestEven() throws {
        let kernels = try kernels.get()
        let count = Self.patterns.count
        let (x, y) = (try kernels.raw(Self.patterns, .float32), try kernels.room(count, .bfloat16))
        kernels.copy(x, to: y, rows: 1, columns: count, scale: 1, accumulate: false)
        let got = kernels.values(y, count, UInt16(0))
        var wrong: [String] = []
        for (pattern, half) in zip(Self.patterns, got) where half != Self.rounded(pattern) {
            wrong.append("\(String(pattern, radix: 16)) became \(String(half, radix: 16))")
        }
        #expect(wrong.prefix(5) == [])
    }

    /// Rounding by arithmetic in double: the two halves that enclose the number, and the nearer one.
    private static func rounded(_ pattern: UInt32) -> UInt16 {
        let value = Float(bitPattern: pattern)
        let down = UInt16(pattern >> 16)
        if value.isNaN { return down | 0x40 }
        if value.isInfinite || pattern & 0xFFFF == 0 { return down }
        let low = Double(Float(bitPattern: UInt32(down) << 16))
        // What would stand above the largest finite half counts as 2^128.
        let above = Float(bitPattern: UInt32(down &+ 1) << 16)
        let high = above.isInfinite ? (value < 0 ? -0x1p128 : 0x1p128) : Double(above)
        let (toLow, toHigh) = (abs(Double(value) - low), abs(high - Double(value)))
        if toLow == toHigh { return down & 1 == 0 ? down : down &+ 1 }
        return toLow < toHigh ? down : down &+ 1
    }

    @Test func everyHalfBecomesItsSingle() throws {
        let kernels = try kernels.get()
        let halves = (0...UInt16.max).map { $0 }
        let (x, y) = (try kernels.raw(halves, .bfloat16), try kernels.room(halves.count))
        kernels.copy(x, to: y, rows: 1, columns: halves.count, scale: 1, accumulate: false)
        #expect(kernels.values(y, halves.count, UInt32(0)) == halves.map { UInt32($0) << 16 })
    }

    @Test func sumsOfHalvesAreRoundedOnce() throws {
        let kernels = try kernels.get()
        // 256 + 1 lies between 256 and 258: to even. 258 + 1: to 260.
        let (x, y) = (try kernels.numbers([1, 1, 1.5]), try kernels.numbers([256, 258, 256], .bfloat16))
        kernels.copy(x, to: y, rows: 1, columns: 3, scale: 1, accumulate: true)
        #expect(kernels.values(y, 3, UInt16(0)).map { HostNumbers.float($0) } == [256, 260, 258])
    }

    private typealias Function = (kind: Unary, units: Double, exact: @Sendable (Double) -> Double)
    private static let functions: [Function] = [
        (.exp, 1.1, exp), (.log, 1, log), (.tanh, 2, tanh),
        (.squareRoot, 0.5, { $0.squareRoot() }), (.reciprocal, 0.5, { 1 / $0 }),
        (.softplus, 3, { $0 > 0 ? $0 + log1p(exp(-$0)) : log1p(exp($0)) }),
    ]

    /// One of every 4099 singles, of both signs, and all special ones.
    @Test(arguments: functions.map(\.kind)) func functionsAreNear(kind: Unary) throws {
        let kernels = try kernels.get()
        var inputs = stride(from: UInt64(0), to: 1 << 32, by: 4099).map { Float(bitPattern: UInt32($0)) }
        inputs += [0, -0.0, 1, -1, .infinity, -.infinity, .nan, .leastNonzeroMagnitude, .greatestFiniteMagnitude]
        inputs += draw(200_000, -110, 100) + draw(200_000, 0, 4)
        let (x, y) = (try kernels.numbers(inputs), try kernels.room(inputs.count))
        kernels.unary(kind, x, to: y, rows: 1, columns: inputs.count, accumulate: false)
        for function in Self.functions where function.kind == kind {
            var worst: (units: Double, input: Float) = (0, 0)
            for (input, output) in zip(inputs, kernels.singles(y, inputs.count)) {
                let units = unitsOfTheLastPlace(output, function.exact(Double(input)))
                if units > worst.units { worst = (units, input) }
            }
            #expect(worst.units <= function.units, "at \(worst.input)")
        }
    }

    @Test func slopesKeepTheirDigitsFarOut() throws {
        let kernels = try kernels.get()
        let inputs: [Float] = [-40, -9, -1, 0, 1, 9, 40]
        let (x, one) = (try kernels.numbers(inputs), try kernels.numbers([Float](repeating: 1, count: inputs.count)))
        let y = try kernels.room(inputs.count)
        kernels.unaryBackward(.tanh, x, gradient: one, to: y, rows: 1, columns: inputs.count, accumulate: false)
        for (input, slope) in zip(inputs, kernels.singles(y, inputs.count)) {
            let exact = 1 / (cosh(Double(input)) * cosh(Double(input)))
            #expect(abs(Double(slope) - exact) <= 1e-6 * exact)
        }
    }
}
