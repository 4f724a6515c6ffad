import Testing

@testable import Tensors

@Suite struct ProductTests {
    private static let sides = [0, 1, 2, 3, 5, 8, 15, 16, 17, 31, 33, 64, 65, 130]

    @Test(arguments: [false, true])
    func productsAreThoseOfDoubleLoops(widening: Bool) throws {
        let bench = try CPUBench(widening: widening)
        var dice = Dice(widening ? 2 : 1)
        for _ in 0..<150 {
            let one = try ProductCase(bench, &dice, sides: Self.sides, type: widening ? .bfloat16 : nil)
            one.run(bench.kernels)
            #expect(one.flaw() == nil)
            #expect(bench.poisonIsWhole(one.c, one.a.height, one.b.width))
        }
    }

    /// Large enough for several tiles in both directions, for strips of scratch and for pieces of K.
    @Test(arguments: zip([false, false, true], [ElementType.float32, .bfloat16, .bfloat16]))
    func productsOfManyTiles(widening: Bool, type: ElementType) throws {
        let bench = try CPUBench(widening: widening)
        var dice = Dice(3)
        for sides in [[1100, 24], [700, 30], [600, 90]] {
            for _ in 0..<2 {
                let one = try ProductCase(bench, &dice, sides: sides, type: type)
                one.run(bench.kernels)
                #expect(one.flaw() == nil)
            }
        }
    }

    /// Sums of small integers are exact in float32, so a bfloat16 result must be the exact value rounded once.
    @Test(arguments: [false, true])
    func narrowResultsAreRoundedOnce(widening: Bool) throws {
        let bench = try CPUBench(widening: widening)
        for (scale, biased) in [(1.0, false), (1, true), (0.5, false), (0.5, true)] {
            let (m, n, k) = (37, 29, 50)
            var dice = Dice(4)
            let a = try bench.matrix(m, k, .bfloat16) { _, _ in Double(dice.roll(9) - 4) }
            let b = try bench.matrix(k, n, .bfloat16) { _, _ in Double(dice.roll(9) - 4) }
            let c = try bench.matrix(m, n, .bfloat16) { _, _ in Double(dice.roll(255)) }
            let bias = biased ? try bench.matrix(1, n, .float32) { _, _ in Double(dice.roll(99)) + 0.25 } : nil
            let before = c.numbers(m, n)
            bench.kernels.product(
                Matrix(a, rows: m, columns: k), Matrix(b, rows: k, columns: n), bias: bias, into: c, scale: scale,
                accumulate: true)
            for place in 0..<m * n {
                let (row, column) = (place / n, place % n)
                let sum = (0..<k).reduce(0.0) { $0 + a.get(row * k + $1) * b.get($1 * n + column) }
                let exact = scale * sum + before[place] + (bias?.get(column) ?? 0)
                let rounded = Double(HostNumbers.float(HostNumbers.bfloat16(Float(exact))))
                #expect(c.get(place) == rounded)
            }
        }
    }

    @Test(arguments: [ElementType.float32, .bfloat16])
    func bitsDoNotDependOnThreads(type: ElementType) throws {
        for (m, n, k) in [(1100, 800, 40), (300, 1600, 16), (6, 900, 130), (1, 1500, 64), (130, 130, 130)] {
            let results = try [1, 2, 3].map { threads in
                let bench = try CPUBench(threads: threads)
                var dice = Dice(m + n)
                let a = try bench.matrix(m, k, type) { _, _ in dice.number() }
                let b = try bench.matrix(n, k, type) { _, _ in dice.number() }
                let c = try bench.matrix(m, n, type) { _, _ in 1 }
                bench.kernels.product(
                    Matrix(a, rows: m, columns: k), Matrix(b, rows: n, columns: k, transposed: true), bias: nil,
                    into: c, scale: 1, accumulate: true)
                return c.numbers(m, n)
            }
            #expect(results[1] == results[0])
            #expect(results[2] == results[0])
        }
    }

    @Test func aSetOnAnotherThreadGivesTheSameBits() async throws {
        let run: @Sendable () throws -> [Double] = {
            let bench = try CPUBench(threads: 2)
            var dice = Dice(9)
            let one = try ProductCase(bench, &dice, sides: [200], type: .bfloat16)
            one.run(bench.kernels)
            return one.c.numbers(200, 200)
        }
        let here = try run()
        let there = try await Task.detached { try run() }.value
        #expect(here == there)
    }

    @Test(arguments: [ElementType.float32, .bfloat16])
    func batchesAreProductsOneByOne(type: ElementType) throws {
        let bench = try CPUBench()
        var dice = Dice(6)
        for (count, m, n, k, shared) in [
            (0, 3, 4, 5, false), (1, 3, 4, 5, false), (5, 64, 64, 64, false), (3, 7, 300, 9, true),
        ] {
            let a = try bench.matrix(max(1, count) * m, k, type, gap: 2) { _, _ in dice.number() }
            let b = try bench.matrix(max(1, count) * n, k, type, gap: 1) { _, _ in dice.number() }
            let c = try bench.matrix(max(1, count) * m, n, .float32, gap: 3) { _, _ in 0.5 }
            let bStep = shared ? 0 : n * b.stride
            bench.kernels.counters = KernelCounters()
            bench.kernels.productBatch(
                count: count, Matrix(a, rows: m, columns: k), aStep: m * a.stride,
                Matrix(b, rows: n, columns: k, transposed: true), bStep: bStep, into: c, cStep: m * c.stride,
                scale: 0.5, accumulate: true)
            #expect(bench.kernels.counters.products == count)
            #expect(bench.kernels.counters.productOperations == 2 * count * m * n * k)
            for place in 0..<count * m * n {
                let (row, column) = (place / n, place % n)
                let other = b.advanced(by: row / m * bStep)
                let sum = (0..<k).reduce(0.0) { $0 + a.get(row * a.stride + $1) * other.get(column * b.stride + $1) }
                #expect(abs(c.get(row * c.stride + column) - 0.5 - 0.5 * sum) < 1e-4)
            }
            #expect(bench.poisonIsWhole(c, max(1, count) * m, n))
        }
    }

    @Test(arguments: [false, true])
    func tilesCoverEveryPlaceOnce(packsSlowly: Bool) {
        for (m, n, k) in [
            (0, 5, 5), (5, 0, 5), (1, 1, 1), (2048, 512, 512), (2048, 1408, 512), (512, 1408, 2048), (8, 512, 512),
            (1, 49152, 512), (4097, 777, 3), (130, 2817, 900),
        ] {
            let tiles = ProductTiles(m: m, n: n, k: k, packsSlowly: packsSlowly)
            var seen = [Int](repeating: 0, count: m * n)
            for index in 0..<tiles.count {
                let tile = tiles[index]
                #expect(tile.rows > 0 && tile.columns > 0)
                for row in tile.row..<tile.row + tile.rows {
                    for column in tile.column..<tile.column + tile.columns { seen[row * n + column] += 1 }
                }
            }
            #expect(seen.allSatisfy { $0 == 1 }, "\(m)x\(n)x\(k)")
        }
    }

    @Test func productsAreCounted() throws {
        let bench = try CPUBench()
        var dice = Dice(7)
        let one = try ProductCase(bench, &dice, sides: [10])
        one.run(bench.kernels)
        one.run(bench.kernels)
        #expect(bench.kernels.counters.products == 2)
        #expect(bench.kernels.counters.productOperations == 2 * 2 * 1000)
    }

    @Test func factorsOfTwoTypesStopTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let bench = try CPUBench(threads: 1)
            let a = try bench.matrix(2, 2, .float32) { _, _ in 1 }
            let b = try bench.matrix(2, 2, .bfloat16) { _, _ in 1 }
            bench.kernels.product(
                Matrix(a, rows: 2, columns: 2), Matrix(b, rows: 2, columns: 2), bias: nil, into: a, scale: 1,
                accumulate: false)
        }
    }
}
