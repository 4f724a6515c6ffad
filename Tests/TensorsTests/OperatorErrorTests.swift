import ReferenceKernels
import Tensors
import Testing

/// Operands that do not fit are refused with the operator's name, what it wants and what it got.
@Suite struct OperatorErrorTests {
    /// A call that must throw.
    struct Case: Sendable, CustomTestStringConvertible {
        let operation: String
        let part: String
        let body: @Sendable (Tape, (Int...) throws -> Tensor) throws -> Void

        init(
            _ operation: String, _ part: String,
            _ body: @escaping @Sendable (Tape, (Int...) throws -> Tensor) throws -> Void
        ) {
            self.operation = operation
            self.part = part
            self.body = body
        }

        var testDescription: String { "\(operation): \(part)" }
    }

    static let shape = AttentionShape(sequences: 1, queries: 2, keys: 2, heads: 2, groups: 1, width: 2)

    static let cases: [Case] = [
        Case("linear", "weight") { tape, t in _ = try tape.linear(t(2, 3), weight: t(4, 5)) },
        Case("linear", "bias") { tape, t in _ = try tape.linear(t(2, 3), weight: t(4, 3), bias: t(3)) },
        Case("linear", "residual") { tape, t in _ = try tape.linear(t(2, 3), weight: t(4, 3), adding: t(3, 4)) },
        Case("linear", "result") { tape, t in _ = try tape.linear(t(2, 3), weight: t(4, 3), to: .int32) },
        Case("lowRank", "a [r, 3]") { tape, t in
            _ = try tape.lowRank(t(2, 3), weight: t(4, 3), a: t(2, 4), b: t(4, 2), factor: 1)
        },
        Case("lowRank", "b [4, 2]") { tape, t in
            _ = try tape.lowRank(t(2, 3), weight: t(4, 3), a: t(2, 3), b: t(2, 4), factor: 1)
        },
        Case("lowRank", "scale [2] or [2, 2]") { tape, t in
            _ = try tape.lowRank(t(2, 3), weight: t(4, 3), a: t(2, 3), b: t(4, 2), scale: t(3), factor: 1)
        },
        Case("lowRank", "rate") { tape, t in
            _ = try tape.lowRank(
                t(2, 3), weight: t(4, 3), a: t(2, 3), b: t(4, 2), factor: 1,
                dropout: Dropout(rate: 1, key: RandomKey(seed: 0)))
        },
        Case("matmul", "rows") { tape, t in _ = try tape.matmul(t(2, 3), t(3, 4), transposeA: true) },
        Case("batchedMatmul", "matrices") { tape, t in _ = try tape.batchedMatmul(t(2, 3, 4), t(3, 4, 5)) },
        Case("batchedMatmul", "rows") { tape, t in _ = try tape.batchedMatmul(t(2, 3, 4), t(2, 3, 5)) },
        Case("grouped", "weights [G, N, 3]") { tape, t in
            _ = try tape.grouped(t(2, 3), weights: t(4, 3), offsets: tape.workspace.indices([0, 2]))
        },
        Case("grouped", "offsets") { tape, t in
            _ = try tape.grouped(t(2, 3), weights: t(4, 5, 3), offsets: tape.workspace.indices([0, 2]))
        },
        Case("topK", "3 numbers") { tape, t in _ = try tape.topK(t(2, 3), count: 4) },
        Case("groupRows", "groups of I32") { tape, t in _ = try tape.groupRows(t(2), count: 4) },
        Case("sortIndices", "indices of I32") { tape, t in _ = try tape.sortIndices(t(2, 4)) },
        Case("embedding", "ids of I32") { tape, t in _ = try tape.embedding(t(4, 2), ids: t(3)) },
        Case("embedding", "table") { tape, t in
            _ = try tape.embedding(t(4, 2, 2), ids: tape.workspace.indices([1]))
        },
        Case("gatherRows", "indices of I32") { tape, t in _ = try tape.gatherRows(t(4, 2), indices: t(3)) },
        Case("scatterAddRows", "indices of 3") { tape, t in
            _ = try tape.scatterAddRows(t(3, 2), indices: tape.workspace.indices([1]), into: t(4, 2))
        },
        Case("scatterAddRows", "rows of 3 x 5") { tape, t in
            _ = try tape.scatterAddRows(t(3, 2), indices: tape.workspace.indices([1, 1, 1]), into: t(4, 5))
        },
        Case("gatherElements", "indices of 2") { tape, t in
            _ = try tape.gatherElements(t(2, 2), indices: tape.workspace.indices([1, 1, 1], [3, 1]))
        },
        Case("patches", "pixels of U8") { tape, t in _ = try tape.patches(t(2, 12), weight: t(4, 12), channels: 3) },
        Case("patches", "weight [D, ...] of 12") { tape, t in
            _ = try tape.patches(
                tape.workspace.bytes([UInt8](repeating: 0, count: 24), [2, 12]), weight: t(4, 10), channels: 3)
        },
        Case("patches", "5 channels") { tape, t in
            _ = try tape.patches(
                tape.workspace.bytes([UInt8](repeating: 0, count: 24), [2, 12]), weight: t(4, 12), channels: 5)
        },
        Case("patchErrors", "targets of 2 x 6") { tape, t in
            _ = try tape.patchErrors(
                .raw, t(2, 6), targets: tape.workspace.bytes([1, 2, 3, 4], [2, 2]),
                indices: tape.workspace.indices([0, 1]))
        },
        Case("patchErrors", "variance") { tape, t in
            _ = try tape.patchErrors(
                .normalised, t(2, 1), targets: tape.workspace.bytes([1, 2], [2, 1]),
                indices: tape.workspace.indices([0, 1]))
        },
        Case("concatenateSequences", "[B, L, D]") { tape, t in
            _ = try tape.concatenateSequences(t(2, 3, 4), t(3, 3, 4))
        },
        Case("places", "places 2..<5") { tape, t in _ = try tape.places(t(2, 4, 3), 2..<5) },
        Case("concatenateColumns", "each part") { tape, t in _ = try tape.concatenateColumns([t(2, 3), t(3, 3)]) },
        Case("concatenateColumns", "nothing") { tape, _ in _ = try tape.concatenateColumns([]) },
        Case("rotary", "heads") { tape, t in
            _ = try tape.rotary(
                t(2, 6), positions: tape.workspace.indices([0, 1]), cosines: t(4, 1), sines: t(4, 1), heads: 2)
        },
        Case("rotary", "cosines") { tape, t in
            _ = try tape.rotary(
                t(2, 8), positions: tape.workspace.indices([0, 1]), cosines: t(4, 1), sines: t(4, 1), heads: 2)
        },
        Case("rotary", "positions") { tape, t in
            _ = try tape.rotary(
                t(2, 8), positions: tape.workspace.indices([0]), cosines: t(4, 2), sines: t(4, 2), heads: 2)
        },
        Case("attention", "q of 2 x 4") { tape, t in
            _ = try tape.attention(shape, q: t(3, 4), k: t(2, 2), v: t(2, 2), visibility: Visibility())
        },
        Case("attention", "k of 2 x 2") { tape, t in
            _ = try tape.attention(shape, q: t(2, 4), k: t(2, 4), v: t(2, 2), visibility: Visibility())
        },
        Case("attention", "v of 2 x 2") { tape, t in
            _ = try tape.attention(shape, q: t(2, 4), k: t(2, 2), v: t(2, 4), visibility: Visibility())
        },
        Case("attention", "key heads [0, 3]") { tape, t in
            var wrong = shape
            wrong.keyHead = [0, 3]
            _ = try tape.attention(wrong, q: t(2, 4), k: t(2, 2), v: t(2, 2), visibility: Visibility())
        },
        Case("attention", "together") { tape, t in
            let visibility = Visibility(querySegments: try tape.workspace.indices([0, 0]))
            _ = try tape.attention(shape, q: t(2, 4), k: t(2, 2), v: t(2, 2), visibility: visibility)
        },
        Case("attention", "limits of 2") { tape, t in
            let visibility = Visibility(limits: try tape.workspace.indices([0, 0, 1]))
            _ = try tape.attention(shape, q: t(2, 4), k: t(2, 2), v: t(2, 2), visibility: visibility)
        },
        Case("attentionColumnSums", "queries 1..<3") { tape, t in
            _ = try tape.attentionColumnSums(
                shape, q: t(2, 4), k: t(2, 2), visibility: Visibility(), logSums: t(1, 2, 2), queries: 1..<3)
        },
        Case("gelu", "numbers of fp64") { tape, _ in _ = try tape.unary(.gelu, tape.workspace.indices([1])) },
        Case("swiglu", "up of 2 x 3") { tape, t in _ = try tape.swiglu(gate: t(2, 3), up: t(3, 3)) },
        Case("multiply", "second operand of 2 x 3") { tape, t in _ = try tape.multiply(t(2, 3), t(2, 4)) },
        Case("add", "b of 2 x 3") { tape, t in _ = try tape.add(t(2, 3), t(2, 4)) },
        Case("cast", "a type of fp64") { tape, t in _ = try tape.cast(t(2, 3), to: .bfloat16) },
        Case("scaleRows", "s of 2") { tape, t in _ = try tape.scaleRows(t(2, 3), by: t(3)) },
        Case("scaleColumns", "s [3]") { tape, t in _ = try tape.scaleColumns(t(2, 3), by: t(2)) },
        Case("addToRows", "b [3]") { tape, t in _ = try tape.addToRows(t(2, 3), t(1, 3)) },
        Case("rowDots", "second operand of 2 x 3") { tape, t in _ = try tape.rowDots(t(2, 3), t(3, 3)) },
        Case("dropout", "rate of -0.1") { tape, t in
            _ = try tape.dropout(t(2, 3), rate: -0.1, key: RandomKey(seed: 0))
        },
        Case("rmsNorm", "weight [3]") { tape, t in _ = try tape.rmsNorm(t(2, 3), weight: t(2), epsilon: 0) },
        Case("layerNorm", "bias [3]") { tape, t in
            _ = try tape.layerNorm(t(2, 3), weight: t(3), bias: t(2), epsilon: 0)
        },
        Case("logProbabilities", "weight [N, 3]") { tape, t in
            _ = try tape.logProbabilities(t(2, 3), weight: t(5, 4), targets: tape.workspace.indices([0, 0]))
        },
        Case("logProbabilities", "targets of 2") { tape, t in
            _ = try tape.logProbabilities(t(2, 3), weight: t(5, 3), targets: tape.workspace.indices([0]))
        },
        Case("logProbabilities", "temperature of 0") { tape, t in
            _ = try tape.logProbabilities(
                t(1, 3), weight: t(5, 3), targets: tape.workspace.indices([0]), temperature: 0)
        },
        Case("distributions", "targets of 2") { tape, t in
            _ = try tape.distributions(ofLogits: t(2, 3), targets: tape.workspace.indices([0]))
        },
        Case("weightedSum", "weights of 6") { tape, t in _ = try tape.weightedSum(t(2, 3), weights: t(2)) },
        Case("weightedSum", "close together") { tape, t in _ = try tape.weightedSum(t(2, 3).columns(0..<2)) },
        Case("mean", "no numbers") { tape, t in _ = try tape.mean(t(0, 3)) },
    ]

    @Test(arguments: cases) func whatDoesNotFitIsRefusedByName(_ one: Case) throws {
        let workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        let error = #expect(throws: TensorError.self) {
            try one.body(Tape(workspace)) { try workspace.full($0, .float64, 1) }
        }
        let text = "\(try #require(error))"
        #expect(text.hasPrefix(one.operation + ": ") && text.contains(one.part), "\(text)")
        #expect(workspace.arena.usedBytes == 0)
    }

    /// All operators but those that take whatever they get.
    @Test func everyOperatorRefusesSomething() throws {
        let refused = Set(Self.cases.map(\.operation)).union(["unary"])
        let anything: Set = ["scale", "contiguous", "transpose", "softmax", "sumOfSquares"]
        #expect(try OperatorListTests.operators().subtracting(refused).subtracting(anything) == [])
    }
}
