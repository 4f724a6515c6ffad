import Layers
import Tensors
import Testing

@testable import ZooKit

/// Rows that are classified, and their means.
@Suite struct PoolingTests {
    @Test func placesAreThoseOfTheirNames() {
        let (end, last, mean) = (Pooling(), Pooling(image: .lastText), Pooling(image: .mean))
        #expect(end.patches(of: 5) == 4..<5 && last.patches(of: 5) == 3..<4 && mean.patches(of: 5) == 0..<4)
        // A picture of the black patch alone has one row.
        for pooling in [end, last, mean] { #expect(pooling.patches(of: 1) == 0..<1) }
        for pooling in [end, last] {
            #expect(pooling.tokens(of: [3, 4, 5], limit: 9, isBehindPicture: false) == 2..<3)
        }
        #expect(mean.tokens(of: [3, 4, 5], limit: 9, isBehindPicture: true) == 0..<3)
        #expect(mean.tokens(of: [], limit: 9, isBehindPicture: false) == 0..<1)
    }

    @Test(arguments: [ExampleKind.image, .text, .pair]) func meansAreThoseOfTheRows(_ kind: ExampleKind) throws {
        let workspace = try reference()
        let model = try LanguageModel(
            Small.config(.erniePixel), heads: .init(labels: 3), seed: 4, workspace: workspace)
        let examples = (0..<4).map { index in
            var content = TrainingExample()
            if kind != .text {
                content.pixels = Small.picture(1 + 2 * index, UInt64(index))
                content.patches = content.pixels.count / Small.patchBytes
            }
            if kind != .image { content.tokens = Small.text(1 + 3 * (3 - index), UInt64(index)) }
            return ClassifierExample(content, target: .label(0))
        }
        let input = ClassifierInput(
            model.base.config, kind: kind, patchLimit: kind == .text ? 0 : 9, tokenLimit: kind == .image ? 0 : 12,
            pooling: Pooling(image: .mean), workspace: workspace)
        let batch = try input.batch(examples)
        let run = try SmallRun(model, batch.input, workspace)
        let head = try #require(model.score as? Linear).weight.hostValues()
        let context = ForwardContext(tape: Tape(workspace, mode: .inference))
        let scores = try workspace.values(Classification(model).scores(of: batch, context))
        let length = batch.input.rows.length
        for (b, example) in examples.enumerated() {
            let patches = Array(0..<max(0, example.content.patches - 1))
            let first = batch.input.patches?.length ?? 0
            let rows = patches + example.content.tokens.indices.map { first + $0 }
            for label in 0..<3 {
                var wanted = 0.0
                for row in rows {
                    for column in 0..<16 {
                        wanted += run.hidden[b * length + row][column] * head[label * 16 + column] / Double(rows.count)
                    }
                }
                #expect(abs(scores[b * 3 + label] - wanted) < 1e-12)
            }
        }
    }

    /// The gradient of a mean, against differences.
    @Test func gradientsAreThoseOfDifferences() throws {
        let workspace = try reference()
        let parameter = try Parameter(path: "x", shape: [5, 2], workspace: workspace)
        let values = (0..<10).map { 0.3 * Double($0 * 7 % 5) - 0.4 }
        try parameter.set(values)
        let pooled = PooledRows([[0, 1, 3], [4], [2, 1]])
        func loss(_ tape: Tape) throws -> Tensor {
            try tape.sumOfSquares(pooled.means(of: tape.leaf(parameter), ForwardContext(tape: tape)))
        }
        let tape = Tape(workspace)
        try tape.backward([(loss(tape), 1)])
        let gradient = try workspace.values(#require(parameter.gradient))
        for place in 0..<10 {
            func shifted(_ step: Double) throws -> Double {
                var moved = values
                moved[place] += step
                try parameter.set(moved)
                return try workspace.values(loss(Tape(workspace, mode: .inference)))[0]
            }
            let difference = (try shifted(1e-5) - shifted(-1e-5)) / 2e-5
            #expect(abs(difference - gradient[place]) < 1e-8)
        }
    }
}
