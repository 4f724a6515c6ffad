import Foundations
import Patches
import Tensors

/// Examples of rendered shards: pictures as they stand, and the tokens of the text stored with them.
///
/// Shards tell a document by its running number, which therefore decides what is held out.
struct ShardExamples {
    private struct Shard: Sendable {
        let path: String
        let firstSequence: Int
        let bytes: Int
    }

    private let shards: [Shard]
    private let kind: ExampleKind
    private let options: ExampleOptions
    private let split: DataSplit
    private let stream: (index: Int, count: Int)
    private let order: DocumentOrder

    /// The shards of finished folders, in an order of their own unless `order` leaves all as it comes. Throws `ShardError`.
    init(
        _ folders: [String], _ kind: ExampleKind, _ options: ExampleOptions, _ split: DataSplit,
        _ stream: (index: Int, count: Int), _ order: DocumentOrder
    ) throws {
        var shards: [Shard] = []
        for folder in folders {
            shards += try Manifest.load(folder: folder).shards.map {
                Shard(path: "\(folder)/\($0.file)", firstSequence: $0.firstSequence, bytes: $0.bytes)
            }
        }
        self.shards = order.block > 1 ? order.key.order(of: shards.count).map { shards[$0] } : shards
        self.order = order
        self.kind = kind
        self.options = options
        self.split = split
        self.stream = stream
    }

    /// Starts reading; every sequence whose running number falls to the stream.
    func open(workers: Int, at cursor: JSONValue?) throws -> any ExampleReading {
        let place = try cursor.map {
            try StrictJSON.decode(ExampleCursor<Int>.self, from: $0, source: "data cursor")
        }
        if let place, !(0...shards.count ~= place.position) {
            throw PretrainingError.badSetting(key: "data", reason: "there are fewer shards than when the run began")
        }
        var next = place?.position ?? 0
        let shards = shards
        let job = self
        return ExampleStream<Int, Shard>(
            workers: workers, from: place,
            units: {
                guard next < shards.count else { return nil }
                defer { next += 1 }
                // A shard is a batch of its own.
                return (shards[next], next, max(shards[next].bytes, 1 << 20))
            },
            makeWorker: { { shard, emit in try job.read(shard, emit) } })
    }

    private func read(_ shard: Shard, _ emit: (TrainingExample) throws -> Void) throws {
        func isOurs(_ index: Int) -> Bool { (shard.firstSequence + index) % stream.count == stream.index }
        if shard.path.hasSuffix("." + ShardFormat.native.suffix) {
            let open = try NativeShard(path: shard.path)
            let places =
                order.block > 1 ? order.key.with(shard.firstSequence).order(of: open.count) : Array(0..<open.count)
            for index in places where isOurs(index) {
                try hand(try ShardReader.example(index, of: open), shard.path, emit)
            }
            return
        }
        let reader = try ShardReader(path: shard.path)
        var index = 0
        while let example = try reader.next() {
            if isOurs(index) { try hand(example, shard.path, emit) }
            index += 1
        }
    }

    private func hand(
        _ stored: StoredExample, _ path: String, _ emit: (TrainingExample) throws -> Void
    ) throws {
        if case .integer(let document)? = stored.record["document"], !split.contains(document: document) { return }
        guard kind != .text else { return try emitText(try text(of: stored, path), emit) }
        guard stored.patchSize == options.patchSize else {
            throw PretrainingError.badSetting(
                key: "data",
                reason:
                    "\(path) holds patches of \(stored.patchSize) pixels, and the model reads \(options.patchSize); render "
                    + "with --patch-size \(options.patchSize)")
        }
        let limit = kind == .pair ? options.pairPatches : options.length
        let pixels = stored.withChannels(options.channels)
        if stored.patchCount > limit, kind == .image {
            return try handPieces(of: pixels, stored.patchCount, path, emit)
        }
        var example = TrainingExample(pixels: pixels, patches: stored.patchCount)
        if kind == .pair {
            var ids = try need(options.encoding).encode(try text(of: stored, path))
            if let begin = options.encoding?.begin { ids.insert(begin, at: 0) }
            // A picture cannot be cut where its text would have to be, so a pair that is too long is left out.
            guard stored.patchCount <= limit, ids.count <= options.pairTokens, ids.count > 1 else { return }
            example.tokens = ids
        }
        if example.patches > 1 { try emit(example) }
    }

    /// A stored image that is longer than a sequence, as ``ExampleOptions/longSequences`` has it.
    private func handPieces(
        of pixels: [UInt8], _ count: Int, _ path: String, _ emit: (TrainingExample) throws -> Void
    ) throws {
        let limit = options.length
        guard options.longSequences != .stop else {
            throw PretrainingError.badSetting(
                key: "long_sequences",
                reason:
                    "\(path) holds a sequence of \(counted(count, "patch")), more than \(limit); take split or cut, or render "
                    + "with --max-patches \(limit)")
        }
        let bytes = pixels.count / count
        for start in stride(from: 0, to: options.longSequences == .cut ? 1 : count, by: limit) {
            let end = min(count, start + limit)
            guard end - start > 1 else { continue }
            try emit(
                TrainingExample(pixels: Array(pixels[start * bytes..<end * bytes]), patches: end - start))
        }
    }

    private func emitText(_ text: [UInt8], _ emit: (TrainingExample) throws -> Void) throws {
        try TextMaker(encoding: try need(options.encoding), limit: options.length).examples(of: text, emit: emit)
    }

    private func need(_ encoding: TextEncoding?) throws -> TextEncoding {
        if let encoding { return encoding }
        throw PretrainingError.badSetting(key: "tokenizer", reason: "text is wanted and no tokenizer is given")
    }

    private func text(of stored: StoredExample, _ path: String) throws -> [UInt8] {
        guard case .string(let text)? = stored.record["text"] else {
            throw PretrainingError.badSetting(
                key: "data", reason: "\(path), sequence \(stored.key), stores no text; render without --no-text")
        }
        return Array(text.utf8)
    }
}

extension StoredExample {
    /// The pixels with 1 or 3 channels: gray is repeated, colours become gray by their mean.
    func withChannels(_ wanted: Int) -> [UInt8] {
        if wanted == channels { return patches }
        if wanted == 3 { return patches.flatMap { [$0, $0, $0] } }
        return (0..<patches.count / 3).map { place in
            let sum = patches[3 * place..<3 * place + 3].reduce(0) { $0 + Int($1) }
            return UInt8((sum + 1) / 3)
        }
    }
}
