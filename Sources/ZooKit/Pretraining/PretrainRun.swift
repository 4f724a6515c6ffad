public import Foundations
import Layers
public import Tensors

/// A pretraining from its first step, or from a checkpoint, to its end. What it computes depends on settings, data and threads
/// alone: a run that was killed and goes on has the losses of one that was not.
public final class PretrainRun {
    /// All that a run needs beside its settings.
    public struct Parts {
        /// The shape of the model.
        public var config: DecoderConfig
        /// Data by kind, at least of those in the mix.
        public var data: [ExampleKind: PretrainingData]
        /// How examples are made; lengths are set from the settings.
        public var options: ExampleOptions
        /// Files that a checkpoint's folder has beside the model: the tokenizer's.
        public var files: [String: [UInt8]]
        /// What the data are, compared when a run goes on.
        public var dataIdentity: JSONValue
        /// Background threads of a stream of documents.
        public var workers: Int

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
    /// The folder that is written.
    public let folder: RunFolder
    /// The model.
    public let model: LanguageModel
    /// What steps it.
    public let trainer: Trainer<Pretraining>
    /// What is known before the first step.
    public let plan: PretrainPlan
    private let parts: Parts
    let loader: PretrainingLoader
    private let heldOut: [(kind: ExampleKind, batches: [ModelInput])]
    private let communicator: any Communicator
    let workspace: Workspace
    private var state: RunState

    /// Makes the model and opens the data; with `resumes` both go on from the newest checkpoint in the folder.
    ///
    /// Throws ``PretrainingError``, ``CheckpointError``, `TensorError`, and what the data throw.
    public init(
        _ settings: PretrainSettings, _ parts: Parts, folder: String, resumes: Bool,
        communicator: any Communicator = SoleProcess(), workspace: Workspace
    ) throws {
        try settings.validate()
        self.folder = RunFolder(folder)
        let saved = resumes ? try RunState.newest(in: self.folder, communicator) : nil
        if !resumes { try RunState.refuse(self.folder) }
        var settings = settings
        settings.streams = settings.streams ?? saved?.state.streams ?? communicator.size
        self.settings = settings
        self.communicator = communicator
        self.workspace = workspace
        var parts = parts
        let mix = try DataMix(parsing: settings.mix)
        try Self.fit(&parts, settings, mix)
        self.parts = parts
        let needs = LanguageModel.Heads(
            token: settings.textWeight > 0 && mix.kinds.contains { $0 != .image },
            patch: settings.imageWeight > 0 && mix.kinds.contains { $0 != .text })
        let full = LanguageModel.Heads.pretraining(parts.config)
        model = try LanguageModel(
            parts.config, heads: .init(token: full.token, patch: full.patch), seed: UInt64(settings.seed),
            workspace: workspace)
        // A head that no data reach is kept for a later training and left alone.
        if !needs.token { model.tokenHead?.parameters.forEach { $0.isTrainable = false } }
        if !needs.patch { model.patchHead?.parameters.forEach { $0.isTrainable = false } }
        trainer = Self.trainer(model, settings, communicator, workspace)
        state = RunState(settings: settings, data: parts.dataIdentity)
        if let saved {
            state = try saved.state(for: settings, parts.config, data: parts.dataIdentity)
            try saved.load(model, trainer.unit, workspace)
            trainer.unit.stepCount = state.step
            trainer.resume(
                step: state.step, skipped: state.skipped, skippedInARow: state.skippedInARow ?? 0)
        }
        let rank = (index: communicator.rank, count: communicator.size)
        let input = PackedInput(
            parts.config, textPosition: parts.options.pairPatches, endsAreSeen: settings.eosAttended,
            workspace: workspace)
        var loading = PretrainingLoader.Settings(
            batch: settings.batch,
            microBatch: settings.microBatch ?? (settings.batch + communicator.size - 1) / communicator.size, mix: mix,
            streams: settings.streams ?? communicator.size, window: settings.window,
            heldOut: settings.heldOut, workers: parts.workers, seed: UInt64(settings.seed))
        loading.shuffle = settings.shuffle
        state.streams = loading.streams
        loader = try PretrainingLoader(
            loading, data: parts.data, options: parts.options, input: input, rank: rank, state: state.loader)
        var heldOut: [(kind: ExampleKind, batches: [ModelInput])] = []
        for kind in settings.evalEvery > 0 ? mix.kinds : [] {
            heldOut.append((kind, try loader.heldOut(kind, count: settings.evalSequences)))
        }
        self.heldOut = heldOut
        let events = try trainer.plan(steps: settings.steps).map { "\($0.hook) after step \($0.step)" }
        plan = try PretrainPlan(
            model, settings, parts.options, mix, microBatch: loading.microBatch, firstStep: state.step,
            ranks: communicator.size, events: events, workspace)
    }

    /// Sets lengths and channels, and sees that data and model fit the mix.
    private static func fit(_ parts: inout Parts, _ settings: PretrainSettings, _ mix: DataMix) throws {
        let length = settings.length ?? parts.config.positions
        guard length <= parts.config.positions else {
            throw PretrainingError.badSetting(
                key: "length", reason: "\(length) is more than the \(parts.config.positions) positions of the model")
        }
        if parts.config.modelType == .llama, let kind = mix.kinds.first(where: { $0 != .text }) {
            throw PretrainingError.badSetting(
                key: "mix", reason: "the model reads text alone and the mix holds \(kind.rawValue); take 1:0:0")
        }
        for kind in mix.kinds where parts.data[kind] == nil {
            throw PretrainingError.badSetting(key: "data", reason: "none are given for \(kind.rawValue)")
        }
        parts.options.length = length
        parts.options.pairPatches = length / 2
        parts.options.pairTokens = length - length / 2
        parts.options.channels = parts.config.channels
        parts.options.patchSize = parts.config.patchSize
        if !settings.textEnd { parts.options.encoding?.end = nil }
    }

    private static func trainer(
        _ model: LanguageModel, _ settings: PretrainSettings, _ communicator: any Communicator, _ workspace: Workspace
    ) -> Trainer<Pretraining> {
        let unit = settings.optimiser.unit(
            [ParameterGroup("all", model.parameters, decay: settings.weightDecay)], steps: settings.steps,
            floor: settings.rateFloor, workspace: workspace)
        let objective = Pretraining(
            model, tokenCoefficient: settings.textWeight, patchCoefficient: settings.imageWeight,
            countsEnd: settings.eosInLoss)
        let trainer = Trainer(
            objective, unit: unit, communicator: communicator, seed: UInt64(settings.seed), workspace: workspace)
        settings.optimiser.prepare(trainer)
        return trainer
    }

    /// Whether there is something held out to evaluate on.
    public var hasHeldOut: Bool { heldOut.contains { !$0.batches.isEmpty } }

    /// Held-out pictures of this rank, for a look at predictions; none where the mix has no pictures.
    public var heldOutPictures: [ModelInput] { heldOut.first { $0.kind == .image }?.batches ?? [] }

    /// Steps until the end, or until `shouldStop` says so after a step; then writes a checkpoint. The number of steps made in
    /// all. Throws ``TrainingError`` and what data and disk throw; the last checkpoint stays then.
    public func run(
        shouldStop: () -> Bool = { false }, _ onEvent: (PretrainEvent) throws -> Void
    ) throws -> Int {
        try onEvent(.started(plan))
        let clock = ContinuousClock()
        if state.step == 0, settings.evalEvery > 0 { try evaluate(clock, onEvent) }
        var last = clock.now
        var saved = state.step
        while state.step < settings.steps {
            let begin = clock.now
            let batches = try loader.next()
            let dataSeconds = begin.duration(to: clock.now).seconds
            let outcome = try trainer.step(batches)
            state.step = trainer.step
            state.skipped = trainer.skipped
            state.skippedInARow = trainer.skippedInARow
            var record = try StepRecord(outcome, batches, step: state.step, communicator)
            record.dataSeconds = dataSeconds
            record.seconds = last.duration(to: clock.now).seconds
            last = clock.now
            state.rows += record.rows
            state.seconds += record.seconds
            try onEvent(.stepped(record))
            let isLast = state.step == settings.steps
            if settings.evalEvery > 0, isLast || state.step % settings.evalEvery == 0 {
                try evaluate(clock, onEvent)
                last = clock.now
            }
            let stops = try agree(shouldStop())
            let isDue = settings.saveEvery > 0 && state.step % settings.saveEvery == 0
            if isDue || isLast || stops || settings.pin.contains(state.step) {
                try save(onEvent)
                saved = state.step
                last = clock.now
            }
            if stops { break }
        }
        if saved != state.step { try save(onEvent) }
        return state.step
    }

    /// Whether any rank wants to stop.
    private func agree(_ wish: Bool) throws -> Bool {
        guard communicator.size > 1 else { return wish }
        var votes = [wish ? 1.0 : 0]
        try communicator.sum(&votes)
        return votes[0] > 0
    }

    private func evaluate(_ clock: ContinuousClock, _ onEvent: (PretrainEvent) throws -> Void) throws {
        let begin = clock.now
        var objective = trainer.accumulation.objective
        objective.countsEnd = false
        let accumulation = GradientAccumulation(objective, communicator: communicator, workspace: workspace)
        var record = EvaluationRecord(step: state.step, loss: 0, kinds: [:], isBest: false, seconds: 0)
        for (kind, batches) in heldOut {
            let loss = try accumulation.evaluate(batches)
            record.loss += loss.value
            for (name, total) in loss.terms {
                if let mean = total.mean { record.kinds["\(kind.rawValue).\(name)"] = mean }
            }
        }
        guard !record.kinds.isEmpty else { return }
        record.isBest = record.loss.isFinite && record.loss < state.best?.loss ?? .infinity
        // What is not finite cannot be kept and is never the best.
        state.evaluated = record.loss.isFinite ? RunState.Evaluation(step: state.step, loss: record.loss) : nil
        if record.isBest { state.best = state.evaluated }
        record.seconds = begin.duration(to: clock.now).seconds
        try onEvent(.evaluated(record))
    }

    /// Writes a checkpoint of the present step, then removes those that the policy lets go.
    private func save(_ onEvent: (PretrainEvent) throws -> Void) throws {
        let states = try communicator.gather(try loader.state.encoded())
        try communicator.onRank0 {
            state.loader = try PretrainingLoader.joined(
                states.map { try JSONValue.parse($0, keepsSpelling: true) })
            let path = folder.checkpoint(state.step)
            if let found = state.evaluated, found.step == state.step, found.loss < state.bestSaved?.loss ?? .infinity {
                state.bestSaved = found
            }
            try state.checkpoint(model, trainer.unit, files: parts.files, workspace).write(to: path)
            let surplus = RunFolder.surplus(
                try folder.steps().filter { $0 <= state.step }, keep: settings.keep, best: state.bestSaved?.step,
                pinned: settings.pin)
            try folder.remove(surplus)
            try onEvent(.saved(step: state.step, path: path, removed: surplus.map(folder.checkpoint)))
        }
    }
}

extension Duration {
    /// In seconds.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
