/// Something that takes part in every step: a freezing rule, a rank search, a moving average. All functions may be left out.
///
/// The order of a step is fixed: backward, sums over ranks, `afterBackward`, finite check, clipping, AdamW, `afterStep`, the
/// count, and `event` where one was planned.
public protocol TrainingHook: AnyObject {
    /// The name in plans and messages.
    var name: String { get }
    /// Steps, counted from 1, after which `event` is called, within a training of `steps`; nil for a hook that has no events.
    func plannedEvents(steps: Int) -> [Int]?
    /// Gradients are whole and may be changed.
    func afterBackward(_ unit: OptimisationUnit, step: Int) throws
    /// Parameters have been stepped and may be written; gradients are still those of the step.
    func afterStep(_ unit: OptimisationUnit, step: Int) throws
    /// A planned event, after `step` steps.
    func event(_ unit: OptimisationUnit, step: Int) throws
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
}
