import ArgumentParser
import Foundation
import Foundations
import Layers
import Tensors
import ZooKit

/// Measures a language model at work beside what the memory allows: a token reads every weight once.
struct Decode: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Tokens a second of a language model, prompt and continuation, beside the rate of the memory.",
        discussion: """
            Prompts of random tokens are read, and continued greedily. Without --model the shape is that of SmolLM2-135M and the \
            weights are drawn. The twin is Tests/Peers/transformers_decode.py. The best of the runs counts; "share" is the least \
            time that a token's weights take to be read, or copied, over the time it takes.

            Examples:
              letterpress-bench decode
              letterpress-bench decode --model smollm2 --mode bf16 --batch 1
            """)

    @Option(help: "A folder of a model.") var model: String?
    @Option(help: "fp32 or bf16; repeat for several. Both without.") var mode: [String] = []
    @Option(help: "Sequences together; repeat for several. 1 and 8 without.") var batch: [Int] = []
    @Option(help: "Threads.") var threads = 2
    @Option(help: "Tokens of a prompt.") var prompt = 512
    @Option(help: "Tokens that continue it.") var tokens = 128
    @Option(help: "Runs of each.") var repeats = 3

    func validate() throws {
        guard threads > 0, prompt > 0, tokens > 0, repeats > 0, batch.allSatisfy({ $0 > 0 }) else {
            throw ValidationError("--threads, --prompt, --tokens, --repeats and --batch are positive")
        }
    }

    func run() throws {
        var cases: [[String: Any]] = []
        for name in mode.isEmpty ? ["fp32", "bf16"] : mode {
            guard let precision = [Precision.fp32, .bf16].first(where: { $0.name == name }) else {
                throw ValidationError("--mode is fp32 or bf16, not \(name)")
            }
            let workspace = try Workspace(kernels: CPUKernels(threads: threads), precision: precision)
            let start = ContinuousClock.now
            let model = try model.map { try ModelFolder.load($0, workspace: workspace).model } ?? Self.drawn(workspace)
            let loading = seconds(since: start)
            let bytes = model.parameters.reduce(0) { $0 + $1.count * precision.compute.byteCount }
            for sequences in batch.isEmpty ? [1, 8] : batch {
                let runs = try (0..<repeats).map { _ in
                    try DecodeRun(model, workspace, sequences: sequences, prompt: prompt, tokens: tokens)
                }
                let step = runs.map(\.step).min() ?? .nan
                let prefill = runs.map(\.prefill).min() ?? .nan
                cases.append([
                    "mode": name, "batch": sequences, "load_seconds": loading, "weight_bytes": bytes,
                    "cache_bytes": runs[0].cacheBytes, "prefill_seconds": prefill, "step_seconds": step,
                    "prefill_tokens_per_second": Double(sequences * prompt) / prefill,
                    "decode_tokens_per_second": Double(sequences) / step,
                    "allocations_late": runs.map(\.lateAllocations).max() ?? 0, "peak_mb": peakMegabytes(),
                ])
            }
        }
        // At the end: its buffers would count as memory of the model.
        let rates = try MemoryRates.measure(threads: threads)
        for index in cases.indices {
            guard let bytes = cases[index]["weight_bytes"] as? Int, let step = cases[index]["step_seconds"] as? Double
            else { continue }
            cases[index]["share_of_read"] = Double(bytes) / rates.read / step
            cases[index]["share_of_copy"] = Double(bytes) / rates.copied / step
        }
        try printJSON([
            "threads": threads, "prompt": prompt, "tokens": tokens, "memory_read_bytes_per_second": rates.read,
            "memory_copied_bytes_per_second": rates.copied, "cases": cases,
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

/// One prompt read and continued.
private struct DecodeRun {
    /// Seconds of all prompts together.
    let prefill: Double
    /// Seconds of a token of each sequence: the mean over all, since the cache grows.
    let step: Double
    /// Bytes of the cache at the end.
    let cacheBytes: Int
    /// Times that memory was asked of the system in the second half.
    let lateAllocations: Int

    init(_ model: LanguageModel, _ workspace: Workspace, sequences: Int, prompt: Int, tokens: Int) throws {
        var random = SplitMix64(seed: 1)
        let vocabulary = UInt64(model.base.config.vocabulary)
        let ids = (0..<sequences).map { _ in (0..<prompt).map { _ in Int32(random.next() % vocabulary) } }
        let cache = try model.cache(sequences: sequences, capacity: prompt + tokens, in: workspace)
        let kernels = workspace.kernels
        func best(_ logits: Tensor) throws -> [Int32] {
            let top = try Tape(workspace, mode: .inference).topK(logits, count: 1)
            return try workspace.values(top.indices).map { Int32($0) }
        }
        var start = ContinuousClock.now
        var last = try best(model.prefill(ids, into: cache))
        prefill = seconds(since: start)
        start = .now
        var allocations = 0
        for token in 0..<tokens {
            if token == tokens / 2 { allocations = kernels.counters.allocations }
            last = try best(model.decode(last, cache))
        }
        step = seconds(since: start) / Double(tokens)
        lateAllocations = kernels.counters.allocations - allocations
        cacheBytes = cache.usedByteCount
    }
}
