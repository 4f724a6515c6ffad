import Layers
import Tensors
import Testing
import ZooKit

/// Section 6 of the specification, 12: losses are means over patches and tokens, however batches are cut.
@Suite struct LossWeightTests {
    private static let pictures = [6, 1, 4, 2].enumerated().map { Small.picture($1, UInt64($0)) }
    private static let texts = [3, 9, 1, 6].enumerated().map { Small.text($1, UInt64(10 + $0)) }

    enum Kind: String, CaseIterable, Sendable { case images, texts, pairs }

    private func input(_ kind: Kind, _ range: Range<Int>, _ workspace: Workspace) throws -> ModelInput {
        let (pictures, texts) = (Array(Self.pictures[range]), Array(Self.texts[range]))
        // Texts of pairs begin at 8 wherever a batch is cut.
        switch kind {
        case .images: return try Small.images(pictures, workspace)
        case .texts: return try Small.texts(texts, workspace)
        case .pairs: return try Small.pairs(pictures, texts, textPosition: 8, workspace)
        }
    }

    @Test(arguments: Kind.allCases) func aBatchIsTheWeightedMeanOfItsParts(_ kind: Kind) throws {
        let workspace = try reference()
        let model = try LanguageModel(Small.config(.erniePixel), seed: 1, workspace: workspace)
        let whole = try SmallRun(model, input(kind, 0..<4, workspace), workspace)
        let parts = try [0..<1, 1..<4].map { try SmallRun(model, input(kind, $0, workspace), workspace) }
        for (name, term) in whole.terms {
            let (a, b) = (try #require(parts[0].terms[name]), try #require(parts[1].terms[name]))
            #expect(term.weight == a.weight + b.weight && a.weight != b.weight)
            let mean = (a.weight * parts[0].loss(name) + b.weight * parts[1].loss(name)) / (a.weight + b.weight)
            #expect(abs(whole.loss(name) / mean - 1) < 1e-12)
            // The mean of means is something else.
            #expect(abs(whole.loss(name) / ((parts[0].loss(name) + parts[1].loss(name)) / 2) - 1) > 1e-4)
        }
        #expect(whole.terms.count == (kind == .pairs ? 2 : 1))
    }

    /// One batch of four sequences, and four of one: the same gradients, when each is divided by the step's weight.
    @Test(arguments: Kind.allCases, [[0..<4], [0..<2, 2..<4], [0..<1, 1..<2, 2..<3, 3..<4]])
    func gradientsDoNotDependOnHowAStepIsCut(_ kind: Kind, _ cuts: [Range<Int>]) throws {
        let workspace = try reference()
        let model = try LanguageModel(Small.config(.erniePixel), seed: 1, workspace: workspace)
        let weights = ["next_patch": 13.0, "next_token": 15.0]
        let run = try SmallRun(model, input(kind, 0..<4, workspace), workspace)
        for (name, term) in run.terms { #expect(term.weight == weights[name]) }
        func gradients(_ cuts: [Range<Int>]) throws -> [String: [Double]] {
            for parameter in model.parameters { parameter.clearGradient() }
            for cut in cuts { try SmallRun.gather(model, input(kind, cut, workspace), weights: weights, workspace) }
            return try SmallRun.gradients(model, workspace)
        }
        let whole = try gradients([0..<4])
        let parts = try gradients(cuts.reversed())
        #expect(Set(whole.keys) == Set(parts.keys) && whole.count > 15)
        for (path, gradient) in whole {
            let scale = gradient.reduce(0) { max($0, abs($1)) }
            #expect(SmallRun.distance([gradient], [try #require(parts[path])]) < 1e-12 * scale, "\(path)")
            #expect(scale > 1e-3, "\(path)")
        }
    }

    /// Sequences without anything to predict have a loss of nothing and move nothing.
    @Test func aBatchWithoutTargetsCountsNothing() throws {
        let workspace = try reference()
        let model = try LanguageModel(Small.config(.erniePixel), seed: 1, workspace: workspace)
        let black = [UInt8](repeating: 0, count: Small.patchBytes)
        for input in [
            try Small.texts([[3], [4]], workspace), try Small.images([black, black], workspace),
            try Small.texts([], workspace),
        ] {
            for parameter in model.parameters { parameter.clearGradient() }
            let context = ForwardContext(tape: Tape(workspace))
            let terms = try SmallRun.terms(model, model.hidden(input, context), input, context)
            #expect(terms.count == 1 && terms[0].weight == 0)
            #expect(try workspace.values(terms[0].sum) == [0])
            try context.tape.backward([(terms[0].sum, 1)])
            let gradients = try SmallRun.gradients(model, workspace)
            #expect(gradients.values.allSatisfy { $0.allSatisfy { $0 == 0 } })
        }
    }
}
