public import Foundations
import Layers
public import Tensors

/// A training from its first step, or from a checkpoint, to its end: the folder and its lock, refusal and resume, evaluations and
/// checkpoints by a cadence, patience, and the wish of any rank to stop. What it computes depends on the program's settings, data and
/// threads alone: a run that was killed and resumed has the losses of one that was not.
public final class TrainingRun<Program: TrainingProgram> {
    /// The program that is trained.
    public let program: Program
    /// The folder that is written.
    public let folder: RunFolder
    /// The plan, known before the first step.
    public let plan: RunPlan
    private let communicator: any Communicator
    private let workspace: Workspace
    /// Held by rank 0.
    private let lock: FolderLock?
    private var state: RunState

    /// Takes the folder and makes the program; with `resumes` from the newest checkpoint there, or from the first step where a run
    /// ended before it wrote one.
    ///
    /// - Parameters:
    ///   - path: the folder, which is created.
    ///   - resumes: false refuses a folder in which a run has left a checkpoint or a result.
    ///   - communicator: the processes that train together.
    ///   - workspace: where the program's tensors are.
    ///   - sections: what `run.json` holds of a program, by section; the program's own settings alone if nil.
    ///   - make: makes the program, without its data; where the run resumes, from what ``TrainingProgram/progress()`` gave.
    ///
    /// Throws ``PretrainingError``, ``CheckpointError``, `TensorError`, and what `make` throws.
    public init(
        in path: String, resumes: Bool, communicator: any Communicator = SoleProcess(), workspace: Workspace,
        sections: ((Program) throws -> [String: JSONValue])? = nil, make: (_ progress: JSONValue?) throws -> Program
    ) throws {
        let folder = RunFolder(path)
        (self.folder, self.communicator, self.workspace) = (folder, communicator, workspace)
        var lock: FolderLock?
        try communicator.onRank0 { lock = try folder.claim(for: Program.self, resumes: resumes) }
        self.lock = lock
        let saved = resumes ? try SavedRun.newest(in: folder, communicator) : nil
        let program = try make(saved?.state.program)
        self.program = program
        var state = try RunState(program)
        var changes: [String] = []
        if let saved {
            try saved.check(program)
            changes = try program.changes(
                from: saved.state.settings, after: saved.state.count.step, source: saved.folder.path)
            let settings = state.settings
            state = saved.state
            state.settings = settings
        }
        do { try program.plan().check(memory: MachineMemory.bytes, fillsRows: Program.fillsRows) } catch {
            // Nothing is begun, so nothing is left behind.
            if saved == nil { try communicator.onRank0 { Folder.removeEmpty(path) } }
            throw error
        }
        try program.open(at: saved?.state.program)
        let cadence = program.cadence
        // Hooks plan before their states are restored, which may begin in the middle of the plan.
        let events = try program.plannedEvents(steps: cadence.steps)
        try saved?.load(into: program, workspace)
        self.state = state
        var plan = try program.plan()
        (plan.firstStep, plan.steps, plan.evalEvery) = (state.count.step, cadence.steps, cadence.evalEvery)
        (plan.ranks, plan.adaptation) = (communicator.size, program.adaptation.name)
        (plan.best, plan.evaluated) = (state.best, state.evaluations.last)
        plan.events = changes + events.map { "\($0.hook) after step \($0.step)" }
        self.plan = plan
        try communicator.onRank0 {
            // What a run that was killed behind a checkpoint had still to remove.
            if saved != nil { try removeSurplus(at: state.count.step) }
            let settings = try sections?(program) ?? [Program.section: program.settingsRecord()]
            try AtomicFile.write(JSONValue.object(settings).encoded(pretty: true), to: folder.file(RunFolder.settings))
        }
    }

    /// Evaluations so far, those before a resume included.
    public var evaluations: [EvaluationRecord] { state.evaluations }

    /// Steps until the end, until patience ends it, or until `shouldStop` is true after a step; then writes a checkpoint.
    ///
    /// `onEvent` is called on every rank, but for checkpoints, which rank 0 writes. Throws ``TrainingError`` and what data and disk throw;
    /// the last checkpoint stays then.
    public func run(
        shouldStop: () -> Bool = { false }, _ onEvent: (RunEvent) throws -> Void
    ) throws -> RunOutcome {
        let cadence = program.cadence
        let clock = ContinuousClock()
        try onEvent(.started(plan))
        try tellNotices(onEvent)
        if state.count.step == 0, cadence.evalEvery > 0, cadence.evaluatesFirst { try evaluate(clock, onEvent) }
        var last = clock.now
        var saved = state.count.step
        var stopped = false
        while state.count.step < cadence.steps, !endsEarly, !stopped {
            var record = try program.step()
            state.count = program.count
            let step = state.count.step
            record.seconds = last.duration(to: clock.now).seconds
            last = clock.now
            state.rows += record.rows
            state.seconds += record.seconds
            for hook in program.adaptation.hooks {
                for (name, value) in hook.metrics {
                    record.reports = (record.reports ?? [:]).merging([name: value]) { $1 }
                }
            }
            try onEvent(.stepped(record))
            try tellNotices(onEvent)
            let isLast = step == cadence.steps
            if cadence.evalEvery > 0, isLast || step % cadence.evalEvery == 0 {
                try evaluate(clock, onEvent)
                last = clock.now
            }
            let stops = try agree(shouldStop())
            let ends = isLast || endsEarly
            let isDue = cadence.saveEvery > 0 && step % cadence.saveEvery == 0 || cadence.pin.contains(step)
            if ends ? cadence.keepsLast : isDue || stops {
                try save(onEvent)
                saved = step
                last = clock.now
            }
            stopped = stops && !ends
        }
        if cadence.keepsLast, saved != state.count.step { try save(onEvent) }
        let outcome = RunOutcome(
            steps: state.count.step, isComplete: !stopped, endedEarly: !stopped && state.count.step < cadence.steps)
        if outcome.isComplete { try finish(outcome) }
        return outcome
    }

    /// True if evaluations stayed behind the best one for long enough.
    private var endsEarly: Bool { program.cadence.patience > 0 && state.sinceBest >= program.cadence.patience }

    /// True if any rank wants to stop.
    private func agree(_ wish: Bool) throws -> Bool {
        guard communicator.size > 1 else { return wish }
        var votes = [wish ? 1.0 : 0]
        try communicator.sum(&votes)
        return votes[0] > 0
    }

    private func tellNotices(_ onEvent: (RunEvent) throws -> Void) throws {
        for hook in program.adaptation.hooks {
            let lines = hook.takeNotice()
            if !lines.isEmpty { try onEvent(.notice(step: state.count.step, lines: lines)) }
        }
    }

    private func evaluate(_ clock: ContinuousClock, _ onEvent: (RunEvent) throws -> Void) throws {
        let begin = clock.now
        guard var record = try program.evaluate({ try onEvent(.evaluating(done: $0, of: $1)) }) else { return }
        record.step = state.count.step
        record.isBest = record.loss.isFinite && program.isBetter(record, than: state.best)
        record.seconds = begin.duration(to: clock.now).seconds
        // JSON holds finite numbers alone, and what is not finite is never the best.
        if record.loss.isFinite { state.evaluations.append(record) }
        state.sinceBest = record.isBest ? 0 : state.sinceBest + 1
        try onEvent(.evaluated(record))
        guard record.isBest, !program.cadence.keepsLast else { return }
        try communicator.onRank0 {
            if state.evaluations.count(where: \.isBest) == 1, Folder.isFolder(folder.best) {
                try Folder.removeTree(folder.best)
            }
            try program.keep(record, in: folder.best)
            try onEvent(.saved(CheckpointRecord(step: record.step, path: folder.best)))
        }
    }

    /// Writes a checkpoint of the present step, then removes those that the cadence lets go.
    private func save(_ onEvent: (RunEvent) throws -> Void) throws {
        let step = state.count.step
        let progress = try program.progress()
        try communicator.onRank0 {
            state.program = progress
            state.unitSteps = program.units.map(\.stepCount)
            let path = folder.checkpoint(step)
            if let found = state.evaluations.last, found.step == step,
                state.bestSaved.map({ program.isBetter(found, than: $0) }) ?? true
            {
                state.bestSaved = found
            }
            try checkpoint().write(to: path)
            let removed = try removeSurplus(at: step).map(folder.checkpoint)
            try onEvent(.saved(CheckpointRecord(step: step, path: path, removed: removed)))
        }
    }

    /// Removes the checkpoints of steps up to `step` that the cadence lets go; their steps.
    @discardableResult
    private func removeSurplus(at step: Int) throws -> [Int] {
        let cadence = program.cadence
        let best = cadence.keepsLast ? state.bestSaved?.step : nil
        let surplus = RunFolder.surplus(
            try folder.steps().filter { $0 <= step }, keep: cadence.keep, best: best, pinned: cadence.pin)
        try folder.remove(surplus)
        return surplus
    }

    private func checkpoint() throws -> Checkpoint {
        var model = try program.checkpointModel()
        model.optimizer = program.units.first?.optimiser.items(in: workspace) ?? []
        model.files.merge(try program.adaptation.files()) { $1 }
        var states = try program.states(in: workspace)
        for hook in program.adaptation.hooks { states[hook.name] = try hook.state(in: workspace) }
        for (index, unit) in program.units.enumerated().dropFirst() {
            states[RunStateNames.optimiser(index)] = .init(tensors: unit.optimiser.items(in: workspace))
        }
        let rounded = program.model.roundedParameters
        if !rounded.isEmpty {
            states[RunStateNames.exact] = .init(tensors: rounded.map { SafetensorsItem($0, in: workspace) })
        }
        let others = program.otherParameters
        if !others.isEmpty {
            states[RunStateNames.parameters] = .init(tensors: others.map { SafetensorsItem($0, in: workspace) })
        }
        return Checkpoint(
            model: model, components: try program.components(), states: states,
            trainerState: try StrictJSON.encodedValue(state),
            versions: ["kernels": workspace.kernels.name])
    }

    private func finish(_ outcome: RunOutcome) throws {
        try communicator.onRank0 {
            try program.finish(outcome, state.evaluations, in: folder)
            if !program.cadence.keepsLast, Folder.isFolder(folder.checkpoints) {
                try Folder.removeTree(folder.checkpoints)
            }
        }
    }
}

extension Duration {
    /// In seconds.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
