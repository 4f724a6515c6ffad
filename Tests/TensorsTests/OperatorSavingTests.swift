import ReferenceKernels
import Tensors
import Testing

/// What operators keep for the way back and which products it costs, by which inputs are trained.
@Suite struct OperatorSavingTests {
    /// One operator on tensors of the tape of which nothing else keeps any, with some trained.
    struct Case: Sendable, CustomTestStringConvertible {
        let name: String
        /// Shapes of the inputs.
        let inputs: [[Int]]
        /// Which inputs are trained.
        let trained: Set<Int>
        /// Bytes of each tensor that is kept beside the result.
        let kept: [Int]
        /// Products on the way back.
        let products: Int
        let body: @Sendable (Tape, [Tensor]) throws -> Tensor

        init(
            _ name: String, _ inputs: [[Int]], trained: Set<Int>, kept: [Int], products: Int = 0,
            _ body: @escaping @Sendable (Tape, [Tensor]) throws -> Tensor
        ) {
            self.name = name
            self.inputs = inputs
            self.trained = trained
            self.kept = kept
            self.products = products
            self.body = body
        }

        var testDescription: String { "\(name), trained: \(trained.sorted())" }
    }

    /// 20 rows of 8 numbers.
    static let x = [20, 8]
    /// Bytes of `x`.
    static let xBytes = 20 * 8 * 8

    private typealias Row = (trained: Set<Int>, kept: [Int], products: Int)

    private static let projectionRows: [Row] = [
        ([0, 1], [xBytes, 384], 2), ([0], [384], 1), ([1], [xBytes], 1), ([2], [], 0), ([3], [], 0),
        ([0, 1, 2, 3], [xBytes, 384], 2),
    ]
    static let projections = projectionRows.map { row in
        Case("linear", [x, [6, 8], [6], [20, 6]], trained: row.trained, kept: row.kept, products: row.products) {
            tape, t in
            try tape.linear(t[0], weight: t[1], bias: t[2], adding: t[3])
        }
    }
    /// Beside x: weight 384 bytes, a 256, b 192, scale 32, and 640 for the 20 rows of 4 of the side path.
    private static let sidePathRows: [Row] = [
        ([0, 1, 2, 3, 4], [xBytes, 384, 256, 192, 32, 640], 6), ([0], [384, 256, 192, 32], 3),
        ([2, 3], [xBytes, 192, 32, 640], 3), ([3], [640], 1), ([4], [192, 640], 1), ([3, 4], [192, 32, 640], 2),
        ([0, 2, 3], [xBytes, 384, 256, 192, 32, 640], 5), ([1], [xBytes], 1),
    ]
    static let sidePaths = sidePathRows.map { row in
        Case(
            "lowRank", [x, [6, 8], [4, 8], [6, 4], [4]], trained: row.trained, kept: row.kept, products: row.products
        ) { tape, t in
            try tape.lowRank(t[0], weight: t[1], a: t[2], b: t[3], scale: t[4], factor: 2)
        }
    }
    static let pairs: [Case] = pairs([0, 1], [0, 1]) + pairs([0], [1]) + pairs([1], [0])

    /// Operators of two inputs that keep inputs `kept`.
    static func pairs(_ trained: Set<Int>, _ kept: [Int]) -> [Case] {
        func bytes(second: Int) -> [Int] { kept.map { $0 == 0 ? xBytes : second } }
        let ids = [Int32](repeating: 2, count: 20)
        return [
            Case("matmul", [x, [8, 6]], trained: trained, kept: bytes(second: 384), products: kept.count) { tape, t in
                try tape.matmul(t[0], t[1])
            },
            Case(
                "batchedMatmul", [[2, 10, 8], [2, 8, 3]], trained: trained,
                kept: bytes(second: 384), products: 2 * kept.count
            ) { tape, t in try tape.batchedMatmul(t[0], t[1]) },
            Case("multiply", [x, x], trained: trained, kept: bytes(second: xBytes)) { tape, t in
                try tape.multiply(t[0], t[1])
            },
            Case("scaleRows", [x, [20]], trained: trained, kept: bytes(second: 160)) { tape, t in
                try tape.scaleRows(t[0], by: t[1])
            },
            Case("scaleColumns", [x, [8]], trained: trained, kept: bytes(second: 64)) { tape, t in
                try tape.scaleColumns(t[0], by: t[1])
            },
            Case("rowDots", [x, x], trained: trained, kept: bytes(second: xBytes)) { tape, t in
                try tape.rowDots(t[0], t[1])
            },
            Case("weightedSum", [x, x], trained: trained, kept: bytes(second: xBytes)) { tape, t in
                try tape.weightedSum(t[0], weights: t[1])
            },
            Case("add", [x, x], trained: trained, kept: []) { tape, t in try tape.add(t[0], t[1]) },
            Case("addToRows", [x, [8]], trained: trained, kept: []) { tape, t in try tape.addToRows(t[0], t[1]) },
            Case("concatenateColumns", [x, x], trained: trained, kept: []) { tape, t in try tape.concatenateColumns(t)
            },
            Case("concatenateSequences", [[2, 10, 8], [2, 10, 8]], trained: trained, kept: []) { tape, t in
                try tape.concatenateSequences(t[0], t[1])
            },
            Case(
                "grouped", [x, [2, 3, 8]], trained: trained, kept: bytes(second: 384) + [12],
                products: 2 * kept.count
            ) { tape, t in try tape.grouped(t[0], weights: t[1], offsets: tape.workspace.indices([0, 9, 20])) },
            Case(
                "logProbabilities, one chunk", [x, [6, 8]], trained: trained,
                kept: bytes(second: 384) + [80, 160, 960], products: kept.count
            ) { tape, t in
                try tape.logProbabilities(
                    t[0], weight: t[1], targets: tape.workspace.indices(ids)
                ).values
            },
            Case(
                "logProbabilities, two chunks", [x, [6, 8]], trained: trained, kept: [xBytes, 384, 80, 160],
                products: 2 + 2 * kept.count
            ) { tape, t in
                try tape.logProbabilities(
                    t[0], weight: t[1], targets: tape.workspace.indices(ids), chunk: 60
                ).values
            },
        ]
    }
    static let singles: [Case] = [
        Case("scale", [x], trained: [0], kept: []) { tape, t in try tape.scale(t[0], by: 3) },
        Case("transpose", [x], trained: [0], kept: []) { tape, t in try tape.transpose(t[0]) },
        Case("dropout", [x], trained: [0], kept: []) { tape, t in
            try tape.dropout(t[0], rate: 0.5, key: RandomKey(seed: 1))
        },
        Case("softmax", [x], trained: [0], kept: []) { tape, t in try tape.softmax(t[0]) },
        Case("sum", [x], trained: [0], kept: []) { tape, t in try tape.weightedSum(t[0]) },
        Case("places", [[2, 10, 8]], trained: [0], kept: []) { tape, t in try tape.places(t[0], 3..<5) },
        Case("unary", [x], trained: [0], kept: [xBytes]) { tape, t in try tape.unary(.gelu, t[0]) },
        Case("sumOfSquares", [x], trained: [0], kept: [xBytes]) { tape, t in try tape.sumOfSquares(t[0]) },
        Case("gatherRows", [x], trained: [0], kept: [12]) { tape, t in
            try tape.gatherRows(t[0], indices: tape.workspace.indices([1, 2, 3]))
        },
        Case("rotary", [x], trained: [0], kept: [80, 64, 64]) { tape, t in
            try tape.rotary(
                t[0], positions: tape.workspace.indices([Int32](repeating: 1, count: 20)),
                cosines: tape.workspace.full([2, 4], .float64, 1), sines: tape.workspace.full([2, 4], .float64, 0),
                heads: 1)
        },
    ]
    private static let patchRows: [Row] = [([0, 1], [240], 1), ([0], [240], 1), ([1], [], 0)]
    static let patches = patchRows.map { row in
        Case("patches", [[5, 3, 2, 2], [5]], trained: row.trained, kept: row.kept, products: row.products) { tape, t in
            try tape.patches(
                tape.workspace.bytes([UInt8](repeating: 7, count: 240), [20, 12]), weight: t[0], bias: t[1], channels: 3
            )
        }
    }
    static let cases = projections + sidePaths + pairs + singles + patches

    @Test(arguments: cases) func onlyWhatIsNeededIsKept(_ one: Case) throws {
        let kernels = ReferenceKernels()
        let workspace = try Workspace(kernels: kernels, precision: .fp64)
        let parameters = try one.inputs.enumerated().map { place, shape in
            let parameter = try Parameter(
                path: "\(place)", shape: shape, workspace: workspace, isTrainable: one.trained.contains(place))
            try parameter.set((0..<parameter.count).map { 0.1 * Double($0 % 7) })
            return parameter
        }
        let tape = Tape(workspace)
        let output = try one.body(tape, parameters.map { try tape.node($0) })
        func blocks(_ bytes: Int) -> Int { (bytes + 63) / 64 * 64 }
        let kept = workspace.arena.usedBytes - blocks(max(1, output.count * 8))
        #expect(kept == one.kept.reduce(0) { $0 + blocks($1) })
        kernels.counters = KernelCounters()
        try tape.backward(from: [(tensor: output, gradient: workspace.full(output.shape, output.type, 1))])
        #expect(kernels.counters.products == one.products)
        for (place, parameter) in parameters.enumerated() {
            #expect((parameter.gradient != nil) == one.trained.contains(place))
        }
    }

    /// Without anything trained, nothing is kept and nothing recorded.
    @Test(arguments: cases) func frozenInputsAreKeptNowhere(_ one: Case) throws {
        let workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        let tape = Tape(workspace)
        let output = try one.body(tape, one.inputs.map { try workspace.full($0, .float64, 0.3) })
        #expect(tape.recordCount == 0 && !output.needsGradient)
        #expect(workspace.arena.usedBytes == (max(1, output.count * 8) + 63) / 64 * 64)
    }

    @Test func attentionKeepsNoMatrixOfWeights() throws {
        let workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        let shape = AttentionShape(sequences: 1, queries: 40, keys: 40, heads: 1, groups: 1, width: 8)
        let parameter = try Parameter(path: "x", shape: [40, 8], workspace: workspace)
        let tape = Tape(workspace)
        var x: Tensor? = try tape.node(parameter)
        let output = try x.map {
            try tape.attention(shape, q: $0, k: $0, v: $0, visibility: Visibility(causalOffset: 0)).output
        }
        x = nil
        // x, the output and one sum a query.
        #expect(workspace.arena.usedBytes == 2 * 40 * 8 * 8 + 40 * 8)
        #expect(output?.needsGradient == true)
    }
}
