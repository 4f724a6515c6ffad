import Layers
import Tensors
import Testing
import ZooKit

/// On the processor's kernels a sequence decodes to the same bits alone and in a batch of up to 16.
@Suite struct CacheBitsTests {
    @Test(arguments: [KernelChoice.single, .half], [2, 7, 16])
    func aTokenHasTheSameBitsInABatch(_ kernels: KernelChoice, sequences: Int) throws {
        let run = try CacheRun(kernels)
        let caches = try (0..<sequences).map { b in
            let cache = try run.cache(1)
            try run.model.prefill([Small.text(1 + 5 * b % 23, UInt64(b))], into: cache)
            return cache
        }
        let joined = try KeyValueCache.joining(caches)
        for step in 0..<3 {
            let ids = (0..<sequences).map { Small.text(1, UInt64(100 * step + $0))[0] }
            let together = try run.rows(run.model.decode(ids, joined))
            for (b, cache) in caches.enumerated() {
                let alone = try run.rows(run.model.decode([ids[b]], cache))
                #expect(together[b] == alone[0], "sequence \(b) of \(sequences), token \(step)")
                #expect(Set(alone[0]).count == Small.vocabulary)
            }
        }
    }

    /// Long caches are read in blocks of keys; where these end does not follow from the room behind the keys.
    @Test(arguments: [KernelChoice.single, .half], [1, 12, 40, 200])
    func roomBehindTheRowsChangesNoBit(_ kernels: KernelChoice, queries: Int) throws {
        let workspace = try kernels.workspace()
        let map = try HeadMap(width: 16, heads: 2, groups: 1)
        let key = RandomKey(seed: 3)
        func read(room: Int) throws -> [[Double]] {
            let cache = try KeyValueCache(sequences: 2, capacity: 2100 + room, workspace: workspace)
            var context = ForwardContext(tape: Tape(workspace, mode: .inference))
            context.cache = cache
            return try [2100 - queries, queries].map { count in
                func tensor(_ name: String, _ heads: Int) throws -> Tensor {
                    let numbers = (0..<2 * count * heads * 16).map { key.with(name).with(count).uniform(at: $0) - 0.5 }
                    return try context.tape.cast(
                        workspace.numbers(numbers, [2 * count, heads * 16]), to: context.tape.precision.compute)
                }
                let first = cache.seen[0]
                let rows = try Rows(
                    sequences: 2, length: count, positions: (0..<2 * count).map { Int32(first + $0 % count) },
                    workspace: workspace)
                let state = AttentionState(
                    query: try tensor("q", 2), key: try tensor("k", 1), value: try tensor("v", 1))
                let result = try cache.attend(state, map: map, rows: rows, context)
                try cache.advance(rows)
                return try workspace.values(result)
            }
        }
        let tight = try read(room: 0)
        #expect(tight[1].allSatisfy { $0.isFinite && $0 != 0 })
        for room in [1, 33, 1000, 2700] { #expect(try read(room: room) == tight, "room for \(room) more") }
    }
}
