public import Foundations
import Layers
public import Tensors
public import ZooKit

/// A fine-tuning from its first step, or from a checkpoint, to its end. What it computes depends on settings, model, data and
/// threads alone: a run that was killed and goes on has the losses of one that was not.
///
/// Its folder gets `best/`, the model of the best evaluation with `classifier.json` and the predictions of that evaluation,
/// checkpoints to go on from while it runs, and `result.json` at its end.
public final class FinetuneRun {
    /// All that a run needs beside its settings.
    public struct Parts {
        /// What is asked.
        public var task: TaskDefinition
        /// Examples to train on.
        public var train: [TaskExample]
        /// Examples of the split that chooses the best step.
        public var select: [TaskExample]
        /// The pretrained model, with a new head of as many classes as the task has, or of one for numbers.
        public var model: LanguageModel
        /// How examples are made; lengths and channels are set from settings and model.
        public var options: ExampleOptions
        /// Files that a folder has beside the model: the tokenizer's, how pictures are drawn.
        public var files: [String: [UInt8]]
        /// What model and data are, compared when a run goes on.
        public var identity: JSONValue
        /// What is trained; nil is what the settings say.
        public var adaptation: Adaptation?

        /// Parts without files.
        public init(
            task: TaskDefinition, train: [TaskExample], select: [TaskExample], model: LanguageModel,
            options: ExampleOptions, files: [String: [UInt8]] = [:], identity: JSONValue = .null,
            adaptation: Adaptation? = nil
        ) {
            self.task = task
            self.train = train
            self.select = select
            self.model = model
            self.options = options
            self.files = files
            self.identity = identity
            self.adaptation = adaptation
        }
    }

    /// The settings.
    public let settings: FinetuneSettings
    /// The folder that is written.
    public let folder: RunFolder
    /// The model.
    public let model: LanguageModel
    /// What steps it.
    public let trainer: Trainer<Classification>
    /// What is known before the first step.
    public let plan: FinetunePlan
    let parts: Parts
    let scorer: ClassifierScorer
    let workspace: Workspace
    private var order: ExampleOrder
    private(set) var state: FinetuneState

    /// Readies model and data; with `resumes` both go on from the newest checkpoint in the folder.
    ///
    /// Throws `PretrainingError` for settings that do not fit, and for a folder of another run; `CheckpointError`, `TensorError`.
    public init(
        _ settings: FinetuneSettings, _ parts: Parts, folder: String, resumes: Bool, workspace: Workspace
    ) throws {
        try settings.validate()
        try Self.check(parts, settings)
        self.settings = settings
        self.parts = parts
        self.folder = RunFolder(folder)
        self.workspace = workspace
        model = parts.model
        let length = settings.course.exampleLength(positions: model.base.config.positions)
        scorer = try ClassifierScorer(
            model, settings.modality, ClassifierRecord.fitted(parts.options, length: length),
            pooling: Self.pooling(settings, model.base.config), batch: settings.evalBatch, workspace: workspace)
        let count = parts.train.count
        let steps = settings.course.stepCount(examples: count)
        trainer = try Self.trainer(parts, settings, steps: steps, workspace)
        order = ExampleOrder(count: count, batch: settings.batch, seed: UInt64(settings.seed))
        let events = try trainer.plan(steps: steps).map { "\($0.hook) after step \($0.step)" }
        if resumes {
            state = try .resume(self.folder, settings, data: parts.identity, model, trainer.unit, workspace)
            trainer.resume(step: state.step, skipped: state.skipped, skippedInARow: state.skippedInARow)
        } else {
            try Self.refuse(self.folder)
            state = FinetuneState(settings: settings, data: parts.identity)
        }
        plan = FinetunePlan(
            task: parts.task.name, trained: trainer.unit.trained.reduce(0) { $0 + $1.count },
            parameters: model.parameters.reduce(0) { $0 + $1.count }, trainExamples: count,
            evalExamples: parts.select.count, evalSplit: parts.task.use.select ?? "",
            metric: settings.metric ?? parts.task.metrics[0], length: length, firstStep: state.step, steps: steps,
            evalEvery: settings.course.evaluationInterval(examples: count), events: events)
    }

    /// The task's best step so far.
    public var best: FinetuneEvaluation? { state.best }

    /// Steps until the end, until evaluations stay behind the best one, or until `shouldStop` says so after a step. What it came
    /// to; nil where it was stopped, with a checkpoint then. Throws `TrainingError` and what data and disk throw.
    public func run(
        shouldStop: () -> Bool = { false }, _ onEvent: (FinetuneEvent) throws -> Void
    ) throws -> FinetuneResult? {
        try onEvent(.started(plan))
        try Folder.create(folder.path)
        if state.step == 0, Folder.isFolder(folder.best) { try Folder.removeTree(folder.best) }
        let clock = ContinuousClock()
        var last = clock.now
        while state.step < plan.steps, !endsEarly {
            let begin = clock.now
            let examples = try scorer.encode(order.places(of: state.step).map { parts.train[$0] })
            let batches = try scorer.microBatches(examples, limit: settings.microBatch ?? settings.batch)
            let dataSeconds = begin.duration(to: clock.now).inSeconds
            let outcome = try trainer.step(batches)
            (state.step, state.skipped, state.skippedInARow) = (trainer.step, trainer.skipped, trainer.skippedInARow)
            var record = FinetuneStep(outcome, examples, batches, step: state.step)
            (record.dataSeconds, record.seconds) = (dataSeconds, last.duration(to: clock.now).inSeconds)
            last = clock.now
            try onEvent(.stepped(record))
            let isLast = state.step == plan.steps
            if isLast || state.step % plan.evalEvery == 0 {
                try evaluate(clock, onEvent)
                last = clock.now
            }
            let stops = shouldStop()
            if !isLast, !endsEarly, stops || settings.saveEvery > 0 && state.step % settings.saveEvery == 0 {
                try save(onEvent)
                last = clock.now
            }
            if stops, !isLast, !endsEarly { return nil }
        }
        return try finish()
    }

    /// Whether evaluations stayed behind the best one for long enough.
    private var endsEarly: Bool { settings.patience > 0 && state.sinceBest >= settings.patience }

    private func evaluate(_ clock: ContinuousClock, _ onEvent: (FinetuneEvent) throws -> Void) throws {
        let begin = clock.now
        var answers: [GivenAnswer] = []
        while answers.count < parts.select.count {
            answers += try scorer.answers(to: Array(parts.select[answers.count...].prefix(scorer.window)))
            try onEvent(.evaluating(done: answers.count, of: parts.select.count))
        }
        let outcomes = Outcomes(parts.task, parts.select, answers)
        let names = parts.task.metrics + (settings.metric.map { [$0] } ?? [])
        var record = FinetuneEvaluation(
            step: state.step, loss: TaskExample.meanLoss(parts.select, answers),
            metrics: Metric.values(names, outcomes).compactMapValues(\.number), isBest: false, seconds: 0)
        record.isBest = isBetter(record)
        record.seconds = begin.duration(to: clock.now).inSeconds
        state.evaluations.append(record)
        try onEvent(.evaluated(record))
        guard record.isBest else { return }
        try keep(record, answers)
        try onEvent(.saved(step: state.step, path: folder.best))
    }

    /// Whether an evaluation is better than all before; the first is, and one whose metric is not defined is better than none.
    private func isBetter(_ record: FinetuneEvaluation) -> Bool {
        guard let best = state.best else { return true }
        guard let value = record.metrics[plan.metric] else { return false }
        guard let other = best.metrics[plan.metric] else { return true }
        let direction =
            plan.metric == parts.task.metrics[0] ? parts.task.direction : Metric.named(plan.metric)?.direction
        return direction == .lower ? value < other : value > other
    }

    private func save(_ onEvent: (FinetuneEvent) throws -> Void) throws {
        let path = folder.checkpoint(state.step)
        let files = try ModelFolder.classifier(
            model, labels: parts.task.labels, optimizer: trainer.unit.optimiser.items(in: workspace),
            files: parts.files, workspace: workspace)
        try Checkpoint(
            model: files, trainerState: StrictJSON.encodedValue(state), versions: ["kernels": workspace.kernels.name]
        ).write(to: path)
        for step in try folder.steps() where step < state.step { try Folder.removeTree(folder.checkpoint(step)) }
        try onEvent(.saved(step: state.step, path: path))
    }

    /// Writes the result, and removes what is needed no longer.
    private func finish() throws -> FinetuneResult {
        let best = state.best
        let result = FinetuneResult(
            task: parts.task.name, version: parts.task.version, metric: plan.metric, split: plan.evalSplit,
            value: best?.metrics[plan.metric], bestStep: best?.step ?? 0, steps: state.step,
            endedEarly: state.step < plan.steps, evaluations: state.evaluations, settings: settings)
        try AtomicFile.write(
            StrictJSON.encodedValue(result).encoded(pretty: true), to: folder.file(FinetuneResult.fileName))
        if Folder.isFolder(folder.checkpoints) { try Folder.removeTree(folder.checkpoints) }
        return result
    }
}
