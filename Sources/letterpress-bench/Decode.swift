import ArgumentParser
import Foundation
import Layers
import Tensors
import ZooKit

/// Measures decoding beside what the memory allows: a token reads every weight once.
struct Decode: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tokens a second of a language model, prefill and decode, beside the rate of the memory.")

    @Option(help: "fp32 or bf16.") var mode = "fp32"
    @Option(help: "Threads.") var threads = 2
    @Option(help: "Sequences decoded together.") var batch = 1
    @Option(help: "Tokens of a prompt.") var prompt = 512
    @Option(help: "Tokens decoded.") var tokens = 128

    func run() throws {
        guard let precision = [Precision.fp32, .bf16].first(where: { $0.name == mode }) else {
            throw ValidationError("--mode is fp32 or bf16, not \(mode)")
        }
        let rates = try MemoryRates.measure(threads: threads)
        let kernels = try CPUKernels(threads: threads)
        let workspace = try Workspace(kernels: kernels, precision: precision)
        let model = try Self.drawn(workspace)
        let bytes = model.parameters.reduce(0) { $0 + $1.count * precision.compute.byteCount }
        var times: [Double] = []
        for _ in 0..<tokens {
            let start = ContinuousClock.now
            let context = ForwardContext(tape: Tape(workspace, mode: .inference))
            let input = try ModelInput.text(
                [[Int32]](repeating: [7], count: batch), vocabulary: model.base.config.vocabulary, workspace: workspace)
            _ = try model.tokenLogits(model.hidden(input, context), context)
            times.append(seconds(since: start))
        }
        let step = median(times)
        try printJSON([
            "mode": mode, "threads": threads, "batch": batch, "weight_bytes": bytes, "read_gbps": rates.read / 1e9,
            "copy_gbps": rates.copied / 1e9, "step_ms": step * 1e3, "best_step_ms": (times.min() ?? 0) * 1e3,
            "tokens_per_second": Double(batch) / step, "share_of_read": Double(bytes) / step / rates.read,
            "share_of_copy": Double(bytes) / step / rates.copied, "peak_mb": peakMegabytes(),
        ])
    }

    /// A model of the shape of SmolLM2-135M with drawn weights, kept in the type of products alone.
    private static func drawn(_ workspace: Workspace) throws -> LanguageModel {
        var config = DecoderConfig(
            modelType: .llama, width: 576, layerCount: 30, innerWidth: 1536, heads: 9, groups: 3, vocabulary: 49152,
            positions: 8192)
        config.tiesEmbeddings = true
        let model = try LanguageModel(config, heads: .init(token: true), seed: 0, workspace: workspace)
        for parameter in model.parameters {
            parameter.isTrainable = false
            if parameter.shape.count == 2 { try parameter.keep(only: workspace.precision.compute) }
        }
        return model
    }
}
