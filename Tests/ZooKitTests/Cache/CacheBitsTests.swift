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
}
