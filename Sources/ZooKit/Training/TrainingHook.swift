public import Foundations
public import Tensors

/// Something that takes part in every step: a freezing rule, a rank search, a moving average. All functions may be left out.
///
/// The order of a step is fixed: backward, sums over ranks, `afterBackward`, finite check, clipping, AdamW, `afterStep`, the
/// count, and `event` where one was planned.
public protocol TrainingHook: AnyObject {
    /// The name in plans, messages and checkpoints.
    var name: String { get }
    /// Steps, counted from 1, after which `event` is called, within a training of `steps`; nil for a hook that has no events.
    func plannedEvents(steps: Int) -> [Int]?
    /// Gradients are whole and may be changed.
    func afterBackward(_ unit: OptimisationUnit, step: Int) throws
    /// Parameters have been stepped and may be written; gradients are still those of the step.
    func afterStep(_ unit: OptimisationUnit, step: Int) throws
    /// A planned event, after `step` steps.
    func event(_ unit: OptimisationUnit, step: Int) throws
    /// Numbers of the last step for the records, by name; the same on every rank.
    var metrics: [String: Double] { get }
    /// Lines for a person that were not given before.
    func takeNotice() -> [String]
    /// The hook's state for a checkpoint, which ``restore(_:_:_:)`` takes; nil for none.
    func state(in workspace: Workspace) throws -> Checkpoint.State?
    /// Takes what a checkpoint kept, before parameters and moments are read: shapes and what is trained must be those of then.
    func restore(_ values: JSONValue, _ tensors: SafetensorsFile, _ units: [OptimisationUnit]) throws
}

extension TrainingHook {
    /// No events.
    public func plannedEvents(steps: Int) -> [Int]? { nil }
    /// Nothing.
    public func afterBackward(_ unit: OptimisationUnit, step: Int) throws {}
    /// Nothing.
    public func afterStep(_ unit: OptimisationUnit, step: Int) throws {}
    /// Nothing.
    public func event(_ unit: OptimisationUnit, step: Int) throws {}
    /// None.
    public var metrics: [String: Double] { [:] }
    /// None.
    public func takeNotice() -> [String] { [] }
    /// Nothing.
    public func state(in workspace: Workspace) throws -> Checkpoint.State? { nil }
    /// Nothing.
    public func restore(_ values: JSONValue, _ tensors: SafetensorsFile, _ units: [OptimisationUnit]) throws {}
}
