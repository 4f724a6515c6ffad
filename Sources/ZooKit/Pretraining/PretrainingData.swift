public import Corpora
import Foundations
public import Patches
public import Typesetting

/// Where the examples of a kind come from: documents that are rendered and encoded on the fly, or rendered shards.
public enum PretrainingData: Sendable {
    /// Text files, JSON lines, tables, archives.
    case corpus([InputSpec], ReadOptions)
    /// Folders that `letterpress render` wrote; shards keep their text where tokens are wanted.
    case shards([String])
}

/// How examples are made.
public struct ExampleOptions: Sendable {
    /// Rows of an image or a text at most.
    public var length: Int
    /// Patches of a pair at most, and where its text begins.
    public var pairPatches: Int
    /// Tokens of a pair at most.
    public var pairTokens: Int
    /// The policy for stored images longer than ``length``.
    public var longSequences = LongSequences.split
    /// Channels that the model reads.
    public var channels: Int
    /// Side of a patch that the model reads, in pixels.
    public var patchSize = 16
    /// Text to tokens.
    public var encoding: TextEncoding?
    /// Fonts of pictures.
    public var fonts: FontSet?
    /// How text becomes pixels.
    public var render: RenderOptions
    /// How pixels become patches; lengths and channels are set from the above.
    public var layout: LayoutOptions

    /// Options of a model that reads `length` rows; a pair has half of them as patches.
    public init(length: Int, channels: Int, encoding: TextEncoding? = nil, fonts: FontSet? = nil) {
        self.length = length
        pairPatches = length / 2
        pairTokens = length - length / 2
        self.channels = channels
        self.encoding = encoding
        self.fonts = fonts
        render = RenderOptions()
        layout = LayoutOptions()
    }

    /// A maker for one thread.
    func maker(_ kind: ExampleKind) throws -> any ExampleMaker {
        switch kind {
        case .text: TextMaker(encoding: try need(encoding), limit: length)
        case .image: ImageMaker(renderer: try renderer(length, .split))
        case .pair:
            PairMaker(
                renderer: try renderer(pairPatches, .split), encoding: try need(encoding), tokenLimit: pairTokens)
        }
    }

    private func renderer(_ patches: Int, _ overflow: LayoutOptions.Overflow) throws -> PatchRenderer {
        let fonts = try need(fonts)
        var layout = layout
        layout.layout = .single
        layout.maxPatches = patches
        layout.overflow = overflow
        layout.channels = channels == 3 ? .rgb : .gray
        return try PatchRenderer(typesetter: try Typesetter(fonts: fonts, options: render), options: layout)
    }

    /// The fonts. Throws `badSetting` where there are none.
    func need(_ fonts: FontSet?) throws -> FontSet {
        if let fonts { return fonts }
        throw PretrainingError.badSetting(key: "fonts", reason: "pictures are wanted and no fonts are given")
    }

    /// The encoding. Throws `badSetting` where there is none.
    func need(_ encoding: TextEncoding?) throws -> TextEncoding {
        if let encoding { return encoding }
        throw PretrainingError.badSetting(key: "tokenizer", reason: "text is wanted and no tokenizer is given")
    }
}

extension PretrainingData {
    /// Reads stream `index` of `count`, all of which together hold each document once, in an order of its own.
    func open(
        _ kind: ExampleKind, _ options: ExampleOptions, split: DataSplit, stream: (index: Int, count: Int),
        order: DocumentOrder, workers: Int, at cursor: JSONValue?
    ) throws -> any ExampleReading {
        switch self {
        case .corpus(let inputs, let read):
            try Self.corpus(inputs, read, kind, options, split, stream, order, workers, cursor)
        case .shards(let folders):
            try ShardExamples(folders, kind, options, split, stream, order).open(workers: workers, at: cursor)
        }
    }

    private static func corpus(
        _ inputs: [InputSpec], _ read: ReadOptions, _ kind: ExampleKind, _ options: ExampleOptions, _ split: DataSplit,
        _ stream: (index: Int, count: Int), _ order: DocumentOrder, _ workers: Int, _ cursor: JSONValue?
    ) throws -> any ExampleReading {
        var read = read
        read.shardIndex += read.shardCount * stream.index
        read.shardCount *= stream.count
        let place = try cursor.map {
            try StrictJSON.decode(
                ExampleCursor<DocumentShuffle<Corpora.Cursor, RawRecord>.Place>.self, from: $0, source: "data cursor")
        }
        let records = try RecordSource(inputs: inputs, options: read, cursor: place?.position.block)
        if place == nil { try records.checkCanResume() }
        let parser = try RecordParser(options: read)
        var shuffle: DocumentShuffle<Corpora.Cursor, RawRecord>?
        return ExampleStream<DocumentShuffle<Corpora.Cursor, RawRecord>.Place, RawRecord>(
            workers: workers, from: place,
            units: {
                let documents =
                    try shuffle
                    ?? DocumentShuffle(
                        order, from: place?.position, position: { records.cursor }, weight: \.byteCount,
                        source: { try records.next() })
                shuffle = documents
                return try documents.next()
            },
            makeWorker: {
                let maker = try options.maker(kind)
                return { record, emit in
                    guard let document = try parser.parse(record).document, split.contains(document) else { return }
                    try maker.examples(of: Array(document.segments.joined(separator: [0x20])), emit: emit)
                }
            })
    }
}
