import Layers
public import Tensors

/// Steps one model towards one objective. Several trainers may share a process; each owns its optimisation unit, and who owns
/// the trainers owns the data.
public final class Trainer<Goal: Objective> {
    /// The result of one call of `step`.
    public enum Outcome: Sendable, Equatable {
        /// Parameters were stepped.
        case stepped(StepLoss, OptimisationUnit.Report)
        /// Nothing was changed, because of numbers that are not finite.
        case skipped(StepLoss, reason: String)

        /// The loss before the step.
        public var loss: StepLoss {
            switch self {
            case .stepped(let loss, _), .skipped(let loss, _): loss
            }
        }

        /// The optimiser's report; nil for a skipped step.
        public var report: OptimisationUnit.Report? {
            if case .stepped(_, let report) = self { return report }
            return nil
        }

        /// Why the step was skipped; nil for one that was made.
        public var skipped: String? {
            if case .skipped(_, let reason) = self { return reason }
            return nil
        }
    }

    /// The policy for a loss or a gradient that is not finite.
    public enum NonFinitePolicy: String, Codable, Sendable, CaseIterable {
        /// Throws.
        case stop
        /// Leaves the parameters as they are and takes the next step, `Trainer.skipLimit` times in a row at most.
        case skip
    }

    /// The objective.
    public var accumulation: GradientAccumulation<Goal>
    /// Parameters, optimiser, schedule.
    public let unit: OptimisationUnit
    /// The hooks of each step, in this order.
    public var hooks: [any TrainingHook] = []
    /// The policy for a loss or a gradient that is not finite.
    public var onNonFinite: NonFinitePolicy = .stop
    /// Steps made and skipped; set it to resume.
    public var count = StepCount()
    /// Events of hooks; nil before ``plan(steps:)``.
    private var events: [(step: Int, hook: any TrainingHook)]?
    private let reduction: GradientReduction
    private let workspace: Workspace
    private let key: RandomKey

    /// Skipped steps in a row that end a training.
    public static var skipLimit: Int { 20 }

    /// A trainer before its first step; random draws of the steps are those of `seed`.
    public init(
        _ objective: Goal, unit: OptimisationUnit, communicator: any Communicator = SoleProcess(), seed: UInt64,
        workspace: Workspace
    ) {
        accumulation = GradientAccumulation(objective, communicator: communicator, workspace: workspace)
        reduction = GradientReduction(communicator, workspace: workspace)
        self.unit = unit
        self.workspace = workspace
        key = RandomKey(seed: seed).with("step")
    }

    /// The events that hooks plan within `steps`, in their order; they are the ones that will be called. A trainer that was not asked
    /// plans for the steps of its unit's schedule at its first step. Throws: `emptyPlan` for a hook that has events, none of which
    /// falls into the run.
    @discardableResult
    public func plan(steps: Int) throws(TrainingError) -> [(step: Int, hook: String)] {
        var events: [(step: Int, hook: any TrainingHook)] = []
        for hook in hooks {
            guard let planned = hook.plannedEvents(steps: steps) else { continue }
            let inside = planned.filter { 1...max(steps, 1) ~= $0 }
            if inside.isEmpty { throw .emptyPlan(hook: hook.name, steps: steps) }
            events += inside.map { ($0, hook) }
        }
        events.sort { $0.step < $1.step }
        self.events = events
        return events.map { ($0.step, $0.hook.name) }
    }

    /// One optimiser step on micro-batches; this rank's own where there are several. Throws ``TrainingError``, `TensorError`,
    /// and what hooks and the communicator throw.
    public func step(_ batches: [Goal.MicroBatch]) throws -> Outcome {
        if events == nil { try plan(steps: unit.schedule.steps) }
        let step = count.step
        unit.clearGradients()
        let loss = try accumulation(batches, key: key.with(step))
        guard loss.value.isFinite else { return try skip(batches, loss, nil) }
        try reduction.sum(unit.trained)
        for hook in hooks { try hook.afterBackward(unit, step: step) }
        let report: OptimisationUnit.Report
        do {
            report = try unit.step()
        } catch let error {
            guard case .nonFinite = error else { throw error }
            return try skip(batches, loss, error)
        }
        count.skippedInARow = 0
        for hook in hooks { try hook.afterStep(unit, step: step) }
        count.step += 1
        try callEvents()
        return .stepped(loss, report)
    }

    private func callEvents() throws {
        for event in events ?? [] where event.step == count.step { try event.hook.event(unit, step: count.step) }
    }

    private func skip(_ batches: [Goal.MicroBatch], _ loss: StepLoss, _ error: TensorError?) throws -> Outcome {
        let own = try NonFiniteSearch(unit: unit, workspace: workspace).first(
            accumulation, batches, key: key.with(count.step), loss)
        let first = try NonFiniteSearch.ofLowestRank(own, accumulation.communicator)
        let reason: String
        if let first {
            reason = first.tensor
        } else if case .nonFinite(let tensor, _, _)? = error {
            reason = tensor
        } else {
            reason = "the loss"
        }
        guard onNonFinite == .skip else {
            throw TrainingError.nonFinite(tensor: reason, step: count.step + 1, count: first?.count ?? 1)
        }
        unit.clearGradients()
        unit.stepCount += 1
        count.step += 1
        count.skipped += 1
        count.skippedInARow += 1
        try callEvents()
        if count.skippedInARow >= Self.skipLimit {
            throw TrainingError.skipsInARow(count: count.skippedInARow, step: count.step, last: reason)
        }
        return .skipped(loss, reason: reason)
    }
}
