public import Foundations
import Layers
public import Tensors
public import ZooKit

/// A pretrained model's fine-tuning on a task of classes or numbers.
///
/// Its folder gets `best/`, the model of the best evaluation with `classifier.json` and the predictions of that evaluation,
/// checkpoints to resume from while it runs, and `result.json` at its end.
public final class ClassificationProgram: TrainingProgram {
    /// `classification`.
    public static let kind = "classification"
    /// `finetune`.
    public static let section = FinetuneCourse.section

    /// All that a program needs beside its settings.
    public struct Parts {
        /// The task.
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
        /// The model and data, compared when a run resumes.
        public var identity: JSONValue
        /// The settings of the training.
        public var adaptation: Adaptation
        /// The folder that the model was read from.
        public var source: String?
        /// The columns of the data with `text_a` and `text_b`; nil where they have no names.
        public var columns: [String: String]?

        /// Parts without files.
        public init(
            task: TaskDefinition, train: [TaskExample], select: [TaskExample], model: LanguageModel,
            options: ExampleOptions, files: [String: [UInt8]] = [:], identity: JSONValue = .null,
            adaptation: Adaptation = .all, source: String? = nil
        ) {
            self.task = task
            self.train = train
            self.select = select
            self.model = model
            self.options = options
            self.files = files
            self.identity = identity
            self.adaptation = adaptation
            self.source = source
        }
    }

    /// The settings.
    public let settings: FinetuneSettings
    /// The optimisation unit of the model.
    public let trainer: Trainer<Classification>
    let parts: Parts
    let scorer: ClassifierScorer
    /// Where its tensors are.
    public let workspace: Workspace
    private let communicator: any Communicator
    /// Patches or tokens of an example at most; of a pair both.
    let length: Int
    private let steps: Int
    private var order: ExampleOrder
    /// Answers of the last evaluation, on every rank.
    private var answers: [GivenAnswer] = []

    /// Readies model and data.
    ///
    /// Throws `PretrainingError` for settings that do not fit, `TensorError`, and what the renderer throws.
    public init(
        _ settings: FinetuneSettings, _ parts: Parts, communicator: any Communicator = SoleProcess(),
        workspace: Workspace
    ) throws {
        try settings.validate()
        try Self.check(parts, settings)
        (self.settings, self.parts, self.communicator, self.workspace) = (settings, parts, communicator, workspace)
        let model = parts.model
        length = settings.course.exampleLength(positions: model.base.config.positions)
        scorer = try ClassifierScorer(
            model, settings.modality, ClassifierRecord.fitted(parts.options, length: length),
            pooling: Self.pooling(settings, model.base.config),
            words: parts.task.kind.needs.contains(.words) ? settings.wordRow : nil, batch: settings.evalBatch,
            workspace: workspace)
        let count = parts.train.count
        steps = settings.course.stepCount(examples: count)
        model.setAttentionDropout(settings.dropout)
        let target = AdaptationTarget(
            model, workspace: workspace, decay: settings.weightDecay, steps: steps,
            stepsPerEpoch: (count + settings.batch - 1) / settings.batch, seed: settings.seed, source: parts.source,
            reaches: Self.reach(of: settings.modality, in: model))
        trainer = try settings.optimiser.trainer(
            Classification(model), adapting: target, by: parts.adaptation, communicator: communicator)
        order = ExampleOrder(count: count, batch: settings.batch, seed: UInt64(settings.seed))
    }

    // MARK: TrainingProgram

    /// The model.
    public var model: LanguageModel { parts.model }
    /// The one unit.
    public var units: [OptimisationUnit] { [trainer.unit] }
    /// The settings of the training.
    public var adaptation: Adaptation { parts.adaptation }
    /// The model and data, compared when a run resumes.
    public var identity: JSONValue { parts.identity }
    /// Steps made and skipped.
    public var count: StepCount {
        get { trainer.count }
        set { trainer.count = newValue }
    }

    /// Evaluations with patience; the model of the best one is the result.
    public var cadence: RunCadence {
        var cadence = RunCadence(steps: steps)
        cadence.evalEvery = settings.course.evaluationInterval(examples: parts.train.count)
        (cadence.saveEvery, cadence.patience, cadence.keepsLast) = (settings.saveEvery, settings.patience, false)
        return cadence
    }

    /// The metric that chooses the best evaluation.
    public var metric: String { settings.metric ?? parts.task.metrics[0] }

    /// The settings as JSON.
    public func settingsRecord() throws -> JSONValue { try StrictJSON.encodedValue(settings) }

    /// Settings that must not differ and do.
    public func differences(from saved: JSONValue, source: String) throws -> [String] {
        try settings.differences(from: StrictJSON.decode(FinetuneSettings.self, from: saved, source: source))
    }

    /// The plan at the longest examples.
    public func plan() throws -> RunPlan {
        let details: [String: JSONValue] = [
            "task": .string(parts.task.name), "train_examples": .integer(parts.train.count),
            "eval_examples": .integer(parts.select.count), "eval_split": .string(parts.task.use.select ?? ""),
            "metric": .string(metric), "length": .integer(length), "batch": .integer(settings.batch),
            "modality": .string(settings.modality.rawValue),
        ]
        return RunPlan(
            Self.kind, model, rows: settings.batch * length,
            microBatchRows: min(settings.microBatch ?? settings.batch, settings.batch) * length, length: length,
            recompute: settings.recompute, details: details, workspace)
    }

    /// Events of the adaptation's hooks.
    public func plannedEvents(steps: Int) throws -> [(step: Int, hook: String)] { try trainer.plan(steps: steps) }

    /// One step on the next examples, this rank's share of them.
    public func step() throws -> StepRecord {
        let clock = ContinuousClock()
        let begin = clock.now
        let places = Array(order.places(of: count.step))
        let examples = try scorer.encode(share(places).map { parts.train[$0] })
        let batches = try scorer.microBatches(examples, limit: settings.microBatch ?? settings.batch)
        let dataSeconds = begin.duration(to: clock.now) / .seconds(1)
        let cost = TrainingCost(model)
        let counts = StepRecord.Counts(
            rows: batches.reduce(0) { $0 + $1.seenRows }, computedRows: batches.reduce(0) { $0 + $1.computedRows },
            examples: examples.count, truncated: examples.count { $0.isTruncated },
            operations: batches.reduce(0) { $0 + cost.operations(of: $1.input, scoredRows: $1.pooled.rows.count) })
        var record = try StepRecord(try trainer.step(batches), counts, step: trainer.count.step, communicator)
        record.dataSeconds = dataSeconds
        return record
    }

    /// This rank's part of a list: every size-th from its own number on.
    private func share<Item>(_ all: [Item]) -> [Item] {
        communicator.size == 1
            ? all : stride(from: communicator.rank, to: all.count, by: communicator.size).map { all[$0] }
    }

    /// Answers the split that chooses the best step; each rank a part of it.
    public func evaluate(_ progress: (Int, Int) throws -> Void) throws -> EvaluationRecord? {
        let own = share(parts.select)
        var given: [GivenAnswer] = []
        while given.count < own.count {
            given += try scorer.answers(to: Array(own[given.count...].prefix(scorer.window)))
            try progress(min(parts.select.count, given.count * communicator.size), parts.select.count)
        }
        answers = try gathered(given)
        let names = parts.task.metrics + (settings.metric.map { [$0] } ?? [])
        return EvaluationRecord(
            step: count.step, loss: TaskExample.meanLoss(parts.select, answers),
            metrics: Metric.values(names, Outcomes(parts.task, parts.select, answers)).compactMapValues(\.number))
    }

    /// The answers of all ranks in the order of the examples, on every rank; each answer is its scores, bit for bit.
    private func gathered(_ own: [GivenAnswer]) throws -> [GivenAnswer] {
        guard communicator.size > 1 else { return own }
        if scorer.wordEncoder != nil { return try gatheredWords(own, communicator) }
        let width = model.heads.labels ?? 1
        var table = [Double](repeating: 0, count: parts.select.count * width)
        for (index, answer) in own.enumerated() {
            let place = (index * communicator.size + communicator.rank) * width
            switch answer {
            case .classes(let scores): table.replaceSubrange(place..<place + width, with: scores)
            case .number(let number): table[place] = number
            default: break
            }
        }
        try communicator.sum(&table)
        let isNumber = trainer.accumulation.objective.isRegression
        return parts.select.indices.map { index in
            let scores = Array(table[index * width..<(index + 1) * width])
            return isNumber ? .number(scores[0]) : .classes(scores: scores)
        }
    }

    /// Compares the metric; the first evaluation is the best, and one whose metric is defined is better than one whose is not.
    public func isBetter(_ record: EvaluationRecord, than best: EvaluationRecord?) -> Bool {
        guard let best else { return true }
        guard let value = record.metrics[metric] else { return false }
        guard let other = best.metrics[metric] else { return true }
        let direction = metric == parts.task.metrics[0] ? parts.task.direction : Metric.named(metric)?.direction
        return direction == .lower ? value < other : value > other
    }

    /// Nothing: the order of examples follows from the step.
    public func progress() throws -> JSONValue { .null }

    /// The model with its head of classes, and its files.
    public func checkpointModel() throws -> Checkpoint.Model {
        try ModelFolder.classifier(
            model, labels: parts.task.labels, ofWords: scorer.wordEncoder != nil, files: parts.files,
            workspace: workspace)
    }

    /// Writes the model, its record, and what it answered.
    public func keep(_ evaluation: EvaluationRecord, in folder: String) throws {
        let pooling = Self.pooling(settings, model.base.config)
        var record = ClassifierRecord(
            task: parts.task.name, version: parts.task.version, kind: parts.task.kind.name, labels: parts.task.labels,
            modality: settings.modality, length: length, pool: pooling.image,
            compatiblePad: pooling.compatiblePad.map(Int.init), step: evaluation.step, metrics: evaluation.metrics,
            columns: parts.columns)
        if scorer.wordEncoder != nil { record.wordRow = settings.wordRow }
        var files = try checkpointModel()
        files.files.merge(try adaptation.files()) { $1 }
        files.files[ClassifierRecord.fileName] = try StrictJSON.encodedValue(record).encoded(pretty: true)
        files.files["predictions-\(parts.task.use.select ?? "").jsonl"] = zip(parts.select, answers).flatMap {
            PredictionLine($0, $1).encoded(parts.task)
        }
        try Checkpoint(model: files, versions: ["kernels": workspace.kernels.name]).write(to: folder)
    }

    /// The answers of the best evaluation, which a run that was resumed has in its folder alone.
    private func keptAnswers(_ folder: RunFolder) throws -> [GivenAnswer] {
        let path = folder.file("best/predictions-\(parts.task.use.select ?? "").jsonl")
        let file = try MappedFile(path: path)
        let lines = unsafe file.withBytes { unsafe [UInt8]($0) }.split(separator: UInt8(ascii: "\n"))
        return try zip(lines, parts.select).map { line, example in
            try PredictionLine(parsing: Array(line), of: example, source: path).answer
        }
    }

    /// Writes the result.
    public func finish(_ outcome: RunOutcome, _ evaluations: [EvaluationRecord], in folder: RunFolder) throws {
        let best = evaluations.last(where: \.isBest)
        let split = parts.task.use.select ?? ""
        var result = FinetuneResult(
            task: parts.task.name, version: parts.task.version, metric: metric, split: split,
            value: best?.metrics[metric], bestStep: best?.step ?? 0, steps: outcome.steps,
            endedEarly: outcome.endedEarly, evaluations: evaluations, settings: settings, identity: parts.identity)
        var named = parts.task
        if let metric = settings.metric, !named.metrics.contains(metric) { named.metrics.append(metric) }
        result.baselines = BaselineScores.all(named, split: split, parts.select, train: parts.train).filter {
            $0.language == nil
        }
        result.onlyAnswer = try OnlyAnswer(parts.task, parts.select, keptAnswers(folder))
        try AtomicFile.write(
            StrictJSON.encodedValue(result).encoded(pretty: true), to: folder.file(FinetuneResult.fileName))
    }
}

/// A fine-tuning in its folder.
public typealias FinetuneRun = TrainingRun<ClassificationProgram>

extension TrainingRun where Program == ClassificationProgram {
    /// Takes the folder and readies model and data; with `resumes` from the newest checkpoint there.
    public convenience init(
        _ settings: FinetuneSettings, _ parts: ClassificationProgram.Parts, folder: String, resumes: Bool,
        communicator: any Communicator = SoleProcess(), workspace: Workspace,
        sections: ((ClassificationProgram) throws -> [String: JSONValue])? = nil
    ) throws {
        try self.init(
            in: folder, resumes: resumes, communicator: communicator, workspace: workspace, sections: sections
        ) { _ in
            try ClassificationProgram(settings, parts, communicator: communicator, workspace: workspace)
        }
    }
}
