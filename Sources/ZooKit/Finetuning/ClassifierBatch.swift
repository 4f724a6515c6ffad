import Layers
public import Tensors

/// Examples that are classified in one pass.
public struct ClassifierBatch {
    /// What the model reads.
    public let input: ModelInput
    /// For each example the rows whose mean is classified; of examples with words for each word the one that has it.
    public let pooled: PooledRows
    /// For each of these what is right.
    public let targets: [ExampleTarget?]
    /// For each of these rows its example's place in the list that the batch was made of; of words the word's place among all of the list
    /// that have a row.
    public let order: [Int]
    /// What is read.
    public let kind: ExampleKind

    /// Rows that hold something.
    public var seenRows: Int { input.seenRows }
    /// Rows that are computed, padding included.
    public var computedRows: Int { input.rows.count }
}

/// Makes batches of examples for a model. Each is as long as its longest example, which changes no score; texts behind pictures
/// keep their positions.
public struct ClassifierInput {
    /// What the examples are.
    public let kind: ExampleKind
    /// The rows that are classified.
    public let pooling: Pooling
    private let patchBytes: Int
    private let vocabulary: Int
    private let patchLimit: Int
    private let tokenLimit: Int
    private let workspace: Workspace

    /// For a model of this shape and examples of at most `patchLimit` patches and `tokenLimit` tokens; texts behind pictures begin
    /// at position `patchLimit`.
    public init(
        _ config: DecoderConfig, kind: ExampleKind, patchLimit: Int, tokenLimit: Int, pooling: Pooling = Pooling(),
        workspace: Workspace
    ) {
        self.kind = kind
        self.pooling = pooling
        self.patchLimit = patchLimit
        self.tokenLimit = tokenLimit
        self.workspace = workspace
        patchBytes = config.patchSize * config.patchSize * config.channels
        vocabulary = config.vocabulary
    }

    /// For examples of an encoder.
    public init(
        _ config: DecoderConfig, _ encoder: ClassifierEncoder, pooling: Pooling = Pooling(), workspace: Workspace
    ) {
        self.init(
            config, kind: encoder.kind, patchLimit: encoder.patchLimit, tokenLimit: encoder.tokenLimit,
            pooling: pooling, workspace: workspace)
    }

    /// Micro-batches of at most `limit` examples, cut by length so that padding and their number cost least. Throws `TensorError`.
    public func microBatches(_ examples: [ClassifierExample], limit: Int) throws(TensorError) -> [ClassifierBatch] {
        let readable = examples.readable
        let lengths = readable.map { place in
            let content = examples[place].content
            return LengthBuckets.Length(patches: content.patches, tokens: content.tokens.count)
        }
        var batches: [ClassifierBatch] = []
        for cut in LengthBuckets.cut(lengths, limit: limit) {
            batches.append(try batch(examples, cut.map { readable[$0] }).byWord(examples))
        }
        return batches
    }

    /// One batch of all examples, in their order. Throws `TensorError`.
    public func batch(_ examples: [ClassifierExample]) throws(TensorError) -> ClassifierBatch {
        try batch(examples, Array(examples.indices)).byWord(examples)
    }

    private func batch(_ examples: [ClassifierExample], _ order: [Int]) throws(TensorError) -> ClassifierBatch {
        let contents = order.map { examples[$0].content }
        let input: ModelInput
        var rows: [[Int32]] = []
        switch kind {
        case .text:
            input = try ModelInput.text(contents.map(\.tokens), vocabulary: vocabulary, workspace: workspace)
            for (b, content) in contents.enumerated() {
                let tokens = pooling.tokens(of: content.tokens, limit: tokenLimit, isBehindPicture: false) ?? 0..<1
                rows.append(tokens.map { input.row(ofToken: $0, b) })
            }
        case .image:
            input = try ModelInput.images(
                contents.map(\.pixels), seen: contents.map(\.patches), patchBytes: patchBytes, workspace: workspace)
            for (b, content) in contents.enumerated() {
                rows.append(pooling.patches(of: content.patches).map { input.row(ofPatch: $0, b) })
            }
        case .pair:
            let tokens = contents.map { pooling.tokens(of: $0.tokens, limit: tokenLimit, isBehindPicture: true) }
            var pixels = contents.map(\.pixels)
            // The row of a white patch is wanted: it must be there.
            if let b = tokens.firstIndex(of: nil) {
                let missing = max(0, patchLimit - contents[b].patches) * patchBytes
                pixels[b] += [UInt8](repeating: 255, count: missing)
            }
            input = try ModelInput.pairs(
                pixels, seen: contents.map(\.patches), patchBytes: patchBytes, contents.map(\.tokens),
                vocabulary: vocabulary, textPosition: patchLimit, workspace: workspace)
            for (b, tokens) in tokens.enumerated() {
                let patches = pooling.image == .mean ? pooling.patches(of: contents[b].patches) : 0..<0
                let own = patches.map { input.row(ofPatch: $0, b) }
                rows.append(
                    own + (tokens?.map { input.row(ofToken: $0, b) } ?? [input.row(ofPatch: patchLimit - 1, b)]))
            }
        }
        return ClassifierBatch(
            input: input, pooled: PooledRows(rows), targets: order.map { examples[$0].target }, order: order, kind: kind
        )
    }
}
