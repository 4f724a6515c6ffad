import Foundations
import Layers
import Tensors
import ZooKit

/// A short training of the toy method, or of the base model alone, on random tokens.
final class ToyTraining {
    static let steps = 8
    static let resumesAt = 6

    let workspace: Workspace
    let model: LanguageModel
    let method: ToyMethod?
    let unit: OptimisationUnit
    private(set) var losses: [Double] = []

    init(gain: Double?, routerRows: Int = 1, workspace: Workspace) throws {
        self.workspace = workspace
        let config = DecoderConfig(
            modelType: .llama, width: 16, layerCount: 3, innerWidth: 24, heads: 4, groups: 2, vocabulary: 11)
        model = try LanguageModel(config, seed: 5, workspace: workspace)
        if let gain {
            method = try ToyMethod(model, seed: 5, gain: gain, routerRows: routerRows, workspace: workspace)
        } else {
            method = nil
        }
        unit = OptimisationUnit(
            groups: [ParameterGroup("all", model.parameters, decay: 0.1)],
            optimiser: AdamW(workspace: workspace), schedule: Schedule(.linear, warmUp: 2, steps: Self.steps + 2),
            peakRate: 1e-2, workspace: workspace)
    }

    /// One step in two micro-batches; freezing and growth where they are due.
    func step(freezes: Bool = true, grows: Bool = true, recomputes: Bool = false) throws {
        let number = unit.stepCount
        if freezes { method?.freezeHalf(from: number < 4 ? 0 : 1) }
        if grows && number == 5 { try method?.grow(unit.optimiser, workspace: workspace) }
        unit.clearGradients()
        var total = 0.0
        for part in 0..<2 {
            let tape = Tape(workspace)
            var context = ForwardContext(
                tape: tape, isTraining: true, key: RandomKey(seed: 1).with(number).with(part))
            context.recomputesBlocks = recomputes
            let input = try ModelInput.text(
                tokens(number, part), vocabulary: 11, workspace: workspace)
            let hidden = try model.hidden(input, context)
            let main = try model.nextTokenLoss(hidden, input, context)
            // Each micro-batch counts as many tokens; the step's weight is that of both.
            let terms = [main] + context.losses
            try tape.backward(terms.map { ($0.sum, $0.coefficient / (2 * $0.weight)) })
            for term in terms {
                total += try workspace.values(term.sum)[0] * term.coefficient / (2 * term.weight)
            }
        }
        _ = try unit.step()
        losses.append(total)
    }

    private func tokens(_ step: Int, _ part: Int) -> [[Int32]] {
        let key = RandomKey(seed: 2).with("tokens").with(step).with(part)
        return (0..<3).map { b in (0..<7).map { Int32(key.bits(at: b * 7 + $0) % 11) } }
    }

    /// Every parameter's values by path.
    func values() throws -> [String: [Double]] {
        var values: [String: [Double]] = [:]
        for parameter in model.parameters { values[parameter.path] = try parameter.hostValues() }
        return values
    }

    func save(to folder: String) throws {
        let config = try StrictJSON.encodedValue(model.base.config)
        let tensors = model.parameters.map { SafetensorsItem($0, in: workspace) }
        let router = method?.router.weight
        try Checkpoint(
            model: .init(config: config, tensors: tensors, optimizer: unit.optimiser.items(in: workspace)),
            states: ["toy": .init(values: .object(["router_rows": .integer(router?.shape[0] ?? 0)]))],
            trainerState: .object(["step": .integer(unit.stepCount)])
        ).write(to: folder)
    }

    /// A training that goes on from a folder, in a workspace of its own.
    static func resumed(from path: String, gain: Double, workspace: Workspace) throws -> ToyTraining {
        let folder = try CheckpointFolder(path)
        guard case .integer(let rows)? = try folder.state("toy").values["router_rows"],
            case .integer(let step)? = try folder.trainerState()["step"]
        else { throw FixtureError("no state of the toy") }
        let training = try ToyTraining(gain: gain, routerRows: rows, workspace: workspace)
        try TensorLoader().load(folder.tensors(), into: training.model.parameters.map { TensorTarget($0) })
        let optimizer = try FixtureError.unwrap(folder.optimizer(), "no optimiser")
        try training.unit.optimiser.load(optimizer, for: training.model.parameters, in: workspace)
        training.unit.stepCount = step
        return training
    }
}
