import Layers
import Tensors
import Testing
import ZooKit

/// Forks, other batches, joined caches, and the way back.
@Suite struct CacheForkTests {
    private let slot = CacheSlot(layer: 1)

    /// The rest of each text through `cache` equals the whole texts' own ends.
    private func check(
        _ run: CacheRun, _ cache: KeyValueCache, prompts: [[Int32]], rests: [[Int32]], _ tolerance: Double
    ) throws {
        let got = try run.whole(rests, cache)
        for (b, rest) in rests.enumerated() {
            let expected = try run.full(prompts[b] + rest).suffix(rest.count)
            #expect(SmallRun.distance(got[b], Array(expected)) < tolerance)
        }
    }

    @Test(arguments: KernelChoice.exact) func forksShareUntilTheyWrite(_ kernels: KernelChoice) throws {
        let run = try CacheRun(kernels)
        let prompts = [Small.text(7, 1), Small.text(4, 2)]
        let cache = try run.cache(2, capacity: 32)
        _ = try run.whole(prompts, cache)
        let used = run.workspace.arena.usedBytes
        let forks = (0..<3).map { _ in cache.fork() }
        #expect(run.workspace.arena.usedBytes == used)
        for (index, fork) in forks.enumerated() {
            let rests = [Small.text(3 + index, UInt64(20 + index)), Small.text(5, UInt64(30 + index))]
            try check(run, fork, prompts: prompts, rests: rests, kernels.tolerance)
        }
        #expect(run.workspace.arena.usedBytes == used + 3 * cache.byteCount)
        #expect(cache.seen == [7, 4] && cache.rows(slot) == [7, 4])
        try check(run, cache, prompts: prompts, rests: [Small.text(2, 40), Small.text(2, 41)], kernels.tolerance)
    }

    @Test(arguments: KernelChoice.exact) func sequencesMayBeRepeatedReorderedAndDropped(
        _ kernels: KernelChoice
    ) throws {
        let run = try CacheRun(kernels)
        let prompts = [Small.text(7, 1), Small.text(4, 2), Small.text(9, 3)]
        let cache = try run.cache(3)
        _ = try run.whole(prompts, cache)
        try cache.select([2, 0, 0, 2])
        #expect(cache.identities == [2, 0, 0, 2] && cache.seen == [9, 7, 7, 9])
        let order = [2, 0, 0, 2].map { prompts[$0] }
        let rests = (0..<4).map { Small.text(3 + $0, UInt64(50 + $0)) }
        try check(run, cache, prompts: order, rests: rests, kernels.tolerance)
        try cache.select([3, 1])
        let longer = [3, 1].map { order[$0] + rests[$0] }
        try check(run, cache, prompts: longer, rests: [Small.text(4, 60), Small.text(1, 61)], kernels.tolerance)
        #expect(throws: TensorError.self) { try cache.select([2]) }
        try cache.select([])
        #expect(cache.sequences == 0 && cache.byteCount == 0)
    }

    @Test(arguments: KernelChoice.exact) func cachesJoinToABatch(_ kernels: KernelChoice) throws {
        let run = try CacheRun(kernels)
        let prompts = [Small.text(7, 1), Small.text(1, 2), Small.text(12, 3)]
        let caches = try prompts.enumerated().map { index, prompt in
            let cache = try run.model.cache(sequences: 1, identities: [10 + index], in: run.workspace)
            _ = try run.whole([prompt], cache)
            return cache
        }
        let joined = try KeyValueCache.joining(caches)
        #expect(joined.identities == [10, 11, 12] && joined.seen == [7, 1, 12])
        let rests = (0..<3).map { Small.text(2 + $0, UInt64(70 + $0)) }
        try check(run, joined, prompts: prompts, rests: rests, kernels.tolerance)
        #expect(caches.map(\.seen) == [[7], [1], [12]])
        #expect(throws: TensorError.self) { try KeyValueCache.joining([]) }
    }

    @Test(arguments: KernelChoice.exact) func theWayBackForgetsWhatCameLater(_ kernels: KernelChoice) throws {
        let run = try CacheRun(kernels)
        let prompts = [Small.text(7, 1), Small.text(4, 2)]
        let cache = try run.cache(2)
        _ = try run.whole(prompts, cache)
        let other = cache.fork()
        for seed in 0..<3 {
            let rests = [Small.text(3, UInt64(80 + seed)), Small.text(6, UInt64(90 + seed))]
            try check(run, cache, prompts: prompts, rests: rests, kernels.tolerance)
            try cache.rollBack(to: [7, 4])
            #expect(cache.rows(slot) == [7, 4] && cache.seen == [7, 4])
        }
        try cache.rollBack(to: [2, 4])
        let shorter = [Array(prompts[0][..<2]), prompts[1]]
        try check(run, cache, prompts: shorter, rests: [Small.text(4, 1), Small.text(4, 2)], kernels.tolerance)
        // The fork still has all it had.
        try check(run, other, prompts: prompts, rests: [Small.text(3, 5), Small.text(3, 6)], kernels.tolerance)
        #expect(throws: TensorError.self) { try cache.rollBack(to: [7, 4]) }
        #expect(throws: TensorError.self) { try cache.rollBack(to: [1]) }
        #expect(throws: TensorError.self) { try cache.rollBack(to: [-1, 0]) }
        try cache.rollBack(to: [0, 0])
        try check(run, cache, prompts: [[], []], rests: prompts, kernels.tolerance)
    }
}
