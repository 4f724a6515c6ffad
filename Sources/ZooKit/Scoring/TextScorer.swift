import Foundation
import Layers
public import Tensors

/// What a model thinks of a token that stands in a text.
public struct TokenScore: Sendable, Equatable {
    /// Its place in the text.
    public let place: Int
    /// The token.
    public let id: Int32
    /// The logarithm of its probability, in nats.
    public let logProbability: Double
    /// How many tokens are likelier.
    public let rank: Int
    /// The entropy of the distribution that it was drawn from, in nats.
    public let entropy: Double
}

/// What a model thinks of a text.
public struct TextScore: Sendable, Equatable {
    /// Tokens of the text.
    public let count: Int
    /// Those that were predicted, in order.
    public var scores: [TokenScore]

    /// Minus the logarithms of their probabilities, summed, in nats.
    public var surprise: Double { scores.reduce(0) { $0 - $1.logProbability } }
    /// exp(surprise / predicted tokens); NaN where nothing was predicted.
    public var perplexity: Double { exp(surprise / Double(scores.count)) }
}

/// Computes the probabilities that a model gives to the tokens of texts, without gradients.
public final class TextScorer {
    /// The model; it may go on being trained between calls.
    public let model: LanguageModel
    /// Where tensors live.
    public let workspace: Workspace
    /// How long texts are cut.
    public let windows: ScoreWindows

    /// A scorer on `model`. Throws: `GenerationError.noHead`, and `TensorError.value` for windows longer than the model's positions.
    public init(_ model: LanguageModel, windows: ScoreWindows, in workspace: Workspace) throws {
        guard model.tokenHead != nil else { throw GenerationError.noHead("token") }
        try windows.check(model)
        self.model = model
        self.windows = windows
        self.workspace = workspace
    }

    /// The scores of all tokens of a text but those that nothing stands before. `onWindow` is told how many tokens are done.
    ///
    /// Throws: `TensorError.index` for an id outside the vocabulary, `TensorError.nonFinite` where the model gives no numbers, what
    /// `onWindow` throws. O(tokens * window / stride) rows through the model.
    public func score(_ ids: [Int32], onWindow: (Int) throws -> Void = { _ in }) throws -> TextScore {
        var result = TextScore(count: ids.count, scores: [])
        for window in windows.over(ids.count) where !window.targets.isEmpty {
            result.scores += try scores(of: ids, window)
            try onWindow(window.places.upperBound)
        }
        return result
    }

    private func scores(of ids: [Int32], _ window: ScoreWindows.Window) throws(TensorError) -> [TokenScore] {
        let input = try ModelInput.text(
            [Array(ids[window.places])], vocabulary: model.base.config.vocabulary, workspace: workspace)
        let context = ForwardContext(tape: Tape(workspace, mode: .inference))
        let hidden = try model.hidden(input, context)
        let begin = window.places.lowerBound
        let rows = try context.tape.gatherRows(
            hidden, indices: workspace.indices(window.targets.map { Int32($0 - begin - 1) }))
        let scores = try model.tokenScores(rows, Array(ids[window.targets]), context)
        return zip(window.targets, scores).map { $1.at($0) }
    }
}

extension TokenScore {
    /// The same of another place.
    func at(_ place: Int) -> TokenScore {
        TokenScore(place: place, id: id, logProbability: logProbability, rank: rank, entropy: entropy)
    }
}

extension LanguageModel {
    /// What rows of the stream after the final norm think of a target each; places are those of the rows.
    func tokenScores(
        _ rows: Tensor, _ targets: [Int32], _ context: ForwardContext
    ) throws(TensorError) -> [TokenScore] {
        let workspace = context.tape.workspace
        let result = try tokenDistributions(rows, targets: workspace.indices(targets), context)
        let values = try workspace.values(result.values)
        guard let ranks = result.ranks, let entropy = result.entropy else { return [] }
        let numbers = (ranks: try workspace.values(ranks), entropies: try workspace.values(entropy))
        if let place = values.firstIndex(where: { !$0.isFinite }) {
            throw .nonFinite(tensor: "log-probabilities", step: place, count: values.count { !$0.isFinite })
        }
        return targets.indices.map { index in
            TokenScore(
                place: index, id: targets[index], logProbability: values[index], rank: Int(numbers.ranks[index]),
                entropy: numbers.entropies[index])
        }
    }
}
