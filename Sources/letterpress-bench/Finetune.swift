public import ArgumentParser
import Corpora
import Foundation
import Foundations
import Layers
import Tensors
import Typesetting
public import ZooKit

/// Measures the fine-tuning, or the evaluation, of a classifier of two classes; the twin of Tests/Peers/torch_finetune_speed.py.
///
/// A step is what `letterpress finetune` does for one: texts become tokens or pictures, batches are cut by length, and all
/// parameters that the texts reach are stepped by AdamW.
struct Finetune: ParsableCommand {
    static let configuration = CommandConfiguration(abstract: "Time and memory of fine-tuning and of its evaluation.")

    @Option(help: "text or image.") var kind = ExampleKind.text
    @Flag(help: "Scores of classes without gradients, instead of training.") var evaluate = false
    @Option(help: "A table with tabs whose column 'text' is read; without, random words that fill the length.")
    var table: String?
    @Option(help: "The model's shape; textgpt/small or pixelgpt/small without.") var model: String?
    @Option(help: "Tokens or patches of an example at most.") var length = 256
    @Option(help: "Examples of a batch.") var batch = 32
    @Option(help: "Batches of a step of evaluation, which are sorted together; the program takes 8.") var window = 8
    @Option(help: "Steps that do not count; one of evaluation has one batch.") var warmUp = 1
    @Option(help: "Steps that count.") var steps = 3
    @Option(help: "fp32 or bf16.") var mode = "fp32"
    @Option(help: "Threads.") var threads = 2
    @Option(help: "A stack manifest of fonts, for pictures.") var stack = "fonts/default.json"

    func run() throws {
        guard let precision = [Precision.fp32, .bf16].first(where: { $0.name == mode }) else {
            throw ValidationError("--mode is fp32 or bf16, not \(mode)")
        }
        guard kind != .pair else { throw ValidationError("--kind is text or image") }
        guard steps > 0, warmUp >= 0, batch > 0, window > 0, length > 1, threads > 0 else {
            throw ValidationError("steps, batch, window and threads are at least 1, the length 2, the warm-up 0")
        }
        let kernels = try CPUKernels(threads: threads)
        let workspace = try Workspace(kernels: kernels, precision: precision)
        let preset = self.model ?? (kind == .text ? "textgpt/small" : "pixelgpt/small")
        let config = try ModelPresets.config(preset, in: "models")
        let model = try LanguageModel(config, heads: .init(labels: 2), seed: 0, workspace: workspace)
        let encoder = try ClassifierEncoder(kind, options(config))
        let input = ClassifierInput(config, encoder, workspace: workspace)
        let trainer = evaluate ? nil : newTrainer(model, workspace)
        var texts = try Texts(table, length: length)

        var records: [StepRecord] = []
        for step in 0..<warmUp + steps {
            let count = batch * (evaluate && step >= warmUp ? window : 1)
            let lines = try texts.next(count)
            let start = ContinuousClock.now
            let processor = clock()
            let examples = try lines.enumerated().map { place, line in
                var example = try encoder.encode(line)
                example.target = .label(place % 2)
                return example
            }
            let batches = try input.microBatches(examples, limit: batch)
            let made = ContinuousClock.now
            if let trainer {
                _ = try trainer.step(batches)
            } else {
                _ = try Classification(model).scores(of: batches, workspace)
            }
            var record = StepRecord(examples, batches, seconds: start.duration(to: .now).seconds)
            record.dataSeconds = start.duration(to: made).seconds
            record.processorSeconds = Double(clock() - processor) / Double(CLOCKS_PER_SEC)
            records.append(record)
        }
        let counted = records.dropFirst(warmUp)
        let seconds = counted.map(\.seconds)
        let total = seconds.reduce(0, +)
        try printJSON([
            "kind": kind.rawValue, "evaluate": evaluate, "model": preset, "mode": mode, "threads": threads,
            "kernels": kernels.name, "parameters": model.parameters.reduce(0) { $0 + $1.count },
            "examples_per_second": Double(counted.reduce(0) { $0 + $1.lengths.count }) / total, "seconds": seconds,
            "cores": counted.reduce(0) { $0 + $1.processorSeconds } / total,
            "data_share": counted.reduce(0) { $0 + $1.dataSeconds } / total,
            "seen_rows": counted.map(\.seenRows), "computed_rows": counted.map(\.computedRows),
            "micro_batches": counted.map(\.microBatches), "lengths": records.flatMap(\.lengths),
            "peak_mb": peakMegabytes(), "arena_peak_mb": Double(workspace.arena.peakBytes) / 1048576,
        ])
    }

    private func options(_ config: DecoderConfig) throws -> ExampleOptions {
        guard kind == .text else {
            return try ExampleOptions(
                length: length, channels: config.channels, fonts: FontSet(stack: FontStackManifest.load(path: stack)))
        }
        let tokenizer = try BytePairTokenizer.bytes()
        let encoding = TextEncoding(begin: tokenizer.special.begin, end: tokenizer.special.end) { text in
            tokenizer.encode(bytes: text, EncodeOptions(addsSpecial: false, parsesSpecial: false))
        }
        return ExampleOptions(length: length, channels: config.channels, encoding: encoding)
    }

    /// A trainer with the settings of `letterpress finetune`, at a constant rate.
    private func newTrainer(_ model: LanguageModel, _ workspace: Workspace) -> Trainer<Classification> {
        if kind == .image { model.base.tokens.weight.isTrainable = false }
        if kind == .text { model.base.patches?.parameters.forEach { $0.isTrainable = false } }
        let unit = OptimisationUnit(
            groups: [ParameterGroup("all", model.parameters.filter(\.isTrainable), decay: 0)],
            optimiser: AdamW(workspace: workspace), schedule: Schedule(.constant, steps: 0), peakRate: 3e-5,
            workspace: workspace)
        return Trainer(Classification(model), unit: unit, seed: 42, workspace: workspace)
    }
}

extension ExampleKind: ExpressibleByArgument {}

/// What a step read and took.
private struct StepRecord {
    let lengths: [Int]
    let seenRows: Int
    let computedRows: Int
    let microBatches: Int
    let seconds: Double
    var dataSeconds = 0.0
    /// Of all threads together.
    var processorSeconds = 0.0

    init(_ examples: [ClassifierExample], _ batches: [ClassifierBatch], seconds: Double) {
        lengths = examples.map { $0.content.patches + $0.content.tokens.count }
        seenRows = batches.reduce(0) { $0 + $1.seenRows }
        computedRows = batches.reduce(0) { $0 + $1.computedRows }
        microBatches = batches.count
        self.seconds = seconds
    }
}

/// Texts one after another: those of a table, again from its beginning after its end, or random words.
private struct Texts {
    private let lines: [[UInt8]]
    private var place = 0
    private let length: Int
    private var random = SplitMix64(seed: 0)

    init(_ path: String?, length: Int) throws {
        self.length = length
        guard let path else {
            lines = []
            return
        }
        let rows = try readLines(path).map { $0.split(separator: 9, omittingEmptySubsequences: false) }
        guard let column = rows.first?.firstIndex(where: { $0.elementsEqual("text".utf8) }) else {
            throw ValidationError("\(path): its first line names no column 'text'")
        }
        lines = rows.dropFirst().filter { $0.count > column }.map { Array($0[column]) }
        guard !lines.isEmpty else { throw ValidationError("\(path) has no lines below the first") }
    }

    mutating func next(_ count: Int) throws -> [[UInt8]] {
        (0..<count).map { _ in
            defer { place += 1 }
            return lines.isEmpty ? words() : lines[place % lines.count]
        }
    }

    /// Four letters or spaces for each row: more than fits.
    private mutating func words() -> [UInt8] {
        (0..<4 * length).map { _ in
            let draw = random.next() >> 40
            return draw % 6 == 0 ? 32 : UInt8(97 + draw / 6 % 26)
        }
    }
}
