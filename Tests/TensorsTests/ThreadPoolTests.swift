import Synchronization
import Testing

@testable import Tensors

@Suite struct ThreadPoolTests {

    @Test(arguments: 1...4) func everyIndexRunsOnce(threads: Int) throws {
        let pool = try ThreadPool(count: threads) {}
        #expect(pool.count == threads)
        var wrong = 0
        for run in 0..<4_000 {
            let count = run % 41
            var hits = [UInt8](repeating: 0, count: count)
            hits.withUnsafeMutableBufferPointer { hits in
                let address = hits.baseAddress
                pool.run(count) { index, worker in
                    if worker >= 0 && worker < threads { address?[index] += 1 }
                }
            }
            wrong += hits.count { $0 != 1 }
        }
        #expect(wrong == 0)
    }

    @Test func whatALoopWroteIsThereForTheNext() throws {
        let pool = try ThreadPool(count: 3) {}
        var sums = [Int](repeating: 0, count: 64)
        for _ in 0..<2_000 {
            let before = sums
            sums.withUnsafeMutableBufferPointer { sums in
                let address = sums.baseAddress
                // Each place takes from its neighbour of the loop before.
                pool.run(64) { index, _ in address?[index] = before[(index + 1) % 64] + 1 }
            }
        }
        #expect(sums.allSatisfy { $0 == 2_000 })
    }

    @Test func workersWorkOnOneIndexAtATime() throws {
        let pool = try ThreadPool(count: 4) {}
        var slots = [Int](repeating: -1, count: 4)
        var clashes = 0
        for _ in 0..<500 {
            slots.withUnsafeMutableBufferPointer { slots in
                let address = slots.baseAddress
                let found = Atomic<Int>(0)
                pool.run(32) { index, worker in
                    guard let slot = address.map({ $0 + worker }) else { return }
                    slot.pointee = index
                    for _ in 0..<50 where slot.pointee != index { found.add(1, ordering: .relaxed) }
                }
                clashes += found.load(ordering: .relaxed)
            }
        }
        #expect(clashes == 0)
    }

    private static let begun = Atomic<Int>(0)

    @Test func everyThreadBeginsOnce() throws {
        do {
            let pool = try ThreadPool(count: 3) { Self.begun.add(1, ordering: .relaxed) }
            for _ in 0..<100 { pool.run(10) { _, _ in } }
        }
        // The pool has ended, and with it its threads.
        #expect(Self.begun.load(ordering: .relaxed) == 3)
    }
}
