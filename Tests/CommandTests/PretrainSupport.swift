import Foundation
import Foundations
import TestSupport
import Testing

/// A corpus, the shape of a small model, and runs of `letterpress pretrain` on both.
struct PretrainFixture {
    let folder: TemporaryFolder
    let corpus: String
    let shape: String

    init() throws {
        folder = try TemporaryFolder()
        corpus = Repository.root + "/corpora/sample/sample.jsonl"
        let tiny = Repository.root + "/models/pixelgpt/tiny.json"
        guard case .object(var keys) = try JSONValue.parse([UInt8](Data(contentsOf: URL(fileURLWithPath: tiny)))) else {
            throw CocoaError(.fileReadCorruptFile)
        }
        for (key, value) in ["hidden_size": 32, "intermediate_size": 64, "num_hidden_layers": 2] {
            keys[key] = .integer(value)
        }
        for key in ["num_attention_heads", "num_key_value_heads"] { keys[key] = .integer(2) }
        shape = try folder.write(JSONValue.object(keys).encoded(), to: "shape.json")
    }

    func path(_ name: String) -> String { folder.file(name) }

    /// Arguments of a short run into `out`.
    func arguments(_ out: String, _ more: [String] = []) -> [String] {
        [
            "pretrain", "--model", shape, "--data", corpus, "--out", path(out), "--length", "32", "--batch", "4",
            "--warm-up", "3", "--lr", "3e-3", "--held-out", "0.1", "--eval-sequences", "4", "--window", "8",
            "--threads", "1",
            "--no-baselines",
        ] + more
    }

    /// Runs it.
    func run(_ arguments: [String], environment: [String: String] = [:], limit: Double = 120) throws -> Execution {
        try Execution.run(
            product: "letterpress", arguments,
            environment: ["LETTERPRESS_ROOT": Repository.root].merging(environment) { $1 }, limit: limit)
    }

    /// The losses by step that lines of `--json` tell; a line that was cut off is passed over.
    static func losses(_ text: String) -> [Int: Double] {
        var losses: [Int: Double] = [:]
        for line in text.split(separator: "\n") {
            guard let value = try? JSONValue.parse(Array(line.utf8)), value["event"] == .string("step"),
                case .integer(let step)? = value["step"]
            else { continue }
            switch value["loss"] {
            case .number(let loss)?: losses[step] = loss
            case .integer(let loss)?: losses[step] = Double(loss)
            default: continue
            }
        }
        return losses
    }

    /// The bytes of the model in the checkpoint of a step.
    func model(_ out: String, step: Int) throws -> [UInt8] {
        let digits = String(step)
        let name = "step-" + String(repeating: "0", count: 8 - digits.count) + digits
        return try folder.read("\(out)/checkpoints/\(name)/model.safetensors")
    }
}
