import Foundation
import Testing

@testable import Tensors

/// The numbers drawn in C are those of RandomKey, wherever a loop is cut and however rows lie.
@Suite struct CPURandomTests {
    private let kernels = Result { try CPUKernels(threads: 2) }
    private let key = RandomKey(seed: 42).with("weights").with(-3)
    private let rows = 37
    private let columns = 1_031
    private let stride = 1_040

    private func matrix(_ kernels: CPUKernels) throws -> Operand {
        try kernels.room(rows * stride + 5, columns: stride).advanced(by: 5)
    }

    private func expectRows(
        _ kernels: CPUKernels, _ x: Operand, _ exact: (Int) -> Float, sourceLocation: SourceLocation = #_sourceLocation
    ) {
        for row in 0..<rows {
            let got = kernels.singles(x.advanced(rows: row), columns)
            let expected = (0..<columns).map { exact(row * columns + $0) }
            #expect(got == expected, "row \(row)", sourceLocation: sourceLocation)
        }
    }

    @Test func uniformNumbersAreTheKeys() throws {
        let kernels = try kernels.get()
        let x = try matrix(kernels)
        kernels.fillUniform(x, rows: rows, columns: columns, low: -0.3, high: 0.7, key: key)
        expectRows(kernels, x) { Float(-0.3 + (0.7 + 0.3) * key.uniform(at: $0)) }
    }

    @Test func normalNumbersAreTheKeys() throws {
        let kernels = try kernels.get()
        let x = try matrix(kernels)
        kernels.fillNormal(x, rows: rows, columns: columns, deviation: 0.02, key: key)
        expectRows(kernels, x) { place in
            let (u, v) = (key.uniform(at: 2 * place), key.uniform(at: 2 * place + 1))
            return Float(0.02 * (-2 * log(1 - u)).squareRoot() * cos(2 * Double.pi * v))
        }
    }

    @Test(arguments: [0, 0.1, 0.5, 1 - 0x1p-20]) func droppedPlacesAreTheKeys(rate: Double) throws {
        let kernels = try kernels.get()
        let (x, y) = (try matrix(kernels), try matrix(kernels))
        kernels.fill(x, rows: rows, columns: columns, value: 3)
        kernels.dropout(
            x, to: y, rows: rows, columns: columns, rate: rate, key: key, firstRow: 11, accumulate: false)
        let threshold = UInt64((rate * 0x1p24).rounded())
        let kept = 3 * Float(1 / (1 - rate))
        expectRows(kernels, y) { place in key.bits(at: 11 * columns + place) >> 40 >= threshold ? kept : 0 }
    }
}
