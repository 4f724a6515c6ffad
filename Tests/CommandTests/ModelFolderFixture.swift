import Corpora
import Foundations
import Layers
import Tensors
import TestSupport
import ZooKit

/// A folder of a small model of drawn weights, with the byte tokenizer.
struct ModelFolderFixture {
    let folder: TemporaryFolder
    /// The model's folder.
    let path: String

    init(_ type: DecoderConfig.ModelType = .llama, head: DecoderConfig.PatchHead = .regressionNorm) throws {
        folder = try TemporaryFolder()
        path = folder.file("model")
        var config = DecoderConfig(
            modelType: type, width: 16, layerCount: 2, innerWidth: 24, heads: 4, groups: 2, vocabulary: 260,
            positions: 96)
        config.deviation = 0.3
        config.patchHead = head
        let workspace = try Workspace(kernels: CPUKernels(threads: 1), precision: .fp32)
        let model = try LanguageModel(config, seed: 8, workspace: workspace)
        try folder.write(StrictJSON.encodedValue(config).encoded(), to: "model/config.json")
        try folder.write(BytePairTokenizer.bytes().tokenizerJSON(), to: "model/tokenizer.json")
        try SafetensorsFile.write(
            model.parameters.map { SafetensorsItem($0, in: workspace) }, to: "\(path)/model.safetensors")
    }
}
