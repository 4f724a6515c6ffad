import Layers
import Tensors
import Testing
import ZooKit

/// The trainer over the 50 steps of AdamW that PyTorch made.
@Suite struct CurveTests {
    /// Losses and norms against double precision. Found at most: 2.8e-7 and 2.6e-6 in single precision, where PyTorch's own are
    /// 3.3e-7 and 3.0e-6 off; 3.9e-3 and 6.6e-2 with products of bfloat16, where PyTorch's are 3.9e-3 and 5.6e-2 off.
    @Test(arguments: ["llama", "pixel"]) func trainingFollowsPyTorchs(_ name: String) throws {
        let page = try FixturePage.shared.get()
        let known = try FixtureError.unwrap(page.curves[name], "no curve")
        let exact = known.float64
        let single = try TrainingCurve(known, page.adamw, KernelChoice.single.workspace())
        #expect(single.losses.count == 50 && single.norms.count == 50)
        #expect(single.distance(\.losses, from: exact.losses) < 1e-5)
        #expect(single.distance(\.norms, from: exact.norms) < 1e-5)
        let half = try TrainingCurve(known, page.adamw, KernelChoice.half.workspace())
        #expect(half.distance(\.losses, from: exact.losses) < 6e-3)
        #expect(half.distance(\.norms, from: exact.norms) < 1e-1)
        #expect(half.losses != single.losses)
    }

    @Test(arguments: ["llama", "pixel"]) func trainingInDoublePrecisionIsPyTorchs(_ name: String) throws {
        let page = try FixturePage.shared.get()
        let known = try FixtureError.unwrap(page.curves[name], "no curve")
        let curve = try TrainingCurve(known, page.adamw, KernelChoice.double.workspace())
        #expect(curve.distance(\.losses, from: known.float64.losses) < 1e-11)
        #expect(curve.distance(\.norms, from: known.float64.norms) < 1e-10)
        #expect(zip(curve.rates, known.rates).allSatisfy { abs($0 - $1) < 1e-15 })
        #expect(curve.rates.count == known.rates.count)
        for parameter in curve.model.parameters {
            let norm = try parameter.hostValues().reduce(0) { $0 + $1 * $1 }.squareRoot()
            let path = OracleModel.name(parameter.path)
            let expected = try FixtureError.unwrap(known.parameterNormsAfter[path], path)
            #expect(abs(norm / expected - 1) < 1e-10, "\(path)")
        }
    }
}

/// What the trainer made of a fixture's batches: losses before each step, norms of gradients before clipping, rates.
struct TrainingCurve {
    private(set) var losses: [Double] = []
    private(set) var norms: [Double] = []
    private(set) var rates: [Double] = []
    let model: LanguageModel

    init(_ curve: FixturePage.Curve, _ settings: FixturePage.AdamW, _ workspace: Workspace) throws {
        let fixtures = try curve.batches.map { try ModelFixture($0) }
        model = try OracleModel(fixtures[0], workspace: workspace).model
        let inputs = try fixtures.map { try OracleModel.input($0, workspace: workspace) }
        let unit = OptimisationUnit(
            groups: [ParameterGroup("all", model.parameters, decay: settings.weightDecay, decaysAll: true)],
            optimiser: AdamW(
                .init(beta1: settings.betas[0], beta2: settings.betas[1], epsilon: settings.eps),
                workspace: workspace),
            schedule: Schedule(.linear, warmUp: settings.warmupSteps, steps: settings.steps),
            peakRate: settings.lr, clipLimits: ["default": settings.clip], workspace: workspace)
        let trainer = Trainer(Pretraining(model), unit: unit, seed: 0, workspace: workspace)
        for step in 0..<settings.steps {
            guard case .stepped(let loss, let report) = try trainer.step([inputs[step % inputs.count]]) else {
                throw FixtureError("step \(step) was skipped")
            }
            losses.append(loss.value)
            norms.append(try FixtureError.unwrap(report.gradientNorms["default"], "no norm"))
            rates.append(report.rate)
        }
    }

    /// The largest relative difference; a loss that is no number is infinitely far.
    func distance(_ list: KeyPath<TrainingCurve, [Double]>, from other: [Double]) -> Double {
        let distances = zip(self[keyPath: list], other).map { abs($0 / $1 - 1) }
        return distances.allSatisfy(\.isFinite) ? distances.max() ?? .infinity : .infinity
    }
}
