import Foundation
import Foundations
import Layers
import Tensors
import TestSupport
import Testing

@testable import ZooKit

/// Baselines, against scikit-learn and plain counting (`Tests/Peers/baselines.py`).
@Suite struct BaselineTests {
    private struct Fixture: Decodable {
        struct Pictures: Decodable {
            var gray: Bool
            var share: Double
            var training: [Data]
            var held_out: [Data]
            var results: [Losses]
        }
        struct Losses: Decodable {
            var normalised: Bool
            var zero: Double
            var mean: Double
            var ridge: [Double]
        }
        struct Texts: Decodable {
            var vocabulary: Int
            var training: [[Int32]]
            var held_out: [[Int32]]
            var losses: [Double]
        }
        var pictures: [Pictures]
        var texts: Texts
    }

    private func fixture() throws -> Fixture {
        let path = Repository.root + "/Tests/ZooKitTests/Fixtures/baselines.json"
        return try JSONDecoder().decode(Fixture.self, from: Data(contentsOf: URL(filePath: path)))
    }

    private func rows(_ pictures: [Data], channels: Int, limit: Int = .max) -> PatchRows {
        var rows = PatchRows(size: 48, channels: channels)
        for picture in pictures { rows.add(Array(picture), limit: limit) }
        return rows
    }

    @Test(arguments: [3, 1]) func linearPredictorsAreThoseOfScikitLearn(channels: Int) throws {
        let kernels = try CPUKernels(threads: 2)
        for pictures in try fixture().pictures {
            let training = rows(pictures.training, channels: channels)
            // With one channel nothing is known of colours, and gray pictures take the long way.
            #expect(training.isGray == (pictures.gray || channels == 1))
            for expected in pictures.results {
                let found = try #require(
                    try PatchBaselines(
                        training: training, heldOut: rows(pictures.held_out, channels: channels),
                        isNormalised: expected.normalised, penaltyShare: pictures.share, kernels: kernels))
                #expect(found.trainingPatches > 200 && found.heldOutPatches > 40)
                #expect(abs(found.zero - expected.zero) < 1e-6)
                #expect(abs(found.mean - expected.mean) < 1e-6)
                #expect(found.ridge.map(\.patches) == [1, 2, 4])
                for (mine, theirs) in zip(found.ridge, expected.ridge) { #expect(abs(mine.loss - theirs) < 1e-5) }
            }
        }
    }

    @Test func flatPatchesAreExactlyZeroWhenNormalised() {
        var rows = PatchRows(size: 48, channels: 3)
        rows.add(
            [UInt8](repeating: 255, count: 48 * 2) + [UInt8](repeating: 77, count: 48)
                + [UInt8](repeating: 0, count: 48))
        #expect(rows.targets.map(\.patch) == [1, 2] && rows.targets.map(\.before) == [1, 2])
        #expect(rows.numbers(0..<2, isNormalised: true, repeats: 1).allSatisfy { $0 == 0 })
        #expect(rows.numbers(1..<2, isNormalised: false, repeats: 1).allSatisfy { $0 == Float(77.0 / 255) })
        #expect(rows.features(1..<2, lag: 2).allSatisfy { $0 == 0 })
    }

    @Test func aLimitCutsTheLastPicture() throws {
        let all = try rows(fixture().pictures[0].training, channels: 3)
        for limit in [1, 7, 100] {
            let some = try rows(fixture().pictures[0].training, channels: 3, limit: limit)
            #expect(some.targets.count == limit)
            #expect(some.targets.map(\.before) == all.targets.prefix(limit).map(\.before))
        }
    }

    @Test func leadingBlocksAreSystemsOfTheirOwn() throws {
        let (size, blocks, columns) = (70, 3, 5)
        let unknowns = size * blocks
        var random = SplitMix64(seed: 4)
        func draw(_ count: Int) -> [Double] { (0..<count).map { _ in Double(random.next() % 2000) / 1000 - 1 } }
        let data = (0..<300).map { _ in draw(unknowns) }
        let wanted = (0..<300).map { _ in draw(columns) }
        let system = RidgeSystem(blocks: blocks, of: size, columns: columns)
        for first in 0..<blocks {
            for second in 0...first {
                var products = [Float](repeating: 0, count: size * size)
                for i in 0..<size {
                    for j in 0..<size {
                        products[i * size + j] = Float(
                            data.reduce(0.0) { $0 + $1[first * size + i] * $1[second * size + j] })
                    }
                }
                system.add(products: products, first, second)
            }
            var targets = [Float](repeating: 0, count: columns * size)
            for i in 0..<columns {
                for j in 0..<size {
                    targets[i * size + j] = Float(
                        zip(wanted, data).reduce(0.0) { $0 + $1.0[i] * $1.1[first * size + j] })
                }
            }
            system.add(targets: targets, first)
        }
        let zeros = [Double](repeating: 0, count: unknowns)
        try system.factor(count: 300, means: zeros, penalty: 3)
        for blocks in 1...blocks {
            let solution = system.solution(blocks: blocks)
            let count = blocks * size
            // (G + 3) w - b is 0 but for the single precision of sums.
            for column in 0..<columns {
                let w = Array(solution[column * count..<(column + 1) * count])
                let outputs = data.map { row in zip(row, w).reduce(0.0) { $0 + $1.0 * $1.1 } }
                for i in stride(from: 0, to: count, by: 13) {
                    let left = zip(data, outputs).reduce(3 * w[i]) { $0 + $1.0[i] * $1.1 }
                    let right = zip(data, wanted).reduce(0.0) { $0 + $1.0[i] * $1.1[column] }
                    #expect(abs(left - right) < 1e-3)
                }
            }
        }
        let hopeless = RidgeSystem(blocks: 1, of: 3, columns: 1)
        #expect(throws: RecordingError.self) { try hopeless.factor(count: 1, means: [1, 1, 1], penalty: 0) }
    }

    @Test func countsAreThoseOfPlainCounting() throws {
        let texts = try fixture().texts
        var counts = TokenCounts(order: 5, vocabulary: texts.vocabulary)
        for text in texts.training { counts.add(text) }
        let found = try #require(TokenBaselines(counts, texts.held_out.map { TrainingExample(tokens: $0) }))
        #expect(found.trainingTokens == texts.training.reduce(0) { $0 + max(0, $1.count - 1) })
        #expect(found.counts.map(\.order) == [1, 2, 3, 4, 5])
        for (mine, theirs) in zip(found.counts, texts.losses) { #expect(abs(mine.loss - theirs) < 1e-9) }
        // Nothing counted leaves every token equally probable.
        let none = try #require(
            TokenBaselines(TokenCounts(order: 2, vocabulary: 20), [TrainingExample(tokens: [1, 2, 3])]))
        #expect(none.counts.allSatisfy { abs($0.loss - log(20.0)) < 1e-12 })
        #expect(TokenBaselines(counts, [TrainingExample(tokens: [1])]) == nil)
    }

    @Test func aRunHasThemForEachOfItsLosses() throws {
        let data = try TrainingData()
        var settings = PretrainSettings()
        (settings.mix, settings.length, settings.batch, settings.steps) = ("1:1:1", 64, 3, 2)
        (settings.heldOut, settings.evalEvery, settings.evalSequences) = (0.1, 2, 4)
        let folder = data.folder.file("run")
        let run = try PretrainRun(
            settings,
            .init(
                config: try data.config(), data: [.text: data.data, .image: data.data, .pair: data.data],
                options: try data.options()), folder: folder, resumes: false,
            workspace: try KernelChoice.single.workspace())
        let found = try run.program.baselines(patches: 500, tokens: 2000)
        #expect(found.patches.keys.sorted() == ["image.next_patch", "pair.next_patch"])
        #expect(found.tokens.keys.sorted() == ["pair.next_token", "text.next_token"])
        let images = try #require(found.patches["image.next_patch"])
        // As many patches as the evaluation predicts.
        let asked = run.program.heldOutPictures.reduce(0) { $0 + $1.nextPatches(countsEnd: false).places.count }
        #expect(images.heldOutPatches == asked && images.trainingPatches == 500)
        #expect(images.zero > 0.95 && images.zero < 1)
        // Regressions on so few patches learn them by heart.
        #expect(images.mean < images.zero && images.ridge.allSatisfy { $0.loss > 0.1 && $0.loss < 4 })
        let text = try #require(found.tokens["text.next_token"])
        #expect(text.trainingTokens >= 2000 && text.counts[4].loss < text.counts[0].loss)

        let recorder = try RunRecorder(run.folder, resumesAfter: nil, title: "Run", facts: [])
        try recorder.record(found)
        #expect(try RunBaselines.load(run.folder) == found)
        let outcome = try run.run { try recorder.record($0, run.program) }
        try recorder.finish(outcome)
        let page = try String(contentsOfFile: folder + "/report.html", encoding: .utf8)
        let hasLines = ["ridge 4", "mean patch", "5-gram"].allSatisfy(page.contains)
        #expect(hasLines)
        #expect(try RunRecorder(run.folder, resumesAfter: 2, title: "Run", facts: []).baselines == found)
        #expect(try RunRecorder(run.folder, resumesAfter: nil, title: "Run", facts: []).baselines == nil)
    }
}
