import ReferenceKernels
import Tensors
import Testing

/// Operators, and parts of a decoder made of them, give PyTorch's outputs and gradients.
@Suite struct TorchOperatorTests {
    typealias Function = @Sendable (TorchInputs) throws -> Tensor

    static let functions: [String: Function] = [
        "rmsNorm": { try $0.tape.rmsNorm($0.stream("x"), weight: $0.stream("weight"), epsilon: $0.setting("epsilon")) },
        "layerNorm": {
            try $0.tape.layerNorm(
                $0.stream("x"), weight: $0.stream("weight"), bias: $0.stream("bias"), epsilon: $0.setting("epsilon"))
        },
        "swiglu": { try $0.tape.swiglu(gate: $0.factor("gate"), up: $0.factor("up")) },
        "gelu": { try $0.tape.unary(.gelu, $0.factor("x")) },
        "geluTanh": { try $0.tape.unary(.geluTanh, $0.factor("x")) },
        "rotary": { inputs in
            try turned(inputs, inputs.factor("x"), heads: Int(inputs.setting("heads")))
        },
        "attentionBlock": attentionBlock,
        "crossEntropy": { inputs in
            let targets = try inputs.indices("targets")
            let count = inputs.values.integers["targets"]?.count { $0 >= 0 } ?? 0
            let logs = try inputs.tape.logProbabilities(
                inputs.factor("hidden"), weight: inputs.factor("weight"), targets: targets,
                temperature: inputs.setting("temperature"), chunk: 21)
            return try inputs.tape.weightedSum(logs.values, scale: -1 / Double(count))
        },
        "normalisedPatches": { try patches(.normalised, $0) },
        "bernoulliPatches": { try patches(.bernoulli, $0) },
        "lowRank": {
            try $0.tape.lowRank(
                $0.factor("x"), weight: $0.factor("weight"), bias: $0.stream("bias"), a: $0.factor("a"),
                b: $0.factor("b"), scale: $0.stream("scale"), factor: $0.setting("factor"))
        },
    ]

    static func turned(_ inputs: TorchInputs, _ x: Tensor, heads: Int) throws -> Tensor {
        try inputs.tape.rotary(
            x, positions: inputs.indices("positions"), cosines: inputs.constant("cosines"),
            sines: inputs.constant("sines"), heads: heads)
    }

    static func attentionBlock(_ inputs: TorchInputs) throws -> Tensor {
        let (tape, x) = (inputs.tape, try inputs.stream("x"))
        let (heads, groups) = (Int(try inputs.setting("heads")), Int(try inputs.setting("groups")))
        let hidden = try tape.rmsNorm(x, weight: inputs.stream("norm"), epsilon: inputs.setting("epsilon"))
        let q = try turned(inputs, tape.linear(hidden, weight: inputs.factor("wq")), heads: heads)
        let k = try turned(inputs, tape.linear(hidden, weight: inputs.factor("wk")), heads: groups)
        let v = try tape.linear(hidden, weight: inputs.factor("wv"))
        let (sequences, length) = (x.shape[0], x.shape[1])
        let shape = AttentionShape(
            sequences: sequences, queries: length, keys: length, heads: heads, groups: groups,
            width: Int(try inputs.setting("width")))
        let segments = try inputs.indices("segments")
        let visibility = Visibility(causalOffset: 0, querySegments: segments, keySegments: segments)
        let output = try tape.attention(shape, q: q, k: k, v: v, visibility: visibility).output
        return try tape.linear(output, weight: inputs.factor("wo"), adding: x)
    }

    static func patches(_ kind: PatchLoss, _ inputs: TorchInputs) throws -> Tensor {
        let prediction = try inputs.factor("prediction")
        let pixels = inputs.values.integers["pixels"] ?? []
        let bytes = try inputs.tape.workspace.bytes(
            pixels.map { UInt8($0) }, [pixels.count / prediction.columns, prediction.columns])
        return try inputs.tape.patchErrors(kind, prediction, targets: bytes, indices: inputs.indices("rows"))
    }

    @Test(arguments: functions.keys.sorted()) func doubleIsPyTorchs(_ name: String) throws {
        let workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        let deviations = try Self.deviations(name, workspace, scaled: 1e-9)
        #expect(deviations == [])
    }

    /// How output and gradients of case `name` differ from PyTorch's by more than `scaled` of the largest number of each.
    static func deviations(_ name: String, _ workspace: Workspace, scaled: Double) throws -> [String] {
        let values = try #require(try TorchFixture.load().cases[name])
        let function = try #require(functions[name])
        let inputs = try TorchInputs(values, Tape(workspace))
        let output = try function(inputs)
        let upstream = try workspace.numbers(values.upstream.values, output.shape)
        try inputs.tape.backward(from: [(tensor: output, gradient: upstream)])
        var deviations: [String] = []
        func compare(_ part: String, _ got: [Double], _ expected: TorchFixture.Numbers) {
            let deviation = Deviation.between(got, expected.values, scaled: scaled)
            if let deviation { deviations.append("\(name), \(part): \(deviation)") }
        }
        compare("output", try workspace.values(output), values.output)
        for (part, expected) in values.gradients.sorted(by: { $0.key < $1.key }) {
            let gradient = try #require(inputs.parameters[part]?.gradient)
            compare("gradient of \(part)", try workspace.values(gradient), expected)
        }
        return deviations
    }

    @Test func theFixtureHasTheseCasesAlone() throws {
        #expect(try TorchFixture.load().cases.keys.sorted() == Self.functions.keys.sorted())
    }

    @Test func stepsOfAdamWArePyTorchs() throws {
        let workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        let deviations = try Self.stepDeviations(workspace, scaled: 1e-9)
        #expect(deviations == [])
    }

    static func stepDeviations(_ workspace: Workspace, scaled: Double) throws -> [String] {
        let (kernels, stream) = (workspace.kernels, workspace.precision.stream)
        let fixture = try TorchFixture.load().adamW
        func setting(_ name: String) throws -> Double { try #require(fixture.settings[name]) }
        let weights = try workspace.numbers(fixture.weights.values, fixture.weights.shape)
        let first = try workspace.full(weights.shape, stream, 0)
        let second = try workspace.full(weights.shape, stream, 0)
        let sum = try workspace.empty([], stream)
        let factor = try workspace.empty([], stream)
        var deviations: [String] = []
        for (number, expected) in fixture.steps.enumerated() {
            let gradient = try workspace.numbers(expected.gradient.values, weights.shape)
            kernels.sumOfSquares(
                gradient.operand, rows: 1, columns: gradient.count, to: sum.operand, accumulate: false)
            kernels.clipFactor(sum.operand, limit: try setting("limit"), to: factor.operand)
            let step = AdamWStep(
                rate: try setting("rate"), beta1: try setting("beta1"), beta2: try setting("beta2"),
                epsilon: try setting("epsilon"), decay: try setting("decay"), step: number + 1)
            kernels.adamW(
                step, weights: weights.operand, gradient: gradient.operand, first: first.operand,
                second: second.operand, factor: factor.operand, copy: nil, count: weights.count)
            for (name, got, wanted) in [
                ("weights", weights, expected.weights), ("first", first, expected.first),
                ("second", second, expected.second),
            ] {
                let deviation = Deviation.between(try workspace.values(got), wanted.values, scaled: scaled)
                if let deviation { deviations.append("step \(number + 1), \(name): \(deviation)") }
            }
        }
        return deviations
    }
}
