import Foundation
public import Foundations
import Layers
public import Patches
public import Tensors

/// Pretraining on texts, pictures and pairs of both: next token and next patch.
public final class PretrainProgram: TrainingProgram {
    /// `pretraining`.
    public static let kind = "pretraining"
    /// `pretrain`.
    public static let section = PretrainCourse.section
    /// Sequences are packed to the length.
    public static let fillsRows = true

    /// All that a program needs beside its settings.
    public struct Parts {
        /// The shape of the model.
        public var config: DecoderConfig
        /// Data by kind, at least of those in the mix.
        public var data: [ExampleKind: PretrainingData]
        /// How examples are made; lengths are set from the settings.
        public var options: ExampleOptions
        /// Files that a checkpoint's folder has beside the model: the tokenizer's.
        public var files: [String: [UInt8]]
        /// The data, compared when a run resumes.
        public var dataIdentity: JSONValue
        /// Background threads of a stream of documents.
        public var workers: Int
        /// The settings of the training.
        public var adaptation = Adaptation.all
        /// A folder with the weights that the model begins with, of the shape above; nil for drawn ones. Heads that it has not are drawn.
        public var initial: ModelFolder?

        /// Parts without files.
        public init(
            config: DecoderConfig, data: [ExampleKind: PretrainingData], options: ExampleOptions,
            files: [String: [UInt8]] = [:], dataIdentity: JSONValue = .null, workers: Int = 1
        ) {
            self.config = config
            self.data = data
            self.options = options
            self.files = files
            self.dataIdentity = dataIdentity
            self.workers = workers
        }
    }

    /// The settings, with the number of streams that documents come in.
    public let settings: PretrainSettings
    /// The model.
    public let model: LanguageModel
    /// The optimisation unit of the model.
    public let trainer: Trainer<Pretraining>
    private let parts: Parts
    /// The data, once they are open.
    private var loader: PretrainingLoader?
    private var heldOut: [(kind: ExampleKind, batches: [ModelInput])] = []
    private let mix: DataMix
    private let microBatch: Int
    private let communicator: any Communicator
    private let workspace: Workspace

    /// Makes the model; `progress` is what a checkpoint kept of the program.
    ///
    /// Throws ``PretrainingError``, ``CheckpointError``, `TensorError`, and what the data throw.
    public init(
        _ settings: PretrainSettings, _ parts: Parts, progress: JSONValue? = nil,
        communicator: any Communicator = SoleProcess(), workspace: Workspace
    ) throws {
        var (settings, parts) = (settings, parts)
        if case .integer(let streams)? = progress?["streams"] { settings.streams = settings.streams ?? streams }
        try settings.validate()
        let streams = settings.streams ?? communicator.size
        settings.streams = streams
        let mix = try DataMix(parsing: settings.mix)
        self.mix = mix
        try Self.fit(&parts, settings, mix)
        try Self.centre(&parts, settings, mix)
        (self.settings, self.parts, self.communicator, self.workspace) = (settings, parts, communicator, workspace)
        // Weights that a checkpoint holds need not be read from where the run began; structures are installed from there.
        let model = try Self.model(parts, from: parts.initial, settings, reads: progress == nil, workspace)
        self.model = model
        let objective = Pretraining(
            model, tokenCoefficient: settings.textWeight, patchCoefficient: settings.imageWeight,
            countsEnd: settings.eosInLoss)
        // A head that no data reach is kept for a later training and left alone.
        let wants = (
            token: settings.textWeight > 0 && mix.kinds.contains { $0 != .image },
            patch: settings.imageWeight > 0 && mix.kinds.contains { $0 != .text }
        )
        let idle =
            (wants.token ? [] : model.tokenHead?.parameters ?? [])
            + (wants.patch ? [] : model.patchHead?.parameters ?? [])
        let idlePaths = Set(idle.map(\.path)).subtracting(model.base.parameters.map(\.path))
        let target = AdaptationTarget(
            model, workspace: workspace, decay: settings.weightDecay, steps: settings.steps, seed: settings.seed,
            source: parts.initial?.path
        ) { !idlePaths.contains($0.path) }
        trainer = try settings.optimiser.trainer(
            objective, adapting: target, by: parts.adaptation, floor: settings.rateFloor, communicator: communicator)
        microBatch = settings.microBatch ?? (settings.batch + communicator.size - 1) / communicator.size
    }

    /// Opens the data and reads what is held out.
    public func open(at progress: JSONValue?) throws {
        var loading = PretrainingLoader.Settings(
            batch: settings.batch, microBatch: microBatch, mix: mix, streams: settings.streams ?? communicator.size,
            window: settings.window, heldOut: settings.heldOut, workers: parts.workers, seed: UInt64(settings.seed))
        loading.shuffle = settings.shuffle
        let input = PackedInput(
            parts.config, textPosition: parts.options.pairPatches, endsAreSeen: settings.eosAttended,
            workspace: workspace)
        let loader = try PretrainingLoader(
            loading, data: parts.data, options: parts.options, input: input,
            rank: (index: communicator.rank, count: communicator.size), state: progress?["loader"])
        self.loader = loader
        heldOut = try (settings.evalEvery > 0 ? mix.kinds : []).map { kind in
            (kind, try loader.heldOut(kind, count: settings.evalSequences))
        }
    }

    /// Sets lengths and channels, and sees that data and model fit the mix.
    private static func fit(_ parts: inout Parts, _ settings: PretrainSettings, _ mix: DataMix) throws {
        let length = settings.length ?? parts.config.positions
        guard length <= parts.config.positions else {
            throw PretrainingError.badSetting(
                key: "length",
                reason: "\(length) is more than the \(counted(parts.config.positions, "position")) of the model")
        }
        if parts.config.modelType == .llama, let kind = mix.kinds.first(where: { $0 != .text }) {
            throw PretrainingError.badSetting(
                key: "mix", reason: "the model reads text alone and the mix holds \(kind.rawValue); take 1:0:0")
        }
        for kind in mix.kinds where parts.data[kind] == nil {
            throw PretrainingError.badSetting(key: "data", reason: "none are given for \(kind.rawValue)")
        }
        parts.options.length = length
        parts.options.longSequences = settings.longSequences
        parts.options.pairPatches = length / 2
        parts.options.pairTokens = length - length / 2
        parts.options.channels = parts.config.channels
        parts.options.patchSize = parts.config.patchSize
        if !settings.textEnd { parts.options.encoding?.end = nil }
    }

    /// Computes the mean image of a model that begins without one. A model whose training has no pictures reads ink.
    private static func centre(_ parts: inout Parts, _ settings: PretrainSettings, _ mix: DataMix) throws {
        guard parts.config.modelType == .erniePixel, parts.config.patchInput == .centred, parts.config.patchMean == nil
        else { return }
        guard let kind = [ExampleKind.image, .pair].first(where: mix.kinds.contains), let data = parts.data[kind] else {
            parts.config.patchInput = .ink
            return
        }
        parts.config.patchMean = try MeanPatch(parts.config).numbers(of: data, kind, parts.options, settings)
    }

    private static func model(
        _ parts: Parts, from initial: ModelFolder?, _ settings: PretrainSettings, reads: Bool, _ workspace: Workspace
    ) throws -> LanguageModel {
        let heads = LanguageModel.Heads.pretraining(parts.config)
        let seed = UInt64(settings.seed)
        guard let initial, reads || !initial.structures.isEmpty else {
            return try LanguageModel(parts.config, heads: heads, seed: seed, workspace: workspace)
        }
        let model = try ModelFolder.load(
            initial, heads: heads, workspace: workspace, trainable: true, newHeads: seed
        ).model
        // The folder's class may name other heads.
        model.base.config.architectures = nil
        return model
    }

    // MARK: TrainingProgram

    /// The one unit.
    public var units: [OptimisationUnit] { [trainer.unit] }
    /// The settings of the training.
    public var adaptation: Adaptation { parts.adaptation }
    /// The data, compared when a run resumes.
    public var identity: JSONValue { parts.dataIdentity }
    /// Steps made and skipped.
    public var count: StepCount {
        get { trainer.count }
        set { trainer.count = newValue }
    }

    /// Evaluations and checkpoints as the settings have them; the last checkpoint is the result.
    public var cadence: RunCadence {
        var cadence = RunCadence(steps: settings.steps)
        (cadence.evalEvery, cadence.evaluatesFirst) = (settings.evalEvery, true)
        (cadence.saveEvery, cadence.keep, cadence.pin) = (settings.saveEvery, settings.keep, settings.pin)
        return cadence
    }

    /// The settings as JSON.
    public func settingsRecord() throws -> JSONValue { try StrictJSON.encodedValue(settings) }

    /// Settings that must not differ and do. The number of steps may, and with it the schedule that leads to its end, unless a hook
    /// has planned with it.
    public func differences(from saved: JSONValue, source: String) throws -> [String] {
        var before = try StrictJSON.decode(PretrainSettings.self, from: saved, source: source)
        if before.steps != settings.steps, adaptation.hooks.isEmpty {
            (before.steps, before.schedule, before.rateFloor) = (settings.steps, settings.schedule, settings.rateFloor)
        }
        return try settings.differences(from: before)
    }

    /// The new number of steps, and the rate before and after.
    public func changes(from saved: JSONValue, after step: Int, source: String) throws -> [String] {
        let before = try StrictJSON.decode(PretrainSettings.self, from: saved, source: source)
        guard before.steps != settings.steps else { return [] }
        guard settings.steps >= step else {
            throw PretrainingError.badSetting(
                key: "steps", reason: "the run has made \(counted(step, "step")); \(settings.steps) is fewer")
        }
        func rate(_ settings: PretrainSettings) -> String {
            let schedule = Schedule(
                settings.schedule, warmUp: settings.warmUp, steps: settings.steps, floor: settings.rateFloor)
            return String(format: "%.3g", settings.learningRate * schedule.factor(at: step))
        }
        return [
            "\(counted(before.steps, "step")), now \(settings.steps): from here on the \(settings.schedule.rawValue) schedule over "
                + "\(counted(settings.steps, "step")), whose rate is \(rate(settings)) now (it was \(rate(before)))"
        ]
    }

    /// The plan of the model at its longest sequences.
    public func plan() throws -> RunPlan {
        let length = mix.kinds.map { parts.options.rows(of: $0) }.max() ?? 0
        return RunPlan(
            Self.kind, model, rows: settings.batch * length, microBatchRows: microBatch * length, length: length,
            recompute: settings.recompute, workspace)
    }

    /// Events of the adaptation's hooks.
    public func plannedEvents(steps: Int) throws -> [(step: Int, hook: String)] { try trainer.plan(steps: steps) }

    private func opened() throws -> PretrainingLoader {
        if let loader { return loader }
        throw PretrainingError.badSetting(key: "data", reason: "they were not opened")
    }

    /// One step on the next sequences.
    public func step() throws -> StepRecord {
        let clock = ContinuousClock()
        let begin = clock.now
        let batches = try opened().next()
        let dataSeconds = begin.duration(to: clock.now).seconds
        let cost = TrainingCost(model)
        let counts = StepRecord.Counts(
            rows: batches.reduce(0) { $0 + $1.seenRows }, computedRows: batches.reduce(0) { $0 + $1.rows.count },
            operations: batches.reduce(0) { $0 + cost.operations(of: $1) })
        var record = try StepRecord(try trainer.step(batches), counts, step: trainer.count.step, communicator)
        record.dataSeconds = dataSeconds
        return record
    }

    /// Losses of held-out sequences of each kind, black end patches left out.
    public func evaluate(_ progress: (Int, Int) throws -> Void) throws -> EvaluationRecord? {
        var objective = trainer.accumulation.objective
        objective.countsEnd = false
        let accumulation = GradientAccumulation(objective, communicator: communicator, workspace: workspace)
        var record = EvaluationRecord(step: count.step, loss: 0)
        for (kind, batches) in heldOut {
            let loss = try accumulation.evaluate(batches)
            record.loss += loss.value
            for (name, total) in loss.terms {
                if let mean = total.mean { record.kinds["\(kind.rawValue).\(name)"] = mean }
            }
        }
        return record.kinds.isEmpty ? nil : record
    }

    /// The positions of all ranks in the data.
    public func progress() throws -> JSONValue {
        let states = try communicator.gather(try opened().state.encoded())
        guard communicator.rank == 0 else { return .null }
        let joined = try PretrainingLoader.joined(states.map { try JSONValue.parse($0, keepsSpelling: true) })
        return .object(["loader": joined, "streams": .integer(settings.streams ?? communicator.size)])
    }

    /// The model with its heads, and the tokenizer's files.
    public func checkpointModel() throws -> Checkpoint.Model {
        try ModelFolder.checkpoint(
            model, kind: ModelKind(rawValue: Self.kind), files: parts.files, workspace: workspace)
    }

    /// True strips of held-out pictures above what the model predicts of each patch from all true ones before it.
    public func pictures() throws -> [Picture] {
        try PredictionPictures().pictures(model, heldOutPictures, endsAreSeen: settings.eosAttended, workspace)
    }

    /// True for a head that predicts normalised pixels.
    public var picturesAreNormalised: Bool { model.base.config.patchHead == .regressionNorm }

    // MARK: Held-out data

    /// True if there is something held out to evaluate on.
    public var hasHeldOut: Bool { heldOut.contains { !$0.batches.isEmpty } }

    /// Held-out pictures of this rank; none where the mix has no pictures.
    var heldOutPictures: [ModelInput] { heldOut.first { $0.kind == .image }?.batches ?? [] }

    /// Losses of simple predictors on the same held-out data, learned from the first `patches` patches and `tokens` tokens. Reads and
    /// computes alone: other ranks need not take part.
    public func baselines(patches: Int = 40_000, tokens: Int = 2_000_000) throws -> RunBaselines {
        guard settings.evalEvery > 0 else { return RunBaselines() }
        return try RunBaselines(
            opened(), settings, model.base.config, patches: patches, tokens: tokens, kernels: workspace.kernels)
    }
}

/// A pretraining in its folder.
public typealias PretrainRun = TrainingRun<PretrainProgram>

extension TrainingRun where Program == PretrainProgram {
    /// Takes the folder, makes the model and opens the data; with `resumes` from the newest checkpoint there.
    public convenience init(
        _ settings: PretrainSettings, _ parts: PretrainProgram.Parts, folder: String, resumes: Bool,
        communicator: any Communicator = SoleProcess(), workspace: Workspace,
        sections: ((PretrainProgram) throws -> [String: JSONValue])? = nil
    ) throws {
        try self.init(
            in: folder, resumes: resumes, communicator: communicator, workspace: workspace, sections: sections
        ) { progress in
            try PretrainProgram(
                settings, parts, progress: progress, communicator: communicator, workspace: workspace)
        }
    }
}
