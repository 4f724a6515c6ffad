import Testing

@testable import Tensors

/// Attention of few queries: around the lengths of its pieces of keys and the widths of its vectors, and what is promised of bits.
@Suite struct FewQueriesTests {
    private static func shapes() -> [AttentionShape] {
        var shapes = [
            AttentionShape(sequences: 1, queries: 1, keys: 256, heads: 9, groups: 3, width: 64),
            AttentionShape(sequences: 3, queries: 1, keys: 257, heads: 6, groups: 2, width: 40),
            AttentionShape(sequences: 2, queries: 5, keys: 600, heads: 5, groups: 1, width: 16),
            AttentionShape(sequences: 1, queries: AttentionOfFew.most, keys: 255, heads: 4, groups: 4, width: 33),
            AttentionShape(sequences: 2, queries: 2, keys: 1030, heads: 2, groups: 2, width: 24),
        ]
        var irregular = AttentionShape(sequences: 2, queries: 3, keys: 300, heads: 5, groups: 1, width: 8)
        irregular.keyHead = [2, 0, 2, 3, 0]  // nobody reads 1
        irregular.keyHeads = 4
        irregular.valueHead = [1, 1, 1, 3, 0]  // heads that share keys, but not values
        irregular.valueHeads = 4
        irregular.valueWidth = 75
        irregular.scale = -0.4
        shapes.append(irregular)
        return shapes
    }

    @Test(arguments: [ElementType.float32, .bfloat16], AttentionTests.masks)
    func attentionIsThatOfDoubleLoops(type: ElementType, mask: String) throws {
        for (index, shape) in Self.shapes().enumerated() {
            let one = try AttentionCase(
                CPUBench(widening: index % 2 == 1), shape, type, seed: index, gap: index % 3,
                mask: AttentionTests.mask(mask, shape))
            let naive = NaiveAttention(one)
            one.forward()
            #expect(distance(one.output, naive.output) < (type == .bfloat16 ? 0.005 : 2e-6), "\(shape), \(mask)")
            #expect(distance(one.sums, naive.logSums) < 5e-6, "\(shape), \(mask)")
            #expect(
                one.bench.poisonIsWhole(one.o, shape.sequences * shape.queries, shape.heads * shape.valueWidth),
                "\(shape), \(mask)")
        }
    }

    @Test(arguments: [ElementType.float32, .bfloat16])
    func bitsDoNotDependOnThreads(type: ElementType) throws {
        for shape in Self.shapes() {
            let found = try [1, 2, 3].map { threads in
                let one = try AttentionCase(
                    CPUBench(threads: threads), shape, type, seed: 1, mask: AttentionTests.mask("limits", shape))
                one.forward()
                return [one.output, one.sums]
            }
            #expect(found[1] == found[0])
            #expect(found[2] == found[0])
        }
    }

    /// A token reads the same whether its sequence is alone or one of several, with more room behind its keys, with or without
    /// the tokens after it.
    @Test(arguments: [ElementType.float32, .bfloat16])
    func bitsOfAQueryAreItsOwn(type: ElementType) throws {
        let shape = AttentionShape(sequences: 3, queries: 4, keys: 900, heads: 6, groups: 2, width: 48)
        let limits = [[1, 2, 3, 4], [511, 512, 513, 514], [600, 0, 890, 900]]
        let all = try AttentionCase(CPUBench(), shape, type, seed: 2) { bench, _ in
            AttentionMask(limits: try bench.indices(limits.flatMap(\.self)))
        }
        all.forward()
        let (whole, width) = (all.output, shape.heads * shape.valueWidth)
        for sequence in 0..<3 {
            for (first, count) in [(0, 1), (1, 2), (2, 2), (3, 1)] {
                let own = Array(limits[sequence][first..<first + count])
                var part = shape
                (part.sequences, part.queries, part.keys) = (1, count, max(1, own.max() ?? 0))
                let row = sequence * 4 + first
                let o = try all.bench.matrix(count, width, type) { _, _ in .nan }
                let sums = try all.bench.matrix(1, count * 6, .float32) { _, _ in .nan }
                all.bench.kernels.attention(
                    part, q: all.q.advanced(rows: row), k: all.k.advanced(rows: sequence * 900),
                    v: all.v.advanced(rows: sequence * 900), mask: AttentionMask(limits: try all.bench.indices(own)),
                    to: o, logSums: sums)
                #expect(o.numbers(count, width) == Array(whole[row * width..<(row + count) * width]))
            }
        }
    }
}
