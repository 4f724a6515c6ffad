import Layers
import Tensors
import Testing

@testable import ZooKit

/// What the trainer promises: batches may be cut in any way, hooks come in order, bad numbers are named.
@Suite struct TrainerTests {
    /// A model of both kinds with an optimisation unit.
    private struct Bench {
        let workspace: Workspace
        let model: LanguageModel
        let unit: OptimisationUnit
        let trainer: Trainer<Pretraining>

        init(_ choice: KernelChoice, token: Double = 1, patch: Double = 1) throws {
            workspace = try choice.workspace()
            model = try LanguageModel(Small.config(.erniePixel), seed: 3, workspace: workspace)
            unit = OptimisationUnit(
                groups: [ParameterGroup("all", model.parameters, decay: 0.1)],
                optimiser: AdamW(workspace: workspace), schedule: Schedule(.constant, steps: 0), peakRate: 1e-2,
                workspace: workspace)
            trainer = Trainer(
                Pretraining(model, tokenCoefficient: token, patchCoefficient: patch), unit: unit, seed: 1,
                workspace: workspace)
        }

        /// Eight sequences of unequal lengths, of three kinds, in micro-batches of `size`.
        func batches(of size: Int) throws -> [ModelInput] {
            let pictures = (0..<4).map { Small.picture(3 + 2 * $0, UInt64($0)) }
            let texts = (0..<4).map { Small.text(2 + 3 * $0, UInt64($0)) }
            func cut<T>(_ list: [T]) -> [[T]] {
                stride(from: 0, to: list.count, by: size).map { Array(list[$0..<min($0 + size, list.count)]) }
            }
            return try cut(pictures).map { try Small.images($0, workspace) }
                + cut(texts).map { try Small.texts($0, workspace) }
                + zip(cut(pictures), cut(texts)).map {
                    try Small.pairs($0, $1, textPosition: 12, workspace)
                }
        }

        func values() throws -> [[Double]] { try model.parameters.map { try $0.hostValues() } }
    }

    @Test(arguments: KernelChoice.exact) func aBatchMayBeCutInAnyWay(_ choice: KernelChoice) throws {
        var losses: [[Double]] = []
        var results: [[[Double]]] = []
        for size in [4, 2, 1, 3] {
            let bench = try Bench(choice)
            var curve: [Double] = []
            for _ in 0..<3 {
                guard case .stepped(let loss, _) = try bench.trainer.step(try bench.batches(of: size)) else {
                    Issue.record("a step was skipped")
                    return
                }
                curve.append(loss.value)
                #expect(loss.terms["next_patch"]?.weight == 48.0)
                #expect(loss.terms["next_token"]?.weight == 44.0)
                #expect(Set(loss.kinds.keys) == ["image", "text", "pair"])
            }
            losses.append(curve)
            results.append(try bench.values())
        }
        for other in losses.indices.dropFirst() {
            #expect(SmallRun.distance([losses[0]], [losses[other]]) < choice.tolerance)
            // AdamW's first steps turn rounding of tiny gradients into steps of the rate's size.
            #expect(SmallRun.distance(results[0], results[other]) < (choice == .double ? 1e-9 : 1e-3))
        }
        #expect(losses[0][2] < losses[0][0])
    }

    /// 32 sequences of unequal lengths at once, and one by one.
    @Test(arguments: KernelChoice.exact, [ExampleKind.text, .image, .pair])
    func oneStepOfThirtyTwoIsThirtyTwoOfOne(_ choice: KernelChoice, _ kind: ExampleKind) throws {
        func curve(_ size: Int) throws -> [Double] {
            let bench = try Bench(choice)
            return try (0..<3).map { step in
                let batches = try stride(from: 0, to: 32, by: size).map { first in
                    let range = first..<first + size
                    let pictures = range.map { Small.picture(3 + 5 * $0 % 9, UInt64(32 * step + $0)) }
                    let texts = range.map { Small.text(2 + 7 * $0 % 11, UInt64(32 * step + $0)) }
                    return switch kind {
                    case .text: try Small.texts(texts, bench.workspace)
                    case .image: try Small.images(pictures, bench.workspace)
                    case .pair: try Small.pairs(pictures, texts, textPosition: 12, bench.workspace)
                    }
                }
                guard case .stepped(let loss, _) = try bench.trainer.step(batches) else { return .nan }
                return loss.value
            }
        }
        let (whole, single) = (try curve(32), try curve(1))
        #expect(whole.count == 3 && whole[2] != whole[0])
        #expect(SmallRun.distance([whole], [single]) < (choice == .double ? 1e-11 : 1e-5))
    }

    @Test func aSilencedModalityLeavesTheOthersGradientsBitForBit() throws {
        // Invariant 11: a mixed batch with one weight at zero trains like the other modality alone.
        let (mixed, alone) = (try Bench(.single, token: 0), try Bench(.single))
        let image = try Small.images([Small.picture(5, 1), Small.picture(3, 2)], mixed.workspace)
        let text = try Small.texts([Small.text(6, 3)], mixed.workspace)
        _ = try mixed.trainer.step([image, text])
        _ = try alone.trainer.step([
            try Small.images([Small.picture(5, 1), Small.picture(3, 2)], alone.workspace)
        ])
        for (one, other) in zip(mixed.model.parameters, alone.model.parameters) {
            guard let gradient = other.gradient, one.path != "model.embed_tokens.weight" else { continue }
            let (a, b) = (try FixtureError.unwrap(one.gradient, one.path), gradient)
            #expect(try mixed.workspace.values(a) == alone.workspace.values(b), "\(one.path)")
        }
    }

    /// Notes what is called.
    private final class Scribe: TrainingHook {
        let name: String
        let events: [Int]?
        var lines: [String] = []
        init(_ name: String, events: [Int]?) { (self.name, self.events) = (name, events) }
        func plannedEvents(steps: Int) -> [Int]? { events }
        func afterBackward(_ unit: OptimisationUnit, step: Int) throws {
            lines.append("backward \(step) \(unit.stepCount) \(unit.trained[0].gradient != nil)")
        }
        func afterStep(_ unit: OptimisationUnit, step: Int) throws {
            lines.append("step \(step) \(unit.stepCount) \(unit.trained[0].gradient != nil)")
        }
        func event(_ unit: OptimisationUnit, step: Int) throws { lines.append("event \(step)") }
    }

    @Test func hooksComeInTheirOrderAndPlansAreKept() throws {
        let bench = try Bench(.single)
        let scribe = Scribe("scribe", events: [2, 9])
        bench.trainer.hooks = [scribe]
        #expect(try bench.trainer.plan(steps: 3).map(\.step) == [2])
        for _ in 0..<2 { _ = try bench.trainer.step([try Small.texts([Small.text(5, 1)], bench.workspace)]) }
        #expect(
            scribe.lines == [
                "backward 0 0 true", "step 0 1 true", "backward 1 1 true", "step 1 2 true", "event 2",
            ])
        bench.trainer.hooks = [Scribe("late", events: [8])]
        #expect(throws: TrainingError.emptyPlan(hook: "late", steps: 3)) { try bench.trainer.plan(steps: 3) }
    }

    @Test func theFirstTensorThatIsNotFiniteIsNamed() throws {
        let bench = try Bench(.single)
        let batch = try Small.texts([Small.text(5, 1)], bench.workspace)
        let parameter = try FixtureError.unwrap(
            bench.model.parameters.first { $0.path == "model.layers.1.mlp.up_proj.weight" }, "no such parameter")
        var values = try parameter.hostValues()
        values[7] = .nan
        try parameter.set(values)
        let before = try bench.values().flatMap { $0 }.filter { !$0.isNaN }
        let error = TrainingError.nonFinite(
            tensor: "the parameter model.layers.1.mlp.up_proj.weight", step: 1, count: 1)
        #expect(throws: error) { try bench.trainer.step([batch]) }
        #expect(try bench.values().flatMap { $0 }.filter { !$0.isNaN } == before)
        #expect(bench.trainer.count.step == 0)
    }

    @Test func anOverflowIsNamedByItsPlaceAndMayBeSkipped() throws {
        let bench = try Bench(.single)
        let batch = try Small.texts([Small.text(5, 1)], bench.workspace)
        let parameter = try FixtureError.unwrap(
            bench.model.parameters.first { $0.path == "model.layers.0.self_attn.v_proj.weight" }, "no such parameter")
        let good = try parameter.hostValues()
        try parameter.set(good.map { $0 < 0 ? -3e38 : 3e38 })
        bench.trainer.onNonFinite = .skip
        guard case .skipped(_, let reason) = try bench.trainer.step([batch]) else {
            Issue.record("a step with infinite numbers was made")
            return
        }
        #expect(reason == "model.layers.0.self_attn.value")
        #expect(bench.trainer.count.step == 1 && bench.trainer.count.skipped == 1 && bench.unit.stepCount == 1)
        try parameter.set(good)
        guard case .stepped = try bench.trainer.step([batch]) else {
            Issue.record("a good step was skipped")
            return
        }
        try parameter.set(good.map { $0 < 0 ? -3e38 : 3e38 })
        #expect(throws: TrainingError.self) {
            for _ in 0..<Trainer<Pretraining>.skipLimit { _ = try bench.trainer.step([batch]) }
        }
    }
}
