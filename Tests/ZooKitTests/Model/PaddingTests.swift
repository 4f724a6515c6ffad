import Layers
import Tensors
import Testing
import ZooKit

/// Section 6 of the specification, 6, 7 and 13: what is padding counts nothing, and pooling finds the last place that is none.
@Suite struct PaddingTests {
    /// Reads pixels and tokens, all heads, a classifier of three classes.
    private func model(_ workspace: Workspace) throws -> LanguageModel {
        try LanguageModel(
            Small.config(.erniePixel), heads: .init(token: true, patch: true, labels: 3), seed: 1,
            workspace: workspace)
    }

    /// 6, first half.
    @Test(arguments: KernelChoice.exact) func whatStandsBehindTheBlackPatchChangesNothing(
        _ kernels: KernelChoice
    ) throws {
        let workspace = try kernels.workspace()
        let model = try model(workspace)
        let pictures = [Small.picture(5, 1), Small.picture(2, 2)]
        let seen = [6, 3]
        func run(_ pictures: [[UInt8]]) throws -> (SmallRun, [String: [Double]]) {
            let input = try ModelInput.images(
                pictures, seen: seen, patchBytes: Small.patchBytes, workspace: workspace)
            let run = try SmallRun(model, input, workspace)
            for parameter in model.parameters { parameter.clearGradient() }
            try SmallRun.gather(model, input, weights: ["next_patch": 7], workspace)
            return (run, try SmallRun.gradients(model, workspace))
        }
        let white = try run(pictures.map { Small.canvas($0, 8) })
        let noise = try run(pictures.map { $0 + Small.picture(7 - $0.count / Small.patchBytes, 9) })
        #expect(white.0.classes == noise.0.classes && white.0.loss("next_patch") == noise.0.loss("next_patch"))
        #expect(white.1 == noise.1 && white.1.count > 10)
        // The noise is there: its own rows differ.
        #expect(white.0.hidden[6] != noise.0.hidden[6] && white.0.hidden[11] != noise.0.hidden[11])
    }

    /// 6, second half, and 13 for pictures.
    @Test(arguments: KernelChoice.exact) func aLongerCanvasChangesNothing(_ kernels: KernelChoice) throws {
        let workspace = try kernels.workspace()
        let model = try model(workspace)
        let pictures = [Small.picture(5, 1), Small.picture(2, 2)]
        let short = try SmallRun(model, Small.images(pictures, workspace), workspace)
        for length in [7, 12, 20] {
            let input = try ModelInput.images(
                pictures.map { Small.canvas($0, length) }, seen: [6, 3], patchBytes: Small.patchBytes,
                workspace: workspace)
            #expect(model.poolingPlaces(input) == [5, Int32(length) + 2])
            let long = try SmallRun(model, input, workspace)
            #expect(SmallRun.distance(long.classes, short.classes) < kernels.tolerance)
            #expect(abs(long.loss("next_patch") / short.loss("next_patch") - 1) < kernels.tolerance)
            #expect(long.terms["next_patch"]?.weight == 7)
        }
        #expect(short.classes.count == 2 && short.classes[0] != short.classes[1])
    }

    /// 13 for texts; a token that elsewhere ends sequences is a token like any other.
    @Test(arguments: KernelChoice.exact) func paddingOfTextsNeverChangesLogits(_ kernels: KernelChoice) throws {
        let workspace = try kernels.workspace()
        let model = try model(workspace)
        let texts = [[1, 4, 2, 2, 7, 2], [1, 2, 9, 0]] as [[Int32]]
        let alone = try texts.map { try SmallRun(model, Small.texts([$0], workspace), workspace) }
        for padsLeft in [false, true] {
            let input = try Small.texts(texts + [Small.text(11, 5)], padsLeft: padsLeft, workspace)
            #expect(model.poolingPlaces(input) == (padsLeft ? [10, 21, 32] : [5, 14, 32]))
            let padded = try SmallRun(model, input, workspace)
            for (place, run) in alone.enumerated() {
                #expect(SmallRun.distance([padded.classes[place]], run.classes) < kernels.tolerance)
                let first = place * 11 + (padsLeft ? 11 - texts[place].count : 0)
                let rows = Array(padded.logits[first..<first + texts[place].count])
                #expect(SmallRun.distance(rows, run.logits) < kernels.tolerance * 10)
            }
            // 5 + 3 + 10 tokens follow another.
            #expect(padded.terms["next_token"]?.weight == 18)
        }
    }

    /// 13 for pairs: a text without padding pools at its last token, not in front of the text.
    @Test(arguments: KernelChoice.exact) func pairsPoolAtTheLastToken(_ kernels: KernelChoice) throws {
        let workspace = try kernels.workspace()
        let model = try model(workspace)
        let (pictures, texts) = ([Small.picture(4, 1), Small.picture(2, 2)], [Small.text(6, 3), Small.text(3, 4)])
        let input = try Small.pairs(pictures, texts, workspace)
        #expect(model.poolingPlaces(input) == [10, 11 + 5 + 2])
        let run = try SmallRun(model, input, workspace)
        for place in 0..<2 {
            let score = try #require(model.score as? Linear).weight.hostValues()
            let hidden = run.hidden[Int(model.poolingPlaces(input)[place])]
            let expected = (0..<3).map { label in
                hidden.indices.reduce(0.0) { $0 + hidden[$1] * score[label * 16 + $1] }
            }
            #expect(SmallRun.distance([run.classes[place]], [expected]) < kernels.tolerance)
            // The same pair alone; its text begins where it did.
            let alone = try Small.pairs([pictures[place]], [texts[place]], textPosition: 5, workspace)
            let other = try SmallRun(model, alone, workspace)
            #expect(SmallRun.distance([run.classes[place]], other.classes) < kernels.tolerance)
        }
        // On a canvas of 9 patches text begins at 9; trimming the batch to 5 rows of patches changes nothing.
        let wide = try Small.pairs(pictures.map { Small.canvas($0, 9) }, texts, seen: [5, 3], workspace)
        let trimmed = try Small.pairs(pictures, texts, textPosition: 9, workspace)
        let runs = try [wide, trimmed].map { try SmallRun(model, $0, workspace) }
        #expect(SmallRun.distance(runs[0].classes, runs[1].classes) < kernels.tolerance)
        for name in ["next_patch", "next_token"] {
            #expect(abs(runs[0].loss(name) / runs[1].loss(name) - 1) < kernels.tolerance)
        }
        #expect(SmallRun.distance(runs[1].classes, run.classes) > 1e-4)
    }

    /// 7: the picture's loss is that of the picture alone; a text behind a hidden picture is a text alone.
    @Test(arguments: KernelChoice.exact) func lossesOfPairsAreThoseOfTheirHalves(_ kernels: KernelChoice) throws {
        let workspace = try kernels.workspace()
        let model = try model(workspace)
        let (pictures, texts) = ([Small.picture(4, 1), Small.picture(2, 2)], [Small.text(6, 3), Small.text(3, 4)])
        let pairs = try SmallRun(model, Small.pairs(pictures, texts, workspace), workspace)
        let images = try SmallRun(model, Small.images(pictures, workspace), workspace)
        #expect(abs(pairs.loss("next_patch") / images.loss("next_patch") - 1) < kernels.tolerance)
        let hidden = try SmallRun(model, Small.pairs(pictures, texts, seen: [0, 0], workspace), workspace)
        let later = try ModelInput.text(
            texts, vocabulary: Small.vocabulary, positions: texts.map { $0.indices.map { Int32(5 + $0) } },
            workspace: workspace)
        let alone = try [later, Small.texts(texts, workspace)].map { try SmallRun(model, $0, workspace) }
        for run in alone { #expect(abs(run.loss("next_token") / hidden.loss("next_token") - 1) < kernels.tolerance) }
        #expect(hidden.terms["next_patch"]?.weight == 0 && hidden.terms["next_patch"]?.sum == 0)
        #expect(abs(pairs.loss("next_token") / hidden.loss("next_token") - 1) > 1e-3)
    }
}
