import Testing

@testable import Tensors

/// Rows that are none, equal numbers, numbers that are none, and numbers out of all bounds.
@Suite struct CPUEdgeTests {
    private let kernels = Result { try CPUKernels(threads: 2) }

    @Test func equalNumbersComeByIndexAndNoneComesLast() throws {
        let kernels = try kernels.get()
        let row: [Float] = [.nan, 1, 2, 2, -.infinity, .nan, -0.0, 0, .infinity]
        let x = try kernels.numbers(row, columns: row.count)
        let (indices, values) = (try kernels.room(row.count, .int32), try kernels.room(row.count))
        for count in 1...row.count {
            kernels.topK(x, rows: 1, columns: row.count, count: count, indices: indices, values: values)
            #expect(kernels.integers(indices, count) == [8, 2, 3, 1, 6, 7, 4, 0, 5].prefix(count).map { $0 })
        }
        let got = kernels.singles(values, row.count)
        #expect(got.prefix(7) == [.infinity, 2, 2, 1, 0, 0, -.infinity])
        #expect(got.suffix(2).allSatisfy { $0.isNaN })
    }

    @Test func theLargestOfALongRowAreThoseOfASort() throws {
        let kernels = try kernels.get()
        // Few different values: most of them are equal.
        let row = draw(5_000, 0, 40).map { $0.rounded() }
        let x = try kernels.numbers(row, .bfloat16)
        let order = row.indices.sorted { (row[$1], $0) < (row[$0], $1) }
        for count in [1, 50, 5_000] {
            let indices = try kernels.room(count, .int32)
            kernels.topK(x, rows: 1, columns: row.count, count: count, indices: indices, values: nil)
            #expect(kernels.integers(indices, count) == order.prefix(count).map { Int32($0) })
        }
    }

    @Test func hugeLogitsStayFinite() throws {
        let kernels = try kernels.get()
        let logits: [Float] = [
            3e38, -3e38, 0, 0, 1e4, 1e4 - 1, -1e4, -.infinity, -.infinity, -.infinity, -.infinity, -.infinity,
        ]
        let x = try kernels.numbers(logits, columns: 4)
        let targets = try kernels.raw([0, 1, 2] as [Int32], .int32)
        let (logp, sums, ones) = (try kernels.room(3), try kernels.room(3), try kernels.numbers([1, 1, 1]))
        kernels.logProbabilities(x, targets: targets, temperature: 1, rows: 3, vocabulary: 4, to: logp, logSums: sums)
        let got = kernels.singles(logp, 3)
        #expect(got[0] == 0)
        #expect(abs(got[1] + 1.3132616) < 1e-6)
        #expect(kernels.singles(sums, 3)[0] == 3e38)
        #expect(kernels.singles(sums, 3)[2] == -.infinity)
        kernels.logProbabilitiesBackward(
            x, targets: targets, logSums: sums, gradient: ones, temperature: 1, rows: 2, vocabulary: 4, to: x)
        let d = kernels.singles(x, 8)
        #expect(d[0...3] == [0, 0, 0, 0])
        #expect(abs(d[4] + 0.731) < 1e-3 && abs(d[5] - 0.731) < 1e-3 && d[6...7] == [0, 0])
    }

    @Test func aRowOfNothingIsNoDistribution() throws {
        let kernels = try kernels.get()
        let none = -Float.infinity
        let x = try kernels.numbers([none, none, none, 0, none, 0], columns: 3)
        let y = try kernels.room(6, columns: 3)
        kernels.softmax(x, to: y, rows: 2, columns: 3, scale: 0.5)
        #expect(kernels.singles(y, 6) == [0, 0, 0, 0.5, 0, 0.5])
    }

    @Test func sumsOverNoRowsAreZero() throws {
        let kernels = try kernels.get()
        let (none, s) = (try kernels.room(0, columns: 4), try kernels.numbers([7, 7, 7, 7]))
        let weight = try kernels.numbers([1, 1, 1, 1])
        func expectZero(_ count: Int = 4) {
            #expect(kernels.singles(s, count) == [Float](repeating: 0, count: count))
            kernels.fill(s, rows: 1, columns: 4, value: 7)
        }
        kernels.columnDots(none, nil, to: s, rows: 0, columns: 4, accumulate: true)
        #expect(kernels.singles(s, 4) == [7, 7, 7, 7])
        kernels.columnDots(none, none, to: s, rows: 0, columns: 4, accumulate: false)
        expectZero()
        kernels.rmsNormBackward(
            none, weight: weight, reciprocals: none, gradient: none, to: none, accumulate: false, weightGradient: s,
            accumulateWeight: false, rows: 0, columns: 4)
        expectZero()
        kernels.rowDots(none, nil, to: s, rows: 4, columns: 0, accumulate: false)
        expectZero()
        kernels.weightedSum(none, weights: nil, scale: 1, to: s, rows: 0, accumulate: false)
        expectZero(1)
        kernels.sumOfSquares(none, rows: 0, columns: 4, to: s, accumulate: false)
        expectZero(1)
    }

    @Test func numbersThatAreNoneAreCountedAndKept() throws {
        let kernels = try kernels.get()
        var values = draw(40_000)
        for place in [0, 1, 17_000, 39_999] { values[place] = place % 2 == 0 ? .nan : -.infinity }
        let (x, count) = (try kernels.numbers(values, .bfloat16, columns: 400), try kernels.raw([5] as [Int32], .int32))
        kernels.countNonFinite(x, rows: 100, columns: 399, to: count, accumulate: true)
        #expect(kernels.integers(count, 1) == [8])
        kernels.countNonFinite(x, rows: 100, columns: 400, to: count, accumulate: false)
        #expect(kernels.integers(count, 1) == [4])
        let (limit, factor) = (try kernels.numbers([.nan]), try kernels.room(1))
        kernels.clipFactor(limit, limit: 1, to: factor)
        #expect(kernels.singles(factor, 1)[0].isNaN)
    }
}
