public import Layers
public import Tensors

/// How parameters are stepped, whatever they are trained for: the same keys in the settings of every training.
public struct OptimiserSettings: Codable, Sendable, Equatable {
    /// Learning rate at its peak.
    public var learningRate: Double
    /// Its schedule after the warm-up.
    public var schedule = Schedule.Shape.linear
    /// Steps of warm-up.
    public var warmUp: Int
    /// Decoupled decay of matrices.
    public var weightDecay: Double
    /// Decay of the mean of gradients.
    public var beta1 = 0.9
    /// Decay of their mean square.
    public var beta2 = 0.999
    /// Added to the root.
    public var epsilon = 1e-8
    /// Limit of the norm of all gradients.
    public var clip = 1.0
    /// "fp32" or "bf16".
    public var precision = "fp32"
    /// Keep no activations inside blocks.
    public var recompute = false
    /// What to do about numbers that are not finite: "stop" or "skip".
    public var onNonFinite = "stop"
    /// The adaptation with its settings: "all", "head", "half:ratio=0.5". See ``MethodCatalogue/adaptation(parsing:)``.
    public var method = "all"

    enum CodingKeys: String, CodingKey, CaseIterable {
        case method, schedule, beta1, beta2, epsilon, clip, precision, recompute
        case learningRate = "learning_rate"
        case warmUp = "warm_up"
        case weightDecay = "weight_decay"
        case onNonFinite = "on_non_finite"
    }

    /// Settings with the values in which methods differ.
    public init(learningRate: Double, warmUp: Int, weightDecay: Double) {
        self.learningRate = learningRate
        self.warmUp = warmUp
        self.weightDecay = weightDecay
    }

    /// Checks ranges. Throws `badSetting` with the key.
    func checkRanges() throws(PretrainingError) {
        try SettingCheck<CodingKeys>.counts([(.warmUp, warmUp, 0...1 << 40)])
        try SettingCheck<CodingKeys>.numbers([
            (.learningRate, learningRate, 0...10), (.weightDecay, weightDecay, 0...10),
            (.beta1, beta1, 0...0.999999), (.beta2, beta2, 0...0.999999), (.epsilon, epsilon, 1e-30...1),
            (.clip, clip, 1e-12...1e12),
        ])
        try SettingCheck<CodingKeys>.words([
            (.precision, precision, ["fp32", "bf16"]), (.onNonFinite, onNonFinite, ["stop", "skip"]),
        ])
    }

    /// The type of products in a workspace.
    public var computing: Precision { precision == "bf16" ? .bf16 : .fp32 }

    /// A trainer of `objective` with the groups and hooks of an adaptation, which prepares its target now; the rate falls to the share
    /// `floor` of its peak. Throws ``PretrainingError/badSetting(key:reason:)`` where nothing is left to train.
    public func trainer<Goal>(
        _ objective: Goal, adapting target: AdaptationTarget, by adaptation: Adaptation, floor: Double = 0,
        communicator: any Communicator = SoleProcess()
    ) throws -> Trainer<Goal> {
        let unit = unit(
            try adaptation.prepare(target), steps: target.steps, floor: floor, workspace: target.workspace)
        guard !unit.trained.isEmpty else {
            throw PretrainingError.badSetting(
                key: "method", reason: "'\(adaptation.name)' leaves nothing to train in this model")
        }
        let trainer = Trainer(
            objective, unit: unit, communicator: communicator, seed: UInt64(target.seed), workspace: target.workspace)
        trainer.accumulation.recomputesBlocks = recompute
        trainer.onNonFinite = onNonFinite == "skip" ? .skip : .stop
        trainer.hooks = adaptation.hooks
        return trainer
    }

    /// The optimisation unit of `groups` in a training of `steps`, down to the share `floor` of the rate.
    public func unit(
        _ groups: [ParameterGroup], steps: Int, floor: Double = 0, workspace: Workspace
    ) -> OptimisationUnit {
        OptimisationUnit(
            groups: groups,
            optimiser: AdamW(.init(beta1: beta1, beta2: beta2, epsilon: epsilon), workspace: workspace),
            schedule: Schedule(schedule, warmUp: warmUp, steps: steps, floor: floor), peakRate: learningRate,
            clipLimits: ["default": clip], workspace: workspace)
    }
}
