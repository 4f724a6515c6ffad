import Layers
import ReferenceKernels
import Tensors
import Testing
import ZooKit

/// What a unit of optimisation checks and clips.
@Suite struct OptimisationTests {
    private let workspace: Workspace
    private let weight: Parameter

    init() throws {
        workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        weight = try Parameter(path: "w", shape: [2], workspace: workspace)
        try weight.set([1, 2])
    }

    private func unit(_ group: String?, limits: [String: Double] = ["default": 1]) -> OptimisationUnit {
        OptimisationUnit(
            groups: [ParameterGroup("all", [weight], clipGroup: group)], optimiser: AdamW(workspace: workspace),
            schedule: Schedule(.constant, steps: 0), peakRate: 0.1, clipLimits: limits, workspace: workspace)
    }

    private func give(_ gradient: [Double]) throws {
        weight.clearGradient()
        let tape = Tape(workspace)
        try tape.backward(from: [(tape.leaf(weight), workspace.numbers(gradient, [2]))])
    }

    @Test(arguments: [nil, "default"]) func aGradientThatIsNotFiniteStopsTheStep(_ group: String?) throws {
        let unit = unit(group)
        try give([3, .nan])
        #expect(throws: TensorError.nonFinite(tensor: "the gradient of w", step: 0, count: 1)) { try unit.step() }
        #expect(try weight.hostValues() == [1, 2] && unit.stepCount == 0 && unit.optimiser.states.isEmpty)
    }

    @Test func aClipGroupNeedsALimit() throws {
        let unit = unit("other")
        try give([3, 4])
        #expect {
            try unit.step()
        } throws: {
            "\($0)".contains("'other' has no limit")
        }
    }

    @Test func momentsOfFrozenParametersAreDroppedUnlessTheyAreKept() throws {
        for keeps in [false, true] {
            let unit = unit(nil)
            unit.keepsMomentsOfFrozen = keeps
            weight.isTrainable = true
            try give([3, 4])
            _ = try unit.step()
            weight.isTrainable = false
            _ = try unit.step()
            #expect((unit.optimiser.states["w"] != nil) == keeps)
        }
    }

    /// A step of shapes seen before asks for no memory: not the arena, not kernels' scratch, not parameters.
    @Test(arguments: [Precision.fp32, .bf16]) func aStepOfKnownShapesAsksForNoMemory(_ precision: Precision) throws {
        let kernels = try CPUKernels(threads: 2)
        let training = try ToyTraining(gain: nil, workspace: Workspace(kernels: kernels, precision: precision))
        try training.step()
        try training.step()
        let (allocations, reserved) = (kernels.counters.allocations, training.workspace.arena.reservedBytes)
        for _ in 0..<3 { try training.step() }
        #expect(kernels.counters.allocations == allocations)
        #expect(training.workspace.arena.reservedBytes == reserved)
    }

    /// A head that is no plain matrix gives the loss of one that is.
    @Test func aWrappedTokenHeadGivesTheSameLoss() throws {
        let config = DecoderConfig(
            modelType: .llama, width: 16, layerCount: 1, innerWidth: 24, heads: 4, groups: 2, vocabulary: 11)
        let model = try LanguageModel(config, seed: 5, workspace: workspace)
        func loss() throws -> (Double, [Double]) {
            let tape = Tape(workspace)
            let context = ForwardContext(tape: tape)
            for parameter in model.parameters { parameter.clearGradient() }
            let input = try ModelInput.text([[1, 2, 3, 4], [5, 6]], vocabulary: 11, workspace: workspace)
            let term = try model.nextTokenLoss(model.hidden(input, context), input, context)
            try tape.backward([(term.sum, 1)])
            let gradient = try FixtureError.unwrap(model.parameters.last?.gradient, "no gradient")
            return (try workspace.values(term.sum)[0], try workspace.values(gradient))
        }
        let plain = try loss()
        try model.replace(at: "lm_head") { old in
            guard let head = old as? any Projection else { throw PartError.unfit(path: "lm_head", got: "") }
            return WrappedHead(head)
        }
        let wrapped = try loss()
        #expect(abs(plain.0 - wrapped.0) < 1e-12)
        #expect(OracleRun.distance(plain.1, wrapped.1) < 1e-12)
    }
}

private final class WrappedHead: Projection {
    let inner: any Projection
    init(_ inner: any Projection) { self.inner = inner }
    var inputs: Int { inner.inputs }
    var outputs: Int { inner.outputs }
    var children: [Child] { [Child("base", inner)] }

    func callAsFunction(
        _ x: Tensor, adding residual: Tensor?, _ context: ForwardContext
    ) throws(TensorError) -> Tensor { try inner(x, adding: residual, context) }
}
