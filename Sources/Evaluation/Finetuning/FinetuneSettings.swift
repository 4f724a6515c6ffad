import Foundations
public import Layers
public import ZooKit

/// What a fine-tuning does, but for the model and the data. Keys that are absent have the values of the published scripts where
/// these agree (section 3.7 of the specification of pixel models), or ours.
public struct FinetuneSettings: Codable, Sendable, Equatable {
    /// What is read of the texts: "image", "text" or "pair".
    public var modality = ExampleKind.image
    /// Patches or tokens of an example at most; of a pair of both, half of it each. Nil is all that the model takes, but at most 256.
    public var length: Int?
    /// Examples of a step.
    public var batch = 32
    /// Examples that are computed at once at most; nil is the whole batch.
    public var microBatch: Int?
    /// Steps in all; nil where epochs are given, or for three epochs.
    public var steps: Int?
    /// Times that the training split is read; nil where steps are given.
    public var epochs: Double?
    /// Of new heads and of the order of examples.
    public var seed = 42
    /// Learning rate at its peak.
    public var learningRate = 3e-5
    /// Its course after the warm-up.
    public var schedule = Schedule.Shape.linear
    /// Steps of warm-up.
    public var warmUp = 10
    /// Decoupled decay of matrices.
    public var weightDecay = 0.0
    /// The share of attention weights that are dropped.
    public var dropout = 0.0
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
    /// Steps between evaluations; nil is once an epoch.
    public var evalEvery: Int?
    /// Examples that are computed at once in evaluations at most.
    public var evalBatch = 64
    /// Evaluations without a better one that end the run; 0 for none.
    public var patience = 8
    /// What decides which evaluation is the best; nil is the task's own.
    public var metric: String?
    /// The row of a picture that is classified.
    public var pool = Pooling.ImagePlace.end
    /// Whether rows are found as the published code finds them, mistakes included.
    public var compatPooling = false
    /// What is not trained: "none" or "backbone".
    public var frozen = "none"
    /// Pictures of one channel; how a model of three reads them. Nil for as many channels as the model has.
    public var channelAdapt: ChannelAdaptation?
    /// Examples of the training split that are used, of each language; nil for all.
    public var trainLimit: Int?
    /// The same of the split that evaluations use.
    public var evalLimit: Int?
    /// One language of a task of several.
    public var taskLanguage: String?
    /// Steps between checkpoints to go on from; 0 for none but at a stop.
    public var saveEvery = 500
    /// What to do about numbers that are not finite: "stop" or "skip".
    public var onNonFinite = "stop"

    enum CodingKeys: String, CodingKey, CaseIterable {
        case modality, length, batch
        case microBatch = "micro_batch"
        case steps, epochs, seed
        case learningRate = "learning_rate"
        case schedule
        case warmUp = "warm_up"
        case weightDecay = "weight_decay"
        case dropout, beta1, beta2, epsilon, clip, precision, recompute
        case evalEvery = "eval_every"
        case evalBatch = "eval_batch"
        case patience, metric, pool
        case compatPooling = "compat_pooling"
        case frozen
        case channelAdapt = "channel_adapt"
        case trainLimit = "train_limit"
        case evalLimit = "eval_limit"
        case taskLanguage = "task_language"
        case saveEvery = "save_every"
        case onNonFinite = "on_non_finite"
    }

    /// The defaults.
    public init() {}

    /// Decodes the keys that are there; the others keep their defaults.
    public init(from decoder: any Decoder) throws {
        let values = try decoder.container(keyedBy: CodingKeys.self)
        func read<T: Decodable>(_ key: CodingKeys, _ value: inout T) throws {
            value = try values.decodeIfPresent(T.self, forKey: key) ?? value
        }
        func optional<T: Decodable>(_ key: CodingKeys, _ value: inout T?) throws {
            value = try values.decodeIfPresent(T.self, forKey: key)
        }
        try read(.modality, &modality)
        try optional(.length, &length)
        try read(.batch, &batch)
        try optional(.microBatch, &microBatch)
        try optional(.steps, &steps)
        try optional(.epochs, &epochs)
        try read(.seed, &seed)
        try read(.learningRate, &learningRate)
        try read(.schedule, &schedule)
        try read(.warmUp, &warmUp)
        try read(.weightDecay, &weightDecay)
        try read(.dropout, &dropout)
        try read(.beta1, &beta1)
        try read(.beta2, &beta2)
        try read(.epsilon, &epsilon)
        try read(.clip, &clip)
        try read(.precision, &precision)
        try read(.recompute, &recompute)
        try optional(.evalEvery, &evalEvery)
        try read(.evalBatch, &evalBatch)
        try read(.patience, &patience)
        try optional(.metric, &metric)
        try read(.pool, &pool)
        try read(.compatPooling, &compatPooling)
        try read(.frozen, &frozen)
        try optional(.channelAdapt, &channelAdapt)
        try optional(.trainLimit, &trainLimit)
        try optional(.evalLimit, &evalLimit)
        try optional(.taskLanguage, &taskLanguage)
        try read(.saveEvery, &saveEvery)
        try read(.onNonFinite, &onNonFinite)
    }
}
