import Foundations
import Layers
import Tensors
import TestSupport
import ZooKit

/// A run of a small decoder on drawn tokens, as any adaptation sees one.
final class SmallProgram: TrainingProgram {
    static let kind = "small"
    static let section = "small"
    let model: LanguageModel
    let adaptation: Adaptation
    let trainer: Trainer<Pretraining>
    let cadence: RunCadence
    let workspace: Workspace

    init(_ adaptation: Adaptation, steps: Int, source: String? = nil, workspace: Workspace) throws {
        (self.adaptation, self.workspace) = (adaptation, workspace)
        let config = DecoderConfig(
            modelType: .llama, width: 16, layerCount: 4, innerWidth: 24, heads: 4, groups: 2, vocabulary: 11)
        model =
            try source.map {
                try ModelFolder.load($0, workspace: workspace, trainable: true).model
            } ?? LanguageModel(config, seed: 5, workspace: workspace)
        let settings = OptimiserSettings(learningRate: 1e-2, warmUp: 2, weightDecay: 0.1)
        trainer = try settings.trainer(
            Pretraining(model),
            adapting: AdaptationTarget(
                model, workspace: workspace, decay: 0.1, steps: steps, stepsPerEpoch: 3, seed: 9, source: source),
            by: adaptation)
        var cadence = RunCadence(steps: steps)
        (cadence.saveEvery, cadence.keep) = (2, 9)
        self.cadence = cadence
    }

    var units: [OptimisationUnit] { [trainer.unit] }
    var identity: JSONValue { .null }
    var count: StepCount {
        get { trainer.count }
        set { trainer.count = newValue }
    }
    func settingsRecord() throws -> JSONValue { .object([:]) }
    func differences(from saved: JSONValue, source: String) throws -> [String] { [] }
    func plan() throws -> RunPlan {
        RunPlan(Self.kind, model, rows: 21, microBatchRows: 21, length: 7, recompute: false, workspace)
    }
    func plannedEvents(steps: Int) throws -> [(step: Int, hook: String)] { try trainer.plan(steps: steps) }
    func evaluate(_ progress: (Int, Int) throws -> Void) throws -> EvaluationRecord? { nil }
    func progress() throws -> JSONValue { .null }
    func checkpointModel() throws -> Checkpoint.Model {
        try ModelFolder.checkpoint(model, kind: ModelKind(rawValue: Self.kind), workspace: workspace)
    }
    func step() throws -> StepRecord {
        let key = RandomKey(seed: 2).with("tokens").with(count.step)
        let ids = (0..<3).map { b in (0..<7).map { Int32(key.bits(at: b * 7 + $0) % 11) } }
        let input = try ModelInput.text(ids, vocabulary: 11, workspace: workspace)
        return try StepRecord(
            try trainer.step([input]), .init(rows: 21, computedRows: 21), step: count.step, SoleProcess())
    }

    /// Every parameter's bytes by path.
    func values() throws -> [String: [Double]] {
        try Dictionary(uniqueKeysWithValues: model.parameters.map { ($0.path, try $0.hostValues()) })
    }
}

/// Losses, values and notices of a run, or of a piece of one.
struct HalfRun {
    var losses: [Double] = []
    var reports: [[String: Double]] = []
    var notices: [(step: Int, lines: [String])] = []
    var begin: [String: [Double]] = [:]
    var end: [String: [Double]] = [:]
    /// Trained paths before each step.
    var trained: [Set<String>] = []
    let program: SmallProgram

    init(
        _ folder: String, _ method: Adaptation, steps: Int, source: String? = nil, resumes: Bool = false,
        stopAfter: Int? = nil, workspace: Workspace
    ) throws {
        let run = try TrainingRun(in: folder, resumes: resumes, workspace: workspace) { _ in
            try SmallProgram(method, steps: steps, source: source, workspace: workspace)
        }
        program = run.program
        begin = try program.values()
        func now() -> Set<String> { Set(run.program.model.parameters.filter(\.isTrainable).map(\.path)) }
        trained.append(now())
        _ = try run.run(shouldStop: { run.program.count.step == stopAfter }) { event in
            switch event {
            case .stepped(let record):
                losses.append(record.loss)
                reports.append(record.reports ?? [:])
                trained.append(now())
            case .notice(let step, let lines): notices.append((step, lines))
            default: break
            }
        }
        end = try program.values()
    }
}
