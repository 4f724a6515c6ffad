public import Foundations
import Layers
public import Patches
public import Tensors

/// One kind of training, without all that is common to every run: a ``TrainingRun`` owns the folder, the resume, the cadence of
/// evaluations and checkpoints, and the records.
///
/// With several ranks every function is called on all of them in the same order, unless it says otherwise.
public protocol TrainingProgram: AnyObject {
    /// The kind, in checkpoints and records: "pretraining".
    static var kind: String { get }
    /// The section of settings files that holds its settings: "pretrain".
    static var section: String { get }

    /// True if every row of a batch is filled to the length, so that the plan's activations are those of each step.
    static var fillsRows: Bool { get }

    /// The model that checkpoints hold at the top.
    var model: LanguageModel { get }
    /// The optimisation units; the first unit's moments stand beside the model.
    var units: [OptimisationUnit] { get }
    /// The adaptation, which was prepared with the model.
    var adaptation: Adaptation { get }
    /// When to evaluate, keep and end.
    var cadence: RunCadence { get }
    /// Steps made and skipped.
    var count: StepCount { get set }
    /// The model and data that a run belongs to, compared when it resumes.
    var identity: JSONValue { get }

    /// The settings as JSON. Throws `ConfigError`.
    func settingsRecord() throws -> JSONValue
    /// Settings in which a checkpoint's differ from these and must not, one text each.
    func differences(from saved: JSONValue, source: String) throws -> [String]
    /// Settings that may change on resume and have since a checkpoint after `step`, one text each, for the user.
    func changes(from saved: JSONValue, after step: Int, source: String) throws -> [String]
    /// The plan but for what the run knows itself: first step, ranks and events.
    func plan() throws -> RunPlan
    /// Events of hooks within `steps`, which will be called. Throws ``TrainingError/emptyPlan(hook:steps:)``.
    func plannedEvents(steps: Int) throws -> [(step: Int, hook: String)]

    /// Opens the data, at `progress` where the run resumes; called once, after the run was compared with the checkpoint.
    func open(at progress: JSONValue?) throws
    /// One step; times but for those of data are the run's. Throws ``TrainingError``, `TensorError`, and what data throw.
    func step() throws -> StepRecord
    /// Losses and scores on held-out data, the same on every rank; nil where nothing is held out. `progress` hears of examples done.
    func evaluate(_ progress: (_ done: Int, _ of: Int) throws -> Void) throws -> EvaluationRecord?
    /// True if an evaluation is better than the best before it, which is nil for the first.
    func isBetter(_ record: EvaluationRecord, than best: EvaluationRecord?) -> Bool

    /// The position in the data and whatever else the next step depends on, over all ranks; on rank 0.
    func progress() throws -> JSONValue
    /// The files of the model in a checkpoint; called on rank 0. Throws `ConfigError`.
    func checkpointModel() throws -> Checkpoint.Model
    /// Further models of a checkpoint by name, such as a teacher; called on rank 0.
    func components() throws -> [String: Checkpoint.Model]
    /// The program's own states of a checkpoint by name, beside those of hooks, whose names they may not have; called on rank 0.
    func states(in workspace: Workspace) throws -> [String: Checkpoint.State]
    /// Takes components and states of the checkpoint that a run resumes from, after hooks, parameters and moments were read.
    func restore(_ folder: CheckpointFolder) throws
    /// Writes the model of the best evaluation so far to a folder; called on rank 0, and only where ``RunCadence/keepsLast`` is false.
    func keep(_ record: EvaluationRecord, in folder: String) throws
    /// Writes what a finished run leaves beside its models; called on rank 0.
    func finish(_ outcome: RunOutcome, _ evaluations: [EvaluationRecord], in folder: RunFolder) throws

    /// Pictures of predictions for the report, largest row first; called on rank 0.
    func pictures() throws -> [Picture]
    /// True if predicted pictures have the brightness of the true ones lent to them.
    var picturesAreNormalised: Bool { get }
}

extension TrainingProgram {
    /// False.
    public static var fillsRows: Bool { false }
    /// Nothing.
    public func changes(from saved: JSONValue, after step: Int, source: String) throws -> [String] { [] }

    /// Nothing.
    public func open(at progress: JSONValue?) throws {}
    /// None.
    public func pictures() throws -> [Picture] { [] }
    /// False.
    public var picturesAreNormalised: Bool { false }
    /// None.
    public func components() throws -> [String: Checkpoint.Model] { [:] }
    /// None.
    public func states(in workspace: Workspace) throws -> [String: Checkpoint.State] { [:] }
    /// Nothing.
    public func restore(_ folder: CheckpointFolder) throws {}
    /// Nothing.
    public func keep(_ record: EvaluationRecord, in folder: String) throws {}
    /// Nothing.
    public func finish(_ outcome: RunOutcome, _ evaluations: [EvaluationRecord], in folder: RunFolder) throws {}
    /// Compares losses; the lower is better, and one that is not finite never is.
    public func isBetter(_ record: EvaluationRecord, than best: EvaluationRecord?) -> Bool {
        record.loss.isFinite && record.loss < best?.loss ?? .infinity
    }

    /// Parameters that are stepped but are no part of the model, by path.
    var otherParameters: [Parameter] {
        let own = Set(model.parameters.map { ObjectIdentifier($0) })
        return units.flatMap(\.groups).flatMap(\.parameters).filter { !own.contains(ObjectIdentifier($0)) }
    }
}

/// Steps of a training, made and skipped.
public struct StepCount: Codable, Sendable, Equatable {
    /// Steps made or skipped.
    public var step = 0
    /// Steps skipped.
    public var skipped = 0
    /// Steps skipped since the last one that was made.
    public var skippedInARow = 0

    enum CodingKeys: String, CodingKey {
        case step, skipped
        case skippedInARow = "skipped_in_a_row"
    }

    /// Before the first step.
    public init() {}
}
