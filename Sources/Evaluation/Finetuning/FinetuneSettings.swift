public import ZooKit

/// The settings of a fine-tuning, but for the model and the data.
public typealias FinetuneSettings = TrainingSettings<FinetuneCourse>

/// The data and length of a fine-tuning, and its evaluations. The defaults are the values of
/// the published scripts where these agree (section 3.7 of the specification of pixel models), or ours.
public struct FinetuneCourse: TrainingCourse {
    /// The form in which texts are read: "image", "text" or "pair".
    public var modality = ExampleKind.image
    /// Patches or tokens of an example at most; of a pair of both, half of it each. Nil is all that the model takes, but at most 256.
    public var length: Int?
    /// Examples of a step.
    public var batch = 32
    /// Examples of a micro-batch at most; nil is the whole batch.
    public var microBatch: Int?
    /// Steps in all; nil where epochs are given, or for three epochs.
    public var steps: Int?
    /// Times that the training split is read; nil where steps are given.
    public var epochs: Double?
    /// The seed of new heads and of the order of examples.
    public var seed = 42
    /// The share of attention weights that are dropped.
    public var dropout = 0.0
    /// Steps between evaluations; nil is once an epoch.
    public var evalEvery: Int?
    /// Examples that are computed at once in evaluations at most.
    public var evalBatch = 64
    /// Evaluations without a better one that end the run; 0 for none.
    public var patience = 8
    /// The metric that chooses the best evaluation; nil is the task's own.
    public var metric: String?
    /// The rows that are classified; nil is the mean for pictures and pairs of a model that reads pixels in a form of our own, and
    /// the end otherwise.
    public var pool: Pooling.Place?
    /// The row of a word, of tasks that label words.
    public var wordRow = WordRow.last
    /// True if rows are found as the published code finds them, mistakes included.
    public var compatPooling = false
    /// Pictures of one channel; how a model of three reads them. Nil for as many channels as the model has.
    public var channelAdapt: ChannelAdaptation?
    /// Examples of the training split that are used, of each language; nil for all.
    public var trainLimit: Int?
    /// The same of the split that evaluations use.
    public var evalLimit: Int?
    /// One language of a task of several.
    public var taskLanguage: String?
    /// Steps between checkpoints to resume from; 0 for none but at a stop.
    public var saveEvery = 500

    enum CodingKeys: String, CodingKey, CaseIterable {
        case modality, length, batch
        case microBatch = "micro_batch"
        case steps, epochs, seed, dropout
        case evalEvery = "eval_every"
        case evalBatch = "eval_batch"
        case patience, metric, pool
        case wordRow = "word_row"
        case compatPooling = "compat_pooling"
        case channelAdapt = "channel_adapt"
        case trainLimit = "train_limit"
        case evalLimit = "eval_limit"
        case taskLanguage = "task_language"
        case saveEvery = "save_every"
    }

    /// The defaults.
    public init() {}
}
