import Corpora
import Evaluation
import Foundation
import Foundations
import Patches
import Tensors
import Typesetting
import Zoo
import ZooKit

/// The settings of a fine-tuning, read and checked, and what its runs are made of.
struct FinetuneJob {
    let merged: MergedSettings
    let settings: FinetuneSettings
    let sources: FinetuneSources
    private(set) var report: ReportFlags
    private let pixels: PixelSettings
    let computing: RunSettings
    private let fonts: FontFlags
    /// The task, where it is known already.
    private let task: TaskDefinition?

    /// Whether several runs are wanted.
    var isGrid: Bool { !sources.grid.isEmpty || !sources.seeds.isEmpty }

    /// Decodes all sections. Throws `ConfigError` with the key and where its value comes from.
    init(_ merged: MergedSettings, fonts: FontFlags, report: ReportFlags, task: TaskDefinition? = nil) throws {
        self.merged = merged
        self.task = task
        self.fonts = fonts
        self.report = report
        var sources = try merged.decode("task", over: FinetuneSources())
        // A run goes on from the checkpoint that it began with, however far the pretraining is by then.
        sources.model = try sources.model.map { try ModelFolder.place(of: $0) ?? $0 }
        self.sources = sources
        settings = try merged.training(FinetuneCourse.self)
        pixels = try PixelSettings(merged)
        computing = try RunSettings.read(merged)
        _ = try merged.decode("fonts", over: FontSettings())
    }

    /// Prints every setting with its origin.
    func show() throws {
        try ConfigPrinter.show(
            merged,
            sections: [
                ("finetune", settings), ("task", sources), ("render", pixels.render), ("layout", pixels.layout),
            ])
    }

    /// The sections that a run resumes with; paths hold in every working folder.
    func settingsRecord(_ settings: FinetuneSettings) throws -> [String: JSONValue] {
        try merged.record([
            ("finetune", settings), ("task", sources.absolute()), ("render", pixels.render), ("layout", pixels.layout),
        ])
    }

    /// The same job of a process that says nothing.
    func silenced() -> FinetuneJob {
        var job = self
        job.report = .silent
        return job
    }

    // MARK: Parts

    /// What all runs of a job share.
    struct Material {
        let task: TaskDefinition
        let train: [TaskExample]
        let select: [TaskExample]
        let model: ModelFolder
        let options: ExampleOptions
        let files: [String: [UInt8]]
        let identity: JSONValue
    }

    /// Reads task, data, tokenizer and fonts. Throws `TaskError`, usage failures for what is missing.
    func material() throws -> Material {
        let installation = Installation(root: fonts.root)
        let task = try self.task ?? sources.task(installation)
        guard task.kind.isFineTuned else {
            throw CommandFailure(
                .usage,
                "\(task.name) is of the kind \(task.kind), for which no head is trained; see letterpress tasks list")
        }
        guard let trainSplit = task.use.train, let selectSplit = task.use.select else {
            throw CommandFailure(.usage, "\(task.name) names no split to train on, or none to choose the best step by")
        }
        let folder = try sources.folder(of: task, installation)
        func load(_ split: String) throws -> TaskData {
            try TaskData.load(task, split: split, folder: folder, language: settings.taskLanguage)
        }
        let (train, select) = try (load(trainSplit), load(selectSplit))
        let model = try sources.needModel()
        for warning in model.warnings { report.warn(warning) }
        var identity: [String: JSONValue] = [
            "task": .string(SHA256Digest.of(try StrictJSON.encode(task)).hex),
            "train": .string(Self.hash(try train.hashes())), "select": .string(Self.hash(try select.hashes())),
            "model": try StrictJSON.encodedValue(InputIdentity(paths: model.weightPaths())),
        ]
        let reading = try ModelReading(
            model, settings.modality, tokenizer: sources.tokenizer, isTraining: true,
            drawing: ModelDrawing(merged, fonts).open)
        identity.merge(reading.identity) { $1 }
        return Material(
            task: task, train: TaskExample.sample(train.examples, limit: settings.trainLimit),
            select: TaskExample.sample(select.examples, limit: settings.evalLimit), model: model,
            options: reading.options, files: reading.files,
            identity: try JSONValue.parse(JSONValue.object(identity).encoded()))
    }

    private static func hash(_ hashes: [String: String]) -> String {
        SHA256Digest.of(Array(hashes.sorted { $0.key < $1.key }.map(\.value).joined(separator: "\n").utf8)).hex
    }

    /// A run of `settings` in a folder, with the model read anew.
    func makeRun(
        _ material: Material, _ settings: FinetuneSettings, folder: String, resumes: Bool,
        _ communicator: any Communicator = SoleProcess()
    ) throws -> FinetuneRun {
        let workspace = try computing.workspace(settings.optimiser.computing)
        let isNumber = material.task.kind.needs.contains(.number)
        let model = try ModelFolder.load(
            material.model, heads: .init(labels: isNumber ? 1 : material.task.labels.count), workspace: workspace,
            trainable: true, newHeads: UInt64(settings.seed), singleChannel: settings.channelAdapt
        ).model
        return try FinetuneRun(
            settings,
            .init(
                task: material.task, train: material.train, select: material.select, model: model,
                options: material.options, files: material.files, identity: material.identity,
                adaptation: Catalogue.all.adaptation(parsing: settings.method), source: material.model.path),
            folder: folder, resumes: resumes, communicator: communicator, workspace: workspace
        ) { try settingsRecord($0.settings) }
    }
}
