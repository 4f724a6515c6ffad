import ArgumentParser
import Distribution
import Foundation
import Foundations
import Layers
import Tensors
import ZooKit

/// Measures a training step of a pixel model: forward, backward, clip, AdamW on random pixels; the twin of
/// Tests/Peers/torch_step.py. Under `mpirun` each rank has such a batch, and gradients are added up over ranks.
struct Step: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Time and memory of a training step.")

    @Option(help: "fp32 or bf16.") var mode = "fp32"
    @Option(help: "Threads.") var threads = 2
    @Option(help: "Blocks.") var layers = 8
    @Option(help: "D.") var width = 512
    @Option(help: "Query heads.") var heads = 8
    @Option(help: "Key and value heads; as many as query heads without.") var groups: Int?
    @Option(help: "F.") var ffn = 1408
    @Option(help: "Patches a sequence.") var patches = 512
    @Option(help: "Sequences.") var batch = 4
    @Option(help: "Steps, at least 2; the first one does not count.") var steps = 6
    @Flag(help: "Keep no activations inside blocks; run them again on the way back.") var recompute = false

    func run() throws {
        guard let precision = [Precision.fp32, .bf16].first(where: { $0.name == mode }) else {
            throw ValidationError("--mode is fp32 or bf16, not \(mode)")
        }
        guard steps >= 2 else { throw ValidationError("--steps is at least 2, not \(steps)") }
        let group = try MPIProcesses.joined()
        let kernels = try CPUKernels(threads: threads)
        let workspace = try Workspace(kernels: kernels, precision: precision)
        var config = DecoderConfig(
            modelType: .erniePixel, width: width, layerCount: layers, innerWidth: ffn, heads: heads,
            groups: groups ?? heads, vocabulary: 1, positions: patches)
        config.patchHead = .regressionNorm
        let model = try LanguageModel(config, heads: .init(patch: true), seed: 0, workspace: workspace)
        let unit = OptimisationUnit(
            groups: [ParameterGroup("all", model.parameters, decay: 0.1, decaysAll: true)],
            optimiser: AdamW(workspace: workspace), schedule: Schedule(.constant, steps: 0), peakRate: 1e-4,
            workspace: workspace)
        let count = model.parameters.reduce(0) { $0 + $1.count }
        var random = SplitMix64(seed: 0)
        let pixels = (0..<batch).map { _ in
            (0..<patches * 768).map { _ in UInt8(truncatingIfNeeded: random.next() >> 56) }
        }
        let reduction = GradientReduction(group, workspace: workspace)
        var seconds: [Double] = []
        var waits: [Double] = []
        var exchanges: [Double] = []
        var steady: [Int] = []
        var loss = 0.0
        for step in 0..<steps {
            let start = ContinuousClock.now
            let before = kernels.counters.allocations
            loss = try Self.step(model, unit, pixels, patches, workspace, recompute: recompute, number: step) {
                let arrival = ContinuousClock.now
                try group.barrier()
                let begin = ContinuousClock.now
                waits.append(arrival.duration(to: begin) / .seconds(1))
                try reduction.sum(unit.trained)
                exchanges.append(begin.duration(to: .now) / .seconds(1))
            }
            seconds.append(start.duration(to: .now) / .seconds(1))
            steady.append(kernels.counters.allocations - before)
        }
        let middle = median(Array(seconds.dropFirst()))
        let rows = Double(batch * patches)
        let operations =
            6 * Double(count) * rows
            + 6 * Double(layers * width) * Double(patches * patches) * Double(batch)
        // What the ranks wait for one another, the mean over ranks and steps.
        var wait = [waits.dropFirst().reduce(0, +) / Double(steps - 1) / Double(group.size)]
        try group.sum(&wait)
        guard group.rank == 0 else { return }
        let traffic = Traffic(group, bytes: Double(count * 4), steps: steps)
        try printJSON([
            "ranks": group.size, "exchange_seconds": median(Array(exchanges.dropFirst())), "wait_seconds": wait[0],
            "sent_bytes_by_step": traffic.sent, "least_bytes_by_step": traffic.least,
            "mode": mode, "threads": threads, "parameters": count, "seconds": middle, "runs": seconds,
            "patches_per_second": rows / middle, "gflops": operations / middle / 1e9, "peak_mb": peakMegabytes(),
            "arena_peak_mb": Double(workspace.arena.peakBytes) / 1048576, "loss": loss,
            "allocations_by_step": steady, "kernels": kernels.name, "layers": layers, "width": width,
            "patches": patches, "batch": batch, "recompute": recompute,
        ])
    }

    private static func step(
        _ model: LanguageModel, _ unit: OptimisationUnit, _ pixels: [[UInt8]], _ patches: Int, _ workspace: Workspace,
        recompute: Bool, number: Int, exchange: () throws -> Void
    ) throws -> Double {
        unit.clearGradients()
        let tape = Tape(workspace)
        var context = ForwardContext(tape: tape, isTraining: true, key: RandomKey(seed: 0).with(number))
        context.recomputesBlocks = recompute
        let input = try ModelInput.images(
            pixels, seen: pixels.map { _ in patches }, patchBytes: 768, workspace: workspace)
        let term = try model.nextPatchLoss(model.hidden(input, context), input, context)
        try tape.backward([(term.sum, 1 / term.weight)])
        try exchange()
        _ = try unit.step()
        return try workspace.values(term.sum)[0] / term.weight
    }
}

/// Bytes that a rank sends in a step, and the least that sums need: 2 (n - 1) / n of the gradients'.
struct Traffic {
    let sent: Double
    let least: Double

    init(_ group: any Communicator, bytes: Double, steps: Int) {
        sent = Double((group as? MPIProcesses)?.bytesSent ?? 0) / Double(steps)
        least = 2 * Double(group.size - 1) / Double(group.size) * bytes
    }
}

/// The most memory this process held, in MB of 2^20 bytes: what the kernel calls its high-water mark, which begins anew with the
/// program, where that of `getrusage` counts the parent's too.
func peakMegabytes() -> Double {
    let status = (try? String(contentsOfFile: "/proc/self/status", encoding: .utf8)) ?? ""
    let line = status.split(separator: "\n").first { $0.hasPrefix("VmHWM:") }
    return (line?.split(separator: " ").dropFirst().first.flatMap { Double($0) } ?? .nan) / 1024
}
