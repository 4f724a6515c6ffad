import Foundations
import Layers
import Tensors

/// What a run goes on from beside the model and the moments: `trainer_state.json` of its checkpoints.
struct RunState: Codable {
    /// What an evaluation came to.
    struct Evaluation: Codable, Equatable {
        var step: Int
        var loss: Double
    }

    /// Steps made or skipped.
    var step = 0
    /// Steps skipped.
    var skipped = 0
    /// Steps skipped since the last one that was made; nil, in checkpoints of before this was kept, is 0.
    var skippedInARow: Int?
    /// Rows read over all ranks.
    var rows = 0
    /// Seconds of training.
    var seconds = 0.0
    /// The last evaluation.
    var evaluated: Evaluation?
    /// The best evaluation.
    var best: Evaluation?
    /// The best of those at whose step a checkpoint was written.
    var bestSaved: Evaluation?
    /// Streams of documents.
    var streams: Int?
    /// Where the data of all ranks stand.
    var loader: JSONValue?
    /// What the data are.
    var data: JSONValue
    /// The settings.
    var settings: PretrainSettings

    enum CodingKeys: String, CodingKey {
        case step, skipped, rows, seconds, evaluated, best, streams, loader, data, settings
        case skippedInARow = "skipped_in_a_row"
        case bestSaved = "best_saved"
    }

    /// The state before the first step.
    init(settings: PretrainSettings, data: JSONValue) {
        self.settings = settings
        self.data = data
    }

    /// A checkpoint that a run goes on from.
    struct Saved {
        let folder: CheckpointFolder
        let state: RunState

        /// The state, if run and data are those of `settings` and `data`. Throws `otherRun` with what differs.
        func state(for settings: PretrainSettings, _ config: DecoderConfig, data: JSONValue) throws -> RunState {
            var begun = state.settings
            begun.streams = state.streams
            var differences = try settings.differences(from: begun)
            let (own, other) = (try StrictJSON.encodedValue(config), try folder.config())
            if case .object(let keys) = own {
                let changed = keys.keys.filter { own[$0]?.encoded() != (other[$0] ?? .null).encoded() }.sorted()
                if !changed.isEmpty { differences.append("the model is another: \(changed.joined(separator: ", "))") }
            }
            if data != state.data { differences.append("the data are not those that it began with") }
            guard differences.isEmpty else {
                throw PretrainingError.otherRun(path: folder.path, reason: differences.joined(separator: "; "))
            }
            var state = state
            state.settings = settings
            return state
        }

        /// Fills the model and the moments.
        func load(_ model: LanguageModel, _ unit: OptimisationUnit, _ workspace: Workspace) throws {
            try TensorLoader().load(try folder.tensors(), into: model.parameters.map { TensorTarget($0) })
            guard let file = try folder.optimizer() else {
                throw PretrainingError.otherRun(
                    path: folder.path, reason: "the checkpoint has no optimizer.safetensors")
            }
            try unit.optimiser.load(file, for: model.parameters, in: workspace)
        }
    }

    /// The newest checkpoint that rank 0 sees of a run: other ranks may see an older state of a shared disk. Throws `otherRun`
    /// where there is none, and what a damaged one throws.
    static func newest(in folder: RunFolder, _ communicator: any Communicator) throws -> Saved {
        var seen: [UInt8] = []
        try communicator.onRank0 { seen = Array("\(try folder.steps().last ?? -1)".utf8) }
        try communicator.broadcast(&seen)
        guard let step = Int(String(decoding: seen, as: UTF8.self)), step >= 0 else {
            throw PretrainingError.otherRun(
                path: folder.path, reason: "there is no checkpoint to go on from; begin without --resume")
        }
        do {
            let checkpoint = try CheckpointFolder(folder.checkpoint(step))
            try checkpoint.verify()
            let state = try StrictJSON.decode(
                RunState.self, from: try checkpoint.trainerState(), source: "\(checkpoint.path)/trainer_state.json")
            return Saved(folder: checkpoint, state: state)
        } catch {
            throw PretrainingError.damaged(
                path: folder.checkpoint(step), reason: "\(error)", earlier: try folder.steps().last { $0 < step })
        }
    }

    /// Throws `otherRun` where a folder holds checkpoints already.
    static func refuse(_ folder: RunFolder) throws {
        guard let step = try folder.steps().last else { return }
        throw PretrainingError.otherRun(
            path: folder.path, reason: "it has a checkpoint of step \(step); go on with --resume")
    }

    /// The files of a checkpoint.
    func checkpoint(
        _ model: LanguageModel, _ unit: OptimisationUnit, files: [String: [UInt8]], _ workspace: Workspace
    ) throws -> Checkpoint {
        Checkpoint(
            model: try ModelFolder.checkpoint(
                model, kind: .pretraining, optimizer: unit.optimiser.items(in: workspace), files: files,
                workspace: workspace),
            trainerState: try StrictJSON.encodedValue(self), versions: ["kernels": workspace.kernels.name])
    }
}
