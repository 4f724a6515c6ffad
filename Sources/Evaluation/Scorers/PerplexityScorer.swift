import ZooKit

/// Answers with the loss of whole texts: minus the log-probabilities of their tokens, summed, and how many were predicted. The
/// perplexity of a task is thus that of a token, over all texts; models of other tokenizers do not compare by it.
///
/// Texts are cut into windows as `letterpress score` does.
public final class PerplexityScorer: TaskScorer {
    private let tokens: PromptTokens
    private let scorer: ContinuationScorer
    private let windows: ScoreWindows

    /// A scorer for texts. Throws ``ScorerError``, `GenerationError`, and `TensorError` for windows that make no sense.
    public init(_ scorers: TaskScorers, _ task: TaskDefinition) throws {
        tokens = try scorers.needTokens(task)
        windows = try scorers.options.windows(positions: scorers.model.base.config.positions)
        scorer = try ContinuationScorer(
            scorers.model, batch: scorers.options.batch, window: windows.window, in: scorers.workspace)
    }

    /// Enough to find texts of like length.
    public var window: Int { scorer.batch * 8 }

    /// The answers, of weight 0 for a text of no token or one. Throws `TensorError`. O(tokens * window / stride) rows.
    public func answers(to examples: [TaskExample]) throws -> [GivenAnswer] {
        let groups = examples.map { example in
            let ids = tokens.text(example.textA)
            return windows.over(ids.count).filter { !$0.targets.isEmpty }.map { window in
                Continuation(
                    context: Array(ids[window.places.lowerBound..<window.targets.lowerBound]),
                    tokens: Array(ids[window.targets]))
            }
        }
        return try scorer.scores(groups).map { parts in
            .loss(
                sum: -parts.reduce(0) { $0 + $1.logLikelihood },
                weight: Double(parts.reduce(0) { $0 + $1.scores.count }),
                isGreedy: !parts.isEmpty && parts.allSatisfy(\.isGreedy))
        }
    }
}
