import Layers
import Tensors
import Testing

/// Attention over shared heads against multi-head attention with the shared heads written out.
@Suite struct HeadMapTests {
    /// A map by the key and value head of each of six query heads.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        let key: [Int]
        let value: [Int]
        var testDescription: String { name }
    }

    static let cases = [
        Case(name: "multi-head", key: [0, 1, 2, 3, 4, 5], value: [0, 1, 2, 3, 4, 5]),
        Case(name: "grouped", key: [0, 0, 1, 1, 2, 2], value: [0, 0, 1, 1, 2, 2]),
        Case(name: "multi-query", key: [0, 0, 0, 0, 0, 0], value: [0, 0, 0, 0, 0, 0]),
        Case(name: "irregular, 3 keys, 2 values", key: [2, 0, 1, 0, 2, 1], value: [0, 1, 1, 0, 0, 1]),
        Case(name: "irregular, 2 keys, 5 values", key: [1, 1, 1, 0, 1, 1], value: [4, 2, 0, 1, 3, 2]),
        Case(name: "irregular, 6 keys, 1 value", key: [5, 4, 3, 2, 1, 0], value: [0, 0, 0, 0, 0, 0]),
    ]
    private static let (heads, width, columns, rows) = (6, 4, 10, 7)

    /// Weights of an attention and what comes of a pass over one sequence with them.
    private struct Run {
        var weights: [String: [Double]] = [:]
        var gradients: [String: [Double]] = [:]
        var output: [Double] = []

        /// `weights` nil: the part's own first values.
        init(_ map: HeadMap, weights: [String: [Double]]? = nil, _ workspace: Workspace) throws {
            let rotary = try RotaryTable(width: HeadMapTests.width, limit: 16, theta: 100, workspace: workspace)
            let builder = ParameterBuilder(workspace: workspace, seed: 4)
            let attention = try Attention(
                builder, width: HeadMapTests.columns, map: map, rotary: rotary, deviation: 0.5)
            for parameter in attention.parameters {
                if let given = weights?[parameter.path] { try parameter.set(given) }
                self.weights[parameter.path] = try parameter.hostValues()
            }
            let input = try workspace.parameter(
                "x", [HeadMapTests.rows, HeadMapTests.columns],
                numbers(HeadMapTests.rows * HeadMapTests.columns, 5))
            let context = ForwardContext(tape: Tape(workspace))
            let rows = try Rows(sequences: 1, length: HeadMapTests.rows, workspace: workspace)
            let result = try attention(context.tape.leaf(input), adding: nil, rows: rows, context)
            output = try workspace.values(result)
            let slopes = try workspace.numbers(numbers(result.count, 6), result.shape)
            try context.tape.backward(from: [(tensor: result, gradient: slopes)])
            for parameter in attention.parameters + [input] {
                gradients[parameter.path] = try workspace.gradient(parameter)
            }
        }
    }

    /// Rows of the head that each query head reads, one after another.
    private func written(_ weight: [Double], out map: [Int]) -> [Double] {
        let size = Self.width * Self.columns
        return map.flatMap { weight[$0 * size..<($0 + 1) * size] }
    }

    /// For each shared head the sum over the query heads that read it.
    private func summed(_ gradient: [Double], over map: [Int]) -> [Double] {
        let size = Self.width * Self.columns
        var sums = [Double](repeating: 0, count: (map.max() ?? 0) * size + size)
        for (head, shared) in map.enumerated() {
            for place in 0..<size { sums[shared * size + place] += gradient[head * size + place] }
        }
        return sums
    }

    private func distance(_ a: [Double]?, _ b: [Double]?) -> Double {
        guard let a, let b, a.count == b.count else { return .infinity }
        return zip(a, b).map { abs($0 - $1) }.max() ?? .infinity
    }

    @Test(arguments: cases) func sharedHeadsEqualHeadsWrittenOut(_ item: Case) throws {
        let workspace = try reference()
        let map = try HeadMap(width: Self.width, keyHead: item.key, valueHead: item.value)
        let run = try Run(map, workspace)
        var weights = run.weights
        let (key, value) = (try #require(weights["k_proj.weight"]), try #require(weights["v_proj.weight"]))
        #expect(key.count == map.keyHeads * Self.width * Self.columns)
        #expect(value.count == map.valueHeads * Self.width * Self.columns)
        weights["k_proj.weight"] = written(key, out: item.key)
        weights["v_proj.weight"] = written(value, out: item.value)
        let all = Array(0..<Self.heads)
        let full = try Run(HeadMap(width: Self.width, keyHead: all, valueHead: all), weights: weights, workspace)
        #expect(distance(run.output, full.output) < 1e-14)
        for path in ["x", "q_proj.weight", "o_proj.weight"] {
            #expect(distance(run.gradients[path], full.gradients[path]) < 1e-13, "\(path)")
        }
        for (path, heads) in [("k_proj.weight", item.key), ("v_proj.weight", item.value)] {
            let expected = summed(try #require(full.gradients[path]), over: heads)
            #expect(distance(run.gradients[path], expected) < 1e-13, "\(path)")
            #expect(expected.contains { abs($0) > 1e-3 }, "\(path)")
        }
    }

    /// The written-out heads themselves against formulas on the host.
    @Test(arguments: cases) func attentionFollowsTheFormulas(_ item: Case) throws {
        let workspace = try reference()
        let run = try Run(HeadMap(width: Self.width, keyHead: item.key, valueHead: item.value), workspace)
        let x = numbers(Self.rows * Self.columns, 5)
        func projected(_ name: String, _ map: [Int]?) throws -> [Double] {
            let weight = try #require(run.weights["\(name).weight"])
            return PlainAttention.product(x, map.map { written(weight, out: $0) } ?? weight, inner: Self.columns)
        }
        let plain = PlainAttention(heads: Self.heads, width: Self.width, theta: 100)
        let read = plain(
            q: try projected("q_proj", nil), k: try projected("k_proj", item.key),
            v: try projected("v_proj", item.value))
        let output = try #require(run.weights["o_proj.weight"])
        let expected = PlainAttention.product(read, output, inner: Self.heads * Self.width)
        #expect(distance(run.output, expected) < 1e-13)
        #expect(expected.contains { abs($0) > 0.1 })
    }

    @Test func groupsAreAdjacentHeads() throws {
        let grouped = try HeadMap(width: 4, heads: 6, groups: 2)
        #expect(grouped.keyHead == [0, 0, 0, 1, 1, 1] && grouped.valueHead == grouped.keyHead)
        #expect(grouped.heads == 6 && grouped.keyHeads == 2 && grouped.valueHeads == 2)
        #expect(try HeadMap(width: 4, heads: 6, groups: 6).keyHead == Array(0..<6))
        #expect(try HeadMap(width: 4, heads: 6, groups: 1).valueHead == [0, 0, 0, 0, 0, 0])
    }

    @Test(arguments: [
        [], [1, 1], [0, 2], [-1, 0], [-5, -5], [0, 9_000_000_000_000_000_000], [0, .max], [.min, 0],
    ]) func mapsThatLeaveHeadsOutAreRefused(_ map: [Int]) {
        #expect(throws: TensorError.self) { try HeadMap(width: 4, keyHead: map, valueHead: map) }
        #expect(throws: TensorError.self) { try HeadMap(width: 4, keyHead: [0, 0], valueHead: map) }
        #expect(!HeadMap.reachesEveryHead(map))
    }

    @Test func headsMustShareEvenly() throws {
        for (heads, groups) in [(6, 4), (6, 0), (0, 1), (4, 8), (-2, -1)] {
            #expect(throws: TensorError.self, "\(heads) and \(groups)") {
                try HeadMap(width: 4, heads: heads, groups: groups)
            }
        }
        #expect {
            try HeadMap(width: 4, keyHead: [0, 0], valueHead: [0])
        } throws: { "\($0)".contains("2 and 1 query heads") }
    }
}
