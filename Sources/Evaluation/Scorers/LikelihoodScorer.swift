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

    /// Enough to find continuations of like length.
    public var window: Int { scorer.batch * 8 }

    /// The answers: `choices`, or of a cloze the `loss` over its tokens. Throws `TensorError`. O(tokens) rows through the model.
    public func answers(to examples: [TaskExample]) throws -> [GivenAnswer] {
        let groups = examples.map { $0.choices.map { tokens.continuation($0.context, $0.continuation) } }
        return zip(examples, try scorer.scores(groups)).map { example, scores in
            if isCloze, let score = scores.first {
                return .loss(
                    sum: -score.logLikelihood, weight: Double(score.scores.count), isGreedy: score.isGreedy)
            }
            return .choices(
                logLikelihoods: scores.map(\.logLikelihood), lengths: example.choices.map(\.length))
        }
    }
}
