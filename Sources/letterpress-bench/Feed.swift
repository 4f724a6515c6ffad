import ArgumentParser
import Corpora
import Foundation
import Foundations
import Layers
import Tensors
import Typesetting
import ZooKit

/// What rendering beside the training costs: steps on batches that the loader makes meanwhile against steps on the same batches
/// kept in memory, in turns; and how fast the loader is alone.
struct Feed: ParsableCommand {
    static let configuration = CommandConfiguration(
        abstract: "The share of a training step that rendering on the fly costs.")

    @Argument(help: "Corpora.") var inputs: [String]
    @Option(help: "fp32 or bf16.") var mode = "fp32"
    @Option(help: "Threads that train.") var threads = 2
    @Option(help: "Blocks.") var layers = 8
    @Option(help: "D.") var width = 512
    @Option(help: "Query heads.") var heads = 8
    @Option(help: "F.") var ffn = 1408
    @Option(help: "Patches a sequence.") var patches = 512
    @Option(help: "Sequences.") var batch = 4
    @Option(help: "Steps of a turn.") var steps = 12
    @Option(help: "Turns of each kind.") var turns = 2
    @Option(help: "A stack manifest.") var stack = "fonts/default.json"

    func run() throws {
        guard let precision = [Precision.fp32, .bf16].first(where: { $0.name == mode }) else {
            throw ValidationError("--mode is fp32 or bf16, not \(mode)")
        }
        let workspace = try Workspace(kernels: CPUKernels(threads: threads), precision: precision)
        var config = DecoderConfig(
            modelType: .erniePixel, width: width, layerCount: layers, innerWidth: ffn, heads: heads, groups: heads,
            vocabulary: 1, positions: patches)
        config.patchHead = .regressionNorm
        let model = try LanguageModel(config, heads: .init(patch: true), seed: 0, workspace: workspace)
        let unit = OptimisationUnit(
            groups: [ParameterGroup("all", model.parameters, decay: 0.1)], optimiser: AdamW(workspace: workspace),
            schedule: Schedule(.constant, steps: 0), peakRate: 1e-4, workspace: workspace)
        let trainer = Trainer(Pretraining(model), unit: unit, seed: 0, workspace: workspace)
        let fonts = try FontSet(stack: FontStackManifest.load(path: stack))
        func loader() throws -> PretrainingLoader {
            try PretrainingLoader(
                .init(batch: batch, microBatch: batch, mix: DataMix(parsing: "0:1:0"), seed: 0),
                data: [.image: .corpus(inputs.map(InputSpec.init), ReadOptions())],
                options: ExampleOptions(length: patches, channels: 3, fonts: fonts),
                input: PackedInput(config, textPosition: patches, endsAreSeen: true, workspace: workspace))
        }
        let kept = try { () in
            let loader = try loader()
            return try (0..<steps).map { _ in try loader.next() }
        }()
        // The loader alone, past its start.
        let alone = try loader()
        for _ in 0..<20 { _ = try alone.next() }
        let rows = kept.joined().reduce(0) { $0 + $1.rows.count }
        let loading = try seconds { for _ in 0..<10 * steps { _ = try alone.next() } } / Double(10 * steps)
        _ = try trainer.step(kept[0])
        var (fed, held): ([Double], [Double]) = ([], [])
        for _ in 0..<turns {
            held.append(try seconds { for batch in kept { _ = try trainer.step(batch) } } / Double(steps))
            let fresh = try loader()
            _ = try trainer.step(try fresh.next())
            fed.append(try seconds { for _ in kept { _ = try trainer.step(try fresh.next()) } } / Double(steps))
        }
        try printJSON([
            "mode": mode, "threads": threads, "step_seconds": median(held), "fed_step_seconds": median(fed),
            "held": held, "fed": fed, "cost_of_feeding": median(fed) / median(held) - 1,
            "loader_seconds_a_batch": loading, "loader_over_step": median(held) / loading,
            "rows_a_step": Double(rows) / Double(steps), "kernels": workspace.kernels.name,
        ])
    }

    private func seconds(_ work: () throws -> Void) rethrows -> Double {
        let start = ContinuousClock.now
        try work()
        let spent = start.duration(to: .now)
        return Double(spent.components.seconds) + Double(spent.components.attoseconds) * 1e-18
    }
}
