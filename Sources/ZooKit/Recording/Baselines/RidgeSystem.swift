import Dispatch
import Foundation

/// Solves (G + penalty) W = B in double precision for nested sets of unknowns: unknowns come in blocks, and each leading run of
/// blocks is a system of its own whose factor is a part of the whole one's.
///
/// Rows below the triangle of G hold B transposed, so that the factorisation of Cholesky solves the first half of the way on the
/// go. Blocks are filled up to a multiple of 64 with unknowns that are 0. O(n^2 (n / 3 + m)) for n unknowns and m columns of B.
@safe final class RidgeSystem {
    /// Unknowns of a block, and filled up.
    private let size: Int
    private let room: Int
    /// Unknowns in all, filled up.
    private let width: Int
    /// Columns of B, and filled up to a multiple of 4.
    private let columns: Int
    private let rows: Int
    private let memory: DoubleMemory
    private var numbers: UnsafeMutablePointer<Double> { unsafe memory.start }

    private static let panel = 64

    /// A system of zeros.
    init(blocks: Int, of size: Int, columns: Int) {
        self.size = size
        room = (size + Self.panel - 1) / Self.panel * Self.panel
        width = blocks * room
        self.columns = columns
        rows = width + (columns + 3) / 4 * 4
        memory = DoubleMemory(rows * width)
    }

    /// Adds to the products of unknowns of two blocks, [size, size] row-major, `first` not before `second`.
    func add(products: [Float], _ first: Int, _ second: Int) {
        for i in 0..<size {
            let row = unsafe numbers + (first * room + i) * width + second * room
            for j in 0..<size { unsafe row[j] += Double(products[i * size + j]) }
        }
    }

    /// Adds to the products of B's columns and a block's unknowns, [columns, size] row-major.
    func add(targets: [Float], _ block: Int) {
        for i in 0..<columns {
            let row = unsafe numbers + (width + i) * width + block * room
            for j in 0..<size { unsafe row[j] += Double(targets[i * size + j]) }
        }
    }

    /// Takes `count` times the product of means away, adds the penalty, and factors; `means` has all unknowns, block after block.
    /// Throws `baseline` where the matrix has no factor.
    func factor(count: Double, means: [Double], penalty: Double) throws(RecordingError) {
        var filled = [Double](repeating: 0, count: width)
        for index in means.indices { filled[index / size * room + index % size] = means[index] }
        for i in 0..<width {
            let row = unsafe numbers + i * width
            for j in 0...i { unsafe row[j] -= count * filled[i] * filled[j] }
            let isUnknown = i % room < size
            unsafe row[i] = isUnknown ? row[i] + penalty : 1
        }
        for start in stride(from: 0, to: width, by: Self.panel) {
            try factorDiagonal(start)
            solvePanel(start)
            let packed = pack(width - start - Self.panel) { k, column in
                unsafe self.numbers[(start + Self.panel + column) * self.width + start + k]
            }
            update(
                rows: start + Self.panel..<rows, from: start, packed, at: start + Self.panel, isTriangle: true)
        }
    }

    private func factorDiagonal(_ start: Int) throws(RecordingError) {
        for i in start..<start + Self.panel {
            let row = unsafe numbers + i * width
            for j in start...i {
                let other = unsafe numbers + j * width
                var sum = unsafe row[j]
                for k in start..<j { unsafe sum -= row[k] * other[k] }
                if i == j {
                    guard sum > 0 else {
                        throw .baseline("the products of patches are no positive matrix at unknown \(i)")
                    }
                    unsafe row[i] = sum.squareRoot()
                } else {
                    unsafe row[j] = sum / other[j]
                }
            }
        }
    }

    /// Rows below the panel, divided by its triangle.
    private func solvePanel(_ start: Int) {
        let first = start + Self.panel
        Self.parallel(rows - first) { [width, memory] range in
            for i in range {
                let row = unsafe memory.start + (first + i) * width
                for j in start..<start + Self.panel {
                    let other = unsafe memory.start + j * width
                    var sum = unsafe row[j]
                    for k in start..<j { unsafe sum -= row[k] * other[k] }
                    unsafe row[j] = sum / other[j]
                }
            }
        }
    }

    /// The solution of the system of the first `blocks` blocks, behind `factor`: [columns, blocks * size].
    func solution(blocks: Int) -> [Double] {
        let unknowns = blocks * room
        let work = DoubleMemory((rows - width) * unknowns)
        for i in 0..<rows - width {
            for j in 0..<unknowns { unsafe work.start[i * unknowns + j] = numbers[(width + i) * width + j] }
        }
        for start in stride(from: unknowns - Self.panel, through: 0, by: -Self.panel) {
            for i in 0..<rows - width {
                let row = unsafe work.start + i * unknowns
                for j in (start..<start + Self.panel).reversed() {
                    var sum = unsafe row[j]
                    for k in j + 1..<start + Self.panel { unsafe sum -= row[k] * numbers[k * width + j] }
                    unsafe row[j] = sum / numbers[j * width + j]
                }
            }
            let packed = pack(start) { k, column in unsafe self.numbers[(start + k) * self.width + column] }
            Self.update(
                work, width: unknowns, rows: 0..<rows - width, from: start, packed, at: 0,
                limit: { _ in start })
        }
        var solution: [Double] = []
        for i in 0..<columns {
            for block in 0..<blocks {
                for j in 0..<size { solution.append(unsafe work.start[i * unknowns + block * room + j]) }
            }
        }
        return solution
    }

    /// 64 rows of `count` numbers, four columns after four.
    private func pack(_ count: Int, _ number: (_ k: Int, _ column: Int) -> Double) -> [SIMD4<Double>] {
        var packed = [SIMD4<Double>](repeating: .zero, count: count / 4 * Self.panel)
        for chunk in 0..<count / 4 {
            for lane in 0..<4 {
                for k in 0..<Self.panel { packed[chunk * Self.panel + k][lane] = number(k, 4 * chunk + lane) }
            }
        }
        return packed
    }

    private func update(rows: Range<Int>, from start: Int, _ packed: [SIMD4<Double>], at first: Int, isTriangle: Bool) {
        let width = width
        Self.update(
            memory, width: width, rows: rows, from: start, packed, at: first,
            limit: { row in min(row, width) - first })
    }

    /// Takes from columns `first`... of each row the product of its 64 numbers from `start` on and the packed ones; rows in fours,
    /// whose last one's `limit` tells how many columns count.
    private static func update(
        _ memory: DoubleMemory, width: Int, rows: Range<Int>, from start: Int, _ packed: [SIMD4<Double>], at first: Int,
        limit: @escaping @Sendable (_ row: Int) -> Int
    ) {
        guard !packed.isEmpty else { return }
        parallel(rows.count / 4) { range in
            unsafe packed.withUnsafeBufferPointer { packed in
                guard let base = packed.baseAddress else { return }
                for four in range {
                    let row = rows.lowerBound + 4 * four
                    let a0 = unsafe memory.start + row * width
                    let (a1, a2, a3) = unsafe (a0 + width, a0 + 2 * width, a0 + 3 * width)
                    for chunk in 0..<min(packed.count / panel, (limit(row + 4) + 3) / 4) {
                        let b = unsafe base + chunk * panel
                        var (s0, s1, s2, s3) = (
                            SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero, SIMD4<Double>.zero
                        )
                        for k in 0..<panel {
                            let column = unsafe b[k]
                            unsafe s0 += a0[start + k] * column
                            unsafe s1 += a1[start + k] * column
                            unsafe s2 += a2[start + k] * column
                            unsafe s3 += a3[start + k] * column
                        }
                        let place = first + 4 * chunk
                        for lane in 0..<4 {
                            unsafe a0[place + lane] -= s0[lane]
                            unsafe a1[place + lane] -= s1[lane]
                            unsafe a2[place + lane] -= s2[lane]
                            unsafe a3[place + lane] -= s3[lane]
                        }
                    }
                }
            }
        }
    }
}

extension RidgeSystem {
    /// Numbers that several threads write.
    @safe private final class DoubleMemory: @unchecked Sendable {  // no two threads write the same number
        let start: UnsafeMutablePointer<Double>

        init(_ count: Int) {
            unsafe start = .allocate(capacity: count)
            unsafe start.initialize(repeating: 0, count: count)
        }

        deinit { unsafe start.deallocate() }
    }

    /// Ranges of 0 ..< count on all processors.
    private static func parallel(_ count: Int, _ body: @Sendable (Range<Int>) -> Void) {
        let parts = max(1, min(count, 4 * ProcessInfo.processInfo.activeProcessorCount))
        DispatchQueue.concurrentPerform(iterations: parts) { part in
            body(count * part / parts..<count * (part + 1) / parts)
        }
    }
}
