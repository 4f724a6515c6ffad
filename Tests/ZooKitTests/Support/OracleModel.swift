import Foundations
import Layers
import Tensors
import ZooKit

/// A fixture's model built here, with the fixture's parameters.
struct OracleModel {
    let fixture: ModelFixture
    let workspace: Workspace
    let model: LanguageModel

    init(_ fixture: ModelFixture, workspace: Workspace) throws {
        self.fixture = fixture
        self.workspace = workspace
        let config = try StrictJSON.decode(
            DecoderConfig.self, from: JSONValue.object(fixture.config), source: fixture.name)
        model = try LanguageModel(config, seed: 1, workspace: workspace)
        try set(fixture.parameters)
    }

    /// The fixture names the head of tokens as pixel models do, also for a Llama.
    static func name(_ path: String) -> String { path == "lm_head.weight" ? "lm_token_head.weight" : path }

    func set(_ parameters: [String: FixtureTensor]) throws {
        for parameter in model.parameters {
            let given = try FixtureError.unwrap(parameters[Self.name(parameter.path)], "no \(parameter.path)")
            guard given.shape == parameter.shape else { throw FixtureError("\(parameter.path): \(given.shape)") }
            try parameter.set(given.values)
        }
        guard parameters.count == model.parameters.count else {
            throw FixtureError("\(parameters.count) parameters for \(model.parameters.count)")
        }
    }

    /// The fixture's batch.
    static func input(_ fixture: ModelFixture, workspace: Workspace) throws -> ModelInput {
        let vocabulary = try fixture.integer("vocab_size")
        let segments = try FixtureError.unwrap(fixture.inputs["segments"], "no segments")
        let length = segments.shape[1]
        let rows = (0..<segments.shape[0]).map { b in
            segments.values[b * length..<(b + 1) * length].map { Int32($0) }
        }
        let images = try fixture.inputs["pixels"].map { try pictures($0, rows) }
        let patchLength = fixture.inputs["pixels"]?.shape[1] ?? 0
        guard let ids = fixture.inputs["ids"] else {
            let images = try FixtureError.unwrap(images, "no batch")
            return try ModelInput.images(
                images.pixels, seen: images.seen, patchBytes: 768,
                segments: rows.map { $0.filter { $0 >= 0 } }, workspace: workspace)
        }
        let own = rows.map { Array($0[patchLength...]) }
        let texts = own.enumerated().map { b, segments in
            segments.indices.filter { segments[$0] >= 0 }.map { Int32(ids.values[b * ids.shape[1] + $0]) }
        }
        if let images {
            return try ModelInput.pairs(
                images.pixels, seen: images.seen, patchBytes: 768, texts, vocabulary: vocabulary,
                textPosition: patchLength, workspace: workspace)
        }
        return try ModelInput.text(
            texts, vocabulary: vocabulary, padsLeft: own.contains { $0.first == -1 },
            segments: own.map { $0.filter { $0 >= 0 } }, workspace: workspace)
    }

    private static func pictures(
        _ pixels: FixtureTensor, _ rows: [[Int32]]
    ) throws -> (pixels: [[UInt8]], seen: [Int]) {
        let length = pixels.shape[1]
        let bytes = pixels.values.map { UInt8($0) }
        let size = length * 768
        return (
            rows.indices.map { Array(bytes[$0 * size..<($0 + 1) * size]) },
            rows.map { $0[..<length].count { $0 >= 0 } }
        )
    }
}
