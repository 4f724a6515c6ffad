import Foundations
import Layers
import Tensors
import TestSupport
import Testing

@testable import ZooKit

/// Forms in which patch embeddings read pixels: each is the published form with other weights.
@Suite struct PixelFormTests {
    private static let forms = PixelForm.allCases

    private func config(_ form: PixelForm, isGray: Bool = true) -> DecoderConfig {
        var config = Small.config(.erniePixel)
        config.patchInput = form
        config.patchNorm = 0.25
        let key = RandomKey(seed: 5).with("mean")
        if form == .centred {
            config.patchMean = (0..<(isGray ? 16 : 48)).map {
                Int(key.uniform(at: $0) * Double(DecoderConfig.meanUnit))
            }
        }
        return config
    }

    private func input(_ workspace: Workspace) throws -> ModelInput {
        try Small.images([Small.picture(5, 1), Small.picture(3, 2)], workspace)
    }

    /// The forms by their definition: each equals the published form on weights that a plain reading of the definition gives.
    @Test(arguments: forms, [true, false]) func everyFormIsAffine(_ form: PixelForm, _ isGray: Bool) throws {
        let workspace = try reference()
        let config = config(form, isGray: isGray)
        let model = try LanguageModel(config, seed: 3, workspace: workspace)
        var plainConfig = config
        (plainConfig.patchInput, plainConfig.patchMean) = (.unit, nil)
        let plain = try LanguageModel(plainConfig, seed: 3, workspace: workspace)
        let patches = try #require(model.base.patches)
        #expect(try patches.norm.weight.hostValues().allSatisfy { $0 == 0.25 })
        let weights = try patches.weight.hostValues()
        var (own, bias) = (weights, try patches.bias.hostValues())
        for row in 0..<config.width {
            for channel in 0..<3 {
                for place in 0..<16 {
                    let at = (row * 3 + channel) * 16 + place
                    switch form {
                    case .unit: break
                    case .ink: (own[at], bias[row]) = (-weights[at], bias[row] + weights[at])
                    case .signed: (own[at], bias[row]) = (2 * weights[at], bias[row] - weights[at])
                    case .centred:
                        let mean = try #require(config.patchMean)
                        let number = isGray ? mean[place] : mean[place * 3 + channel]
                        bias[row] -= weights[at] * Double(number) / Double(DecoderConfig.meanUnit)
                    }
                }
            }
        }
        let target = try #require(plain.base.patches)
        try target.weight.set(own)
        try target.bias.set(bias)
        let (a, b) = (
            try SmallRun(model, input(workspace), workspace), try SmallRun(plain, input(workspace), workspace)
        )
        for (got, wanted) in zip(a.patches.joined(), b.patches.joined()) { #expect(abs(got - wanted) < 1e-10) }
        if form == .unit { #expect(a.patches == b.patches) }
    }

    /// A folder holds the published form: read as such it gives the same, read as what it is it gives the weights that were trained.
    @Test(arguments: forms, KernelChoice.exact) func foldersHoldThePublishedForm(
        _ form: PixelForm, _ choice: KernelChoice
    ) throws {
        let workspace = try choice.workspace()
        let folder = try TemporaryFolder()
        let model = try LanguageModel(config(form), seed: 3, workspace: workspace)
        try ModelFolder.write(model, to: folder.file("own"), workspace: workspace)
        guard case .object(var keys) = try JSONValue.parse(folder.read("own/config.json")) else { return }
        #expect((keys["patch_input"] == nil) == (form == .unit))
        for key in ["patch_input", "patch_mean"] { keys[key] = nil }
        try Folder.create(folder.file("published"))
        try folder.write(JSONValue.object(keys).encoded(), to: "published/config.json")
        try folder.write(folder.read("own/model.safetensors"), to: "published/model.safetensors")
        let before = try SmallRun(model, input(workspace), workspace)
        for trainable in [false, true] {
            let own = try ModelFolder.load(folder.file("own"), workspace: workspace, trainable: trainable).model
            let published = try ModelFolder.load(folder.file("published"), workspace: workspace).model
            #expect(published.base.patches?.form == .unit && own.base.patches?.form == form)
            for other in [own, published] {
                let after = try SmallRun(other, input(workspace), workspace)
                for (got, wanted) in zip(after.patches.joined(), before.patches.joined()) {
                    #expect(abs(got - wanted) < choice.tolerance)
                }
            }
            let (a, b) = (try #require(own.base.patches), try #require(model.base.patches))
            for (got, wanted) in zip(try a.weight.hostValues(), try b.weight.hostValues()) {
                #expect(abs(got - wanted) <= 1e-6)
            }
            for (got, wanted) in zip(try a.bias.hostValues(), try b.bias.hostValues()) {
                #expect(abs(got - wanted) < 1e-5)
            }
            // What nothing changed is written as it was read.
            try ModelFolder.write(own, to: folder.file("again"), workspace: workspace)
            #expect(try folder.read("again/model.safetensors") == folder.read("own/model.safetensors"))
            #expect(try folder.read("again/config.json") == folder.read("own/config.json"))
        }
    }

    /// One channel of a colour model's means: their mean.
    @Test func aSingleChannelHasTheMeanOfMeans() throws {
        var config = config(.centred, isGray: false)
        config.patchMean = (0..<48).map { $0 % 3 == 0 ? 30 : 60 }
        #expect(config.meanOfOneChannel == [Int](repeating: 50, count: 16))
        let (workspace, folder) = (try KernelChoice.single.workspace(), try TemporaryFolder())
        try ModelFolder.write(
            LanguageModel(config, seed: 1, workspace: workspace), to: folder.file("m"), workspace: workspace)
        let gray = try ModelFolder.load(folder.file("m"), workspace: workspace, singleChannel: .sum).model
        #expect(gray.base.config.patchMean?.count == 16 && gray.base.config.channels == 1)
    }

    @Test func aMeanThatIsMissingIsTold() throws {
        let workspace = try reference()
        var config = config(.centred)
        config.patchMean = nil
        let model = try LanguageModel(config, seed: 1, workspace: workspace)
        #expect(throws: TensorError.self) { try SmallRun(model, input(workspace), workspace) }
    }

    @Test(arguments: [
        (#""patch_input": "unity""#, "patch_input"), (#""patch_mean": [1]"#, "patch_mean"),
        (#""patch_input": "centred", "patch_mean": [1, 2]"#, "patch_mean"),
        (#""patch_input": "centred", "patch_size": 1, "patch_mean": [65536]"#, "patch_mean"),
        (#""patch_norm_init": 0"#, "patch_norm_init"), (#""patch_norm_init": -1"#, "patch_norm_init"),
    ]) func settingsThatMakeNoSenseAreRefused(_ keys: String, _ key: String) throws {
        let text = """
            {"model_type": "ernie-pixel", "hidden_size": 16, "num_hidden_layers": 1, "intermediate_size": 16,
            "num_attention_heads": 2, "vocab_size": 5, \(keys)}
            """
        let error = #expect(throws: ConfigError.self) {
            try StrictJSON.decode(DecoderConfig.self, from: Array(text.utf8), source: "c")
        }
        #expect("\(try #require(error))".contains(key))
    }
}
