import Tensors

extension RunBaselines {
    /// Losses of simple predictors on a run's held-out sequences, to compare the model with: for patches 0, the mean patch and ridge
    /// regressions on 1, 2 and 4 patches before; for tokens counts of runs of 1 to 5.
    ///
    /// They learn from the first `patches` patches and `tokens` tokens (a tenth of them for pairs, whose pictures are drawn too)
    /// of the run's own training data. A run without held-out sequences has none, and `bernoulli` heads have none for patches,
    /// since their loss is another. Reads and computes alone: other processes need not take part.
    ///
    /// Throws what reading throws, `TensorError`, ``RecordingError``.
    init(
        _ loader: PretrainingLoader, _ settings: PretrainSettings, _ config: DecoderConfig, patches: Int, tokens: Int,
        kernels: any KernelSet
    ) throws {
        self.init()
        let size = config.patchSize * config.patchSize * config.channels
        for kind in try DataMix(parsing: settings.mix).kinds {
            let heldOut = try loader.heldOutSequences(kind, count: settings.evalSequences).flatMap(\.examples)
            guard !heldOut.isEmpty else { continue }
            let wantsPatches = kind != .text && settings.imageWeight > 0 && config.patchHead != .bernoulli
            let wantsTokens = kind != .image && settings.textWeight > 0
            let tokenLimit = kind == .pair ? tokens / 10 : tokens
            var rows = PatchRows(size: size, channels: config.channels)
            var counts = TokenCounts(order: 5, vocabulary: config.vocabulary)
            try loader.trainingExamples(kind) { example in
                if wantsPatches { rows.add(example.pixels, limit: patches) }
                if wantsTokens, counts.tokens < tokenLimit { counts.add(example.tokens) }
                return wantsPatches && rows.targets.count < patches || wantsTokens && counts.tokens < tokenLimit
            }
            if wantsPatches {
                var asked = PatchRows(size: size, channels: config.channels)
                for example in heldOut { asked.add(example.pixels) }
                self.patches["\(kind.rawValue).next_patch"] = try PatchBaselines(
                    training: rows, heldOut: asked, isNormalised: config.patchHead == .regressionNorm,
                    kernels: kernels)
            }
            if wantsTokens { self.tokens["\(kind.rawValue).next_token"] = TokenBaselines(counts, heldOut) }
        }
    }
}

extension TokenBaselines {
    /// The losses of counts of 1 to `order` tokens; nil where nothing is predicted.
    init?(_ counts: TokenCounts, _ heldOut: [TrainingExample]) {
        var sums = [Double](repeating: 0, count: counts.order)
        var tokens = 0
        for example in heldOut { tokens += counts.losses(of: example.tokens, into: &sums) }
        guard tokens > 0 else { return nil }
        trainingTokens = counts.tokens
        heldOutTokens = tokens
        self.counts = sums.enumerated().map { Counts(order: $0.offset + 1, loss: $0.element / Double(tokens)) }
    }
}
