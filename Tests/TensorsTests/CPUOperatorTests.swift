import ReferenceKernels
import Tensors
import Testing

/// Operators on the processor's kernels: in single precision and with products of bfloat16.
@Suite struct CPUOperatorTests {
    /// How far numbers may be from those in double, in shares of the largest number of the same tensor.
    ///
    /// bfloat16 has 8 significant bits: each operand of a product and each tensor between products is off by up to 2^-9 of
    /// itself. The longest case, the block of attention, rounds some eight times on the way and back, and sums of few numbers
    /// that cancel make more of it; it is the only one beyond 1 in 100.
    static let scaled = ["fp32": 1e-5, "bf16": 0.02]

    static func workspace(_ precision: Precision) throws -> Workspace {
        try Workspace(kernels: CPUKernels(threads: 2), precision: precision)
    }

    @Test(arguments: TorchOperatorTests.functions.keys.sorted(), [Precision.fp32, .bf16])
    func outputsAndGradientsArePyTorchs(_ name: String, _ precision: Precision) throws {
        let bound = try #require(Self.scaled[precision.name])
        let deviations = try TorchOperatorTests.deviations(name, Self.workspace(precision), scaled: bound)
        #expect(deviations == [])
    }

    @Test func stepsOfAdamWArePyTorchs() throws {
        let deviations = try TorchOperatorTests.stepDeviations(Self.workspace(.fp32), scaled: 1e-5)
        #expect(deviations == [])
    }

    @Test(arguments: OperatorListTests.cases, [Precision.fp32, .bf16])
    func outputsAndGradientsAreTheReferences(_ one: OperatorCase, _ precision: Precision) throws {
        let bound = try #require(Self.scaled[precision.name])
        let reference = try GradientCheck()
        let expected = try reference.results(one.build(reference))
        let check = GradientCheck(in: try Self.workspace(precision))
        let function = try one.build(check)
        let got = try check.results(function)
        for (place, (got, expected)) in zip(got.outputs, expected.outputs).enumerated() {
            let deviation = Deviation.between(got, expected, scaled: bound, absolute: bound * 0.01)
            #expect(deviation == nil, "output \(place)")
        }
        for (place, (got, expected)) in zip(got.gradients, expected.gradients).enumerated() {
            let deviation = Deviation.between(got ?? [], expected ?? [], scaled: bound, absolute: bound * 0.01)
            #expect(deviation == nil, "gradient of \(reference.parameters[place].path)")
        }
        let flaws = try check.bitFlaws(function)
        #expect(flaws == [])
        #expect(check.workspace.arena.usedBytes == 0)
    }

    /// In bfloat16 a cast rounds, and its gradient comes back in the type of what was cast.
    @Test func aCastRoundsAndItsGradientComesBack() throws {
        let workspace = try Self.workspace(.bf16)
        let x = try workspace.parameter("x", [1, 3], [1, 1 + 0x1p-9, -3.14159])
        let tape = Tape(workspace)
        let whole = try tape.stream(x)
        let rounded = try tape.cast(whole, to: .bfloat16)
        #expect(rounded.type == .bfloat16)
        #expect(try workspace.values(rounded) == [1, 1, -3.140625])
        #expect(try tape.cast(rounded, to: .bfloat16) === rounded)
        let back = try tape.cast(rounded, to: .float32)
        try workspace.walkBack(tape, back, [1, 2, 1 + 0x1p-9])
        // The gradient of a bfloat16 tensor is bfloat16 too.
        #expect(try workspace.gradient(x) == [1, 2, 1])
    }

    /// The stream keeps its type, products give theirs, and statistics the stream's.
    @Test func resultsHaveTheTypesOfTheRun() throws {
        let workspace = try Self.workspace(.bf16)
        let tape = Tape(workspace)
        let x = try workspace.full([4, 6], .float32, 0.5)
        let weight = try workspace.full([6, 6], .bfloat16, 0.5)
        let hidden = try tape.rmsNorm(x, weight: workspace.full([6], .float32, 1), epsilon: 0)
        #expect(hidden.type == .bfloat16)
        #expect(try tape.linear(hidden, weight: weight).type == .bfloat16)
        #expect(try tape.linear(hidden, weight: weight, to: .float32).type == .float32)
        #expect(try tape.linear(hidden, weight: weight, adding: x).type == .float32)
        #expect(try tape.rowDots(hidden, hidden).type == .float32)
        #expect(try tape.embedding(weight, ids: workspace.indices([1])).type == .float32)
        let targets = try workspace.indices([0, 1, 2, 3])
        #expect(try tape.logProbabilities(hidden, weight: weight, targets: targets).values.type == .float32)
        #expect(throws: TensorError.self) { try tape.linear(x, weight: weight) }
        #expect(throws: TensorError.self) { try tape.linear(x, weight: x, to: .bfloat16) }
    }
}
