import Foundations
import Layers
import Tensors
import Testing
import ZooKit

@Suite struct ContinuationTests {
    private func model(_ workspace: Workspace, type: DecoderConfig.ModelType = .llama) throws -> LanguageModel {
        try LanguageModel(Small.config(type), seed: 4, workspace: workspace)
    }

    /// Groups of all kinds: with and without a common beginning, with no context, no token, more than a window of either.
    private static let groups: [[Continuation]] = {
        var groups: [[Continuation]] = [
            [Continuation(context: [], tokens: [3, 4, 5]), Continuation(context: [], tokens: [])],
            [Continuation(context: [2], tokens: []), Continuation(context: [2], tokens: [7])],
            [], [Continuation(context: Small.text(9, 70), tokens: Small.text(45, 71))],
            [Continuation(context: Small.text(50, 72), tokens: Small.text(20, 73))],
            [Continuation(context: Small.text(50, 72), tokens: Small.text(3, 73))],
        ]
        for (number, (context, lengths)) in [
            (12, [1, 4, 2]), (17, [6, 1]), (30, [5, 9]), (9, [3, 3, 3, 3, 3]), (3, [2, 8]),
        ]
        .enumerated() {
            let shared = Small.text(context, UInt64(number))
            groups.append(
                lengths.enumerated().map { Continuation(context: shared, tokens: Small.text($1, UInt64(20 + $0))) })
        }
        // Contexts that part late, and the same continuation after each.
        let stem = Small.text(14, 40)
        groups.append([[1], [2], [1, 5, 5]].map { Continuation(context: stem + $0, tokens: [6, 7, 8]) })
        return groups
    }()

    /// The scores of one continuation, by a scorer of texts.
    private func plain(_ continuation: Continuation, window: Int, _ scorer: TextScorer) throws -> [TokenScore] {
        let all = continuation.context + continuation.tokens
        let first = max(1, continuation.context.count)
        let count = max(0, all.count - first)
        let step = count <= window ? count : max(1, window / 2)
        var scores: [TokenScore] = []
        var begin = first
        while begin < all.count {
            let end = min(all.count, begin + step)
            let from = max(0, end - 1 - window)
            scores += try scorer.score(Array(all[from..<end])).scores.suffix(end - begin)
            begin = end
        }
        return scores
    }

    @Test(arguments: KernelChoice.exact, [DecoderConfig.ModelType.llama, .erniePixel])
    func scoresAreThoseOfTextsWhateverStandsBeside(_ choice: KernelChoice, _ type: DecoderConfig.ModelType) throws {
        let workspace = try choice.workspace()
        let model = try model(workspace, type: type)
        let single = try TextScorer(model, windows: ScoreWindows(window: 64, stride: 64), in: workspace)
        for (batch, window) in [(1, 63), (2, 20), (3, 20), (40, 20), (40, 63), (4, 1)] {
            let scorer = try ContinuationScorer(model, batch: batch, window: window, in: workspace)
            let found = try scorer.scores(Self.groups)
            let reversed = try scorer.scores(Self.groups.reversed().map { $0.reversed() })
            #expect(found.map(\.count) == Self.groups.map(\.count))
            for (number, group) in Self.groups.enumerated() {
                for (item, continuation) in group.enumerated() {
                    let expected = try plain(continuation, window: window, single)
                    let other = reversed[Self.groups.count - 1 - number][group.count - 1 - item]
                    for score in [found[number][item], other] {
                        try #require(score.scores.count == expected.count)
                        for (place, (a, b)) in zip(score.scores, expected).enumerated() {
                            #expect(a.place == max(1, continuation.context.count) + place && a.id == b.id)
                            #expect(abs(a.logProbability - b.logProbability) < choice.tolerance * 10)
                            #expect(abs(a.entropy - b.entropy) < choice.tolerance * 10)
                            #expect(choice == .single || a.rank == b.rank)
                        }
                    }
                }
            }
        }
    }

    @Test func nothingPredictedIsNeitherLikelyNorGreedy() throws {
        let workspace = try reference()
        let scorer = try ContinuationScorer(try model(workspace), in: workspace)
        let score = try scorer.scores([[Continuation(context: [1, 2], tokens: [])]])[0][0]
        #expect(score.logLikelihood == 0 && !score.isGreedy && score.scores.isEmpty)
        #expect(try scorer.scores([]).isEmpty && scorer.scores([[]]) == [[]])
    }

    @Test func greedyIsWhatAGeneratorWrites() throws {
        let workspace = try reference()
        let model = try model(workspace)
        var options = SamplingOptions()
        options.maxNewTokens = 5
        let text = try TextGenerator(model, in: workspace).generate([
            GenerationRequest(id: 0, prompt: [3, 9, 1], options: options)
        ])[0].tokens
        var other = text
        other[3] = (other[3] + 1) % Int32(Small.vocabulary)
        let scores = try ContinuationScorer(model, in: workspace).scores([
            [Continuation(context: [3, 9, 1], tokens: text), Continuation(context: [3, 9, 1], tokens: other)]
        ])[0]
        #expect(scores[0].isGreedy && !scores[1].isGreedy)
    }

    @Test func whatCannotBeScoredIsAnError() throws {
        let workspace = try reference()
        let llama = try model(workspace)
        let pixels = try LanguageModel(
            Small.config(.erniePixel), heads: .init(patch: true), seed: 1, workspace: workspace)
        #expect(throws: GenerationError.noHead("token")) { try ContinuationScorer(pixels, in: workspace) }
        #expect(throws: GenerationError.self) { try ContinuationScorer(llama, batch: 0, in: workspace) }
        #expect(throws: GenerationError.self) { try ContinuationScorer(llama, window: 65, in: workspace) }
        #expect(throws: GenerationError.self) { try ContinuationScorer(llama, window: 0, in: workspace) }
        let scorer = try ContinuationScorer(llama, in: workspace)
        for tokens in [[1, 13], [13, 1], [-1]] as [[Int32]] {
            #expect(throws: TensorError.self) { try scorer.scores([[Continuation(context: [1], tokens: tokens)]]) }
        }
        #expect(throws: TensorError.self) { try scorer.scores([[Continuation(context: [99], tokens: [1])]]) }
        let norm = try #require(llama.parameters.first { $0.path == "model.norm.weight" })
        try norm.set([Double](repeating: .nan, count: norm.count))
        #expect { try scorer.scores([[Continuation(context: [1], tokens: [2])]]) } throws: {
            "\($0)".contains("log-probabilities")
        }
    }
}
