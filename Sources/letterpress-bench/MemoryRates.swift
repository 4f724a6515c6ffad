import CKernels
import Tensors

/// How fast the machine's memory is: what decoding is measured against, since a token reads every weight once.
struct MemoryRates {
    /// Bytes a second that are read, without being written anywhere.
    let read: Double
    /// Bytes a second that are copied; each is read once and written once.
    let copied: Double

    /// Buffers far larger than any cache.
    private static let byteCount = 256 << 20
    /// A thread takes so much at a time.
    private static let pieceBytes = 4 << 20

    /// The best of several passes over two large buffers on `threads` threads. Throws: `outOfMemory`.
    static func measure(threads: Int) throws -> MemoryRates {
        guard let pool = lp_pool_create(Int32(threads), nil) else {
            throw TensorError.outOfMemory(bytes: threads << 20)
        }
        defer { lp_pool_destroy(pool) }
        guard let from = lp_memory_take(byteCount), let to = lp_memory_take(byteCount) else {
            throw TensorError.outOfMemory(bytes: 2 * byteCount)
        }
        defer {
            lp_memory_give(from, byteCount)
            lp_memory_give(to, byteCount)
        }
        from.initializeMemory(as: UInt8.self, repeating: 1, count: byteCount)
        to.initializeMemory(as: UInt8.self, repeating: 2, count: byteCount)
        var work = Work(from: from, to: to)
        let pieces = Int32(byteCount / pieceBytes)
        func best(_ body: @escaping lp_pool_body) -> Double {
            (0..<8).map { _ in
                let start = ContinuousClock.now
                withUnsafeMutablePointer(to: &work) { lp_pool_run(pool, pieces, body, $0) }
                return Double(byteCount) / seconds(since: start)
            }.reduce(0, max)
        }
        let copied = best { context, index, _ in
            guard let work = context?.assumingMemoryBound(to: Work.self) else { return }
            let place = Int(index) * MemoryRates.pieceBytes
            (work.pointee.to + place).copyMemory(from: work.pointee.from + place, byteCount: MemoryRates.pieceBytes)
        }
        let read = best { context, index, _ in
            guard let work = context?.assumingMemoryBound(to: Work.self) else { return }
            let count = MemoryRates.pieceBytes / 4
            let view = lp_view(data: work.pointee.from, stride: count, type: Int32(LP_FLOAT32))
            let area = lp_area(row: Int(index), rowEnd: Int(index) + 1, column: 0, columnEnd: count)
            // Singles of bytes of 1 are as good as any other; asking whether there are infinite ones reads them all.
            precondition(lpn_count_non_finite(view, area) == 0)
        }
        return MemoryRates(read: read, copied: copied)
    }

    private struct Work {
        let from: UnsafeMutableRawPointer
        let to: UnsafeMutableRawPointer
    }
}

/// Seconds from `start` until now.
func seconds(since start: ContinuousClock.Instant) -> Double {
    let spent = start.duration(to: .now)
    return Double(spent.components.seconds) + Double(spent.components.attoseconds) * 1e-18
}
