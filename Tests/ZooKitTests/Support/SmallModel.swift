import Layers
import ReferenceKernels
import Tensors
import ZooKit

/// A workspace in double precision.
func reference() throws -> Workspace { try Workspace(kernels: ReferenceKernels(), precision: .fp64) }

/// Shapes and batches small enough for scalar kernels, all drawn from seeds. Patches have 4 x 4 pixels of three channels.
enum Small {
    static let vocabulary = 13
    static let patchBytes = 48

    /// Weights vary by 0.3: far from the usual small start, where positions and heads hardly count.
    static func config(_ type: DecoderConfig.ModelType, heads: Int = 4, groups: Int = 2) -> DecoderConfig {
        var config = DecoderConfig(
            modelType: type, width: 16, layerCount: 2, innerWidth: 24, heads: heads, groups: groups,
            vocabulary: vocabulary, positions: 64)
        config.deviation = 0.3
        config.patchSize = 4
        return config
    }

    /// `count` tokens.
    static func text(_ count: Int, _ seed: UInt64) -> [Int32] {
        let key = RandomKey(seed: seed).with("text")
        return (0..<count).map { Int32(key.uniform(at: $0) * Double(vocabulary)) }
    }

    /// `count` patches of noise and a black one behind them.
    static func picture(_ count: Int, _ seed: UInt64, bytes: Int = patchBytes) -> [UInt8] {
        let key = RandomKey(seed: seed).with("picture")
        let noise = (0..<count * bytes).map { UInt8(key.uniform(at: $0) * 256) }
        return noise + [UInt8](repeating: 0, count: bytes)
    }

    /// The picture on a canvas of `length` white patches.
    static func canvas(_ picture: [UInt8], _ length: Int) -> [UInt8] {
        picture + [UInt8](repeating: 255, count: max(0, length * patchBytes - picture.count))
    }

    /// Pictures whose every patch is seen, the black one too.
    static func images(_ pictures: [[UInt8]], _ workspace: Workspace) throws -> ModelInput {
        try ModelInput.images(
            pictures, seen: pictures.map { $0.count / patchBytes }, patchBytes: patchBytes, workspace: workspace)
    }

    static func texts(_ texts: [[Int32]], padsLeft: Bool = false, _ workspace: Workspace) throws -> ModelInput {
        try ModelInput.text(texts, vocabulary: vocabulary, padsLeft: padsLeft, workspace: workspace)
    }

    /// Pictures, then their texts from the place behind the longest picture on.
    static func pairs(
        _ pictures: [[UInt8]], _ texts: [[Int32]], textPosition: Int? = nil, seen: [Int]? = nil, _ workspace: Workspace
    ) throws -> ModelInput {
        let lengths = pictures.map { $0.count / patchBytes }
        return try ModelInput.pairs(
            pictures, seen: seen ?? lengths, patchBytes: patchBytes, texts, vocabulary: vocabulary,
            textPosition: textPosition ?? lengths.max() ?? 0, workspace: workspace)
    }
}

/// What a model makes of a batch, on the host.
struct SmallRun {
    /// The rows behind the final norm, padding too.
    var hidden: [[Double]] = []
    /// Token logits of every row, where the model has that head.
    var logits: [[Double]] = []
    /// Predicted patches of every row, where the model has that head.
    var patches: [[Double]] = []
    /// Class scores of each sequence's pooling place, where the model has that head.
    var classes: [[Double]] = []
    /// Sum and weight of each loss that the batch has.
    var terms: [String: (sum: Double, weight: Double)] = [:]

    init(_ model: LanguageModel, _ input: ModelInput, _ workspace: Workspace) throws {
        let context = ForwardContext(tape: Tape(workspace, mode: .inference))
        let hidden = try model.hidden(input, context)
        func rows(_ tensor: Tensor) throws -> [[Double]] {
            let values = try workspace.values(tensor)
            return (0..<tensor.rows).map { Array(values[$0 * tensor.columns..<($0 + 1) * tensor.columns]) }
        }
        self.hidden = try rows(hidden)
        if model.tokenHead != nil { logits = try rows(model.tokenLogits(hidden, context)) }
        if let head = model.patchHead { patches = try rows(head(hidden, context)) }
        if model.score != nil {
            classes = try rows(
                model.classLogits(hidden, rows: PooledRows(model.poolingPlaces(input).map { [$0] }), context))
        }
        for term in try Self.terms(model, hidden, input, context) {
            terms[term.name] = (try workspace.values(term.sum)[0], term.weight)
        }
    }

    /// The losses that batch and model both have.
    static func terms(
        _ model: LanguageModel, _ hidden: Tensor, _ input: ModelInput, _ context: ForwardContext
    ) throws -> [LossTerm] {
        var terms: [LossTerm] = []
        if input.patches != nil, model.patchHead != nil {
            terms.append(try model.nextPatchLoss(hidden, input, context))
        }
        if input.tokens != nil, model.tokenHead != nil { terms.append(try model.nextTokenLoss(hidden, input, context)) }
        return terms
    }

    /// A loss; NaN where there is none.
    func loss(_ name: String) -> Double { terms[name].map { $0.sum / $0.weight } ?? .nan }

    /// Adds the gradients of the batch's losses, each over `weights` of its name, to the parameters.
    static func gather(
        _ model: LanguageModel, _ input: ModelInput, weights: [String: Double], _ workspace: Workspace
    ) throws {
        let context = ForwardContext(tape: Tape(workspace), isTraining: true)
        let terms = try terms(model, model.hidden(input, context), input, context)
        try context.tape.backward(terms.map { ($0.sum, 1 / (weights[$0.name] ?? .nan)) })
    }

    /// Gradients by path, of which there are any.
    static func gradients(_ model: LanguageModel, _ workspace: Workspace) throws -> [String: [Double]] {
        var gradients: [String: [Double]] = [:]
        for parameter in model.parameters {
            if let gradient = parameter.gradient { gradients[parameter.path] = try workspace.values(gradient) }
        }
        return gradients
    }

    /// The largest difference of lists of numbers; nothing is as far as different counts.
    static func distance(_ a: [[Double]], _ b: [[Double]]) -> Double {
        guard a.count == b.count, zip(a, b).allSatisfy({ $0.count == $1.count }) else { return .infinity }
        let differences = zip(a, b).flatMap { zip($0, $1).map { abs($0 - $1) } }
        return differences.allSatisfy(\.isFinite) ? differences.max() ?? .infinity : .infinity
    }
}
