import Corpora
import Evaluation
import Foundations
import Layers
import Patches
import Reports
import Tensors
import Typesetting
import ZooKit

/// The Swift of the guides, in the order of their blocks. `GuideTests` compares; the compiler does the rest.
///
/// Nothing here is called: functions stand for what a reader has at hand.
enum GuideExamples {
    static func typesetting() throws {
        let fonts = try FontSet(stack: FontStackManifest.load(path: "fonts/default.json"))
        let typesetter = try Typesetter(fonts: fonts)
        let line = try typesetter.line(Array("My cool 🐱".utf8))
        let canvas = typesetter.canvas(patchCount: (line.width + 4 + 15) / 16)
        try typesetter.draw(line, on: canvas, x: 2)
        let pixels = canvas.rgb(of: 0..<canvas.patchCount)
        use(pixels)
    }

    static func corpora() throws {
        let reader = try DocumentReader(inputs: [.path("news.jsonl.gz")])
        while let document = try reader.next() { use(document.segments[0], document.origin) }
    }

    static func reports(records: [(loss: Double, step: Int)]) {
        var curve = Curve()
        for record in records { curve.append(record.loss, at: record.step) }
        let chart = ReportChart(
            title: "Loss", series: [.init(name: "each step", style: "train", curve: curve)], steps: 0...1000)
        let page = ReportPage.html(title: "A run", body: chart.html, refreshes: false)
        use(page)
    }

    static func patches() throws {
        let fonts = try FontSet(stack: FontStackManifest.load(path: "fonts/default.json"))
        let renderer = try PatchRenderer(typesetter: Typesetter(fonts: fonts), options: LayoutOptions())
        let document = try renderer.render(.single(Array("My cool 🐱".utf8)))
        let sequence = document.sequences[0]
        let mask = sequence.attentionMask(length: 64)
        use(mask)
    }

    static func rendererFolder() throws {
        let loaded = try RendererConfig.load(from: "noto")
        let fonts = try FontSet(paths: loaded.config.fontPaths(relativeTo: loaded.folder))
        let typesetter = try Typesetter(fonts: fonts, options: loaded.config.renderOptions)
        var layout = LayoutOptions()
        layout.maxPatches = loaded.config.maxSeqLength
        layout.overflow = .truncate
        use(typesetter, layout)
    }

    static func formats(fonts: FontSet) throws {
        let job = RenderJob(inputs: [.path("news.jsonl.gz")], fonts: fonts, output: "shards", workers: 8)
        let manifest = try job.run()
        use(manifest)

        let shard = try NativeShard(path: "shards/part-00000.lps")
        for index in 0..<shard.count { train(on: try shard.patches(of: index)) }
    }

    static func streams(fonts: FontSet) throws {
        let source = try CorpusPatchSource(inputs: [.path("corpus/")])
        let stream = try PatchStream(
            source: source, fonts: fonts, render: RenderOptions(), layout: LayoutOptions(), workers: 2)
        while let item = try stream.next() {
            train(on: item.sequence, label: item.label)
        }
    }

    static func resuming(
        inputs: [InputSpec], fonts: FontSet, render: RenderOptions, layout: LayoutOptions,
        cursor: PatchCursor<Cursor>
    ) throws {
        let resumed = try PatchStream(
            source: CorpusPatchSource(inputs: inputs), fonts: fonts, render: render, layout: layout, from: cursor)
        use(resumed)
    }

    static func generation(workspace: Workspace) throws {
        let loaded = try ModelFolder.load("models/smollm2", workspace: workspace)
        let tokenizer = try TokenizerFolder.load("models/smollm2")
        let generator = TextGenerator(loaded.model, tokenizer: tokenizer, in: workspace)
        var options = SamplingOptions()
        options.temperature = 1
        options.topP = 0.9
        let request = GenerationRequest(
            id: 0, prompt: tokenizer.encode("Once upon a time"), samples: 4, options: options)
        for text in try generator.generate([request]) { use(text.text ?? "", text.reason) }

        let cache = try loaded.model.cache(sequences: 1, in: workspace)
        let logits = try loaded.model.prefill([request.prompt], into: cache)
        let other = cache.fork()
        let next = try loaded.model.decode([42], other)
        use(logits, next)
    }

    static func scoring(workspace: Workspace, tokenizer: any Tokenizer, text: String) throws {
        let opened = try ModelFolder.open("models/smollm2")
        let loaded = try ModelFolder.load(opened, workspace: workspace)
        let windows = try ScoreWindows(window: 1024, stride: 512)
        let scorer = try TextScorer(loaded.model, windows: windows, in: workspace)
        let score = try scorer.score(tokenizer.encode(text))
        print(score.perplexity)

        try ModelFolder.write(loaded.model, to: "models/copy", type: .bfloat16, workspace: workspace)
    }

    static func tensors(numbers: [Double]) throws {
        let workspace = try Workspace(kernels: CPUKernels(threads: 2), precision: .bf16)
        let weight = try Parameter(path: "weight", shape: [8, 4], workspace: workspace)
        let tape = Tape(workspace)
        let x = try workspace.numbers(numbers, [16, 4], .bfloat16)
        let y = try tape.linear(x, weight: tape.leaf(weight))
        let loss = try tape.sumOfSquares(y)
        try tape.backward([(loss, 1)])
        let gradient = weight.gradient
        use(gradient as Any)
    }

    static func layers(model: any Part) throws {
        try model.replace(at: "model.layers.3.self_attn.q_proj") { old in WithSidePath(old) }
    }

    static func models(
        pictures: [[UInt8]], counts: [Int], unit: OptimisationUnit, workspace: Workspace
    ) throws {
        let config = try ModelPresets.config("pixelgpt/tiny", in: "models")
        let model = try LanguageModel(config, seed: 1, workspace: workspace)
        let input = try ModelInput.images(pictures, seen: counts, patchBytes: 768, workspace: workspace)
        let context = ForwardContext(tape: Tape(workspace), isTraining: true)
        let loss = try model.nextPatchLoss(model.hidden(input, context), input, context)
        try context.tape.backward([(loss.sum, loss.coefficient / loss.weight)])
        let report = try unit.step()
        use(report)
    }

    static func evaluation(predicted: [Int], gold: [Int]) throws {
        let task = try TaskCatalogue(folder: "corpora/tasks").task("glue-cola")
        let train = try TaskData.load(task, split: "train", folder: "data")
        for example in train.examples { use(example.textA, example.label as Any) }

        let outcomes = Outcomes.classes(predicted: predicted, gold: gold, classes: task.labels.count)
        for metric in task.metrics.compactMap(Metric.named) {
            use(metric.name, metric(outcomes).json, Bootstrap(seed: 1).standardError(of: metric, outcomes) as Any)
        }

        var settings = EvaluationSettings()
        (settings.model, settings.tasks) = (["runs/topic"], ["sample-topic"])
        let resources = EvaluationResources(
            tasks: { _ in try TaskCatalogue(folder: "corpora/tasks") }, dataFolder: { $0.home.map { "corpora/\($0)" } },
            stack: { try FontStackManifest.load(path: "fonts/\($0).json") },
            fonts: { _ in try FontSet(stack: FontStackManifest.load(path: "fonts/default.json")) })
        if let results = try EvaluationRun(settings, resources, in: "results").run() { use(ResultTable.all(results)) }
    }

    private static func use(_ values: Any...) {}
    private static func train(on pixels: [UInt8]) {}
    private static func train(on sequence: PatchSequence, label: JSONValue?) {}

    /// A projection that a reader puts around another; the side path itself is left to him.
    private final class WithSidePath: Projection {
        private let inner: (any Projection)?

        init(_ old: any Part) { inner = old as? any Projection }

        var inputs: Int { inner?.inputs ?? 0 }
        var outputs: Int { inner?.outputs ?? 0 }
        var children: [Child] { inner?.children ?? [] }
        var ownParameters: [Parameter] { inner?.ownParameters ?? [] }

        func callAsFunction(
            _ x: Tensor, adding residual: Tensor?, _ context: ForwardContext
        ) throws(TensorError) -> Tensor {
            guard let inner else { throw .value(operation: "side path", what: "there is no projection below it") }
            return try inner(x, adding: residual, context)
        }
    }
}
