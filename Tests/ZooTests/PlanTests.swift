import Foundations
import Layers
import Tensors
import Testing
import ZooKit

@testable import Zoo

/// The plan of a run: what is trained, what it costs in bytes and in operations.
@Suite struct PlanTests {
    private let rows = 42
    private let length = 14

    /// The plan of a classifier under a method, with its model.
    private func plan(_ method: Adaptation) throws -> (plan: RunPlan, model: LanguageModel) {
        let workspace = try Workspace(kernels: CPUKernels(threads: 1), precision: .fp32)
        let config = DecoderConfig(
            modelType: .llama, width: 16, layerCount: 4, innerWidth: 24, heads: 4, groups: 2, vocabulary: 11)
        let model = try LanguageModel(config, heads: .init(labels: 3), seed: 1, workspace: workspace)
        _ = try method.prepare(AdaptationTarget(model, workspace: workspace, steps: 5, seed: 9))
        let plan = RunPlan(
            "small", model, rows: rows, microBatchRows: rows, length: length, recompute: false, workspace)
        return (plan, model)
    }

    /// Operations of the forward pass of parts over all rows.
    private func forward(_ part: any Part) -> Double { Double(rows) * part.cost(length: length).operations }

    @Test func allOfAModelCostsThreeForwardPasses() throws {
        let (plan, model) = try plan(.all)
        #expect(plan.trained == plan.parameters && plan.parameters == model.parameters.reduce(0) { $0 + $1.count })
        #expect(plan.stateBytes - 4 * plan.parameters == 12 * plan.trained)
        #expect(plan.operationsPerStep == 3 * forward(model))
    }

    /// A frozen matrix costs two of the three: forward, and the gradient of its input.
    @Test func halfOfAModelSavesOneProductOfEachFrozenMatrix() throws {
        let (plan, model) = try plan(Catalogue.all.adaptation(parsing: "half"))
        let units = HalfUnits(paths: model.parameters.map(\.path)).selection(HalfConfig(), seed: 9, round: 0)
        let frozen = model.parameters.filter { !units.contains(HalfUnit(path: $0.path).name) }
        #expect(plan.trained == plan.parameters - frozen.reduce(0) { $0 + $1.count } && plan.trained < plan.parameters)
        #expect(plan.stateBytes - 4 * plan.parameters == 12 * plan.trained)
        let products = frozen.filter { $0.shape.count == 2 }
        #expect(products.count == 8 + 6)
        let saved = products.reduce(0) { $0 + 2 * rows * $1.count }
        #expect(plan.operationsPerStep == 3 * forward(model) - Double(saved))
    }

    /// Nothing goes back into the frozen base; the head has its forward pass and the gradient of its matrix.
    @Test func theHeadAloneCostsOnePassOfTheBase() throws {
        let (plan, model) = try plan(.head)
        let head = try #require(model.score)
        #expect(plan.trained == 3 * 16 && plan.stateBytes - 4 * plan.parameters == 12 * plan.trained)
        #expect(plan.operationsPerStep == forward(model.base) + 2 * forward(head))
    }
}
