import Foundations
import Layers
import Tensors
import ZooKit

/// What a run goes on from beside the model and the moments: `trainer_state.json` of its checkpoints.
struct FinetuneState: Codable {
    /// Steps made or skipped.
    var step = 0
    /// Steps skipped.
    var skipped = 0
    /// Steps skipped since the last one that was made.
    var skippedInARow = 0
    /// All evaluations so far.
    var evaluations: [FinetuneEvaluation] = []
    /// What model and data are.
    var data: JSONValue
    /// The settings.
    var settings: FinetuneSettings

    enum CodingKeys: String, CodingKey {
        case step, skipped, evaluations, data, settings
        case skippedInARow = "skipped_in_a_row"
    }

    /// The state before the first step.
    init(settings: FinetuneSettings, data: JSONValue) {
        self.settings = settings
        self.data = data
    }

    /// The best evaluation.
    var best: FinetuneEvaluation? { evaluations.last(where: \.isBest) }
    /// Evaluations since the best one.
    var sinceBest: Int { evaluations.reversed().prefix { !$0.isBest }.count }

    /// The newest checkpoint of a run, if run and data are those of `settings` and `data`; fills model and moments. Throws
    /// `otherRun` with what differs, and `damaged`.
    static func resume(
        _ folder: RunFolder, _ settings: FinetuneSettings, data: JSONValue, _ model: LanguageModel,
        _ unit: OptimisationUnit, _ workspace: Workspace
    ) throws -> FinetuneState {
        let steps = try folder.steps()
        guard let step = steps.last else {
            throw PretrainingError.otherRun(
                path: folder.path, reason: "there is no checkpoint to go on from; begin without --resume")
        }
        let checkpoint: CheckpointFolder
        var state: FinetuneState
        do {
            checkpoint = try CheckpointFolder(folder.checkpoint(step))
            try checkpoint.verify()
            state = try StrictJSON.decode(
                FinetuneState.self, from: try checkpoint.trainerState(),
                source: "\(checkpoint.path)/trainer_state.json")
        } catch {
            throw PretrainingError.damaged(
                path: folder.checkpoint(step), reason: "\(error)", earlier: steps.dropLast().last)
        }
        var differences = try settings.differences(from: state.settings)
        if data != state.data { differences.append("model, task or data are not those that it began with") }
        guard differences.isEmpty else {
            throw PretrainingError.otherRun(path: folder.path, reason: differences.joined(separator: "; "))
        }
        state.settings = settings
        try TensorLoader().load(try checkpoint.tensors(), into: model.parameters.map { TensorTarget($0) })
        guard let moments = try checkpoint.optimizer() else {
            throw PretrainingError.otherRun(
                path: checkpoint.path, reason: "the checkpoint has no optimizer.safetensors")
        }
        try unit.optimiser.load(moments, for: model.parameters, in: workspace)
        unit.stepCount = state.step
        return state
    }
}
