import Testing

@testable import Tensors

@Suite struct AttentionTests {
    /// Masks by name, so that a failure says which.
    static let masks = ["none", "causal", "causal later", "causal earlier", "limits", "segments", "causal segments"]

    static func mask(_ name: String, _ shape: AttentionShape) -> (CPUBench, inout Dice) throws -> AttentionMask {
        { bench, dice in
            var mask = AttentionMask()
            switch name {
            case "causal": mask.causalOffset = 0
            case "causal later": mask.causalOffset = shape.keys - shape.queries
            case "causal earlier": mask.causalOffset = -3  // the first three queries see nothing
            case "limits":
                mask.causalOffset = 1  // not looked at
                let limits = (0..<shape.sequences * shape.queries).map { _ in dice.roll(shape.keys + 5) - 2 }
                mask.limits = try bench.indices(limits)
            default: break
            }
            guard name.hasSuffix("segments") else { return mask }
            if name.hasPrefix("causal") { mask.causalOffset = 0 }
            func segments(_ count: Int) -> [Int] {
                (0..<shape.sequences).flatMap { _ in
                    (0..<count).map { place in place % 11 == 7 ? -1 : place * 4 / max(1, count) }
                }
            }
            mask.querySegments = try bench.indices(segments(shape.queries))
            mask.keySegments = try bench.indices(segments(shape.keys))
            return mask
        }
    }

    private static func shapes() -> [(shape: AttentionShape, gap: Int)] {
        var shapes: [(AttentionShape, Int)] = []
        for (b, tq, tk, h, g, d) in [
            (1, 1, 1, 1, 1, 1), (2, 7, 9, 2, 1, 8), (1, 64, 64, 2, 2, 16), (2, 130, 130, 2, 1, 24),
            (1, 1, 300, 4, 2, 16), (1, 300, 40, 1, 1, 8), (1, 290, 290, 1, 1, 32), (2, 3, 0, 2, 2, 4),
            (2, 0, 3, 2, 2, 4), (0, 5, 5, 1, 1, 4),
        ] {
            shapes.append(
                (AttentionShape(sequences: b, queries: tq, keys: tk, heads: h, groups: g, width: d), tq % 3))
        }
        var irregular = AttentionShape(sequences: 2, queries: 20, keys: 33, heads: 5, groups: 1, width: 8)
        irregular.keyHead = [2, 0, 2, 3, 0]  // nobody reads 1
        irregular.keyHeads = 4
        irregular.valueHead = [1, 1, 0, 3, 0]  // nobody reads 2
        irregular.valueHeads = 4
        irregular.valueWidth = 5
        irregular.scale = -0.4
        shapes.append((irregular, 3))
        return shapes
    }

    @Test(arguments: [ElementType.float32, .bfloat16], masks)
    func attentionIsThatOfDoubleLoops(type: ElementType, mask: String) throws {
        for (index, (shape, gap)) in Self.shapes().enumerated() {
            let one = try AttentionCase(CPUBench(), shape, type, seed: index, gap: gap, mask: Self.mask(mask, shape))
            let naive = NaiveAttention(one)
            let room = type == .bfloat16 ? 0.01 : 1e-5
            one.forward()
            let text = "\(shape), \(mask)"
            #expect(distance(one.output, naive.output) < room, "\(text)")
            #expect(distance(one.sums, naive.logSums) < 2e-5, "\(text)")
            #expect(
                one.bench.poisonIsWhole(
                    one.o, shape.sequences * shape.queries, shape.heads * shape.valueWidth), "\(text)")

            let results = try one.results()
            one.backward(results)
            let found = one.numbers(results)
            // Weights and slopes are rounded to 8 bits before they are summed up.
            let slack = type == .bfloat16 ? 0.03 : 2e-5
            #expect(distance(found[0], naive.dq) < slack, "dq of \(text)")
            #expect(distance(found[1], naive.dk) < slack, "dk of \(text)")
            #expect(distance(found[2], naive.dv) < slack, "dv of \(text)")
        }
    }

    @Test func wideningGivesTheSameNumbers() throws {
        let shape = AttentionShape(sequences: 1, queries: 150, keys: 150, heads: 2, groups: 1, width: 16)
        let one = try AttentionCase(
            CPUBench(widening: true), shape, .bfloat16, seed: 5, mask: Self.mask("causal", shape))
        let naive = NaiveAttention(one)
        one.forward()
        #expect(distance(one.output, naive.output) < 0.01)
        let results = try one.results()
        one.backward(results)
        #expect(distance(one.numbers(results)[1], naive.dk) < 0.03)
    }

    @Test func resultsAreAddedWhereAskedAndOnlyWhatIsWantedIsWritten() throws {
        let shape = AttentionShape(sequences: 2, queries: 40, keys: 50, heads: 4, groups: 2, width: 8)
        for wanted in [(true, false, false), (false, true, false), (false, false, true), (true, true, true)] {
            let one = try AttentionCase(CPUBench(), shape, .float32, seed: 8, mask: Self.mask("causal", shape))
            one.forward()
            let fresh = try one.results(wanted: wanted)
            one.backward(fresh)
            let added = try one.results(value: 3, accumulate: true, wanted: wanted)
            one.backward(added)
            for (first, second) in zip(one.numbers(fresh), one.numbers(added)) {
                #expect(distance(second, first.map { $0 + 3 }) < 1e-6)
                #expect(first.contains { abs($0) > 1e-3 } || first.isEmpty)
            }
        }
    }

    /// Gradients of bfloat16 operands gathered in float32.
    @Test func resultsMayBeWider() throws {
        let shape = AttentionShape(sequences: 1, queries: 30, keys: 30, heads: 2, groups: 1, width: 8)
        let one = try AttentionCase(CPUBench(), shape, .bfloat16, seed: 9)
        one.forward()
        let results = try one.results(type: .float32)
        one.backward(results)
        #expect(distance(one.numbers(results)[1], NaiveAttention(one).dk) < 0.03)
    }

    @Test(arguments: [ElementType.float32, .bfloat16], ["causal", "segments"])
    func bitsDoNotDependOnThreads(type: ElementType, mask: String) throws {
        for (b, tq, h, g) in [(2, 200, 4, 2), (1, 400, 2, 1), (1, 1, 8, 8)] {
            let shape = AttentionShape(sequences: b, queries: tq, keys: max(tq, 300), heads: h, groups: g, width: 16)
            let found = try [1, 2, 3].map { threads in
                let one = try AttentionCase(
                    CPUBench(threads: threads), shape, type, seed: 1, mask: Self.mask(mask, shape))
                one.forward()
                let results = try one.results()
                one.backward(results)
                return [one.output, one.sums] + one.numbers(results)
            }
            #expect(found[1] == found[0])
            #expect(found[2] == found[0])
        }
    }

    /// What a query does not see changes no bit of it.
    @Test(arguments: [ElementType.float32, .bfloat16])
    func laterKeysChangeNoEarlierRow(type: ElementType) throws {
        let shape = AttentionShape(sequences: 1, queries: 270, keys: 270, heads: 2, groups: 1, width: 16)
        let one = try AttentionCase(CPUBench(), shape, type, seed: 3, mask: Self.mask("causal", shape))
        one.forward()
        let (before, width) = (one.output, shape.heads * shape.valueWidth)
        for key in [269, 200, 130, 127, 64, 1] {
            for column in 0..<shape.width {
                one.k.put(2.5, at: key * one.k.stride + column)
                one.v.put(-3, at: key * one.v.stride + column)
            }
            one.forward()
            let after = one.output
            #expect(after[..<(key * width)] == before[..<(key * width)], "key \(key)")
            #expect(after[(key * width)...] != before[(key * width)...], "key \(key)")
        }
    }

    /// Memory past the largest limit may hold anything, as in a cache with room left.
    @Test(arguments: [ElementType.float32, .bfloat16])
    func keysBeyondTheLimitsAreNotRead(type: ElementType) throws {
        let shape = AttentionShape(sequences: 2, queries: 5, keys: 700, heads: 2, groups: 1, width: 16)
        let one = try AttentionCase(CPUBench(), shape, type, seed: 3) { bench, _ in
            AttentionMask(limits: try bench.indices([1, 2, 3, 4, 5, 296, 297, 298, 299, 300]))
        }
        for (sequence, end) in [(0, 5), (1, 300)] {
            for row in sequence * 700 + end..<(sequence + 1) * 700 {
                for column in 0..<16 {
                    one.k.put(.nan, at: row * one.k.stride + column)
                    one.v.put(.nan, at: row * one.v.stride + column)
                }
            }
        }
        let naive = NaiveAttention(one)
        one.forward()
        #expect(distance(one.output, naive.output) < (type == .bfloat16 ? 0.01 : 1e-5))
        let results = try one.results()
        one.backward(results)
        #expect(distance(one.numbers(results)[0], naive.dq) < (type == .bfloat16 ? 0.03 : 2e-5))
        #expect(distance(one.numbers(results)[1], naive.dk) < (type == .bfloat16 ? 0.03 : 2e-5))
    }

    @Test(arguments: [ElementType.float32, .bfloat16], masks)
    func columnSumsAreThoseOfTheWeights(type: ElementType, mask: String) throws {
        let shape = AttentionShape(sequences: 2, queries: 150, keys: 200, heads: 4, groups: 2, width: 8)
        let one = try AttentionCase(CPUBench(), shape, type, seed: 4, gap: 1, mask: Self.mask(mask, shape))
        let naive = NaiveAttention(one)
        one.forward()
        for queries in [0..<150, 140..<150, 3..<3, 20..<149] {
            let sums = try one.bench.matrix(1, 2 * 4 * 200, .float32) { _, _ in .nan }
            one.bench.kernels.attentionColumnSums(
                shape, q: one.q, k: one.k, mask: one.mask, logSums: one.logSums, queries: queries, to: sums)
            var wanted = [Double](repeating: 0, count: 2 * 4 * 200)
            for (row, weights) in naive.weights.enumerated() where queries.contains(row % 150) {
                for (key, weight) in weights.enumerated() { wanted[row / 150 * 200 + key] += weight }
            }
            #expect(distance(sums.numbers(1, wanted.count), wanted) < 1e-5, "\(mask), \(queries)")
        }
    }

    @Test func largeScoresDoNotOverflow() throws {
        var shape = AttentionShape(sequences: 1, queries: 140, keys: 140, heads: 1, groups: 1, width: 8)
        shape.scale = 300
        let one = try AttentionCase(CPUBench(), shape, .float32, seed: 4)
        one.forward()
        #expect(distance(one.output, NaiveAttention(one).output) < 1e-3)
    }

    @Test func clustersJoinHeadsThatShare() {
        var shape = AttentionShape(sequences: 1, queries: 1, keys: 1, heads: 6, groups: 6, width: 1)
        shape.keyHead = [0, 1, 2, 3, 1, 5]
        shape.valueHead = [0, 1, 0, 3, 3, 4]
        let clusters = AttentionCluster.all(shape)
        #expect(clusters.map(\.heads) == [[0, 2], [1, 3, 4], [5]])
        #expect(clusters.map(\.keyHeads) == [[0, 2], [1, 3], [5]])
        #expect(clusters.map(\.valueHeads) == [[0], [1, 3], [4]])
    }
}
