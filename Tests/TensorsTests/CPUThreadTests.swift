import Testing

@testable import Tensors

/// Results have the same bits at any number of threads. Shapes are such that loops are cut into many pieces, the last of
/// which is short.
@Suite struct CPUThreadTests {
    private static let rows = 1_501
    private static let columns = 517

    /// A kernel's name and the bytes of its results.
    private typealias Case = (name: String, bytes: @Sendable (CPUKernels) throws -> [UInt8])

    private static func bytes(_ kernels: CPUKernels, _ results: [(Operand, Int)]) -> [UInt8] {
        results.flatMap { kernels.values($0, $1 * $0.type.byteCount, UInt8(0)) }
    }

    private static let cases: [Case] = [
        (
            "columnDots",
            { kernels in
                let x = try kernels.numbers(draw(rows * columns), .bfloat16, columns: columns)
                let y = try kernels.numbers(draw(rows * columns, seed: 2), columns: columns)
                let s = try kernels.room(columns)
                kernels.columnDots(x, y, to: s, rows: rows, columns: columns, accumulate: false)
                return bytes(kernels, [(s, columns)])
            }
        ),
        (
            "rmsNorm",
            { kernels in
                let x = try kernels.numbers(draw(rows * columns), columns: columns)
                let (weight, dw) = (try kernels.numbers(draw(columns, seed: 3)), try kernels.room(columns))
                let (y, reciprocals) = (
                    try kernels.room(rows * columns, .bfloat16, columns: columns), try kernels.room(rows)
                )
                let dx = try kernels.room(rows * columns, columns: columns)
                kernels.rmsNorm(
                    x, weight: weight, to: y, reciprocals: reciprocals, rows: rows, columns: columns, epsilon: 1e-6)
                kernels.rmsNormBackward(
                    x, weight: weight, reciprocals: reciprocals, gradient: y, to: dx, accumulate: true,
                    weightGradient: dw,
                    accumulateWeight: false, rows: rows, columns: columns)
                return bytes(kernels, [(y, rows * columns), (reciprocals, rows), (dx, rows * columns), (dw, columns)])
            }
        ),
        (
            "layerNorm",
            { kernels in
                let x = try kernels.numbers(draw(rows * columns), columns: columns)
                let (weight, dw) = (try kernels.numbers(draw(columns, seed: 3)), try kernels.room(columns))
                let (y, statistics) = (
                    try kernels.room(rows * columns, columns: columns), try kernels.room(2 * rows, columns: 2)
                )
                let (dx, db) = (try kernels.room(rows * columns, columns: columns), try kernels.room(columns))
                kernels.layerNorm(
                    x, weight: weight, bias: weight, to: y, statistics: statistics, rows: rows, columns: columns,
                    epsilon: 1e-6)
                kernels.layerNormBackward(
                    x, weight: weight, statistics: statistics, gradient: y, to: dx, accumulate: false,
                    weightGradient: dw,
                    biasGradient: db, accumulateWeights: false, rows: rows, columns: columns)
                return bytes(kernels, [(y, rows * columns), (dx, rows * columns), (dw, columns), (db, columns)])
            }
        ),
        (
            "sums",
            { kernels in
                let x = try kernels.numbers(draw(rows * columns, 0, 1), columns: columns)
                let s = try kernels.room(3)
                kernels.sumOfSquares(x, rows: rows, columns: columns, to: s, accumulate: false)
                kernels.sumOfSquares(x, rows: rows, columns: columns - 1, to: s.advanced(by: 1), accumulate: false)
                kernels.weightedSum(
                    x, weights: x, scale: 0.3, to: s.advanced(by: 2), rows: rows * columns, accumulate: false)
                return bytes(kernels, [(s, 3)])
            }
        ),
        (
            "scatterAddRows",
            { kernels in
                let x = try kernels.numbers(draw(rows * columns), columns: columns)
                let indices = try kernels.raw((0..<rows).map { Int32($0 * $0 % 7) }, .int32)
                let table = try kernels.room(7 * columns, columns: columns)
                kernels.scatterAddRows(x, indices: indices, into: table, tableRows: 7, rows: rows, columns: columns)
                return bytes(kernels, [(table, 7 * columns)])
            }
        ),
        (
            "logProbabilities",
            { kernels in
                let x = try kernels.numbers(draw(rows * columns, -9, 9), .bfloat16, columns: columns)
                let targets = try kernels.raw((0..<rows).map { Int32($0 % columns) }, .int32)
                let (logp, sums, entropy) = (try kernels.room(rows), try kernels.room(rows), try kernels.room(rows))
                let ranks = try kernels.room(rows, .int32)
                kernels.logProbabilities(
                    x, targets: targets, temperature: 0.7, rows: rows, vocabulary: columns, to: logp, logSums: sums)
                kernels.distributionStatistics(
                    x, targets: targets, logSums: sums, temperature: 0.7, rows: rows, vocabulary: columns,
                    entropy: entropy,
                    ranks: ranks)
                kernels.logProbabilitiesBackward(
                    x, targets: targets, logSums: sums, gradient: entropy, temperature: 0.7, rows: rows,
                    vocabulary: columns, to: x)
                return bytes(
                    kernels, [(logp, rows), (sums, rows), (entropy, rows), (ranks, rows), (x, rows * columns)])
            }
        ),
        (
            "topK",
            { kernels in
                let x = try kernels.numbers(draw(rows * columns), .bfloat16, columns: columns)
                let indices = try kernels.room(rows * 9, .int32, columns: 9)
                kernels.topK(x, rows: rows, columns: columns, count: 9, indices: indices, values: nil)
                return bytes(kernels, [(indices, rows * 9)])
            }
        ),
        (
            "adamW",
            { kernels in
                let count = rows * columns
                let (w, g) = (try kernels.numbers(draw(count)), try kernels.numbers(draw(count, seed: 2)))
                let (m, v) = (try kernels.room(count), try kernels.room(count))
                let copy = try kernels.room(count, .bfloat16)
                let step = AdamWStep(rate: 1e-3, beta1: 0.9, beta2: 0.95, epsilon: 1e-8, decay: 0.1, step: 1)
                kernels.adamW(step, weights: w, gradient: g, first: m, second: v, factor: nil, copy: copy, count: count)
                return bytes(kernels, [(w, count), (m, count), (v, count), (copy, count)])
            }
        ),
        (
            "random",
            { kernels in
                let (x, y) = (try kernels.room(rows * columns), try kernels.room(rows * columns, .bfloat16))
                kernels.fillNormal(x, rows: 1, columns: rows * columns, deviation: 2, key: RandomKey(seed: 4))
                kernels.dropout(
                    x, to: y, rows: 1, columns: rows * columns, rate: 0.3, key: RandomKey(seed: 5), firstRow: 0,
                    accumulate: false)
                return bytes(kernels, [(x, rows * columns), (y, rows * columns)])
            }
        ),
    ]

    @Test(arguments: cases.map(\.name)) func bitsDoNotDependOnThreads(name: String) throws {
        for (_, run) in Self.cases.filter({ $0.name == name }) {
            let expected = try run(CPUKernels(threads: 1))
            #expect(Set(expected).count > 4)
            for threads in [2, 3] {
                #expect(try run(CPUKernels(threads: threads)) == expected, "\(threads) threads")
            }
        }
    }

    @Test func aSetWantsAThread() {
        #expect(throws: TensorError.value(operation: "CPUKernels", what: "wants at least 1 thread, got 0")) {
            try CPUKernels(threads: 0)
        }
    }
}
