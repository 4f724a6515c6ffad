import Foundation
import Layers
import Tensors
import Testing
import ZooKit

/// What policies are given, and what comes of what they drop.
@Suite struct CachePolicyTests {
    private let slots = [CacheSlot(layer: 0), CacheSlot(layer: 1)]

    /// Looking at weights, and dropping rows after the pass, changes no bit of the pass.
    @Test(arguments: KernelChoice.allCases) func statisticsNeverChangeTheAttentionPath(
        _ kernels: KernelChoice
    ) throws {
        let run = try CacheRun(kernels)
        let prompts = [Small.text(21, 1), Small.text(12, 2)]
        func logits(_ policy: any CachePolicy) throws -> [[[Double]]] {
            let cache = try run.cache(2, capacity: 16, policy: policy)
            let first = try run.parts(prompts.map { [$0] }, cache, phase: .prompt(isLast: true))
            let later = try run.parts([[[3], [1]], [[5], [2]]], cache, phase: .decode)
            return first + later
        }
        let full = try logits(FullCachePolicy())
        let looking = DrawnPolicy(share: 1, queries: 5)
        #expect(try logits(looking) == full)
        #expect(looking.sums.count == 2 && looking.sums[slots[1]]?.count == 2)
        let dropping = try logits(DrawnPolicy(share: 0.3, queries: 5))
        #expect(dropping[0] == full[0] && dropping[1] == full[1] && dropping[2] != full[2])
    }

    /// Sums over the last queries of the weights they give each row, against weights computed on the host; parts of a prompt,
    /// padding and other sequences change nothing.
    @Test(arguments: KernelChoice.exact, [1, 4, 100]) func columnSumsAreThoseOfTheLastQueries(
        _ kernels: KernelChoice, _ queries: Int
    ) throws {
        let run = try CacheRun(kernels)
        let prompts = [Small.text(11, 1), Small.text(6, 2)]
        var sums: [[CacheSlot: [Int: [[Double]]]]] = []
        for parts in [[[11], [6]], [[4, 0, 5, 2], [3, 1, 1, 1]]] {
            for padsLeft in [false, true] {
                let policy = DrawnPolicy(share: 1, queries: queries)
                let cache = try run.cache(2, policy: policy)
                var starts = [0, 0]
                for pass in parts[0].indices {
                    let ids = (0..<2).map { b in
                        defer { starts[b] += parts[b][pass] }
                        return Array(prompts[b][starts[b]..<starts[b] + parts[b][pass]])
                    }
                    try run.model.prefill(
                        ids, into: cache, padsLeft: padsLeft, isLast: pass == parts[0].count - 1)
                }
                sums.append(policy.sums)
            }
        }
        let expected = try (0..<2).map { try plainSums(run, prompts[$0], queries) }
        for sums in sums {
            for (layer, slot) in slots.enumerated() {
                for b in 0..<2 {
                    let got = try #require(sums[slot]?[b])
                    #expect(SmallRun.distance(got, expected[b][layer]) < kernels.tolerance)
                    for head in got {
                        let total = Double(min(queries, prompts[b].count))
                        #expect(abs(head.reduce(0, +) - total) < 100 * kernels.tolerance)
                    }
                }
            }
        }
    }

    /// By layer and query head, from queries and keys as a pass shows them.
    private func plainSums(_ run: CacheRun, _ ids: [Int32], _ queries: Int) throws -> [[[Double]]] {
        var context = ForwardContext(tape: Tape(run.workspace, mode: .inference))
        var shown: [String: [[Double]]] = [:]
        for layer in 0..<2 {
            for name in ["query", "key"] {
                context.taps["model.layers.\(layer).self_attn.\(name)"] = {
                    shown["\(layer)\(name)"] = (try? run.rows($0)) ?? []
                }
            }
        }
        _ = try run.model.hidden(Small.texts([ids], run.workspace), context)
        let maps = try [
            HeadMap(width: 4, heads: 4, groups: 2), HeadMap(width: 4, keyHead: [2, 0, 1, 0], valueHead: [0, 1, 1, 0]),
        ]
        return try maps.enumerated().map { layer, map in
            let q = try #require(shown["\(layer)query"])
            let k = try #require(shown["\(layer)key"])
            return (0..<4).map { head in
                var sums = [Double](repeating: 0, count: ids.count)
                for query in max(0, ids.count - queries)..<ids.count {
                    let weights = (0...query).map { key in
                        (0..<4).reduce(0.0) { $0 + q[query][head * 4 + $1] * k[key][map.keyHead[head] * 4 + $1] } / 2
                    }.map { exp($0) }
                    let total = weights.reduce(0, +)
                    for (key, weight) in weights.enumerated() { sums[key] += weight / total }
                }
                return sums
            }
        }
    }

    /// Decoding from what is left equals the whole text computed with the dropped rows hidden, head by head.
    @Test(arguments: KernelChoice.exact) func droppedRowsAreHiddenRows(_ kernels: KernelChoice) throws {
        let run = try CacheRun(kernels)
        let prompts = [Small.text(24, 1), Small.text(15, 2)]
        let rests = [Small.text(8, 3), Small.text(8, 4)]
        let policy = DrawnPolicy(share: 0.4)
        let cache = try run.cache(2, policy: policy)
        try run.model.prefill(prompts, into: cache)
        #expect(cache.seen == [24, 15] && cache.rows(slots[0]) == [9, 6] && cache.rows(slots[1]) == [9, 6])
        let got = try run.parts(rests.map { $0.map { [$0] } }, cache, phase: .decode)
        #expect(cache.seen == [32, 23] && cache.rows(slots[1]) == [17, 14])
        for b in 0..<2 {
            let sets = try slots.map { try #require(policy.kept[$0]?[b]) }
            // The first layer's heads fall into two components; those of the second hang together.
            #expect(sets[0].count == 2 && sets[0][0] != sets[0][1] && sets[1].count == 1)
            for (layer, slot) in slots.enumerated() {
                for component in sets[layer].indices {
                    let expected = sets[layer][component] + Array(prompts[b].count..<prompts[b].count + 8)
                    #expect(cache.positions(slot, sequence: b, component: component).map { Int($0) } == expected)
                }
            }
            let p = prompts[b].count
            let expected = try run.masked(prompts[b] + rests[b]) { layer, component, query, key in
                query < p || key >= p || sets[layer][component].contains(key)
            }
            #expect(SmallRun.distance(got[b], Array(expected[p...])) < kernels.tolerance)
            let full = try run.full(prompts[b] + rests[b])
            #expect(SmallRun.distance(got[b], Array(full[p...])) > 1e-3)
        }
    }

    /// A token decoded again from what is left, at its own position.
    @Test func theLastTokenMayBeDecodedAgain() throws {
        let run = try CacheRun(.double)
        let prompt = Small.text(24, 1)
        let policy = DrawnPolicy(share: 0.4)
        let cache = try run.cache(1, policy: policy)
        try run.model.prefill([prompt], into: cache)
        #expect(throws: TensorError.self) { try cache.rollBack(to: [23]) }
        #expect(cache.seen == [24])
        try cache.rollBack(to: [23], afterEviction: true)
        #expect(cache.seen == [23] && cache.rows(slots[0]) == [8])
        let again = try run.rows(run.model.decode([prompt[23]], cache))
        let sets = try slots.map { try #require(policy.kept[$0]?[0]) }
        let expected = try run.masked(prompt) { layer, component, query, key in
            query < 23 || sets[layer][component].contains(key)
        }
        #expect(SmallRun.distance(again, [expected[23]]) < 1e-12)
        // From the last place where rows were dropped on, every way back is open.
        _ = try run.parts([[[1, 2, 3]]], cache, phase: .decode)
        try cache.rollBack(to: [24])
        #expect(cache.rows(slots[1]) == [9])
        // Components that kept different rows cannot go back to where they differ in number.
        #expect(throws: TensorError.self) { try cache.rollBack(to: [12], afterEviction: true) }
    }

    /// What is kept depends on the sequence, not on the batch; forks and samples go on from it.
    @Test func whatIsKeptDependsOnNoBatch() throws {
        let run = try CacheRun(.double)
        let prompts = [Small.text(24, 1), Small.text(15, 2)]
        let together = DrawnPolicy(share: 0.4)
        let cache = try run.cache(2, policy: together)
        try run.model.prefill(prompts, into: cache)
        let alone = DrawnPolicy(share: 0.4)
        let single = try run.model.cache(sequences: 1, policy: alone, identities: [1], in: run.workspace)
        try run.model.prefill([prompts[1]], into: single)
        for slot in slots { #expect(alone.kept[slot]?[1] == together.kept[slot]?[1]) }
        let fork = cache.fork()
        try fork.select([1, 1, 0])
        let samples = try run.parts([[[3], [1]], [[3], [1]], [[3], [1]]], fork, phase: .decode)
        let other = try run.parts([[[5]], [[3], [1]]], cache, phase: .decode)
        let expected = try run.parts([[[3], [1]]], single, phase: .decode)[0]
        for got in [samples[0], samples[1], other[1]] { #expect(SmallRun.distance(got, expected) < 1e-12) }
        #expect(
            fork.positions(slots[0], sequence: 1, component: 1) == single.positions(slots[0], sequence: 0, component: 1)
        )
    }
}
