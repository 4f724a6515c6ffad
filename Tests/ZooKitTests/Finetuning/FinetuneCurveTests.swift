import Layers
import Tensors
import Testing
import ZooKit

/// Fine-tuning over the 50 steps that PyTorch made on batches that it padded to the full length; here they are cut by length.
@Suite struct FinetuneCurveTests {
    private struct Course {
        var losses: [Double] = []
        var after: [[Double]] = []
        var microBatches = 0
    }

    private func course(
        _ kind: ExampleKind, _ goal: String, _ fixture: FinetuneFixture, _ choice: KernelChoice
    ) throws -> Course {
        let workspace = try choice.workspace()
        let settings = fixture.page.adamw
        let model = try fixture.model(goal, workspace)
        let examples = try fixture.examples(kind, goal)
        let input = try fixture.input(kind, workspace)
        let unit = OptimisationUnit(
            groups: [ParameterGroup("all", model.parameters)],
            optimiser: AdamW(
                .init(beta1: settings.betas[0], beta2: settings.betas[1], epsilon: settings.eps),
                workspace: workspace),
            schedule: Schedule(.linear, warmUp: settings.warmupSteps, steps: settings.steps),
            peakRate: settings.lr, clipLimits: ["default": settings.clip], workspace: workspace)
        let objective = Classification(model)
        let trainer = Trainer(objective, unit: unit, seed: 0, workspace: workspace)
        var course = Course()
        for (step, order) in fixture.page.order.enumerated() {
            // Some steps in micro-batches of two at most, some as they come.
            let batches = try input.microBatches(order.map { examples[$0] }, limit: step % 3 == 0 ? 2 : 4)
            course.microBatches += batches.count
            guard case .stepped(let loss, _) = try trainer.step(batches) else { throw FixtureError("skipped") }
            course.losses.append(loss.value)
        }
        course.after = try objective.scores(of: input.microBatches(examples, limit: 3), workspace)
        return course
    }

    /// Found at most: 2e-6 for losses and 5e-6 for scores in single precision; see the fixture for PyTorch's own distance.
    @Test(arguments: [ExampleKind.image, .text, .pair], ["classification", "regression"])
    func lossesAndScoresArePyTorchs(_ kind: ExampleKind, _ goal: String) throws {
        let fixture = try FinetuneFixture()
        let known = try #require(fixture.page.runs["\(kind.rawValue).\(goal)"])
        let after = try fixture.rows("after.\(kind.rawValue).\(goal)")
        for (choice, loss, score) in [(KernelChoice.double, 1e-9, 1e-9), (.single, 1e-4, 1e-3)] {
            let course = try course(kind, goal, fixture, choice)
            #expect(course.losses.count == 50 && course.microBatches >= 50 + 17)
            #expect(SmallRun.distance([course.losses], [known.losses]) < loss)
            #expect(SmallRun.distance(course.after, after) < score)
        }
    }

    /// The rules for the row that is classified: ours, and that of the published code with what is wrong with it.
    @Test(arguments: KernelChoice.exact) func rowsAreThoseOfEitherRule(_ choice: KernelChoice) throws {
        let fixture = try FinetuneFixture()
        let workspace = try choice.workspace()
        let objective = Classification(try fixture.model("classification", workspace))
        let published = Pooling(compatiblePad: Int32(fixture.page.pad))
        let cases: [(ExampleKind, Pooling, String)] = [
            (.image, Pooling(), "before.image"), (.image, published, "before.image"),
            (.image, Pooling(image: .lastText), "last_text.image"), (.text, Pooling(), "before.text"),
            (.text, published, "published.text"), (.pair, Pooling(), "before.pair"),
            (.pair, published, "published.pair"),
        ]
        for (kind, pooling, name) in cases {
            let examples = try fixture.examples(kind, "classification")
            let input = try fixture.input(kind, workspace, pooling)
            let expected = try fixture.rows(name)
            for limit in [1, 4, 10] {
                let scores = try objective.scores(of: input.microBatches(examples, limit: limit), workspace)
                #expect(SmallRun.distance(scores, expected) < choice.tolerance, "\(name), \(limit)")
            }
        }
        #expect(try SmallRun.distance(fixture.rows("published.pair"), fixture.rows("before.pair")) > 0.1)
        #expect(try SmallRun.distance(fixture.rows("published.text"), fixture.rows("before.text")) > 0.1)
    }
}
