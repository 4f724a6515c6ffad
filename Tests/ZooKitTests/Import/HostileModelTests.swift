import Corpora
import Foundation
import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import ZooKit

/// Configurations and GGUF files that were damaged or made up: an error or a model, never a trap, and no memory that no file stands
/// behind.
@Suite struct HostileModelTests {
    private let folder: TemporaryFolder
    private let workspace: Workspace

    init() throws {
        folder = try TemporaryFolder()
        workspace = try KernelChoice.single.workspace(threads: 1)
    }

    private func bytes(_ name: String) throws -> [UInt8] {
        Array(try Data(contentsOf: URL(fileURLWithPath: FixturePage.path(name))))
    }

    /// The configuration of the folder `tied`, key by key.
    private func tiedConfig() throws -> [String: JSONValue] {
        guard case .object(let fields) = try JSONValue.parse(bytes("folders/tied/config.json")) else {
            throw FixtureError("folders/tied/config.json is no object")
        }
        return fields
    }

    /// Loads the folder; what is loaded computes. Whether it was accepted.
    private func accepts(_ config: [UInt8]) throws -> Bool {
        try folder.write(config, to: "config.json")
        let model: LanguageModel
        do {
            model = try ModelFolder.load(folder.path, workspace: workspace).model
        } catch {
            #expect(error is CheckpointError || error is ConfigError || error is TensorError)
            #expect(!"\(error)".isEmpty)
            return false
        }
        let input = try ModelInput.text([[1, 2]], vocabulary: 61, workspace: workspace)
        do {
            let hidden = try model.hidden(input, ForwardContext(tape: Tape(workspace, mode: .inference)))
            #expect(hidden.shape == [2, 24])
        } catch { #expect(!"\(error)".isEmpty) }
        return true
    }

    @Test func damagedConfigurationsAreRefusedOrRead() throws {
        try folder.write(bytes("folders/tied/model.safetensors"), to: "model.safetensors")
        let whole = try bytes("folders/tied/config.json")
        var generator = SplitMix64(seed: 51)
        var accepted = 0
        for _ in 0..<1500 {
            var config = whole
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let place = Int.random(in: 0..<config.count, using: &generator)
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: config[place] = UInt8.random(in: 32..<127, using: &generator)
                case 1: config[place] = Array("0123456789-.e".utf8).randomElement(using: &generator) ?? 0
                case 2: config.remove(at: place)
                default: config.insert(config[Int.random(in: 0..<config.count, using: &generator)], at: place)
                }
            }
            if try accepts(config) { accepted += 1 }
        }
        #expect(accepted > 50 && accepted < 1400, "\(accepted)")
    }

    @Test func strangeValuesOfEveryKeyAreRefusedOrRead() throws {
        try folder.write(bytes("folders/tied/model.safetensors"), to: "model.safetensors")
        let fields = try tiedConfig()
        let strange: [JSONValue] = [
            .null, .bool(true), .integer(0), .integer(-1), .integer(1), .integer(1 << 24), .integer(1 << 33),
            .integer(.max), .integer(.min), .number(0.5), .number(1e300), .number(-1e-300), .string(""),
            .string("llama3"), .array([]), .array([.integer(1), .string("a")]), .object([:]),
            .object(["rope_type": .string("llama3"), "factor": .number(1e-300)]),
            .object([
                "rope_type": .string("llama3"), "factor": .integer(8), "low_freq_factor": .integer(1),
                "high_freq_factor": .integer(4), "original_max_position_embeddings": .integer(.max),
            ]), .object(["type": .string("linear"), "factor": .number(0)]),
            .array([.object(["intermediate_size": .integer(1 << 20)]), .object(["key_map": .array([.integer(.max)])])]),
        ]
        var accepted = 0
        let extra = ["rope_scaling", "layers", "rope_theta", "sliding_window", "patch_size", "torch_dtype", "stranger"]
        for key in fields.keys.sorted() + extra {
            for value in strange {
                var changed = fields
                changed[key] = value
                if try accepts(JSONValue.object(changed).encoded()) { accepted += 1 }
            }
        }
        #expect(accepted > 100 && accepted < 500, "\(accepted)")
    }

    @Test func aConfigurationAloneAsksForNoMemory() throws {
        try folder.write(bytes("folders/tied/model.safetensors"), to: "model.safetensors")
        var fields = try tiedConfig()
        let kernels = try CPUKernels(threads: 1)
        let workspace = try Workspace(kernels: kernels, precision: .fp32)
        for (key, value) in [
            ("intermediate_size", 1 << 24), ("num_hidden_layers", 4096), ("vocab_size", 1 << 24), ("head_dim", 1 << 20),
        ] {
            let plain = fields[key]
            fields[key] = .integer(value)
            try folder.write(JSONValue.object(fields).encoded(), to: "config.json")
            #expect(throws: CheckpointError.self) { try ModelFolder.load(folder.path, workspace: workspace) }
            #expect(throws: CheckpointError.self) {
                try ModelFolder.convert(folder.path, to: folder.file("out"), workspace: workspace)
            }
            fields[key] = plain
        }
        #expect(kernels.counters.allocatedBytes == 0)
    }

    @Test func damagedFilesAreRefusedOrRead() throws {
        let whole = try bytes("tied.gguf")
        let outline = try #require(
            GGUFFile(path: FixturePage.path("tied.gguf")).tensors.map(\.bytes.lowerBound).min())
        var generator = SplitMix64(seed: 52)
        var (accepted, tokenizers) = (0, 0)
        for _ in 0..<2500 {
            var bytes = whole
            for _ in 0..<Int.random(in: 1...2, using: &generator) {
                let place = Int.random(in: 0..<outline, using: &generator)
                switch Int.random(in: 0..<3, using: &generator) {
                case 0: bytes[place] = UInt8(truncatingIfNeeded: generator.next())
                case 1: bytes[place] ^= 1 << UInt8.random(in: 0..<8, using: &generator)
                default: bytes[place] = [0, 1, 0x7F, 0x80, 0xFF].randomElement(using: &generator) ?? 0
                }
            }
            let path = try folder.write(bytes, to: "x.gguf")
            guard let model = try? GGUFModel(path: path, workspace: workspace) else { continue }
            accepted += 1
            try SafetensorsFile.write(model.items(.bfloat16), to: folder.file("x.safetensors"))
            guard let tokenizer = try? model.tokenizer() else { continue }
            tokenizers += 1
            for id in tokenizer.encode("the cat <|turn|> in the hat, thin.") {
                #expect(id >= 0 && id < tokenizer.vocabularySize)
            }
        }
        #expect(accepted > 200 && accepted < 2400 && tokenizers > 100, "\(accepted), \(tokenizers)")
    }
}
