import ReferenceKernels
import Testing

@testable import Tensors

@Suite struct ArenaTests {
    private let kernels = ReferenceKernels()
    private static let slab = 16 << 20

    @Test func blocksAreAlignedAndDisjoint() throws {
        let arena = Arena(kernels: kernels)
        let blocks = try [1, 64, 65, 1000, 0].map { bytes throws(TensorError) in try arena.take(bytes) }
        var end = 0
        for block in blocks {
            #expect(block.byteOffset % 64 == 0 && block.byteOffset == end)
            end = block.byteOffset + block.byteCount
        }
        #expect(blocks.map(\.byteCount) == [64, 64, 128, 1024, 64])
        #expect(arena.usedBytes == end && arena.reservedBytes == Self.slab)
        withExtendedLifetime(blocks) {}
    }

    @Test func neighboursAreJoinedInAnyOrder() throws {
        let orders = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]]
        for order in orders {
            let arena = Arena(kernels: kernels)
            var blocks: [Block?] = []
            for _ in 0..<3 { blocks.append(try arena.take(Self.slab / 4)) }
            for place in order { blocks[place] = nil }
            #expect(arena.usedBytes == 0)
            // Only if all is one piece again can a whole slab be had without asking for another.
            let whole = try arena.take(Self.slab)
            #expect(whole.byteOffset == 0 && arena.reservedBytes == Self.slab, "\(order)")
        }
    }

    @Test func theSmallestPieceThatFitsIsTaken() throws {
        let arena = Arena(kernels: kernels)
        var blocks: [Block?] = []
        for kilobytes in [8, 1, 2, 1, 4, 1] { blocks.append(try arena.take(kilobytes << 10)) }
        let (first, small, middle) = (blocks[0]?.byteOffset, blocks[2]?.byteOffset, blocks[4]?.byteOffset)
        blocks[0] = nil
        blocks[2] = nil
        blocks[4] = nil
        let (a, b, c) = (try arena.take(2 << 10), try arena.take(3 << 10), try arena.take(5 << 10))
        #expect([a.byteOffset, b.byteOffset, c.byteOffset] == [small, middle, first])
        withExtendedLifetime((blocks, a, b, c)) {}
    }

    @Test func piecesOfTwoSlabsAreNotJoined() throws {
        let arena = Arena(kernels: kernels)
        var blocks: [Block?] = []
        for _ in 0..<2 { blocks.append(try arena.take(Self.slab)) }
        #expect(arena.reservedBytes == 2 * Self.slab)
        blocks = []
        _ = try arena.take(2 * Self.slab)
        #expect(arena.reservedBytes == 4 * Self.slab)
        #expect(arena.usedBytes == 0 && arena.peakBytes == 2 * Self.slab)
    }

    @Test func thePeakIsTheMostThatWasHandedOutAtOnce() throws {
        let arena = Arena(kernels: kernels)
        var first: Block? = try arena.take(640)
        let second = try arena.take(64)
        #expect(first != nil)
        first = nil
        #expect(arena.usedBytes == 64 && arena.peakBytes == 704)
        arena.resetPeak()
        #expect(arena.peakBytes == 64)
        withExtendedLifetime(second) {}
    }

    @Test func manyRandomBlocksNeverOverlap() throws {
        let arena = Arena(kernels: kernels)
        let key = RandomKey(seed: 5)
        var blocks: [Block] = []
        for turn in 0..<4000 {
            if key.uniform(at: 3 * turn) < 0.55 || blocks.isEmpty {
                blocks.append(try arena.take(Int(key.uniform(at: 3 * turn + 1) * 200_000)))
            } else {
                blocks.swapAt(Int(key.uniform(at: 3 * turn + 1) * Double(blocks.count)), blocks.count - 1)
                blocks.removeLast()
            }
        }
        let sorted = blocks.map { (slab: ObjectIdentifier($0.buffer), from: $0.byteOffset, bytes: $0.byteCount) }
            .sorted { ($0.slab, $0.from) < ($1.slab, $1.from) }
        for (left, right) in zip(sorted, sorted.dropFirst()) where left.slab == right.slab {
            #expect(left.from + left.bytes <= right.from)
        }
        #expect(arena.usedBytes == sorted.reduce(0) { $0 + $1.bytes })
        blocks = []
        #expect(arena.usedBytes == 0)
        let reserved = arena.reservedBytes
        let slabs = try (0..<reserved / Self.slab).map { _ throws(TensorError) in try arena.take(Self.slab) }
        #expect(arena.reservedBytes == reserved && !slabs.isEmpty, "every slab is one piece again")
    }

    @Test func theSecondOfTwoEqualStepsAsksForNothing() throws {
        let workspace = try Workspace(kernels: kernels, precision: .fp64)
        let weights = try (0..<3).map { try workspace.ramp("w\($0)", [64, 64]) }
        func step() throws {
            let tape = Tape(workspace)
            var y = try workspace.full([128, 64], .float64, 0.1)
            for weight in weights {
                y = try tape.linear(y, weight: tape.leaf(weight), adding: y)
                y = try tape.rmsNorm(y, weight: workspace.full([64], .float64, 1), epsilon: 1e-6)
            }
            try workspace.walkBack(tape, y, [Double](repeating: 1e-3, count: y.count))
            weights.forEach { $0.clearGradient() }
        }
        try step()
        let (allocations, peak) = (kernels.counters.allocations, workspace.arena.peakBytes)
        #expect(workspace.arena.usedBytes == 0)
        workspace.arena.resetPeak()
        try step()
        #expect(kernels.counters.allocations == allocations)
        #expect(workspace.arena.peakBytes == peak && workspace.arena.usedBytes == 0)
    }
}
