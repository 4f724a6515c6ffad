import Foundations
import Layers
public import Tensors

/// Vectors of texts from a model's hidden states.
///
/// Each text is computed by itself, so that its vector depends on no other text, order or batch, bit for bit.
public final class TextEmbedder {
    /// The model.
    public let model: LanguageModel
    /// The form in which texts are read.
    public let kind: ExampleKind
    /// The rows that count, and the block behind which they are taken.
    public let options: EmbeddingOptions
    private let encoder: ClassifierEncoder
    private let input: ClassifierInput
    private let end: Int32?
    private let workspace: Workspace

    /// Numbers of a vector.
    public var width: Int { model.base.config.width }

    /// For texts of at most as many patches and tokens as `reading` says.
    ///
    /// Throws `PretrainingError` for a layer that the model does not have, a length beyond its positions, the pool `eos` without an end
    /// token, pictures for a model of text, and where fonts or tokenizer are missing.
    public init(
        _ model: LanguageModel, _ kind: ExampleKind, _ reading: ExampleOptions,
        _ options: EmbeddingOptions = EmbeddingOptions(), workspace: Workspace
    ) throws {
        (self.model, self.kind, self.options, self.workspace) = (model, kind, options, workspace)
        let config = model.base.config
        if let layer = options.layer, !(0...config.layerCount).contains(layer) {
            throw PretrainingError.badSetting(
                key: "layer", reason: "it is \(layer), and the model has 0 to \(config.layerCount)")
        }
        guard kind == .text || model.base.patches != nil else {
            throw PretrainingError.badSetting(
                key: "modality", reason: "the model reads text alone, not \(kind.rawValue); take text")
        }
        var reading = reading
        reading.channels = config.channels
        end = kind != .image && options.pool == .eos ? reading.encoding?.end : nil
        guard options.pool != .eos || kind == .image || end != nil else {
            throw PretrainingError.badSetting(
                key: "pool", reason: "the tokenizer has no token that ends texts; take mean or last")
        }
        if end != nil { (reading.length, reading.pairTokens) = (reading.length - 1, reading.pairTokens - 1) }
        encoder = try ClassifierEncoder(kind, reading)
        let rows = encoder.patchLimit + encoder.tokenLimit + (end == nil ? 0 : 1)
        guard rows <= config.positions, rows > 1 else {
            throw PretrainingError.badSetting(
                key: "length",
                reason: "\(rows) is not within 2 and the \(counted(config.positions, "position")) of the model")
        }
        input = ClassifierInput(config, encoder, workspace: workspace)
        begins = reading.encoding?.begin != nil
    }

    private let begins: Bool

    /// The vector of a text. Throws what the renderer throws, `TensorError`, and `TensorError.nonFinite` where the model gives no numbers.
    /// O(rows²).
    public func embedding(of text: [UInt8]) throws -> Embedding {
        var example = try encoder.encode(text)
        if let end { example.content.tokens.append(end) }
        let batch = try input.batch([example])
        let hidden = try hidden(batch.input)
        let rows = places(example.content, patches: batch.input.patches?.length ?? 0)
        let values = try workspace.values(hidden)
        let width = hidden.columns
        var vector = [Float](repeating: 0, count: width)
        for column in 0..<width {
            let sum = rows.reduce(0.0) { $0 + values[$1 * width + column] }
            vector[column] = Float(sum / Double(rows.count))
        }
        let broken = vector.count { !$0.isFinite }
        guard broken == 0 else { throw TensorError.nonFinite(tensor: "text vector", step: 0, count: broken) }
        return Embedding(vector: vector, isTruncated: example.isTruncated)
    }

    /// The stream at the layer of the options: [T, D].
    private func hidden(_ input: ModelInput) throws(TensorError) -> Tensor {
        var context = ForwardContext(tape: Tape(workspace, mode: .inference))
        guard let layer = options.layer else { return try model.hidden(input, context) }
        let blocks = model.base.blocks
        guard layer < blocks.count else {
            // What goes into the norm comes out of the last block.
            return try model.base.schedule(
                model.base.embed(input, context), blocks: blocks, rows: input.rows, model.scoped(context))
        }
        let found = Found()
        context.taps["\(blocks[layer].path).input"] = { found.tensor = $0 }
        _ = try model.hidden(input, context)
        guard let tensor = found.tensor else {
            throw .value(operation: "embedding", what: "the model shows nothing before block \(layer)")
        }
        return tensor
    }

    private final class Found { var tensor: Tensor? }

    /// Rows of the one sequence that count; patches stand first.
    private func places(_ content: TrainingExample, patches: Int) -> [Int] {
        let tokens = content.tokens.count
        let first = begins && tokens > 1 ? 1 : 0
        let pictured = Array(0..<max(0, content.patches - 1))
        let words = tokens > 0 ? Array(patches + first..<max(patches + first + 1, patches + tokens)) : []
        switch options.pool {
        case .mean:
            let rows = pictured + words
            return rows.isEmpty ? [0] : rows
        case .last: return [(words.last ?? pictured.last) ?? 0]
        case .eos: return [tokens > 0 ? patches + tokens - 1 : max(0, content.patches - 1)]
        }
    }
}
