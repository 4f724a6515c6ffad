import Foundations
import Layers
import Tensors

/// The tensors that a model of some shape has.
enum ModelShape {
    /// Shapes by name, of a model with the heads that it is pretrained with.
    static func tensors(of config: DecoderConfig, in workspace: Workspace) throws(TensorError) -> [String: [Int]] {
        let builder = ParameterBuilder(workspace: workspace, seed: 0, drawsValues: false)
        let model = try LanguageModel(builder, config: config)
        return Dictionary(model.parameters.map { ($0.path, $0.shape) }) { first, _ in first }
    }

    /// Compares the tensors that a model's size follows from with what is stored, before a model of that size is made: a
    /// configuration alone must not ask for memory that no file stands behind. Structures may replace parts of blocks; those
    /// that are made and then replaced may have ``waste`` times the numbers of the file together.
    ///
    /// `stored` has shapes by the model's names. Throws: `CheckpointError.tensors` with the first that do not fit.
    static func check(
        _ config: DecoderConfig, _ heads: LanguageModel.Heads, _ structures: [StructureRecord] = [], path: String,
        stored: [String: [Int]]
    ) throws(CheckpointError) {
        var problems: [TensorProblem] = []
        func compare(_ name: String, _ shape: [Int]) {
            guard problems.count < 20, stored[name] != shape else { return }
            let problem = stored[name].map { TensorProblem.shape(name: name, expected: shape, got: $0) }
            problems.append(problem ?? .missing(name: name, shape: shape))
        }
        compare("model.embed_tokens.weight", [config.vocabulary, config.width])
        if config.modelType == .erniePixel {
            compare(
                "model.embed_patches.patch_embeddings.projection.weight",
                [config.width, config.channels, config.patchSize, config.patchSize])
        }
        var replaceable: [(name: String, shape: [Int])] = []
        if let labels = heads.labels { replaceable.append(("score.weight", [labels, config.width])) }
        for layer in 0..<config.layerCount {
            let inner = config.layers?[layer].innerWidth ?? config.innerWidth
            let rows = config.heads * config.headWidth
            replaceable += [
                ("model.layers.\(layer).self_attn.q_proj.weight", [rows, config.width]),
                ("model.layers.\(layer).mlp.gate_proj.weight", [inner, config.width]),
            ]
        }
        // A part has at most four such matrices.
        var spare = structures.isEmpty ? 0 : waste * numbers(stored)
        for (name, shape) in replaceable where stored[name] != shape {
            spare -= 4 * (SizeLimit.product(shape, upTo: SizeLimit.parameter) ?? SizeLimit.parameter)
            if spare < 0 { compare(name, shape) }
        }
        guard problems.isEmpty else { throw .tensors(path: path, problems: problems) }
    }

    /// How many times the file's numbers parts may have that a structure replaces.
    static let waste = 64

    /// The count of all numbers of `shapes`, at most 2^50.
    static func numbers(_ shapes: [String: [Int]]) -> Int {
        shapes.values.reduce(0) { min($0 + (SizeLimit.product($1, upTo: 1 << 50) ?? 1 << 50), 1 << 50) }
    }
}
