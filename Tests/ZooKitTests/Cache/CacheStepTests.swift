import Layers
import Tensors
import Testing
import ZooKit

/// A schedule that takes some rows through a block a second time: each visit has a slot of its own, with rows of its own.
@Suite struct CacheStepTests {
    /// After block 0, rows whose position is no multiple of 3 go through it again, among themselves.
    private final class Again: DepthSchedule {
        func callAsFunction(
            _ h: Tensor, blocks: [DecoderBlock], rows: Rows, _ context: ForwardContext
        ) throws(TensorError) -> Tensor {
            var h = h
            for block in blocks {
                h = try block(h, rows: rows, context)
                guard block.index == 0, let host = rows.host else { continue }
                let places = (0..<rows.sequences).map { b in
                    (0..<rows.length).filter { place in
                        let row = b * rows.length + place
                        return host.isPadding?[row] != true && host.positions[row] % 3 != 0
                    }
                }
                let (picked, indices) = try Rows.picking(places, of: rows, workspace: context.tape.workspace)
                guard picked.length > 0 else { continue }
                var again = context
                again.slot.step = 1
                let tape = context.tape
                let z = try block(tape.gatherRows(h, indices: indices), rows: picked, again)
                h = try tape.scatterAddRows(tape.scale(z, by: 0.5), indices: indices, into: h)
            }
            return h
        }
    }

    @Test(arguments: KernelChoice.exact, [false, true]) func everyVisitHasItsSlot(
        _ kernels: KernelChoice, padsLeft: Bool
    ) throws {
        let run = try CacheRun(kernels)
        let texts = [Small.text(16, 1), Small.text(13, 2)]
        let plain = try texts.map { try run.full($0) }
        run.model.base.schedule = Again()
        let expected = try texts.map { try run.full($0) }
        #expect(SmallRun.distance(plain[0], expected[0]) > 1e-3)
        let cache = try run.cache(2)
        let parts = [
            [Array(texts[0][..<7])] + texts[0][7...].map { [$0] },
            [Array(texts[1][..<4])] + texts[1][4...].map { [$0] },
        ]
        let got = try run.parts(parts, cache, padsLeft: padsLeft)
        for b in 0..<2 { #expect(SmallRun.distance(got[b], expected[b]) < kernels.tolerance) }
        #expect(cache.usedSlots == [CacheSlot(layer: 0), CacheSlot(layer: 0, step: 1), CacheSlot(layer: 1)])
        #expect(cache.rows(CacheSlot(layer: 0)) == [16, 13])
        #expect(cache.rows(CacheSlot(layer: 0, step: 1)) == [10, 8])
        #expect(cache.positions(CacheSlot(layer: 0, step: 1), sequence: 1) == [1, 2, 4, 5, 7, 8, 10, 11])
        // The way back knows positions, not rows.
        try cache.rollBack(to: [9, 8])
        #expect(cache.rows(CacheSlot(layer: 0, step: 1)) == [6, 5])
        let rest = try run.parts([[Array(texts[0][9...])], [Array(texts[1][8...])]], cache)
        #expect(SmallRun.distance(rest[0], Array(expected[0][9...])) < kernels.tolerance)
        #expect(SmallRun.distance(rest[1], Array(expected[1][8...])) < kernels.tolerance)
    }

    @Test func rowsPickedOnTheDeviceAreRefused() throws {
        let run = try CacheRun(.double)
        run.model.base.schedule = ToySchedule(again: 0, keeping: 3, gain: 0.5)
        let cache = try run.cache(1)
        #expect(throws: TensorError.self) { try run.model.prefill([Small.text(9, 1)], into: cache) }
        #expect(cache.rows(CacheSlot(layer: 0)) == [0])
    }
}
