import Foundation
import Patches
import Synchronization
import Testing

/// Order, bounds, errors and cancellation of the ordered pipeline.
@Suite struct StreamPipelineTests {
    struct Broken: Error, Equatable {
        let input: Int
    }

    final class Counters: Sendable {
        let emitted = Mutex(0)
        let alive = Mutex(0)
    }

    /// Counts the workers that exist.
    final class Token {
        let counters: Counters
        init(_ counters: Counters) {
            self.counters = counters
            counters.alive.withLock { $0 += 1 }
        }
        deinit { counters.alive.withLock { $0 -= 1 } }
    }

    static func pipeline(
        workers: Int, inputs: Int, inFlight: Int? = nil, budget: Int = 1 << 20, counters: Counters = Counters(),
        failAt: Int? = nil
    ) -> OrderedPipeline<Int, [Int]> {
        var next = 0
        return OrderedPipeline(
            workers: workers, inFlight: inFlight, budget: budget, weight: { $0.count },
            source: {
                next += 1
                return next <= inputs ? next : nil
            },
            makeWorker: {
                let token = Token(counters)
                return { input, emit in
                    withExtendedLifetime(token) {}
                    if input == failAt { throw Broken(input: input) }
                    for part in 0..<input % 5 {
                        try emit([Int](repeating: input, count: part * (input % 3)) + [part])
                        counters.emitted.withLock { $0 += 1 }
                    }
                }
            })
    }

    static func all(_ pipeline: OrderedPipeline<Int, [Int]>) throws -> [[Int]] {
        var outputs: [[Int]] = []
        while let output = try pipeline.next() { outputs.append(output) }
        return outputs
    }

    @Test(arguments: [1, 2, 5], [1, 40, 1 << 20])
    func anyNumberOfWorkersGivesTheSameOutputs(workers: Int, budget: Int) throws {
        let expected = try Self.all(Self.pipeline(workers: 0, inputs: 200))
        #expect(expected.count == 400)
        #expect(try Self.all(Self.pipeline(workers: workers, inputs: 200, budget: budget)) == expected)
        var pushed: [[Int]] = []
        try Self.pipeline(workers: workers, inputs: 200, budget: budget).forEach { pushed.append($0) }
        #expect(pushed == expected)
    }

    @Test func pullingAndPushingMixWithoutWorkers() throws {
        let pipeline = Self.pipeline(workers: 0, inputs: 50)
        let expected = try Self.all(Self.pipeline(workers: 0, inputs: 50))
        var outputs: [[Int]] = []
        for _ in 0..<3 { outputs.append(try #require(try pipeline.next())) }
        try pipeline.forEach { outputs.append($0) }
        #expect(outputs == expected)
        #expect(try pipeline.next() == nil)
    }

    @Test(arguments: [0, 1, 3]) func anErrorComesInItsPlaceAndStays(workers: Int) throws {
        let pipeline = Self.pipeline(workers: workers, inputs: 200, failAt: 101)
        let before = try Self.all(Self.pipeline(workers: 0, inputs: 100))
        for expected in before { #expect(try pipeline.next() == expected) }
        #expect(throws: Broken(input: 101)) { try pipeline.next() }
        #expect(throws: Broken(input: 101)) { try pipeline.next() }
    }

    @Test(arguments: [0, 2]) func errorsOfSourceAndFactoryComeOut(workers: Int) throws {
        var count = 0
        let source = OrderedPipeline<Int, Int>(
            workers: workers, weight: { _ in 1 },
            source: {
                count += 1
                if count == 7 { throw Broken(input: 7) }
                return count
            }, makeWorker: { { input, emit in try emit(input) } })
        for expected in 1..<7 { #expect(try source.next() == expected) }
        #expect(throws: Broken(input: 7)) { try source.next() }
        let factory = OrderedPipeline<Int, Int>(
            workers: workers, weight: { _ in 1 }, source: { 1 }, makeWorker: { throw Broken(input: 0) })
        #expect(throws: Broken(input: 0)) { try factory.next() }
    }

    @Test func workersPauseWhenNobodyTakes() throws {
        let counters = Counters()
        let pipeline = Self.pipeline(workers: 3, inputs: 100_000, inFlight: 6, budget: 50, counters: counters)
        _ = try pipeline.next()
        var last = -1
        // Settled once the count stands still.
        while last != counters.emitted.withLock({ $0 }) {
            last = counters.emitted.withLock { $0 }
            Thread.sleep(forTimeInterval: 0.05)
        }
        #expect(last <= 60)
    }

    @Test(arguments: [false, true]) func droppingOrCancellingStopsTheThreads(drops: Bool) throws {
        let counters = Counters()
        var pipeline: OrderedPipeline<Int, [Int]>? = Self.pipeline(
            workers: 4, inputs: 1_000_000, budget: 50, counters: counters)
        _ = try pipeline?.next()
        if drops {
            pipeline = nil
        } else {
            pipeline?.cancel()
            #expect(throws: CancellationError.self) { try pipeline?.next() }
        }
        let deadline = Date().addingTimeInterval(20)
        while counters.alive.withLock({ $0 }) > 0, Date() < deadline { Thread.sleep(forTimeInterval: 0.01) }
        #expect(counters.alive.withLock { $0 } == 0)
        withExtendedLifetime(pipeline) {}
    }

    @Test func batchesHoldTheirWeight() throws {
        var items = Array((1...20).reversed())
        var batcher = Batcher<Int>(limit: 30, weight: { $0 }, pull: { items.popLast() })
        var batches: [[Int]] = []
        while let batch = try batcher.next() { batches.append(batch) }
        #expect(batches.flatMap { $0 } == Array(1...20))
        #expect(batches.dropLast().allSatisfy { $0.reduce(0, +) >= 30 && $0.dropLast().reduce(0, +) < 30 })
    }
}
