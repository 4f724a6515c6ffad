import Foundation
import Layers
import Tensors
import Testing
import ZooKit

@Suite struct ScoringTests {
    private func model(
        _ type: DecoderConfig.ModelType, _ workspace: Workspace, heads: LanguageModel.Heads? = nil
    ) throws -> LanguageModel {
        try LanguageModel(Small.config(type), heads: heads, seed: 4, workspace: workspace)
    }

    @Test(arguments: KernelChoice.exact) func tokensHaveTheirLogProbabilitiesRanksAndEntropies(_ choice: KernelChoice)
        throws
    {
        let workspace = try choice.workspace()
        let model = try model(.llama, workspace)
        let text = Small.text(9, 1)
        let score = try TextScorer(model, windows: ScoreWindows(window: 64, stride: 32), in: workspace).score(text)
        let run = try SmallRun(model, Small.texts([text], workspace), workspace)
        #expect(
            score.count == 9 && score.scores.map(\.place) == Array(1..<9) && score.scores.map(\.id) == Array(text[1...])
        )
        for token in score.scores {
            let logits = run.logits[token.place - 1]
            let total = log(logits.reduce(0) { $0 + exp($1) })
            let logs = logits.map { $0 - total }
            #expect(abs(token.logProbability - logs[Int(token.id)]) < choice.tolerance * 10)
            #expect(abs(token.entropy + logs.reduce(0) { $0 + $1 * exp($1) }) < choice.tolerance * 10)
            #expect(token.rank == logits.count { $0 > logits[Int(token.id)] })
        }
        let term = try #require(run.terms["next_token"])
        #expect(abs(score.surprise - term.sum) < choice.tolerance * 100 && term.weight == 8)
        #expect(abs(score.perplexity - exp(term.sum / 8)) < choice.tolerance * 1000)
    }

    @Test func aLongTextIsWhatItsWindowsAre() throws {
        let workspace = try reference()
        let model = try model(.llama, workspace)
        let text = Small.text(30, 2)
        let windows = try ScoreWindows(window: 10, stride: 4)
        var seen: [Int] = []
        let score = try TextScorer(model, windows: windows, in: workspace).score(text) { seen.append($0) }
        #expect(seen == [10, 14, 18, 22, 26, 30] && score.scores.count == 29)
        let single = try TextScorer(model, windows: ScoreWindows(window: 10, stride: 10), in: workspace)
        for window in windows.over(30) {
            let part = try single.score(Array(text[window.places]))
            for token in part.scores {
                let place = token.place + window.places.lowerBound
                guard window.targets.contains(place) else { continue }
                #expect(abs(score.scores[place - 1].logProbability - token.logProbability) < 1e-12)
            }
        }
        #expect(try single.score([]).scores == [] && single.score([3]).perplexity.isNaN)
    }

    /// Anything that maps rows.
    private final class Doubled: Projection {
        let inner: any Projection
        init(_ inner: any Projection) { self.inner = inner }
        var inputs: Int { inner.inputs }
        var outputs: Int { inner.outputs }
        var children: [Child] { [Child("inner", inner)] }
        func callAsFunction(
            _ x: Tensor, adding residual: Tensor?, _ context: ForwardContext
        ) throws(TensorError) -> Tensor {
            let y = try inner(x, context)
            return try context.tape.add(y, y)
        }
    }

    @Test func aHeadOfAnotherKindIsScoredToo() throws {
        let workspace = try reference()
        let model = try model(.llama, workspace)
        let text = Small.text(7, 3)
        let head = try #require(model.tokenHead)
        model.tokenHead = Doubled(head)
        let score = try TextScorer(model, windows: ScoreWindows(window: 8, stride: 8), in: workspace).score(text)
        let run = try SmallRun(model, Small.texts([text], workspace), workspace)
        for token in score.scores {
            let logits = run.logits[token.place - 1]
            let total = log(logits.reduce(0) { $0 + exp($1) })
            #expect(abs(token.logProbability - logits[Int(token.id)] + total) < 1e-10)
            #expect(token.rank == logits.count { $0 > logits[Int(token.id)] })
        }
    }

    @Test(arguments: KernelChoice.exact) func patchesHaveTheLossesOfTraining(_ choice: KernelChoice) throws {
        let workspace = try choice.workspace()
        let model = try model(.erniePixel, workspace)
        let picture = Small.picture(8, 5)
        let score = try PatchScorer(model, windows: ScoreWindows(window: 64, stride: 32), in: workspace).score(picture)
        let run = try SmallRun(model, Small.images([picture], workspace), workspace)
        let term = try #require(run.terms["next_patch"])
        #expect(score.losses.count == 9 && score.losses[0] == nil && term.weight == 8)
        #expect(abs(score.mean - term.sum / 8) < choice.tolerance * 10)
        // A patch's own loss: the training loss of the picture up to it less that of the picture before it.
        var before = 0.0
        for count in 2...9 {
            let part = Array(picture[..<(count * Small.patchBytes)])
            let sum = try #require(SmallRun(model, Small.images([part], workspace), workspace).terms["next_patch"]).sum
            let loss = try #require(score.losses[count - 1])
            #expect(abs(loss - (sum - before)) < choice.tolerance * 10)
            before = sum
        }
    }

    @Test func aLongPictureIsWhatItsWindowsAre() throws {
        let workspace = try reference()
        let model = try model(.erniePixel, workspace)
        let picture = Small.picture(14, 6)
        let windows = try ScoreWindows(window: 6, stride: 3)
        let score = try PatchScorer(model, windows: windows, in: workspace).score(picture)
        #expect(score.losses.count == 15 && score.losses.dropFirst().allSatisfy { $0 != nil })
        let size = Small.patchBytes
        let single = try PatchScorer(model, windows: ScoreWindows(window: 6, stride: 6), in: workspace)
        for window in windows.over(15) {
            let part = Array(picture[window.places.lowerBound * size..<window.places.upperBound * size])
            let losses = try single.score(part).losses
            for place in window.targets { #expect(losses[place - window.places.lowerBound] == score.losses[place]) }
        }
    }

    @Test func whatCannotBeScoredIsAnError() throws {
        let workspace = try reference()
        let windows = try ScoreWindows(window: 8, stride: 8)
        let pixel = try model(.erniePixel, workspace, heads: .init(patch: true))
        let text = try model(.llama, workspace)
        #expect(throws: GenerationError.self) { try TextScorer(pixel, windows: windows, in: workspace) }
        #expect(throws: GenerationError.self) { try PatchScorer(text, windows: windows, in: workspace) }
        let long = try ScoreWindows(window: 65, stride: 8)
        #expect(throws: TensorError.self) { try TextScorer(text, windows: long, in: workspace) }
        #expect(throws: TensorError.self) { try PatchScorer(pixel, windows: long, in: workspace) }
        #expect(throws: TensorError.self) {
            try TextScorer(text, windows: windows, in: workspace).score([1, Int32(Small.vocabulary)])
        }
        #expect(throws: TensorError.self) { try PatchScorer(pixel, windows: windows, in: workspace).score([1, 2, 3]) }
        for model in [text, pixel] {
            let norm = try #require(model.parameters.first { $0.path == "model.norm.weight" })
            try norm.set([Double](repeating: .nan, count: norm.count))
        }
        #expect { try TextScorer(text, windows: windows, in: workspace).score([1, 2, 3]) } throws: {
            "\($0)".contains("log-probabilities")
        }
        #expect { try PatchScorer(pixel, windows: windows, in: workspace).score(Small.picture(2, 1)) } throws: {
            "\($0)".contains("patch errors")
        }
    }
}
