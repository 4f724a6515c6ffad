import Foundation
import Layers
import Tensors
import ZooKit

/// What PyTorch made of a few steps of fine-tuning (`Tests/Peers/torch_finetune.py`).
struct FinetuneFixture {
    /// `Fixtures/finetune.json`.
    struct Page: Decodable {
        struct Lengths: Decodable {
            let image, text, pairImage, pairText: Int
        }

        struct Run: Decodable {
            let losses: [Double]
        }

        let adamw: FixturePage.AdamW
        let lengths: Lengths
        let pad: Int
        let labels: [Int]
        let values: [Double]
        /// Examples of each step.
        let order: [[Int]]
        /// By kind and goal: "pair.regression".
        let runs: [String: Run]
    }

    let page: Page
    private let tensors: [String: FixtureTensor]

    init() throws {
        let decoder = JSONDecoder()
        decoder.keyDecodingStrategy = .convertFromSnakeCase
        page = try decoder.decode(
            Page.self, from: Data(contentsOf: URL(fileURLWithPath: FixturePage.path("finetune.json"))))
        tensors = try FixtureTensor.read("finetune")
    }

    func tensor(_ name: String) throws -> FixtureTensor { try FixtureError.unwrap(tensors[name], "no \(name)") }

    /// Numbers of a tensor by row.
    func rows(_ name: String) throws -> [[Double]] {
        let tensor = try tensor(name)
        return (0..<tensor.shape[0]).map { row in
            Array(tensor.values[row * tensor.shape[1]..<(row + 1) * tensor.shape[1]])
        }
    }

    /// The model with the head of a goal.
    func model(_ goal: String, _ workspace: Workspace) throws -> LanguageModel {
        let head = try tensor("score.\(goal)")
        var config = DecoderConfig(
            modelType: .erniePixel, width: 32, layerCount: 2, innerWidth: 48, heads: 4, groups: 2, vocabulary: 61,
            positions: 64)
        config.channels = 3
        let model = try LanguageModel(config, heads: .init(labels: head.shape[0]), seed: 1, workspace: workspace)
        var parameters = try ModelFixture.parameters(of: "pixel")
        parameters["score.weight"] = head
        for parameter in model.parameters {
            try parameter.set(FixtureError.unwrap(parameters[parameter.path], parameter.path).values)
        }
        return model
    }

    /// All examples of a kind, answers of a goal with them.
    func examples(_ kind: ExampleKind, _ goal: String) throws -> [ClassifierExample] {
        try page.labels.indices.map { index in
            var content = TrainingExample()
            if kind != .text {
                content.pixels =
                    try tensor("image.\(index)").values.map { UInt8($0) } + [UInt8](repeating: 0, count: 768)
                content.patches = content.pixels.count / 768
            }
            if kind != .image { content.tokens = try tensor("text.\(index)").values.map { Int32($0) } }
            return ClassifierExample(
                content, target: goal == "regression" ? .value(page.values[index]) : .label(page.labels[index]))
        }
    }

    func input(_ kind: ExampleKind, _ workspace: Workspace, _ pooling: Pooling = Pooling()) throws -> ClassifierInput {
        let lengths = page.lengths
        return ClassifierInput(
            try model("classification", workspace).base.config, kind: kind,
            patchLimit: kind == .text ? 0 : kind == .image ? lengths.image : lengths.pairImage,
            tokenLimit: kind == .image ? 0 : kind == .text ? lengths.text : lengths.pairText, pooling: pooling,
            workspace: workspace)
    }
}
