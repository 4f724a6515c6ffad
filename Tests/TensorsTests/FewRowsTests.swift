import Testing

@testable import Tensors

/// Products of few rows with a matrix of rows: the paths that the kernels' parity does not reach, and what is promised of bits.
@Suite struct FewRowsTests {
    /// Bytes of c[m,n] for rows first ..< first + m of the same factors.
    private static func product(
        _ bench: CPUBench, rows: Range<Int>, n: Int, k: Int, _ type: ElementType, to result: ElementType,
        accumulate: Bool
    ) throws -> [Double] {
        var dice = Dice(n + k)
        let a = try bench.matrix(CPUKernels.fewRows, k, type, gap: 3) { _, _ in dice.number() }
        let b = try bench.matrix(n, k, type, gap: 1) { _, _ in dice.number() }
        let bias = try bench.matrix(1, n, .float32) { _, _ in dice.number() }
        let c = try bench.matrix(rows.count, n, result) { row, column in
            accumulate ? Double((row + rows.lowerBound) * 7 + column) / 64 : .nan
        }
        bench.kernels.product(
            Matrix(a.advanced(rows: rows.lowerBound), rows: rows.count, columns: k),
            Matrix(b, rows: n, columns: k, transposed: true), bias: bias, into: c, scale: 0.7, accumulate: accumulate)
        #expect(bench.poisonIsWhole(c, rows.count, n))
        return c.numbers(rows.count, n)
    }

    @Test(arguments: [ElementType.float32, .bfloat16], [false, true])
    func aRowHasTheSameBitsAloneAndAmongOthers(type: ElementType, widening: Bool) throws {
        let bench = try CPUBench(widening: widening)
        for (n, k) in [(5, 33), (64, 64), (131, 577), (700, 200)] {
            for (result, accumulate) in [(ElementType.float32, false), (type, true)] {
                func part(_ rows: Range<Int>) throws -> [Double] {
                    try Self.product(bench, rows: rows, n: n, k: k, type, to: result, accumulate: accumulate)
                }
                let whole = try part(0..<CPUKernels.fewRows)
                var (joined, first) = ([Double](), 0)
                for count in [1, 2, 3, 4, 5, 1] {
                    joined += try part(first..<first + count)
                    first += count
                }
                #expect(joined == whole, "\(n) x \(k), accumulate \(accumulate)")
                #expect(Set(whole).count > n)
            }
        }
    }

    @Test(arguments: [ElementType.float32, .bfloat16])
    func bitsDoNotDependOnThreads(type: ElementType) throws {
        for (m, n, k) in [(1, 3001, 96), (16, 1000, 333), (3, 40, 2000)] {
            let results = try [1, 2, 3].map { threads in
                try Self.product(
                    CPUBench(threads: threads), rows: 0..<m, n: n, k: k, type, to: .float32, accumulate: false)
            }
            #expect(results[1] == results[0])
            #expect(results[2] == results[0])
        }
    }

    /// Where the processor does not multiply bfloat16 numbers.
    @Test func widenedFactorsGiveTheSumsOfDoubleLoops() throws {
        let bench = try CPUBench(widening: true)
        var dice = Dice(21)
        for _ in 0..<40 {
            let (m, n, k) = (1 + dice.roll(16), 1 + dice.roll(90), 1 + dice.roll(100))
            let a = try bench.matrix(m, k, .bfloat16, gap: dice.roll(3), offset: 1) { _, _ in dice.number() }
            let b = try bench.matrix(n, k, .bfloat16, gap: dice.roll(3), offset: 1) { _, _ in dice.number() }
            let c = try bench.matrix(m, n, .float32) { _, _ in 2 }
            bench.kernels.product(
                Matrix(a, rows: m, columns: k), Matrix(b, rows: n, columns: k, transposed: true), bias: nil, into: c,
                scale: -0.5, accumulate: true)
            for place in 0..<m * n {
                let (row, column) = (place / n, place % n)
                let sum = (0..<k).reduce(0.0) { $0 + a.get(row * a.stride + $1) * b.get(column * b.stride + $1) }
                #expect(abs(c.get(place) - (2 - 0.5 * sum)) < 1e-5, "\(m) x \(n) x \(k)")
            }
        }
    }

    /// What lies behind each row here is NaN, which would show.
    @Test(arguments: [ElementType.float32, .bfloat16])
    func whatLiesBehindRowsCountsNothing(type: ElementType) throws {
        let bench = try CPUBench()
        let a = try bench.matrix(3, 37, type, gap: 5) { _, _ in 1 }
        let b = try bench.matrix(9, 37, type, gap: 5) { row, _ in Double(row) }
        let c = try bench.matrix(3, 9, .float32) { _, _ in .nan }
        bench.kernels.product(
            Matrix(a, rows: 3, columns: 37), Matrix(b, rows: 9, columns: 37, transposed: true), bias: nil, into: c,
            scale: 1, accumulate: false)
        #expect(c.numbers(3, 9) == (0..<27).map { Double($0 % 9) * 37 })
    }

    @Test func piecesCoverEveryColumnOnce() {
        for columns in [1, 7, 8, 9, 192, 576, 577, 1536, 49152] {
            for rowBytes in [2, 64, 1152, 6144, 1 << 20] {
                let pieces = RowPieces(columns: columns, rowBytes: rowBytes)
                #expect((0..<pieces.count).flatMap { Array(pieces[$0]) } == Array(0..<columns))
                #expect((0..<pieces.count).allSatisfy { !pieces[$0].isEmpty })
            }
        }
    }
}
