import Foundations
import Layers
import Tensors
import ZooKit

/// A program of its own kind: a small decoder learns to count. All that a run offers comes with it.
final class ToyProgram: TrainingProgram {
    static let kind = "counting"
    static let section = "toy"

    /// The settings.
    struct Settings: DefaultFilled, Equatable {
        var steps = 40
        var batch = 4
        var evalEvery = 10
        var saveEvery = 5
        init() {}
    }

    let settings: Settings
    let model: LanguageModel
    let adaptation: Adaptation
    private let trainer: Trainer<Pretraining>
    private let workspace: Workspace
    private let communicator: any Communicator
    private static let vocabulary = 31

    init(
        _ settings: Settings, adaptation: Adaptation = .all, communicator: any Communicator, _ workspace: Workspace
    ) throws {
        (self.settings, self.adaptation) = (settings, adaptation)
        (self.workspace, self.communicator) = (workspace, communicator)
        let config = DecoderConfig(
            modelType: .llama, width: 16, layerCount: 2, innerWidth: 24, heads: 2, groups: 1,
            vocabulary: Self.vocabulary)
        model = try LanguageModel(config, seed: 1, workspace: workspace)
        try model.replace(at: "model.layers.1.feed_forward") { try WatchedSublayer($0) }
        trainer = try OptimiserSettings(learningRate: 1e-2, warmUp: 2, weightDecay: 0.1).trainer(
            Pretraining(model), adapting: AdaptationTarget(model, workspace: workspace, steps: settings.steps),
            by: adaptation, communicator: communicator)
    }

    var units: [OptimisationUnit] { [trainer.unit] }
    var identity: JSONValue { .string("numbers in order") }
    var count: StepCount {
        get { trainer.count }
        set { trainer.count = newValue }
    }
    var cadence: RunCadence {
        var cadence = RunCadence(steps: settings.steps)
        (cadence.evalEvery, cadence.saveEvery) = (settings.evalEvery, settings.saveEvery)
        return cadence
    }

    func settingsRecord() throws -> JSONValue { try StrictJSON.encodedValue(settings) }

    func differences(from saved: JSONValue, source: String) throws -> [String] {
        try StrictJSON.decode(Settings.self, from: saved, source: source) == settings ? [] : ["settings differ"]
    }

    func plan() throws -> RunPlan {
        RunPlan(
            Self.kind, model, rows: settings.batch * 8, microBatchRows: 8, length: 8, recompute: false, workspace)
    }

    func plannedEvents(steps: Int) throws -> [(step: Int, hook: String)] { try trainer.plan(steps: steps) }

    /// Eight numbers in order, the first of them drawn; sequence by sequence, dealt out to ranks.
    private func batches(_ purpose: String, step: Int) throws -> [ModelInput] {
        let key = RandomKey(seed: 3).with(purpose).with(step)
        return try stride(from: communicator.rank, to: settings.batch, by: communicator.size).map { place in
            let first = Int(key.bits(at: place) % 31)
            let ids = (0..<8).map { Int32((first + $0) % Self.vocabulary) }
            return try ModelInput.text([ids], vocabulary: Self.vocabulary, workspace: workspace)
        }
    }

    func step() throws -> StepRecord {
        let own = try batches("step", step: count.step)
        let rows = own.count * 8
        return try StepRecord(
            try trainer.step(own), .init(rows: rows, computedRows: rows), step: count.step, communicator)
    }

    func evaluate(_ progress: (Int, Int) throws -> Void) throws -> EvaluationRecord? {
        let loss = try trainer.accumulation.evaluate(batches("held out", step: 0))
        return EvaluationRecord(step: count.step, loss: loss.value, kinds: loss.terms.compactMapValues(\.mean))
    }

    func progress() throws -> JSONValue { .null }

    func checkpointModel() throws -> Checkpoint.Model {
        try ModelFolder.checkpoint(model, kind: ModelKind(rawValue: Self.kind), workspace: workspace)
    }
}

/// Runs the program in a folder until its end or a signal; the exit code of `letterpress`.
func runToy(_ folder: String, steps: Int, resumes: Bool, _ communicator: any Communicator) throws -> Int32 {
    var settings = ToyProgram.Settings()
    settings.steps = steps
    let workspace = try Workspace(kernels: CPUKernels(threads: 1), precision: .fp32)
    let run = try TrainingRun(in: folder, resumes: resumes, communicator: communicator, workspace: workspace) { _ in
        try ToyProgram(settings, communicator: communicator, workspace)
    }
    StopSignal.listen()
    let recorder = try communicator.rank > 0 ? nil : RunRecorder(run, title: "Counting", facts: [])
    let outcome = try run.run(shouldStop: { StopSignal.number != nil }) { try recorder?.record($0, run.program) }
    try recorder?.finish(outcome)
    return outcome.isComplete ? 0 : 75
}
