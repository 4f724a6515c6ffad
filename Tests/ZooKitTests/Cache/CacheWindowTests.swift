import Layers
import Tensors
import Testing
import ZooKit

/// The sliding window with sinks, memory while a prompt is read, and what a policy may not do.
@Suite struct CacheWindowTests {
    private let slot = CacheSlot(layer: 1)

    /// Queries of the prompt see all before them, later ones the sinks, the window and themselves.
    @Test(arguments: KernelChoice.exact, [0, 2]) func theWindowSlidesWithSinksInFront(
        _ kernels: KernelChoice, sinks: Int
    ) throws {
        let run = try CacheRun(kernels)
        let (prompt, rest) = (Small.text(13, 1), Small.text(20, 2))
        let policy = try SlidingWindowPolicy(sinks: sinks, window: 6)
        let cache = try run.cache(1, policy: policy)
        try run.model.prefill([prompt], into: cache)
        #expect(cache.positions(slot, sequence: 0) == (0..<Int32(sinks)).map { $0 } + (7..<13).map { $0 })
        let got = try run.parts([rest.map { [$0] }], cache, phase: .decode)[0]
        #expect(cache.seen == [33] && cache.rows(slot) == [sinks + 6])
        #expect(cache.positions(slot, sequence: 0) == (0..<Int32(sinks)).map { $0 } + (27..<33).map { $0 })
        let expected = try run.masked(prompt + rest) { _, _, query, key in
            query < 13 || key < sinks || key >= query - 6
        }
        #expect(SmallRun.distance(got, Array(expected[13...])) < kernels.tolerance)
        #expect(throws: TensorError.self) { try cache.rollBack(to: [32]) }
    }

    /// A prompt that fits is left as it is.
    @Test func aWindowThatIsLargeEnoughDropsNothing() throws {
        let run = try CacheRun(.double)
        let cache = try run.cache(1, policy: SlidingWindowPolicy(sinks: 2, window: 8))
        try run.model.prefill([Small.text(10, 1)], into: cache)
        #expect(cache.rows(slot) == [10])
        try cache.rollBack(to: [4])
        #expect(cache.rows(slot) == [4])
        #expect(throws: TensorError.self) { try SlidingWindowPolicy(sinks: -1, window: 8) }
        #expect(throws: TensorError.self) { try SlidingWindowPolicy(sinks: 1, window: 0) }
        #expect(throws: TensorError.self) { try SlidingWindowPolicy(sinks: 1, window: .max) }
    }

    /// One layer's whole prompt is held at a time: the layers before it have given their memory back.
    @Test func memoryIsGivenBackLayerByLayer() throws {
        let run = try CacheRun(.double)
        let cache = try run.cache(1, capacity: 0, reserve: 4, policy: SlidingWindowPolicy(sinks: 1, window: 7))
        let input = try Small.texts([Small.text(60, 1)], run.workspace)
        var held: [Int] = []
        let paths = (0..<2).map { "model.layers.\($0).input" } + ["model.hidden"]
        let tap = { (_: Tensor) -> Void in held.append(cache.byteCount) }
        _ = try run.model.extend(
            cache, with: input, phase: .prompt(isLast: true),
            taps: Dictionary(uniqueKeysWithValues: paths.map { ($0, tap) }))
        // Heads of 4 columns of 8 bytes: 2 + 2 in the first layer, 3 + 2 in the second; 8 rows and room for the next.
        let bytes = [9 * 4 * 4 * 8, 9 * 5 * 4 * 8]
        #expect(held == [0, bytes[0], bytes[0] + bytes[1]])
        #expect(cache.usedByteCount == held[2] / 9 * 8)
        let whole = try run.cache(1, capacity: 0)
        _ = try run.model.extend(whole, with: input)
        #expect(whole.byteCount == 60 * (4 + 5) * 4 * 8)
    }

    /// Bytes of a row of both layers, heads of 4 columns of 8 bytes; see above.
    private let rowBytes = (4 + 5) * 4 * 8

    /// However many rows are expected, memory is kept for those of the window and one of a pass.
    @Test func aWindowReservesNoMoreThanItsRows() throws {
        let run = try CacheRun(.double)
        let policy = try SlidingWindowPolicy(sinks: 1, window: 7)
        func filled(_ length: Int, _ policy: any CachePolicy) throws -> KeyValueCache {
            let cache = try run.cache(1, capacity: length, reserve: 1000, policy: policy)
            try run.model.prefill([Small.text(length, 1)], into: cache)
            return cache
        }
        #expect(try filled(50, policy).byteCount == 9 * rowBytes)
        let joined = try KeyValueCache.joining([filled(50, policy), filled(3, policy), filled(9, policy)])
        #expect(joined.byteCount == 3 * 9 * rowBytes)
        for token in 0..<12 { _ = try run.model.decode([Int32](repeating: Int32(token), count: 3), joined) }
        #expect(joined.byteCount == 3 * 9 * rowBytes)
        #expect(joined.rows(slot) == [8, 8, 8])
        try joined.select([2, 0])
        #expect(joined.byteCount == 2 * 9 * rowBytes)
        // A short text that never comes to the window's length has place for what is expected.
        let short = try filled(3, policy)
        short.reserve = 2
        #expect(try KeyValueCache.joining([short, short]).byteCount == 2 * 5 * rowBytes)
        #expect(try KeyValueCache.joining([filled(3, FullCachePolicy())]).byteCount == 1003 * rowBytes)
    }

    /// Each sequence needs place for its own rows and what is expected of its own cache.
    @Test func joinedCachesReserveForEachSequenceByItself() throws {
        let run = try CacheRun(.double)
        let long = try run.cache(1, capacity: 40, reserve: 2)
        try run.model.prefill([Small.text(40, 1)], into: long)
        let short = try run.cache(1, capacity: 4, reserve: 20)
        try run.model.prefill([Small.text(4, 1)], into: short)
        let joined = try KeyValueCache.joining([long, short])
        #expect(joined.byteCount == 2 * 42 * rowBytes && joined.reserve == 20)
    }

    /// Chooses what it is told to.
    private struct Choice: CachePolicy {
        let kept: [[Int]]
        func select(_ view: CacheView) -> [[Int]]? { kept }
    }

    @Test(arguments: [
        [[0, 1]], [[0, 1], [0]], [[0, 1], [0, 9]], [[1, 0], [0, 1]], [[0, 0], [0, 1]], [[-1, 0], [0, 1]], [],
    ]) func aPolicyThatChoosesWhatThereIsNotIsRefused(_ kept: [[Int]]) throws {
        let run = try CacheRun(.double)
        let cache = try run.cache(1, policy: Choice(kept: kept))
        #expect(throws: TensorError.self) { try run.model.prefill([Small.text(5, 1)], into: cache) }
        #expect(cache.seen == [0] && cache.rows(CacheSlot(layer: 0)) == [0])
    }

    /// Rows that move in place are those that a copy would hold, over several pieces of scratch memory.
    @Test(arguments: KernelChoice.exact) func rowsMoveInPlaceBitForBit(_ kernels: KernelChoice) throws {
        let workspace = try kernels.workspace()
        let map = try HeadMap(width: 4, keyHead: [0, 0, 1, 2], valueHead: [0, 0, 1, 1])
        #expect(map.components.map(\.keyHeads) == [[0], [1, 2]] && map.components.map(\.valueHeads) == [[0], [1]])
        let policy = DrawnPolicy(share: 0.7, evictsLater: true)
        let cache = try KeyValueCache(sequences: 1, capacity: 900, reserve: 500, workspace: workspace, policy: policy)
        var context = ForwardContext(tape: Tape(workspace, mode: .inference))
        context.cache = cache
        let key = RandomKey(seed: 1)
        func tensor(_ rows: Int, _ heads: Int, _ name: String) throws -> Tensor {
            try workspace.numbers(
                (0..<rows * heads * 4).map { key.with(name).with(rows).uniform(at: $0) }, [rows, heads * 4])
        }
        func pass(_ count: Int, from seen: Int) throws {
            let rows = try Rows(
                sequences: 1, length: count, positions: (0..<count).map { Int32(seen + $0) }, workspace: workspace)
            let state = AttentionState(
                query: try tensor(count, 4, "q"), key: try tensor(count, 3, "k"), value: try tensor(count, 2, "v"))
            _ = try cache.attend(state, map: map, rows: rows, context)
            try cache.advance(rows)
        }
        try pass(900, from: 0)
        let kept = try #require(policy.kept[CacheSlot(layer: 0)]?[0])
        #expect(kept.map(\.count) == [630, 630] && kept[0] != kept[1])
        try pass(1, from: 900)
        for (component, heads) in map.components.enumerated() {
            for (heads, width, shown) in [
                (heads.keyHeads, 12, \(keys: [Double], values: [Double], phase: CachePhase).keys),
                (heads.valueHeads, 8, \.values),
            ] {
                let (before, after) = (policy.shown[0][keyPath: shown], policy.shown[1][keyPath: shown])
                for (place, row) in kept[component].enumerated() {
                    for head in heads {
                        let columns = head * 4..<head * 4 + 4
                        #expect(columns.allSatisfy { after[place * width + $0] == before[row * width + $0] })
                    }
                }
            }
        }
        // 631 rows on, 441 are left of them.
        #expect(cache.rows(CacheSlot(layer: 0)) == [441])
    }
}
