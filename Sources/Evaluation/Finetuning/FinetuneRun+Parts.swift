import Foundations
import Layers
import Tensors
public import ZooKit

extension FinetuneRun {
    /// Throws `badSetting` unless task, examples and model fit.
    static func check(_ parts: Parts, _ settings: FinetuneSettings) throws(PretrainingError) {
        let task = parts.task
        guard task.kind.isFineTuned else {
            throw .badSetting(
                key: "task", reason: "\(task.name) is of the kind \(task.kind), for which no head is trained")
        }
        guard !parts.train.isEmpty, !parts.select.isEmpty else {
            throw .noExamples(what: "the splits of \(task.name)")
        }
        if let example = (parts.train + parts.select).first(where: { $0.label == nil }) {
            throw .badSetting(
                key: "task",
                reason: "\(task.name): example \(example.id) has no label; take splits whose labels are known")
        }
        let classes = task.kind.needs.contains(.number) ? 1 : task.labels.count
        guard parts.model.heads.labels == classes else {
            throw .badSetting(
                key: "model",
                reason: "\(task.name) has \(classes) classes and the model's head \(parts.model.heads.labels ?? 0)")
        }
        if let name = settings.metric, !task.kind.metrics.contains(name) {
            throw .badSetting(
                key: "metric",
                reason: "'\(name)' is not one of \(task.kind): \(task.kind.metrics.joined(separator: ", "))")
        }
        guard settings.channelAdapt == nil || parts.model.base.config.channels == 1 else {
            throw .badSetting(key: "channel_adapt", reason: "the model was not loaded with a single channel")
        }
    }

    /// Throws `otherRun` where a folder holds a run already.
    static func refuse(_ folder: RunFolder) throws {
        if Folder.hasItem(folder.file(FinetuneResult.fileName)) {
            throw PretrainingError.otherRun(
                path: folder.path, reason: "it has a finished fine-tuning; see it with --resume")
        }
        if let step = try folder.steps().last {
            throw PretrainingError.otherRun(
                path: folder.path, reason: "it has a checkpoint of step \(step); go on with --resume")
        }
    }

    static func pooling(_ settings: FinetuneSettings, _ config: DecoderConfig) -> Pooling {
        // Where no padding is named the reference pads with the token that ends texts.
        let pad = config.pad ?? config.end ?? 2
        return Pooling(image: settings.pool, compatiblePad: settings.compatPooling ? Int32(pad) : nil)
    }

    static func trainer(
        _ parts: Parts, _ settings: FinetuneSettings, steps: Int, _ workspace: Workspace
    ) throws -> Trainer<Classification> {
        let (model, adaptation) = (parts.model, parts.adaptation ?? settings.adaptation)
        let groups = try adaptation.prepare(model, workspace)
        // What the modality does not reach keeps its numbers, and costs no moments.
        if settings.modality == .image { model.base.tokens.weight.isTrainable = false }
        if settings.modality == .text { model.base.patches?.parameters.forEach { $0.isTrainable = false } }
        let unit = settings.optimiser.unit(groups, steps: steps, workspace: workspace)
        guard !unit.trained.isEmpty else {
            throw PretrainingError.badSetting(key: "frozen", reason: "nothing is left to train")
        }
        model.setAttentionDropout(settings.dropout)
        let trainer = Trainer(Classification(model), unit: unit, seed: UInt64(settings.seed), workspace: workspace)
        settings.optimiser.prepare(trainer)
        trainer.hooks = adaptation.hooks
        return trainer
    }

    /// Writes `best/`: the model, its record, and what it answered.
    func keep(_ evaluation: FinetuneEvaluation, _ answers: [GivenAnswer]) throws {
        let pooling = Self.pooling(settings, model.base.config)
        let record = ClassifierRecord(
            task: parts.task.name, version: parts.task.version, kind: parts.task.kind.name, labels: parts.task.labels,
            modality: settings.modality, length: plan.length, pool: pooling.image,
            compatiblePad: pooling.compatiblePad.map(Int.init), step: evaluation.step, metrics: evaluation.metrics)
        var files = parts.files
        files[ClassifierRecord.fileName] = try StrictJSON.encodedValue(record).encoded(pretty: true)
        files["predictions-\(plan.evalSplit).jsonl"] = zip(parts.select, answers).flatMap { example, answer in
            PredictionLine(example, answer).encoded(parts.task)
        }
        try Checkpoint(
            model: ModelFolder.classifier(model, labels: parts.task.labels, files: files, workspace: workspace),
            versions: ["kernels": workspace.kernels.name]
        ).write(to: folder.best)
    }
}

extension FinetuneResult {
    /// The file's name.
    public static let fileName = "result.json"

    /// The result of a finished run; nil where the folder has none. Throws `FileError` and `ConfigError`.
    public static func read(_ folder: String) throws -> FinetuneResult? {
        let path = "\(folder)/\(fileName)"
        guard Folder.hasItem(path) else { return nil }
        let file = try MappedFile(path: path)
        let bytes = unsafe file.withBytes { unsafe [UInt8]($0) }
        return try StrictJSON.decode(FinetuneResult.self, from: bytes, source: path)
    }
}

extension FinetuneStep {
    /// What a step came to.
    init(
        _ outcome: Trainer<Classification>.Outcome, _ examples: [ClassifierExample], _ batches: [ClassifierBatch],
        step: Int
    ) {
        let found = outcome.loss
        (rate, gradientNorm) = (outcome.report?.rate, outcome.report?.gradientNorms["default"])
        skipped = outcome.skipped
        self.step = step
        loss = found.value
        self.examples = examples.count
        truncated = examples.count { $0.isTruncated }
        rows = batches.reduce(0) { $0 + $1.seenRows }
        computedRows = batches.reduce(0) { $0 + $1.computedRows }
        seconds = 0
        dataSeconds = 0
    }
}

extension RunFolder {
    /// Where the model of a fine-tuning's best evaluation stands.
    public var best: String { "\(path)/best" }
}

extension Duration {
    /// In seconds.
    var inSeconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
