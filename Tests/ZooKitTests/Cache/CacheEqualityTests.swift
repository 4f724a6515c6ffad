import Layers
import Tensors
import Testing
import ZooKit

/// What is computed through a cache equals what is computed at once, however the text is cut, padded and batched.
@Suite struct CacheEqualityTests {
    /// A text cut into parts at drawn places; parts may be empty.
    private func cut(_ ids: [Int32], _ seed: UInt64) -> [[Int32]] {
        let key = RandomKey(seed: seed).with("cuts")
        let places = (0..<3).map { Int(key.uniform(at: $0) * Double(ids.count + 1)) }.sorted()
        return zip([0] + places, places + [ids.count]).map { Array(ids[$0..<$1]) }
    }

    @Test(arguments: KernelChoice.exact, [false, true]) func anyPartsGiveTheSame(
        _ kernels: KernelChoice, padsLeft: Bool
    ) throws {
        let run = try CacheRun(kernels)
        let texts = [Small.text(17, 1), Small.text(9, 2), Small.text(1, 3), Small.text(23, 4)]
        let expected = try texts.map { try run.full($0) }
        for seed in 0..<8 {
            let cache = try run.cache(texts.count)
            let parts = texts.enumerated().map { cut($1, UInt64(10 * seed + $0)) }
            let got = try run.parts(parts, cache, padsLeft: padsLeft)
            for (a, b) in zip(got, expected) { #expect(SmallRun.distance(a, b) < kernels.tolerance) }
            #expect(cache.seen == texts.map(\.count))
            #expect(cache.rows(CacheSlot(layer: 1)) == texts.map(\.count))
            #expect(cache.positions(CacheSlot(layer: 0), sequence: 1) == (0..<9).map { $0 })
        }
    }

    @Test(arguments: KernelChoice.allCases) func tokenAfterTokenGivesTheSame(_ kernels: KernelChoice) throws {
        let run = try CacheRun(kernels)
        let texts = [Small.text(12, 5), Small.text(14, 6)]
        let cache = try run.cache(2)
        let first = try run.model.prefill([Array(texts[0][..<4]), Array(texts[1][..<6])], into: cache, padsLeft: true)
        #expect(first.type == run.workspace.precision.stream && first.shape == [2, Small.vocabulary])
        var got = try run.rows(first).map { [$0] }
        for step in 0..<8 {
            let rows = try run.rows(run.model.decode([texts[0][4 + step], texts[1][6 + step]], cache))
            for b in 0..<2 { got[b].append(rows[b]) }
        }
        for (b, start) in [3, 5].enumerated() {
            let expected = try run.full(texts[b])[start...]
            #expect(SmallRun.distance(got[b], Array(expected)) < 3 * kernels.tolerance)
        }
        #expect(run.workspace.arena.usedBytes > 0 && cache.usedByteCount <= cache.byteCount)
    }

    /// A sequence that has nothing in a pass gets a row of zeros and stays as it was.
    @Test func aSequenceMayRest() throws {
        let run = try CacheRun(.double)
        let text = Small.text(8, 1)
        let cache = try run.cache(2)
        try run.model.prefill([Array(text[..<5]), Array(text[..<3])], into: cache, isLast: false)
        let rested = try run.rows(run.model.prefill([[], Array(text[3...])], into: cache))
        #expect(rested[0].allSatisfy { $0 == 0 })
        #expect(cache.seen == [5, 8])
        let next = try run.rows(run.model.prefill([Array(text[5...]), []], into: cache))
        let expected = try run.full(text)[7]
        #expect(SmallRun.distance([next[0], rested[1]], [expected, expected]) < 1e-12)
    }

    /// Pictures of different lengths, then their texts token by token: the gap in positions stays, padding is not stored.
    @Test(arguments: KernelChoice.exact) func textFollowsItsPicture(_ kernels: KernelChoice) throws {
        let run = try CacheRun(kernels, .erniePixel)
        let pictures = [Small.picture(4, 1), Small.picture(2, 2)]
        let texts = [Small.text(6, 3), Small.text(4, 4)]
        let input = try Small.pairs(pictures, texts, textPosition: 7, run.workspace)
        let expected = try SmallRun(run.model, input, run.workspace).logits
        let cache = try run.cache(2)
        let start = try Small.pairs(
            pictures, texts.map { Array($0[..<2]) }, textPosition: 7, run.workspace)
        let (hidden, context) = try run.model.extend(cache, with: start)
        let places: [Int32] = [6, 7 + 6]
        var got = try run.rows(run.model.streamLogits(hidden, places: places, context))
        #expect(cache.rows(CacheSlot(layer: 0)) == [7, 5] && cache.seen == [9, 9])
        #expect(cache.positions(CacheSlot(layer: 0), sequence: 1) == [0, 1, 2, 7, 8])
        for step in 2..<4 { got += try run.rows(run.model.decode(texts.map { $0[step] }, cache)) }
        // Rows of each sequence: 5 of patches, 6 of tokens.
        let wanted = [6, 11 + 6, 7, 11 + 7, 8, 11 + 8].map { expected[$0] }
        #expect(SmallRun.distance(got, wanted) < kernels.tolerance)
    }

    /// What every call refuses, and leaves as it was.
    @Test func badInputIsAnErrorAndChangesNothing() throws {
        let run = try CacheRun(.double)
        let text = Small.text(6, 1)
        let cache = try run.cache(1)
        try run.model.prefill([Array(text[..<3])], into: cache)
        #expect(throws: TensorError.self) { try run.model.decode([1, 2], cache) }
        #expect(throws: TensorError.self) { try run.model.decode([Int32(Small.vocabulary)], cache) }
        #expect(throws: TensorError.self) { try run.model.prefill([Small.text(62, 1)], into: cache) }
        let recording = Tape(run.workspace)
        var context = ForwardContext(tape: recording)
        context.cache = cache
        let input = try Small.texts([text], run.workspace)
        #expect(throws: TensorError.self) { try run.model.hidden(input, context) }
        #expect(cache.seen == [3] && cache.rows(CacheSlot(layer: 0)) == [3])
        let got = try run.parts([[Array(text[3...])]], cache)[0]
        #expect(SmallRun.distance(got, Array(try run.full(text)[3...])) < 1e-12)
    }
}
