import Corpora
public import Foundations
import Patches
import Tensors
public import ZooKit

/// The inputs that all fine-tunings of a model on a task share: examples, model, tokenizer and drawing.
public struct FinetuneMaterial {
    /// The task.
    public let task: TaskDefinition
    /// The model's folder.
    public let model: ModelFolder
    /// Hashes of task, data, weights, tokenizer and drawing, compared when a run resumes.
    public let identity: JSONValue
    let train: [TaskExample]
    let select: [TaskExample]
    /// The place of the task's files.
    let place: TaskPlace
    let reading: ModelReading
    /// The columns with the texts; nil where they have no names.
    private let columns: [String: String]?
    /// True if the model's head may be one of the task's classes.
    private let hasHead: Bool

    /// Reads the splits of a task that heads are trained and chosen by, and opens tokenizer and drawing as far as `settings` need them.
    ///
    /// Throws ``EvaluationError`` for a task without a head or without such splits, ``TaskError``, and what tokenizer and fonts throw.
    public init(
        _ task: TaskDefinition, data folder: String, model: ModelFolder, _ settings: FinetuneSettings,
        tokenizer: String? = nil, drawing: () throws -> Drawing
    ) throws {
        try self.init(task, at: TaskPlace(folder), model: model, settings, tokenizer: tokenizer, drawing: drawing)
    }

    /// The same of a task whose single files may have paths of their own.
    public init(
        _ task: TaskDefinition, at place: TaskPlace, model: ModelFolder, _ settings: FinetuneSettings,
        tokenizer: String? = nil, drawing: () throws -> Drawing
    ) throws {
        guard task.kind.isFineTuned else {
            throw EvaluationError.request(
                "\(task.name) is of the kind \(task.kind), for which no head is trained; see letterpress tasks list")
        }
        guard let trainSplit = task.use.train, let selectSplit = task.use.select else {
            throw EvaluationError.request(
                "\(task.name) names no split to train on, or none to choose the best step by")
        }
        func load(_ split: String) throws -> TaskData {
            try TaskData.load(task, split: split, at: place, language: settings.taskLanguage)
        }
        let (train, select) = try (load(trainSplit), load(selectSplit))
        reading = try ModelReading(
            model, settings.modality, tokenizer: tokenizer, isTraining: true, drawing: drawing)
        var identity: [String: JSONValue] = [
            "task": .string(SHA256Digest.of(try StrictJSON.encode(task)).hex),
            "train": .string(Self.hash(try train.hashes())), "select": .string(Self.hash(try select.hashes())),
            "model": try StrictJSON.encodedValue(InputIdentity(paths: model.weightPaths())),
        ]
        identity.merge(reading.identity) { $1 }
        (self.task, self.model, self.place) = (task, model, place)
        self.identity = try JSONValue.parse(JSONValue.object(identity).encoded())
        hasHead = try ClassifierRecord.read(model.path).map { $0.isHead(of: task) } ?? true
        (self.train, self.select) = (train.examples, select.examples)
        columns = train.textColumns
    }

    static func hash(_ hashes: [String: String]) -> String {
        SHA256Digest.of(Array(hashes.sorted { $0.key < $1.key }.map(\.value).joined(separator: "\n").utf8)).hex
    }

    /// Warnings of what `transformers` will not do with the folders that are written.
    public var warnings: [String] { reading.warnings }

    /// The parts of a run, with the model read anew, a new head where its own is not of the task's classes, and as many examples as
    /// `settings` limit them to.
    func parts(
        _ settings: FinetuneSettings, _ catalogue: MethodCatalogue, _ workspace: Workspace
    ) throws -> ClassificationProgram.Parts {
        let isNumber = task.kind.needs.contains(.number)
        let loaded = try ModelFolder.load(
            model, heads: .init(labels: isNumber ? 1 : task.labels.count), workspace: workspace, trainable: true,
            newHeads: UInt64(settings.seed), newLabels: !hasHead, singleChannel: settings.channelAdapt
        ).model
        if model.config.padding == nil { loaded.base.config.pad = reading.tokenizer?.padding.map(Int.init) }
        var parts = ClassificationProgram.Parts(
            task: task, train: TaskExample.sample(train, limit: settings.trainLimit),
            select: TaskExample.sample(select, limit: settings.evalLimit), model: loaded, options: reading.options,
            files: try reading.classifierFiles(
                settings.modality, length: settings.course.exampleLength(positions: model.config.positions),
                model.config),
            identity: identity, adaptation: try catalogue.adaptation(parsing: settings.method), source: model.path)
        parts.columns = columns
        return parts
    }

    /// Values of the metric that chooses the best step are better where they are so.
    func direction(of metric: String?) -> Metric.Direction {
        guard let metric, metric != task.metrics.first else { return task.direction }
        return Metric.named(metric)?.direction ?? .higher
    }
}
