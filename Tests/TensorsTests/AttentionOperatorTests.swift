import ReferenceKernels
import Tensors
import Testing

@Suite struct AttentionOperatorTests {
    /// Two sequences, three queries and five keys each, four query heads over two key and value heads.
    static let grouped = AttentionShape(sequences: 2, queries: 3, keys: 5, heads: 4, groups: 2, width: 3)

    /// Three query heads, heads of keys and of values in other numbers, order and width.
    static let irregular: AttentionShape = {
        var shape = AttentionShape(sequences: 2, queries: 4, keys: 4, heads: 3, groups: 3, width: 2)
        shape.keyHead = [1, 0, 1]
        shape.keyHeads = 2
        shape.valueHead = [0, 0, 0]
        shape.valueHeads = 1
        shape.valueWidth = 5
        shape.scale = 0.3
        return shape
    }()

    static let cases: [OperatorCase] = [
        attention("every key", grouped) { _ in Visibility() },
        attention("causal, queries last", grouped) { _ in Visibility(causalOffset: 2) },
        attention("causal, a query without keys", grouped) { _ in Visibility(causalOffset: -1) },
        attention("limits", grouped) { workspace in
            Visibility(limits: try workspace.indices([1, 5, 0, 2, 3, 4], [2, 3]))
        },
        attention("segments and padding", grouped) { workspace in
            Visibility(
                causalOffset: 2, querySegments: try workspace.indices([0, 1, 1, 2, 2, -1], [2, 3]),
                keySegments: try workspace.indices([0, 0, 1, 1, 1, -1, 2, 2, -1, 2], [2, 5]))
        },
        attention("dropped weights", grouped) { _ in
            var visibility = Visibility(causalOffset: 2)
            visibility.dropout = Dropout(rate: 0.4, key: RandomKey(seed: 3), firstRow: 2)
            return visibility
        },
        attention("irregular heads, causal", irregular) { _ in Visibility(causalOffset: 0) },
        OperatorCase("attention", "queries, keys and values are one tensor") { check in
            let x = try check.parameter([6, 4])
            return { tape in
                let x = try tape.node(x)
                let shape = AttentionShape(sequences: 2, queries: 3, keys: 3, heads: 2, groups: 2, width: 2)
                return [
                    try tape.attention(shape, q: x, k: x, v: x, visibility: Visibility(causalOffset: 0)).output, x,
                ]
            }
        },
        OperatorCase("attention", "overlapping views of one projection") { check in
            let x = try check.parameter([6, 9])
            return { tape in
                let x = try tape.node(x)
                let shape = AttentionShape(sequences: 2, queries: 3, keys: 3, heads: 2, groups: 2, width: 2)
                let output = try tape.attention(
                    shape, q: x.columns(0..<4), k: x.columns(5..<9), v: x.columns(4..<8),
                    visibility: Visibility(causalOffset: 0)
                ).output
                return [output]
            }
        },
        OperatorCase("rotary", "whole") { check in
            let x = try check.parameter([2, 3, 8])
            return { tape in [try Self.turned(tape, tape.leaf(x), heads: 2)] }
        },
        OperatorCase("rotary", "a view, beside itself") { check in
            let x = try check.parameter([2, 3, 11])
            return { tape in
                let x = try tape.inner(x)
                return [try tape.add(x, Self.turned(tape, x, heads: 1))]
            }
        },
    ]

    static func attention(
        _ name: String, _ shape: AttentionShape,
        _ visibility: @escaping @Sendable (Workspace) throws -> Visibility
    ) -> OperatorCase {
        OperatorCase("attention", name) { check in
            let q = try check.parameter([shape.sequences, shape.queries, shape.heads * shape.width + 3], scale: 2)
            let k = try check.parameter([shape.sequences * shape.keys, shape.keyHeads * shape.width], scale: 2)
            let v = try check.parameter([shape.sequences * shape.keys, shape.valueHeads * shape.valueWidth + 3])
            return { tape in
                let output = try tape.attention(
                    shape, q: tape.inner(q), k: tape.leaf(k), v: tape.inner(v), visibility: visibility(tape.workspace)
                ).output
                #expect(output.shape == [shape.sequences, shape.queries, shape.heads * shape.valueWidth])
                return [output]
            }
        }
    }

    static func turned(_ tape: Tape, _ x: Tensor, heads: Int) throws -> Tensor {
        let half = x.columns / heads / 2
        let angles = (0..<6 * half).map { 0.37 * Double($0) }
        return try tape.rotary(
            x, positions: tape.workspace.indices([0, 5, 1, 3, 3, 2]),
            cosines: tape.workspace.numbers(angles.map(cosine), [6, half]),
            sines: tape.workspace.numbers(angles.map { cosine($0 - 0.5 * Double.pi) }, [6, half]), heads: heads)
    }

    private static func cosine(_ x: Double) -> Double {
        var (sum, term) = (0.0, 1.0)
        for n in 0..<30 {
            sum += term
            term *= -x * x / Double((2 * n + 1) * (2 * n + 2))
        }
        return sum
    }

    @Test(arguments: cases) func gradientsAreThoseOfDifferences(_ one: OperatorCase) throws { try one.verify() }

    @Test func columnSumsAreThoseOfTheWeights() throws {
        let check = try GradientCheck()
        let tape = Tape(check.workspace)
        let shape = Self.grouped
        let q = try tape.leaf(check.parameter([6, 12]))
        let k = try tape.leaf(check.parameter([10, 6]))
        // Values that name their key: the output is then the matrix of weights.
        var wide = shape
        wide.valueWidth = 5
        wide.valueHeads = 1
        wide.valueHead = [0, 0, 0, 0]
        let v = try check.workspace.numbers((0..<50).map { $0 / 5 % 5 == $0 % 5 ? 1 : 0 }, [10, 5])
        let visibility = Visibility(causalOffset: 1)
        let (output, logSums) = try tape.attention(wide, q: q, k: k, v: v, visibility: visibility)
        let sums = try tape.attentionColumnSums(
            shape, q: q, k: k, visibility: visibility, logSums: logSums, queries: 1..<3)
        #expect(sums.shape == [2, 4, 5] && !sums.needsGradient)
        let weights = try check.workspace.values(output)
        for (place, got) in try check.workspace.values(sums).enumerated() {
            let (sequence, head, key) = (place / 20, place / 5 % 4, place % 5)
            let expected = (1..<3).reduce(0.0) { $0 + weights[(sequence * 3 + $1) * 20 + head * 5 + key] }
            #expect(abs(got - expected) < 1e-14)
        }
    }

    @Test func aQueryWithoutKeysGivesZero() throws {
        let check = try GradientCheck()
        let tape = Tape(check.workspace)
        let shape = AttentionShape(sequences: 1, queries: 2, keys: 2, heads: 1, groups: 1, width: 2)
        let x = try tape.leaf(check.parameter([2, 2]))
        let (output, logSums) = try tape.attention(
            shape, q: x, k: x, v: x, visibility: Visibility(limits: check.workspace.indices([0, 2])))
        #expect(try check.workspace.values(output)[0..<2] == [0, 0])
        #expect(try check.workspace.values(logSums)[0] == -.infinity)
    }
}
