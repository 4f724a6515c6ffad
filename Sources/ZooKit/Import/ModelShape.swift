import Foundations
import Layers
import Tensors

/// The tensors that a model of some shape has.
enum ModelShape {
    /// Shapes by name, of a model with the heads that it is pretrained with, or with `heads`.
    static func tensors(
        of config: DecoderConfig, heads: LanguageModel.Heads? = nil, in workspace: Workspace
    ) throws(TensorError) -> [String: [Int]] {
        let builder = ParameterBuilder(workspace: workspace, seed: 0, drawsValues: false)
        let model = try LanguageModel(builder, config: config, heads: heads)
        return Dictionary(model.parameters.map { ($0.path, $0.shape) }) { first, _ in first }
    }

    /// Compares the tensors that a model's size follows from with what is stored, before a model of that size is made: a
    /// configuration alone must not ask for memory that no file stands behind.
    ///
    /// `stored` gives a tensor's shape by the model's name. Throws: `CheckpointError.tensors` with the first that do not fit.
    static func check(
        _ config: DecoderConfig, path: String, stored: (String) -> [Int]?
    ) throws(CheckpointError) {
        var problems: [TensorProblem] = []
        func compare(_ name: String, _ shape: [Int]) {
            guard problems.count < 20 else { return }
            guard let got = stored(name) else { return problems.append(.missing(name: name, shape: shape)) }
            if got != shape { problems.append(.shape(name: name, expected: shape, got: got)) }
        }
        compare("model.embed_tokens.weight", [config.vocabulary, config.width])
        if config.modelType == .erniePixel {
            compare(
                "model.embed_patches.patch_embeddings.projection.weight",
                [config.width, config.channels, config.patchSize, config.patchSize])
        }
        for layer in 0..<config.layerCount {
            let inner = config.layers?[layer].innerWidth ?? config.innerWidth
            compare("model.layers.\(layer).self_attn.q_proj.weight", [config.heads * config.headWidth, config.width])
            compare("model.layers.\(layer).mlp.gate_proj.weight", [inner, config.width])
        }
        guard problems.isEmpty else { throw .tensors(path: path, problems: problems) }
    }
}
