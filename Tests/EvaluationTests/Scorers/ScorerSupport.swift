import Corpora
import Evaluation
import Foundations
import Layers
import Tensors
import TestSupport
import Typesetting
import ZooKit

/// A tiny Llama of `transformers`, its tokenizer and what the peer script computed with it.
struct ScoreFixture {
    let folder: ModelFolder
    let model: LanguageModel
    let words: ModelTokenizer
    var tokenizer: any Tokenizer { words.tokenizer }
    let expected: JSONValue
    let workspace: Workspace

    static let names = ["plain", "begun"]

    init(_ name: String) throws {
        let path = "\(Repository.root)/Tests/EvaluationTests/Fixtures/scores/\(name)"
        workspace = try FinetuneFixture.workspace()
        folder = try ModelFolder.open(path)
        model = try ModelFolder.load(folder, workspace: workspace).model
        words = try ModelTokenizer(path)
        expected = try JSONValue.parse(try MappedFile(path: "\(path)/expected.json").withBytes { Array($0) })
    }

    func scorers(_ options: ScorerOptions = ScorerOptions()) -> TaskScorers {
        TaskScorers(model, of: folder, tokenizer: words, options: options, workspace: workspace)
    }

    /// The entries of a list of the expectations.
    func entries(_ key: String) -> [JSONValue] {
        if case .array(let elements)? = expected[key] { return elements }
        return []
    }

    /// The choices of the peer as examples.
    var choices: [TaskExample] {
        entries("choices").enumerated().map { index, entry in
            let context = entry["context"]?.text ?? ""
            return TaskExample(
                id: "\(index)", textA: context, label: .index(0),
                choices: (entry["continuations"]?.texts ?? []).map { TaskChoice(context: context, continuation: $0) })
        }
    }
}

extension JSONValue {
    var text: String? { if case .string(let text) = self { text } else { nil } }
    var texts: [String] { if case .array(let all) = self { all.compactMap(\.text) } else { [] } }
    var double: Double? {
        switch self {
        case .number(let value): value
        case .integer(let value): Double(value)
        default: nil
        }
    }
    var doubles: [Double] { if case .array(let all) = self { all.compactMap(\.double) } else { [] } }
    var flags: [Bool] {
        guard case .array(let all) = self else { return [] }
        return all.compactMap { if case .bool(let flag) = $0 { flag } else { nil } }
    }
}

/// Tasks of each kind; examples come from tests.
func plainTask(_ kind: String, prompt: String? = nil, metrics: String, script: String? = nil) throws -> TaskDefinition {
    let parts = [
        prompt.map { #""prompt": \#($0),"# } ?? "", script.map { #""script": "\#($0)","# } ?? "",
    ].joined()
    let columns = #""text_a": "text", "text": "text", "label": "label", "answers": "answers""#
    let lower = metrics.contains("perplexity") || metrics.contains("loss")
    let json = #"""
        {"name": "drawn-\#(kind.replacing("_", with: "-"))", "version": 1, "kind": "\#(kind)", "summary": "Drawn.", \#(parts)
         "layouts": [{"name": "lines", "format": "jsonl", "columns": {\#(columns)}, "splits": {"test": {"files": ["t.jsonl"]}}}],
         "use": {"report": ["test"]}, "metrics": ["\#(metrics)"], "direction": "\#(lower ? "lower" : "higher")",
         "source": {"title": "t", "citation": "c", "link": "https://example.org", "licence": "none", "obtain": "o"}}
        """#
    return try TaskDefinition.decode(Array(json.utf8), source: "drawn")
}

func choiceTask() throws -> TaskDefinition {
    try plainTask("multiple_choice", prompt: #"{"context": "{text}", "choices": ["a", "b"]}"#, metrics: "accuracy")
}

func clozeTask() throws -> TaskDefinition {
    try plainTask("cloze", prompt: #"{"context": "{text}", "target": " {text}"}"#, metrics: "accuracy")
}

func perplexityTask() throws -> TaskDefinition { try plainTask("perplexity", metrics: "perplexity") }

func patchTask() throws -> TaskDefinition { try plainTask("patch_loss", metrics: "patch_loss") }

func generationTask(stop: [String] = [], maxTokens: Int = 12, script: String? = nil) throws -> TaskDefinition {
    let stops = String(decoding: JSONValue.array(stop.map { .string($0) }).encoded(), as: UTF8.self)
    return try plainTask(
        "generation", prompt: #"{"context": "{text}", "stop": \#(stops), "max_tokens": \#(maxTokens)}"#,
        metrics: script == nil ? "exact_match" : "pass_rate", script: script)
}

/// A small model of patches and tokens with drawn weights.
func patchModel(_ workspace: Workspace, heads: LanguageModel.Heads? = nil) throws -> LanguageModel {
    var config = DecoderConfig(
        modelType: .erniePixel, width: 32, layerCount: 1, innerWidth: 48, heads: 2, groups: 1, vocabulary: 260,
        positions: 24)
    config.deviation = 0.1
    return try LanguageModel(config, heads: heads, seed: 3, workspace: workspace)
}
