import ArgumentParser
import Foundation
import Foundations
import Layers
import Tensors
import ZooKit

/// Opens a model's folder and writes what it predicts; `Tests/Peers/checkpoints.py` compares that with `transformers`.
struct Logits: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "Time and memory of opening a model, and its token logits as safetensors.")

    @Option(help: "The model's folder.") var model: String
    @Option(help: "Lines of JSON, each a list of token ids; nothing is computed without.") var ids: String?
    @Option(help: "File for one tensor of logits a line, named by its number.") var out: String?
    @Option(help: "fp32 or bf16.") var mode = "fp32"
    @Option(help: "Threads.") var threads = 2
    @Flag(help: "Open it for training.") var trainable = false

    func run() throws {
        guard let precision = [Precision.fp32, .bf16].first(where: { $0.name == mode }) else {
            throw ValidationError("--mode is fp32 or bf16, not \(mode)")
        }
        let start = ContinuousClock.now
        let workspace = try Workspace(kernels: CPUKernels(threads: threads), precision: precision)
        let (model, report, warnings) = try ModelFolder.load(self.model, workspace: workspace, trainable: trainable)
        let opened = start.duration(to: .now)
        let openedMegabytes = peakMegabytes()
        var seconds: [Double] = []
        let lines = try ids.map { try readLines($0) } ?? []
        let vocabulary = model.base.config.vocabulary
        let items = try lines.enumerated().map { index, line in
            let ids = try StrictJSON.decode([Int32].self, from: line, source: self.ids ?? "")
            return SafetensorsItem(name: "\(index)", type: .float32, shape: [ids.count, vocabulary]) { sink in
                let start = ContinuousClock.now
                let context = ForwardContext(tape: Tape(workspace, mode: .inference))
                let input = try ModelInput.text([ids], vocabulary: vocabulary, workspace: workspace)
                let logits = try model.tokenLogits(try model.hidden(input, context), context)
                let values = try workspace.values(logits).map { Float($0) }
                seconds.append(start.duration(to: .now).seconds)
                try sink.append(values.span.bytes)
            }
        }
        if let out { try SafetensorsFile.write(items, to: out) }
        try printJSON([
            "mode": mode, "threads": threads, "open_seconds": opened.seconds, "open_peak_mb": openedMegabytes,
            "peak_mb": peakMegabytes(), "forward_seconds": seconds, "mapped": report.mapped.count,
            "copied": report.copied.count, "ignored": report.ignored, "warnings": warnings,
        ])
    }
}

extension Duration {
    /// Seconds, to the nanosecond or so.
    var seconds: Double { Double(components.seconds) + Double(components.attoseconds) * 1e-18 }
}
