import Corpora
import Foundations
import ZooKit

/// Answers with the text that a model writes after a prompt, and, where the task has a script, whether that passes it.
///
/// The likeliest tokens are taken unless sampling is asked for; texts end before the prompt's stop strings and at the tokens that
/// end texts. Random numbers depend on the seed, the task and the example's id alone.
public final class GenerationScorer: TaskScorer {
    private let task: String
    private let tokens: PromptTokens
    private let generator: TextGenerator
    private let sampling: SamplingOptions
    private let judge: ScriptJudge?
    /// Tokens of a prompt at most.
    private let room: Int

    /// A scorer for a task with prompts; `folder` is that of its file. Throws ``ScorerError`` and `GenerationError`.
    public init(_ scorers: TaskScorers, _ task: TaskDefinition, folder: String) throws {
        tokens = try scorers.needTokens(task)
        self.task = task.name
        generator = TextGenerator(scorers.model, tokenizer: tokens.tokenizer, in: scorers.workspace)
        generator.batch = scorers.options.batch
        for end in scorers.ends where !generator.ends.contains(end) { generator.ends.append(end) }
        var sampling = scorers.options.sampling
        if let most = task.prompt?.maxTokens { sampling.maxNewTokens = most }
        sampling.stop += (task.prompt?.stop ?? []).filter { !sampling.stop.contains($0) }
        try sampling.check()
        self.sampling = sampling
        let positions = scorers.model.base.config.positions
        room = max(1, positions - sampling.maxNewTokens, positions / 2)
        judge = try task.script.map {
            try ScriptJudge(task: task.name, script: $0, folder: folder, scorers.options)
        }
    }

    /// For each example of the last call whether its prompt lost its beginning.
    public private(set) var truncations: [Bool] = []

    /// A few batches: a row that ends makes room for the next.
    public var window: Int { generator.batch * 4 }

    /// The answers. A prompt that leaves too little room for what is generated loses its beginning. Throws `GenerationError` for a
    /// prompt without a token, `TensorError`, ``ScorerError`` for a script that cannot be run.
    public func answers(to examples: [TaskExample]) throws -> [GivenAnswer] {
        truncations = []
        let requests = examples.map { example in
            var prompt = tokens.prompt(example.textA)
            if prompt.isEmpty, let before = tokens.tokenizer.special.begin ?? tokens.tokenizer.special.end {
                prompt = [before]
            }
            truncations.append(prompt.count > room)
            return GenerationRequest(id: number(of: example), prompt: Array(prompt.suffix(room)), options: sampling)
        }
        return try zip(examples, generator.generate(requests)).map { example, generation in
            let text = generation.text ?? ""
            return .text(text, passed: try judge?.judge(text, of: example).isPass)
        }
    }

    /// Names the random numbers of an example, whatever stands beside it.
    private func number(of example: TaskExample) -> Int {
        SHA256Digest.of(Array("\(task)/\(example.id)".utf8)).bytes.prefix(7).reduce(0) { $0 << 8 | Int($1) }
    }
}
