import Layers
import Tensors
import Testing

@testable import ZooKit

/// Batches of examples: as long as their longest, cut by length, scores unchanged (section 6 of the specification, 13).
@Suite struct ClassifierInputTests {
    private static let (patchLimit, tokenLimit) = (14, 12)

    private func examples(_ kind: ExampleKind, _ count: Int = 9) -> [ClassifierExample] {
        (0..<count).map { index in
            var content = TrainingExample()
            if kind != .text {
                content.pixels = Small.picture(1 + index * 5 % 13, UInt64(index))
                content.patches = content.pixels.count / Small.patchBytes
            }
            // The last fills its text: no padding in it.
            if kind != .image {
                content.tokens = Small.text(index + 1 == count ? Self.tokenLimit : 1 + index * 7 % 11, UInt64(index))
            }
            return ClassifierExample(content, target: .label(index % 3))
        }
    }

    private func input(_ kind: ExampleKind, _ workspace: Workspace) -> ClassifierInput {
        ClassifierInput(
            Small.config(.erniePixel), kind: kind, patchLimit: kind == .text ? 0 : Self.patchLimit,
            tokenLimit: kind == .image ? 0 : Self.tokenLimit, workspace: workspace)
    }

    private func model(_ workspace: Workspace) throws -> LanguageModel {
        try LanguageModel(Small.config(.erniePixel), heads: .init(labels: 3), seed: 4, workspace: workspace)
    }

    /// Scores on a canvas of the full length, one example a batch.
    private func padded(
        _ model: LanguageModel, _ example: ClassifierExample, _ kind: ExampleKind, _ workspace: Workspace
    ) throws -> [Double] {
        let content = example.content
        let canvas = Small.canvas(content.pixels, Self.patchLimit)
        let input: ModelInput
        switch kind {
        case .image:
            input = try ModelInput.images(
                [canvas], seen: [content.patches], patchBytes: Small.patchBytes, workspace: workspace)
        case .text:
            // A longer text beside it pads it.
            input = try Small.texts([content.tokens, Small.text(Self.tokenLimit, 99)], workspace)
        case .pair:
            input = try ModelInput.pairs(
                [canvas, canvas], seen: [content.patches, content.patches], patchBytes: Small.patchBytes,
                [content.tokens, Small.text(Self.tokenLimit, 99)], vocabulary: Small.vocabulary,
                textPosition: Self.patchLimit, workspace: workspace)
        }
        return try SmallRun(model, input, workspace).classes[0]
    }

    @Test(arguments: [ExampleKind.image, .text, .pair], KernelChoice.exact)
    func cuttingAndTrimmingChangeNoScore(_ kind: ExampleKind, _ choice: KernelChoice) throws {
        let workspace = try choice.workspace()
        let model = try model(workspace)
        let objective = Classification(model)
        let examples = examples(kind)
        let expected = try examples.map { try padded(model, $0, kind, workspace) }
        let largest = max(1, expected.joined().map { abs($0) }.max() ?? 1)
        let input = input(kind, workspace)
        for limit in [1, 2, 4, 9] {
            let batches = try input.microBatches(examples, limit: limit)
            #expect(batches.flatMap(\.order).sorted() == Array(0..<9) && batches.allSatisfy { $0.order.count <= limit })
            let scores = try objective.scores(of: batches, workspace)
            #expect(SmallRun.distance(scores, expected) < choice.tolerance * largest, "\(limit)")
        }
        #expect(Set(expected.map { "\($0)" }).count == 9)
        // A micro-batch is as long as its longest example.
        let shortest = try input.batch([examples[0]])
        #expect(shortest.computedRows == examples[0].content.rows)
    }

    @Test func aStepIsTheSameInAnyCut() throws {
        let workspace = try KernelChoice.double.workspace()
        let examples = examples(.pair)
        let input = input(.pair, workspace)
        func gradients(_ limit: Int) throws -> (Double, [String: [Double]]) {
            let model = try model(workspace)
            let accumulation = GradientAccumulation(
                Classification(model), communicator: SoleProcess(), workspace: workspace)
            let loss = try accumulation(input.microBatches(examples, limit: limit), key: RandomKey(seed: 1))
            return (loss.value, try SmallRun.gradients(model, workspace))
        }
        let whole = try gradients(9)
        for limit in [1, 2, 5] {
            let parts = try gradients(limit)
            #expect(abs(parts.0 - whole.0) < 1e-12)
            for (path, values) in whole.1 {
                #expect(SmallRun.distance([values], [parts.1[path] ?? []]) < 1e-11, "\(path)")
            }
        }
    }

    @Test func cutsCostLeast() {
        func lengths(_ rows: [Int]) -> [LengthBuckets.Length] { rows.map { .init(patches: $0, tokens: 0) } }
        func cost(_ cut: [[Int]], _ rows: [Int]) -> Int {
            cut.reduce(0) { $0 + $1.count * ($1.map { rows[$0] }.max() ?? 0) + LengthBuckets.cost }
        }
        #expect(LengthBuckets.cut([], limit: 4).isEmpty)
        #expect(LengthBuckets.cut(lengths([5, 5, 5]), limit: 4) == [[0, 1, 2]])
        #expect(LengthBuckets.cut(lengths([5, 500, 5]), limit: 4) == [[1], [0, 2]])
        #expect(LengthBuckets.cut(lengths([1, 1, 1, 1, 1]), limit: 2).map(\.count).max() == 2)
        // Against every cut of the sorted order.
        let rows = [300, 40, 260, 90, 10, 120, 44, 70].sorted(by: >)
        let found = cost(LengthBuckets.cut(lengths(rows), limit: 3), rows)
        var least = Int.max
        for mask in 0..<128 {
            var cut: [[Int]] = [[0]]
            for place in 1..<8 {
                if mask >> (place - 1) & 1 == 1 { cut.append([place]) } else { cut[cut.count - 1].append(place) }
            }
            if cut.allSatisfy({ $0.count <= 3 }) { least = min(least, cost(cut, rows)) }
        }
        #expect(found == least)
        #expect(found < cost([[0, 1, 2], [3, 4, 5], [6, 7]], rows))
    }

    @Test func answersThatDoNotFitTheHeadAreNamed() throws {
        let workspace = try KernelChoice.single.workspace()
        let input = input(.text, workspace)
        let objective = Classification(try model(workspace))
        for target in [ExampleTarget.label(3), .label(-1), .value(1), nil] {
            let batch = try input.batch([ClassifierExample(TrainingExample(tokens: [1, 2]), target: target)])
            let context = ForwardContext(tape: Tape(workspace))
            #expect(throws: TensorError.self) { try objective.terms(of: batch, context) }
        }
    }
}
