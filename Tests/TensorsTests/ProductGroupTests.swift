import Testing

@testable import Tensors

@Suite struct ProductGroupTests {
    /// Ends of groups: some empty, some longer than what is multiplied at once, rows before the first and after the last.
    private static let layouts: [(rows: Int, offsets: [Int])] = [
        (0, [0, 0]), (5, [0]), (7, [0, 7]), (40, [3, 3, 20, 20, 37]), (600, [0, 1, 280, 280, 600]), (700, [10, 640]),
    ]

    @Test(arguments: [ElementType.float32, .bfloat16], [false, true])
    func rowsMeetTheMatrixOfTheirGroup(type: ElementType, accumulate: Bool) throws {
        let bench = try CPUBench()
        var dice = Dice(11)
        for (rows, offsets) in Self.layouts {
            let (n, k, groups) = (dice.pick([1, 24, 33]), dice.pick([8, 19]), offsets.count - 1)
            let transposed = dice.roll(2) == 1
            let (height, width) = transposed ? (n, k) : (k, n)
            let a = try bench.matrix(rows, k, type, gap: 2) { _, _ in dice.number() }
            let b = try bench.matrix(max(1, groups) * height, width, type) { _, _ in dice.number() }
            let c = try bench.matrix(rows, n, dice.pick([type, .float32]), gap: 1) { _, _ in accumulate ? 1 : .nan }
            let places = try bench.indices(offsets)
            bench.kernels.counters = KernelCounters()
            bench.kernels.productGroups(
                Matrix(a, rows: rows, columns: k), Matrix(b, rows: height, columns: width, transposed: transposed),
                bStep: height * width, offsets: places, groups: groups, into: c,
                accumulate: accumulate)
            #expect(bench.kernels.counters.products == groups)
            let inGroups = (offsets.last ?? 0) - (offsets.first ?? 0)
            #expect(bench.kernels.counters.productOperations == 2 * inGroups * n * k)
            #expect(bench.poisonIsWhole(c, rows, n))
            for row in 0..<rows {
                let group = (0..<groups).first { offsets[$0] <= row && row < offsets[$0 + 1] }
                for column in 0..<n {
                    var wanted = accumulate ? 1.0 : 0
                    if let group {
                        let matrix = Matrix(
                            b.advanced(by: group * height * width), rows: height, columns: width,
                            transposed: transposed)
                        for i in 0..<k { wanted += a.get(row * a.stride + i) * matrix.get(i, column) }
                    }
                    let found = c.get(row * c.stride + column)
                    let room = 1e-5 + (c.type == .bfloat16 ? abs(wanted) / 256 : 0)
                    #expect(abs(found - wanted) <= room, "\(rows) rows: [\(row), \(column)]")
                }
            }
        }
    }

    @Test(arguments: [ElementType.float32, .bfloat16], [false, true])
    func weightsGatherTheRowsOfTheirGroup(type: ElementType, accumulate: Bool) throws {
        let bench = try CPUBench()
        var dice = Dice(12)
        for (rows, offsets) in Self.layouts {
            let (m, n, groups) = (dice.pick([1, 24, 33]), dice.pick([8, 19]), offsets.count - 1)
            let a = try bench.matrix(rows, m, type, gap: 2) { _, _ in dice.number() }
            let b = try bench.matrix(rows, n, type) { _, _ in dice.number() }
            let c = try bench.matrix(max(1, groups) * m, n, .float32, gap: 1) { _, _ in accumulate ? 1 : .nan }
            bench.kernels.counters = KernelCounters()
            bench.kernels.productGroupWeights(
                a, columns: m, b, columns: n, rows: rows, offsets: try bench.indices(offsets), groups: groups, into: c,
                cStep: m * c.stride, accumulate: accumulate)
            #expect(bench.kernels.counters.products == groups)
            for group in 0..<groups {
                for place in 0..<m * n {
                    let (row, column) = (place / n, place % n)
                    var wanted = accumulate ? 1.0 : 0
                    for i in offsets[group]..<offsets[group + 1] {
                        wanted += a.get(i * a.stride + row) * b.get(i * b.stride + column)
                    }
                    let found = c.get((group * m + row) * c.stride + column)
                    #expect(abs(found - wanted) < 2e-4, "\(rows) rows, group \(group): [\(row), \(column)]")
                }
            }
        }
    }

    @Test(arguments: [ElementType.float32, .bfloat16])
    func bitsDoNotDependOnThreads(type: ElementType) throws {
        let (rows, offsets, n, k) = (900, [0, 300, 301, 640, 900], 800, 24)
        let results = try [1, 2, 3].map { threads in
            let bench = try CPUBench(threads: threads)
            var dice = Dice(13)
            let a = try bench.matrix(rows, k, type) { _, _ in dice.number() }
            let b = try bench.matrix(4 * k, n, type) { _, _ in dice.number() }
            let c = try bench.matrix(rows, n, type) { _, _ in 0 }
            let dw = try bench.matrix(4 * k, n, .float32) { _, _ in 0 }
            let places = try bench.indices(offsets)
            bench.kernels.productGroups(
                Matrix(a, rows: rows, columns: k), Matrix(b, rows: k, columns: n), bStep: k * n, offsets: places,
                groups: 4, into: c, accumulate: false)
            bench.kernels.productGroupWeights(
                a, columns: k, c, columns: n, rows: rows, offsets: places, groups: 4, into: dw, cStep: k * n,
                accumulate: false)
            return c.numbers(rows, n) + dw.numbers(4 * k, n)
        }
        #expect(results[1] == results[0])
        #expect(results[2] == results[0])
    }

    @Test func groupsThatOverlapStopTheProgram() async {
        await #expect(processExitsWith: .failure) {
            let bench = try CPUBench(threads: 1)
            let a = try bench.matrix(4, 2, .float32) { _, _ in 1 }
            let c = try bench.matrix(4, 2, .float32) { _, _ in 1 }
            bench.kernels.productGroups(
                Matrix(a, rows: 4, columns: 2), Matrix(a, rows: 2, columns: 2), bStep: 0,
                offsets: try bench.indices([0, 3, 2]), groups: 2, into: c, accumulate: false)
        }
    }
}
