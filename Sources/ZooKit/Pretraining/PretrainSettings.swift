/// The settings of a pretraining, but for the model and the data.
public typealias PretrainSettings = TrainingSettings<PretrainCourse>

/// The policy for stored images that are longer than the sequences of a training.
public enum LongSequences: String, Codable, Sendable, CaseIterable {
    /// Makes sequences of the length of them, one behind the other, the last shorter.
    case split
    /// Takes the beginning.
    case cut
    /// Refuses the shard.
    case stop
}

/// The data and length of a pretraining, its evaluations and checkpoints. The defaults are the specification's (section
/// 3.6) or, where it has none, ours.
public struct PretrainCourse: TrainingCourse {
    /// Shares of text, image and pair: "4:4:2".
    public var mix = "0:1:0"
    /// Rows of a sequence at most; nil is all that the model takes.
    public var length: Int?
    /// The policy for stored images that are longer than the length.
    public var longSequences = LongSequences.split
    /// Sequences of a step, over all ranks.
    public var batch = 32
    /// Sequences of a micro-batch at most; nil is the whole batch of a rank.
    public var microBatch: Int?
    /// Steps in all.
    public var steps = 1000
    /// The seed of initial values, shuffling and dropout.
    public var seed = 0
    /// The learning rate at the end, as a share of the peak.
    public var rateFloor = 0.0
    /// The token loss weight.
    public var textWeight = 1.0
    /// The patch loss weight.
    public var imageWeight = 1.0
    /// True if black end patches are attended to.
    public var eosAttended = true
    /// True if they are predicted.
    public var eosInLoss = true
    /// True if an end token stands behind a text.
    public var textEnd = true
    /// The share of documents that is held out.
    public var heldOut = 0.01
    /// Sequences that are packed and shuffled together, about.
    public var window = 64
    /// The shuffle buffer, in documents; 0 leaves them as they come.
    public var shuffle = 65536
    /// Streams of documents; nil is one a rank.
    public var streams: Int?
    /// Steps between evaluations; 0 for none.
    public var evalEvery = 100
    /// Held-out sequences of each kind.
    public var evalSequences = 32
    /// Steps between checkpoints; 0 for one at the end alone.
    public var saveEvery = 500
    /// Checkpoints that stay beside the best and pinned ones.
    public var keep = 3
    /// Steps whose checkpoints stay.
    public var pin: [Int] = []

    enum CodingKeys: String, CodingKey, CaseIterable {
        case mix, length, batch
        case longSequences = "long_sequences"
        case microBatch = "micro_batch"
        case steps, seed
        case rateFloor = "rate_floor"
        case textWeight = "text_weight"
        case imageWeight = "image_weight"
        case eosAttended = "eos_attended"
        case eosInLoss = "eos_in_loss"
        case textEnd = "text_end"
        case heldOut = "held_out"
        case window, shuffle, streams
        case evalEvery = "eval_every"
        case evalSequences = "eval_sequences"
        case saveEvery = "save_every"
        case keep, pin
    }

    /// The defaults.
    public init() {}

    /// The section of settings files.
    public static let section = "pretrain"
    /// The optimiser's defaults.
    public static let optimiser = OptimiserSettings(learningRate: 5e-4, warmUp: 200, weightDecay: 0.1)
    /// All keys.
    public static var keys: [String] { CodingKeys.allCases.map(\.rawValue) }
    /// Keys that may differ when a run resumes.
    public static let mayChange: Set = ["eval_every", "eval_sequences", "save_every", "keep", "pin"]

    /// Checks ranges and combinations. Throws `badSetting` with the key.
    public func check() throws(PretrainingError) {
        try SettingCheck<CodingKeys>.counts([
            (.length, length, 2...1 << 20), (.batch, batch, 1...1 << 20),
            (.microBatch, microBatch, 1...1 << 20), (.steps, steps, 1...1 << 40), (.window, window, 1...1 << 20),
            (.shuffle, shuffle, 0...1 << 24), (.streams, streams, 1...4096), (.evalEvery, evalEvery, 0...1 << 40),
            (.evalSequences, evalSequences, 1...1 << 20), (.saveEvery, saveEvery, 0...1 << 40),
            (.keep, keep, 1...1 << 20), (.seed, seed, 0...Int.max),
        ])
        try SettingCheck<CodingKeys>.numbers([
            (.rateFloor, rateFloor, 0...1), (.textWeight, textWeight, 0...1e6),
            (.imageWeight, imageWeight, 0...1e6), (.heldOut, heldOut, 0...0.9),
        ])
        guard let mix = try? DataMix(parsing: mix), !mix.kinds.isEmpty else {
            throw .badSetting(
                key: "mix", reason: "'\(mix)' is no ratio; write text:image:pair, for instance 4:4:2")
        }
    }
}
