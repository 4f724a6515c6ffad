import Foundations
public import Layers

/// What a pretraining does, but for the model and the data. Keys that are absent have the specification's values (section 3.6)
/// or, where it has none, ours.
public struct PretrainSettings: Codable, Sendable, Equatable {
    /// Shares of text, image and pair: "4:4:2".
    public var mix = "0:1:0"
    /// Rows of a sequence at most; nil is all that the model takes.
    public var length: Int?
    /// Sequences of a step, over all ranks.
    public var batch = 32
    /// Sequences of a micro-batch at most; nil is the whole batch of a rank.
    public var microBatch: Int?
    /// Steps in all.
    public var steps = 1000
    /// Of initial values, shuffling and dropout.
    public var seed = 0
    /// Learning rate at its peak.
    public var learningRate = 5e-4
    /// Its course after the warm-up.
    public var schedule = Schedule.Shape.linear
    /// Steps of warm-up.
    public var warmUp = 200
    /// What is left of the rate at the end, as a part of the peak.
    public var rateFloor = 0.0
    /// Decoupled decay of matrices.
    public var weightDecay = 0.1
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
    /// What the token loss enters with.
    public var textWeight = 1.0
    /// What the patch loss enters with.
    public var imageWeight = 1.0
    /// Whether black end patches are seen.
    public var eosAttended = true
    /// Whether they are predicted.
    public var eosInLoss = true
    /// Whether an end token stands behind a text.
    public var textEnd = true
    /// The share of documents that is held out.
    public var heldOut = 0.01
    /// Sequences that are packed and shuffled together, about.
    public var window = 64
    /// Documents that are brought into another order together; 0 leaves them as they come.
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
    /// What to do about numbers that are not finite: "stop" or "skip".
    public var onNonFinite = "stop"

    enum CodingKeys: String, CodingKey, CaseIterable {
        case mix, length, batch
        case microBatch = "micro_batch"
        case steps, seed
        case learningRate = "learning_rate"
        case schedule
        case warmUp = "warm_up"
        case rateFloor = "rate_floor"
        case weightDecay = "weight_decay"
        case beta1, beta2, epsilon, clip, precision, recompute
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
        try read(.mix, &mix)
        length = try values.decodeIfPresent(Int.self, forKey: .length)
        try read(.batch, &batch)
        microBatch = try values.decodeIfPresent(Int.self, forKey: .microBatch)
        try read(.steps, &steps)
        try read(.seed, &seed)
        try read(.learningRate, &learningRate)
        try read(.schedule, &schedule)
        try read(.warmUp, &warmUp)
        try read(.rateFloor, &rateFloor)
        try read(.weightDecay, &weightDecay)
        try read(.beta1, &beta1)
        try read(.beta2, &beta2)
        try read(.epsilon, &epsilon)
        try read(.clip, &clip)
        try read(.precision, &precision)
        try read(.recompute, &recompute)
        try read(.textWeight, &textWeight)
        try read(.imageWeight, &imageWeight)
        try read(.eosAttended, &eosAttended)
        try read(.eosInLoss, &eosInLoss)
        try read(.textEnd, &textEnd)
        try read(.heldOut, &heldOut)
        try read(.window, &window)
        try read(.shuffle, &shuffle)
        streams = try values.decodeIfPresent(Int.self, forKey: .streams)
        try read(.evalEvery, &evalEvery)
        try read(.evalSequences, &evalSequences)
        try read(.saveEvery, &saveEvery)
        try read(.keep, &keep)
        try read(.pin, &pin)
        try read(.onNonFinite, &onNonFinite)
    }

    /// Keys that may differ between a run and its continuation without changing what is computed.
    static let mayChange: Set<CodingKeys> = [
        .evalEvery, .evalSequences, .saveEvery, .keep, .pin, .onNonFinite,
    ]

    /// Checks ranges. Throws `badSetting` with the key.
    public func validate() throws(PretrainingError) {
        let counts: [(CodingKeys, Int?, ClosedRange<Int>)] = [
            (.length, length, 2...1 << 20), (.batch, batch, 1...1 << 20), (.microBatch, microBatch, 1...1 << 20),
            (.steps, steps, 1...1 << 40), (.warmUp, warmUp, 0...1 << 40), (.window, window, 1...1 << 20),
            (.shuffle, shuffle, 0...1 << 24),
            (.streams, streams, 1...4096), (.evalEvery, evalEvery, 0...1 << 40),
            (.evalSequences, evalSequences, 1...1 << 20), (.saveEvery, saveEvery, 0...1 << 40),
            (.keep, keep, 1...1 << 20), (.seed, seed, 0...Int.max),
        ]
        for (key, value, range) in counts {
            if let value, !range.contains(value) { throw Self.outside(key, "\(value)", range) }
        }
        let numbers: [(CodingKeys, Double, ClosedRange<Double>)] = [
            (.learningRate, learningRate, 0...10), (.rateFloor, rateFloor, 0...1), (.weightDecay, weightDecay, 0...10),
            (.beta1, beta1, 0...0.999999), (.beta2, beta2, 0...0.999999), (.epsilon, epsilon, 1e-30...1),
            (.clip, clip, 1e-12...1e12), (.textWeight, textWeight, 0...1e6), (.imageWeight, imageWeight, 0...1e6),
            (.heldOut, heldOut, 0...0.9),
        ]
        for (key, value, range) in numbers where !range.contains(value) { throw Self.outside(key, "\(value)", range) }
        let words: [(CodingKeys, String, [String])] = [
            (.precision, precision, ["fp32", "bf16"]), (.onNonFinite, onNonFinite, ["stop", "skip"]),
        ]
        for (key, value, known) in words where !known.contains(value) {
            throw .badSetting(key: key.rawValue, reason: "'\(value)' is not one of \(known.joined(separator: ", "))")
        }
        guard let mix = try? DataMix(parsing: mix), !mix.kinds.isEmpty else {
            throw .badSetting(
                key: "mix", reason: "'\(mix)' is no ratio; write text:image:pair, for instance 4:4:2")
        }
    }

    private static func outside<Bound>(
        _ key: CodingKeys, _ value: String, _ range: ClosedRange<Bound>
    ) -> PretrainingError {
        .badSetting(key: key.rawValue, reason: "\(value) is not in \(range.lowerBound) to \(range.upperBound)")
    }

    /// Keys in which a continuation differs from its run though it must not, with both values; O(keys).
    func differences(from run: PretrainSettings) throws -> [String] {
        let (own, other) = (try StrictJSON.encodedValue(self), try StrictJSON.encodedValue(run))
        return CodingKeys.allCases.filter { !Self.mayChange.contains($0) }.compactMap { key in
            let (new, old) = (own[key.rawValue] ?? .null, other[key.rawValue] ?? .null)
            func text(_ value: JSONValue) -> String { String(decoding: value.encoded(), as: UTF8.self) }
            return new == old ? nil : "\(key.rawValue) was \(text(old)) and is \(text(new))"
        }
    }
}
