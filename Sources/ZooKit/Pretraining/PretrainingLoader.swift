public import Foundations
import Tensors

/// How much of each kind a step holds.
public struct DataMix: Codable, Sendable, Equatable {
    /// Shares of text, image and pair, in this order; any scale.
    public var shares: [Double]

    /// A mix of shares. Throws `badSetting` unless they are finite, not below 0 and not all 0.
    public init(text: Double, image: Double, pair: Double) throws {
        shares = [text, image, pair]
        guard shares.allSatisfy({ $0.isFinite && $0 >= 0 }), shares.reduce(0, +) > 0 else {
            throw PretrainingError.badSetting(
                key: "mix", reason: "\(text):\(image):\(pair) are no shares; write text:image:pair, for instance 4:4:2")
        }
    }

    /// "4:4:2". Throws `badSetting`.
    public init(parsing text: String) throws {
        let parts = text.split(separator: ":", omittingEmptySubsequences: false).map { Double($0) }
        guard parts.count == 3, let a = parts[0], let b = parts[1], let c = parts[2] else {
            throw PretrainingError.badSetting(
                key: "mix", reason: "'\(text)' is not three numbers; write text:image:pair, for instance 4:4:2")
        }
        try self.init(text: a, image: b, pair: c)
    }

    /// Kinds with a share above 0.
    public var kinds: [ExampleKind] { zip(Self.order, shares).filter { $1 > 0 }.map(\.0) }
    static let order: [ExampleKind] = [.text, .image, .pair]

    /// The kind that is furthest behind its share where so many sequences of each were dealt; the first of equals.
    func next(after dealt: [ExampleKind: Int]) -> ExampleKind {
        let total = shares.reduce(0, +)
        let number = Double(dealt.values.reduce(1, +))
        var best = (kind: kinds[0], lag: -Double.infinity)
        for (kind, share) in zip(Self.order, shares) where share > 0 {
            let lag = number * share / total - Double(dealt[kind, default: 0])
            if lag > best.lag { best = (kind, lag) }
        }
        return best.kind
    }
}

/// Deals packed sequences out to steps and ranks.
///
/// The data of each kind are cut into `streams` streams of documents. Sequence number n of a kind comes from stream n modulo
/// `streams`, and a rank reads the streams that are its own: what a step holds does not depend on how many ranks there are.
public final class PretrainingLoader {
    /// How steps are made up.
    public struct Settings: Sendable {
        /// Sequences of a step, over all ranks.
        public var batch: Int
        /// Sequences of a micro-batch at most.
        public var microBatch: Int
        /// Shares of the kinds.
        public var mix: DataMix
        /// Streams of documents.
        public var streams: Int
        /// Sequences that are packed and shuffled together, about.
        public var window: Int
        /// Documents that are brought into another order together, of which a window is a part; 0 leaves them as they come.
        public var shuffle = 0
        /// The share of documents that is held out.
        public var heldOut: Double
        /// Background threads of a stream.
        public var workers: Int
        /// Of the shuffling.
        public var seed: UInt64

        /// Settings of one process.
        public init(
            batch: Int, microBatch: Int, mix: DataMix, streams: Int = 1, window: Int = 64, heldOut: Double = 0.01,
            workers: Int = 1, seed: UInt64
        ) {
            self.batch = batch
            self.microBatch = microBatch
            self.mix = mix
            self.streams = streams
            self.window = window
            self.heldOut = heldOut
            self.workers = workers
            self.seed = seed
        }
    }

    /// How steps are made up.
    public let settings: Settings
    private let options: ExampleOptions
    private let input: PackedInput
    private let rank: (index: Int, count: Int)
    private let data: [ExampleKind: PretrainingData]
    private var streams: [String: SequenceStream] = [:]
    private var step = 0
    /// Sequences of each kind that steps before had, over all ranks.
    private var dealt: [ExampleKind: Int] = [:]

    /// A loader before its first step, or behind the steps of a saved state of all ranks.
    public init(
        _ settings: Settings, data: [ExampleKind: PretrainingData], options: ExampleOptions, input: PackedInput,
        rank: (index: Int, count: Int) = (0, 1), state: JSONValue? = nil
    ) throws {
        self.settings = settings
        self.options = options
        self.input = input
        self.rank = rank
        self.data = data
        let saved = try state.map { try StrictJSON.decode(State.self, from: $0, source: "data state") }
        if let saved {
            try PretrainingError.checkCount(saved.step, "step", of: "data state")
            for (kind, count) in saved.dealt.sorted(by: { $0.key < $1.key }) {
                try PretrainingError.checkCount(count, "dealt.\(kind)", of: "data state")
            }
        }
        step = saved?.step ?? 0
        for kind in settings.mix.kinds {
            dealt[kind] = saved?.dealt[kind.rawValue] ?? 0
            for index in 0..<settings.streams where index % rank.count == rank.index {
                let name = Self.name(kind, index)
                streams[name] = try stream(kind, index, at: saved?.streams[name] ?? .init())
            }
        }
        if let saved, saved.streamCount != settings.streams {
            throw PretrainingError.badSetting(
                key: "streams", reason: "the run began with \(saved.streamCount), not \(settings.streams)")
        }
    }

    private struct State: Codable {
        var step: Int
        var streamCount: Int
        var dealt: [String: Int]
        var streams: [String: SequenceStream.Cursor]

        enum CodingKeys: String, CodingKey {
            case step, dealt, streams
            case streamCount = "stream_count"
        }
    }

    /// Where this rank's streams stand.
    public var state: JSONValue {
        get throws {
            try StrictJSON.encodedValue(
                State(
                    step: step, streamCount: settings.streams,
                    dealt: Dictionary(uniqueKeysWithValues: dealt.map { ($0.key.rawValue, $0.value) }),
                    streams: streams.mapValues(\.cursor)))
        }
    }

    /// One state out of those of all ranks.
    public static func joined(_ states: [JSONValue]) throws -> JSONValue {
        var joined: State?
        for value in states {
            let state = try StrictJSON.decode(State.self, from: value, source: "data state")
            joined = joined ?? state
            joined?.streams.merge(state.streams) { $1 }
        }
        return try joined.map { try StrictJSON.encodedValue($0) } ?? .null
    }

    private static func name(_ kind: ExampleKind, _ index: Int) -> String { "\(kind.rawValue).\(index)" }

    private func stream(
        _ kind: ExampleKind, _ index: Int, at cursor: SequenceStream.Cursor
    ) throws -> SequenceStream {
        guard let data = data[kind] else {
            throw PretrainingError.badSetting(key: "data", reason: "none are given for \(kind.rawValue)")
        }
        let split = DataSplit(heldOut: settings.heldOut, part: .training)
        let (options, count, workers) = (options, settings.streams, settings.workers)
        let key = RandomKey(seed: settings.seed).with("data").with(kind.rawValue).with(index)
        let block = settings.shuffle
        return try SequenceStream(
            packer: ExamplePacker(limit: options.rows(of: kind), joins: kind != .pair),
            windowRows: settings.window * options.rows(of: kind),
            key: key,
            what: "the data for \(kind.rawValue) (stream \(index) of \(count))", from: cursor
        ) { epoch, place in
            try data.open(
                kind, options, split: split, stream: (index, count),
                order: DocumentOrder(block: block, key: key.with("documents").with(epoch)), workers: workers, at: place)
        }
    }

    /// This rank's micro-batches of the next step; none where the step has fewer sequences than there are ranks.
    public func next() throws -> [ModelInput] {
        var sequences: [ExampleKind: [PackedSequence]] = [:]
        for _ in 0..<settings.batch {
            let kind = settings.mix.next(after: dealt)
            let number = dealt[kind, default: 0]
            dealt[kind] = number + 1
            guard let stream = streams[Self.name(kind, number % settings.streams)] else { continue }
            sequences[kind, default: []].append(try stream.next())
        }
        step += 1
        return try DataMix.order.flatMap { kind in
            try input.microBatches(sequences[kind] ?? [], kind, size: settings.microBatch)
        }
    }

    /// The first `count` held-out sequences of a kind, this rank's share of them; the same at every call.
    public func heldOut(_ kind: ExampleKind, count: Int) throws -> [ModelInput] {
        let all = try heldOutSequences(kind, count: count)
        let own = all.enumerated().filter { $0.offset % rank.count == rank.index }.map(\.element)
        return try input.microBatches(own, kind, size: settings.microBatch)
    }

    /// The first `count` held-out sequences of a kind, over all ranks; none where nothing is held out.
    func heldOutSequences(_ kind: ExampleKind, count: Int) throws -> [PackedSequence] {
        guard settings.heldOut > 0, let reader = try reader(kind, .heldOut) else { return [] }
        let packer = ExamplePacker(limit: options.rows(of: kind), joins: kind != .pair)
        var examples: [TrainingExample] = []
        var rows = 0
        while rows < count * packer.limit, let example = try reader.next() {
            examples.append(example)
            rows += packer.joins ? example.rows : packer.limit
        }
        return Array(packer.sequences(of: examples, key: RandomKey(seed: 0).with("held out")).prefix(count))
    }

    /// Hands the training examples of a kind over from the first document on, until `body` is false or they end.
    func trainingExamples(_ kind: ExampleKind, _ body: (TrainingExample) throws -> Bool) throws {
        guard let reader = try reader(kind, .training) else { return }
        while let example = try reader.next() {
            guard try body(example) else { return }
        }
    }

    /// The key of the order in which documents are read that belong to no step.
    static let documentKey = RandomKey(seed: 0).with("documents")

    /// All documents of a part.
    private func reader(_ kind: ExampleKind, _ part: DataPart) throws -> (any ExampleReading)? {
        try data[kind]?.open(
            kind, options, split: DataSplit(heldOut: settings.heldOut, part: part), stream: (0, 1),
            order: DocumentOrder(block: settings.shuffle, key: Self.documentKey),
            workers: settings.workers, at: nil)
    }
}

extension ExampleOptions {
    /// Rows of a sequence of a kind at most.
    func rows(of kind: ExampleKind) -> Int { kind == .pair ? pairPatches + pairTokens : length }
}
