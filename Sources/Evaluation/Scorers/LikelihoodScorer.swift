import ZooKit

/// Answers with the log-likelihood of each choice after its context: multiple choice, and the one continuation of a cloze.
///
/// Contexts and continuations are encoded as the usual harness does (``PromptTokens/continuation(_:_:)``), and contexts that are
/// longer than the model lose their beginning. What the choices of an example have in common is computed once.
public final class LikelihoodScorer: TaskScorer {
    private let tokens: PromptTokens
    private let scorer: ContinuationScorer
    private let isCloze: Bool

    /// A scorer for a task with choices. Throws ``ScorerError`` and `GenerationError`.
    public init(_ scorers: TaskScorers, _ task: TaskDefinition) throws {
        tokens = try scorers.needTokens(task)
        scorer = try ContinuationScorer(
            scorers.model, batch: scorers.options.batch, window: scorers.options.window, in: scorers.workspace)
        isCloze = task.kind == .cloze
    }

    /// For each example of the last call whether a context lost its beginning.
    public private(set) var truncations: [Bool] = []

    /// Enough to find continuations of like length.
    public var window: Int { scorer.batch * 8 }

    /// The answers: `choices`, or of a cloze the `loss`, which counts once whatever its tokens: the perplexity of a task is that of a
    /// continuation, as the harness has it for LAMBADA. Throws `TensorError`. O(tokens) rows through the model.
    public func answers(to examples: [TaskExample]) throws -> [GivenAnswer] {
        let groups = examples.map { $0.choices.map { tokens.continuation($0.context, $0.continuation) } }
        truncations = groups.map { group in
            group.contains { $0.context.count + $0.tokens.count - 1 > scorer.window }
        }
        return zip(examples, try scorer.scores(groups)).map { example, scores in
            if isCloze, let score = scores.first {
                return .loss(sum: -score.logLikelihood, weight: 1, isGreedy: score.isGreedy)
            }
            return .choices(
                logLikelihoods: scores.map(\.logLikelihood), lengths: example.choices.map(\.length))
        }
    }
}
