import Evaluation
import Foundations
import Layers
import Tensors
import TestSupport
import Typesetting
import ZooKit

/// Small tasks of drawn sentences, and a small model to fine-tune on them.
struct FinetuneFixture {
    let folder: TemporaryFolder
    let fonts: FontSet

    init() throws {
        folder = try TemporaryFolder()
        fonts = try FontSet(paths: ["/usr/share/fonts/truetype/noto/NotoSans-Regular.ttf"])
    }

    /// Whether a sentence holds "ink" or "paper"; or how often "very" stands in it.
    static func task(_ kind: String = "classification") throws -> TaskDefinition {
        let isNumber = kind == "regression"
        let json = #"""
            {"name": "drawn", "version": 1, "kind": "\#(kind)", "summary": "Drawn sentences.",
             "labels": \#(isNumber ? "[]" : #"["ink", "paper"]"#),
             "layouts": [{"name": "lines", "format": "jsonl", "columns": {"text_a": "text", "label": "label"},
                          "splits": {"train": {"files": ["train.jsonl"]}, "validation": {"files": ["v.jsonl"]}}}],
             "use": {"train": "train", "select": "validation", "report": ["validation"]},
             "metrics": \#(isNumber ? #"["spearman", "mse"]"# : #"["accuracy", "f1_macro"]"#), "direction": "higher",
             "source": {"title": "t", "citation": "c", "link": "https://example.org", "licence": "none", "obtain": "o"}}
            """#
        return try TaskDefinition.decode(Array(json.utf8), source: "drawn")
    }

    static func examples(_ count: Int, seed: UInt64, _ kind: String = "classification") -> [TaskExample] {
        let words = ["press", "letter", "type", "line", "proof", "folio", "a", "of"]
        var random = SplitMix64(seed: seed)
        return (0..<count).map { index in
            var text = (0..<1 + Int(random.next() % 4)).map { _ in words[Int(random.next() % 8)] }
            let label = Int(random.next() % 2)
            let place = Int(random.next() % UInt64(text.count + 1))
            if kind == "regression" {
                let times = Int(random.next() % 4)
                text.insert(contentsOf: [String](repeating: "very", count: times), at: place)
                return TaskExample(id: "\(index)", textA: text.joined(separator: " "), label: .value(Double(times)))
            }
            text.insert(["ink", "paper"][label], at: place)
            return TaskExample(id: "\(index)", textA: text.joined(separator: " "), label: .index(label))
        }
    }

    static var settings: FinetuneSettings {
        var settings = FinetuneSettings()
        (settings.modality, settings.length, settings.batch, settings.microBatch) = (.text, 64, 6, 4)
        (settings.steps, settings.warmUp, settings.learningRate, settings.evalEvery) = (8, 2, 3e-3, 3)
        (settings.saveEvery, settings.evalBatch) = (2, 7)
        return settings
    }

    static func workspace() throws -> Workspace {
        try Workspace(kernels: CPUKernels(threads: 2), precision: .fp32)
    }

    func parts(
        _ workspace: Workspace, kind: String = "classification", train: Int = 20, adaptation: Adaptation = .all
    ) throws -> ClassificationProgram.Parts {
        var config = DecoderConfig(
            modelType: .erniePixel, width: 32, layerCount: 1, innerWidth: 48, heads: 2, groups: 1, vocabulary: 260,
            positions: 64)
        config.deviation = 0.1
        let model = try LanguageModel(
            config, heads: .init(labels: kind == "regression" ? 1 : 2), seed: 3, workspace: workspace)
        let bytes = TextEncoding(begin: 256, end: 257) { $0.map { Int32($0) } }
        return ClassificationProgram.Parts(
            task: try Self.task(kind), train: Self.examples(train, seed: 1, kind),
            select: Self.examples(15, seed: 2, kind), model: model,
            options: ExampleOptions(length: 64, channels: 3, encoding: bytes, fonts: fonts),
            files: ["tokenizer_config.json": Array("{}".utf8)], identity: .string("drawn"), adaptation: adaptation)
    }

    /// What a run, or a piece of one, told.
    struct Course {
        var losses: [Int: Double] = [:]
        var evaluations: [EvaluationRecord] = []
        var result: FinetuneResult?
        var values: [String: [Double]] = [:]
    }

    func run(
        _ name: String, _ settings: FinetuneSettings, kind: String = "classification", train: Int = 20,
        resumes: Bool = false, stopAfter: Int? = nil, adaptation: Adaptation = .all
    ) throws -> Course {
        let workspace = try Self.workspace()
        let run = try FinetuneRun(
            settings, parts(workspace, kind: kind, train: train, adaptation: adaptation), folder: folder.file(name),
            resumes: resumes, workspace: workspace)
        var course = Course()
        _ = try run.run(shouldStop: { course.losses.keys.max() == stopAfter }) { event in
            if case .stepped(let record) = event { course.losses[record.step] = record.loss }
            if case .evaluated(var record) = event {
                record.seconds = 0
                course.evaluations.append(record)
            }
        }
        course.result = try FinetuneResult.read(folder.file(name))
        for parameter in run.program.model.parameters { course.values[parameter.path] = try parameter.hostValues() }
        return course
    }
}
