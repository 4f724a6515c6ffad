import Layers
import Tensors

extension PretrainPlan {
    /// The plan of a model at its longest sequences.
    init(
        _ model: LanguageModel, _ settings: PretrainSettings, _ options: ExampleOptions, _ mix: DataMix,
        microBatch: Int, firstStep: Int, ranks: Int, events: [String], _ workspace: Workspace
    ) throws {
        let config = model.base.config
        let trained = model.parameters.filter(\.isTrainable)
        parameters = trained.reduce(0) { $0 + $1.count }
        let length = mix.kinds.map { options.rows(of: $0) }.max() ?? 0
        rowsPerStep = settings.batch * length
        let copy = workspace.precision.compute == workspace.precision.stream ? 0 : workspace.precision.compute.byteCount
        stateBytes = parameters * (4 * workspace.precision.stream.byteCount + copy)
        // Rows that a block keeps for its way back: two inputs of norms, what they give, queries, keys, values, what was read,
        // gate, up and their product.
        let inner = config.heads * config.headWidth + 2 * config.groups * config.headWidth
        let kept = 4 * config.width + 2 * inner + 3 * config.innerWidth
        let blocks = settings.recompute ? 1 : config.layerCount
        let streams = settings.recompute ? config.layerCount * config.width : 0
        activationBytes =
            microBatch * length * (blocks * kept + streams) * workspace.precision.compute.byteCount
        let attention = 6.0 * Double(config.layerCount * config.heads * config.headWidth) * Double(length)
        operationsPerStep = Double(rowsPerStep) * (6 * Double(parameters) + attention)
        self.firstStep = firstStep
        steps = settings.steps
        self.ranks = ranks
        self.events = events
    }
}

extension StepRecord {
    /// What a step came to; rows are those of all ranks.
    init(
        _ outcome: Trainer<Pretraining>.Outcome, _ batches: [ModelInput], step: Int, _ communicator: any Communicator
    ) throws {
        let found = outcome.loss
        (rate, gradientNorm) = (outcome.report?.rate, outcome.report?.gradientNorms["default"])
        skipped = outcome.skipped
        self.step = step
        loss = found.value
        let means = found.terms.compactMapValues(\.mean)
        terms = means
        // Ranks may have seen different kinds in a step: all add up all.
        let places = ExampleKind.allCases.flatMap { kind in
            means.keys.sorted().map { (kind: kind.rawValue, name: $0) }
        }
        var counts = [
            Double(batches.reduce(0) { $0 + $1.seenRows }), Double(batches.reduce(0) { $0 + $1.rows.count }),
        ]
        for (kind, name) in places {
            let total = found.kinds[kind]?[name] ?? TermTotal()
            counts += [total.sum, total.weight]
        }
        try communicator.sum(&counts)
        kinds = [:]
        for (index, (kind, name)) in places.enumerated() {
            let total = TermTotal(sum: counts[2 + 2 * index], weight: counts[3 + 2 * index])
            if let mean = total.mean { kinds["\(kind).\(name)"] = mean }
        }
        rows = Int(counts[0])
        computedRows = Int(counts[1])
        seconds = 0
        dataSeconds = 0
    }
}

extension ModelInput {
    /// Rows that hold something.
    var seenRows: Int {
        (tokens?.isPadding.count { !$0 } ?? 0) + (patches?.isCounted.count { $0 } ?? 0)
    }
}
