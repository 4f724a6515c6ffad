import Layers
import Tensors
import Testing
import ZooKit

/// Section 6 of the specification, 2, 3, 4 and 10: the order of pixels, targets, and colours.
@Suite struct PatchTests {
    /// A strip of patches of `side` x `side` pixels as a picture: [channel][row][column].
    private struct Strip {
        let side: Int
        let length: Int
        let values: [[[UInt8]]]

        init(side: Int, length: Int, seed: UInt64) {
            self.side = side
            self.length = length
            let key = RandomKey(seed: seed)
            values = (0..<3).map { c in
                (0..<side).map { p in
                    (0..<side * length).map { UInt8(256 * key.uniform(at: (c * side + p) * side * length + $0)) }
                }
            }
        }

        /// The patches one after another, each row by row with channels together.
        var patches: [UInt8] {
            (0..<length).flatMap { patch in
                (0..<side).flatMap { p in
                    (0..<side).flatMap { q in (0..<3).map { values[$0][p][patch * side + q] } }
                }
            }
        }
    }

    /// 2: the embedding is the convolution of the strip with kernel and stride of a patch, weights [D, channel, row, column].
    @Test(arguments: [4, 16]) func theEmbeddingIsAConvolution(_ side: Int) throws {
        let workspace = try reference()
        let strip = Strip(side: side, length: 3, seed: 1)
        let part = try PatchEmbedding(
            ParameterBuilder(workspace: workspace, seed: 1), width: 5, patchSize: side, channels: 3)
        let (weight, bias) = (try part.weight.hostValues(), try part.bias.hostValues())
        let context = ForwardContext(tape: Tape(workspace, mode: .inference))
        let pixels = try workspace.bytes(strip.patches, [3, side * side * 3])
        let projected = try context.tape.patches(
            pixels, weight: context.tape.leaf(part.weight), bias: context.tape.leaf(part.bias), channels: 3)
        var expected: [Double] = []
        for patch in 0..<3 {
            for d in 0..<5 {
                var sum = bias[d]
                for c in 0..<3 {
                    for p in 0..<side {
                        for q in 0..<side {
                            let pixel = Double(strip.values[c][p][patch * side + q]) / 255
                            sum += weight[((d * 3 + c) * side + p) * side + q] * pixel
                        }
                    }
                }
                expected.append(sum)
            }
        }
        #expect(SmallRun.distance([try workspace.values(projected)], [expected]) < 1e-12)
        // Then each patch is normalised over its D numbers.
        let normal = (0..<3).flatMap { patch -> [Double] in
            let row = expected[patch * 5..<patch * 5 + 5]
            let mean = row.reduce(0, +) / 5
            let variance = row.reduce(0) { $0 + ($1 - mean) * ($1 - mean) } / 5
            return row.map { ($0 - mean) / (variance + 1e-5).squareRoot() }
        }
        #expect(SmallRun.distance([try workspace.values(part(pixels, context))], [normal]) < 1e-12)
    }

    /// 2: the head's column (row * side + column) * 3 + channel predicts that pixel of the next patch.
    @Test func theHeadsOrderIsRowColumnChannel() throws {
        let workspace = try reference()
        var config = Small.config(.erniePixel)
        config.patchHead = .regressionRaw
        let model = try LanguageModel(config, seed: 1, workspace: workspace)
        let head = try #require(model.patchHead as? Linear).weight
        let strip = Strip(side: 4, length: 2, seed: 2)
        let input = try ModelInput.images([strip.patches], seen: [2], patchBytes: 48, workspace: workspace)
        let context = ForwardContext(tape: Tape(workspace, mode: .inference))
        // The first hidden number is 1, all others 0: predictions are the head's first column.
        let one = [1.0] + [Double](repeating: 0, count: 15)
        let hidden = try workspace.numbers(one + one, [2, 16])
        func loss(_ prediction: [Double]) throws -> Double {
            try head.set(prediction.flatMap { [$0] + [Double](repeating: 0, count: 15) })
            return try workspace.values(model.nextPatchLoss(hidden, input, context).sum)[0]
        }
        let zeros = [Double](repeating: 0, count: 48)
        let nothing = try loss(zeros)
        for (p, q, c) in [(0, 0, 0), (0, 0, 2), (1, 0, 0), (0, 3, 1), (3, 2, 1), (3, 3, 2)] {
            var prediction = zeros
            let pixel = Double(strip.values[c][p][4 + q]) / 255
            prediction[(p * 4 + q) * 3 + c] = pixel
            #expect(abs(nothing - (try loss(prediction)) - pixel * pixel / 48) < 1e-15)
        }
        let all = strip.patches[48...].map { Double($0) / 255 }
        #expect(try loss(all) < 1e-30 && nothing > 0.1)
    }

    /// Errors of predictions [N,768] of one patch, normalised.
    private func errors(_ target: [UInt8], _ predictions: [[Double]]) throws -> [Double] {
        let workspace = try reference()
        let tape = Tape(workspace, mode: .inference)
        let errors = try tape.patchErrors(
            .normalised, workspace.numbers(predictions.flatMap { $0 }, [predictions.count, target.count]),
            targets: workspace.bytes(target, [1, target.count]),
            indices: workspace.indices([Int32](repeating: 0, count: predictions.count)))
        return try workspace.values(errors)
    }

    private let blank = [Double](repeating: 0, count: 768)

    /// 3: the numbers of section 3.4.
    @Test func knownTargetsCostWhatTheyShould() throws {
        let half = [UInt8](repeating: 0, count: 384) + [UInt8](repeating: 255, count: 384)
        let signs = half.map { $0 == 0 ? -0.999347 : 0.999347 }
        let ofHalf = try errors(half, [blank, signs])
        #expect(abs(ofHalf[0] - 0.998694) < 1e-6 && ofHalf[1] < 1e-12)
        var dot = [UInt8](repeating: 255, count: 768)
        for place in 300..<303 { dot[place] = 0 }
        let known = dot.map { $0 == 0 ? -15.95627 : 0.0625736 }
        let ofDot = try errors(dot, [known, blank])
        #expect(ofDot[0] < 1e-11)
        #expect(abs(ofDot[1] - known.reduce(0) { $0 + $1 * $1 } / 768) < 1e-6)
    }

    /// 3: a white or black patch is a target of zeros.
    @Test(arguments: [0, 255] as [UInt8]) func flatTargetsAreExactlyZero(_ value: UInt8) throws {
        let key = RandomKey(seed: 5)
        let prediction = (0..<768).map { key.uniform(at: $0) - 0.5 }
        let found = try errors([UInt8](repeating: value, count: 768), [blank, prediction])
        #expect(found[0] == 0)
        #expect(abs(found[1] - prediction.reduce(0) { $0 + $1 * $1 } / 768) < 1e-15)
    }

    /// 4: brighter or of more contrast, the target is the same but for the 1e-6 under the root.
    @Test func normalisedTargetsDoNotKnowBrightness() throws {
        let key = RandomKey(seed: 6)
        let base = (0..<768).map { UInt8(64 * key.uniform(at: $0)) }
        let predictions = [blank, (0..<768).map { 2 * key.uniform(at: 1000 + $0) - 1 }]
        let before = try errors(base, predictions)
        let variance = 64.0 * 64 / 12 / 65025
        for (a, b) in [(1, 100), (2, 0), (3, 40), (2, 127)] {
            let other = try errors(base.map { UInt8(Int($0) * a + b) }, predictions)
            #expect(SmallRun.distance([other], [before]) < 2e-6 / variance)
            #expect(a == 1 ? SmallRun.distance([other], [before]) < 1e-12 : other != before)
        }
        #expect(try errors(base.map { 255 - $0 }, predictions)[1] != before[1])
    }

    /// 10: on gray pixels the model of colours is the model of one channel whose weights are the colours' sums; with their means
    /// the projection without bias is a third of it, which the norm behind hides.
    @Test func grayPixelsAndColoursAgree() throws {
        let workspace = try reference()
        let (builder, size) = (ParameterBuilder(workspace: workspace, seed: 1), 16)
        let colour = try PatchEmbedding(builder, width: 8, patchSize: 4, channels: 3)
        let weight = try colour.weight.hostValues()
        let sums = (0..<8 * size).map { place in
            (0..<3).reduce(0.0) { $0 + weight[(place / size * 3 + $1) * size + place % size] }
        }
        let key = RandomKey(seed: 7)
        let gray = (0..<5 * size).map { UInt8(256 * key.uniform(at: $0)) }
        let context = ForwardContext(tape: Tape(workspace, mode: .inference))
        let tape = context.tape
        func run(_ part: PatchEmbedding, hasBias: Bool) throws -> (projected: [Double], embedded: [Double]) {
            if !hasBias { try part.bias.set([Double](repeating: 0, count: 8)) }
            let bytes = part.channels == 1 ? gray : gray.flatMap { [$0, $0, $0] }
            let pixels = try workspace.bytes(bytes, [5, size * part.channels])
            let projected = try tape.patches(
                pixels, weight: tape.leaf(part.weight), bias: tape.leaf(part.bias), channels: part.channels)
            return (try workspace.values(projected), try workspace.values(part(pixels, context)))
        }
        func one(_ weights: [Double]) throws -> PatchEmbedding {
            let part = try PatchEmbedding(builder, width: 8, patchSize: 4, channels: 1)
            try part.weight.set(weights)
            try part.bias.set(colour.bias.hostValues())
            return part
        }
        let (summed, averaged) = (try one(sums), try one(sums.map { $0 / 3 }))
        let rgb = try run(colour, hasBias: true)
        let sum = try run(summed, hasBias: true)
        #expect(SmallRun.distance([rgb.projected], [sum.projected]) < 1e-13)
        #expect(SmallRun.distance([rgb.embedded], [sum.embedded]) < 1e-13)
        #expect(SmallRun.distance([rgb.embedded], [try run(averaged, hasBias: true).embedded]) > 1e-2)
        let (bare, mean) = (try run(colour, hasBias: false), try run(averaged, hasBias: false))
        for (a, b) in zip(bare.projected, mean.projected) { #expect(abs(a - 3 * b) < 1e-13) }
        // LayerNorm hides the factor up to its epsilon, 1e-5 beside a variance of about 0.1.
        let hidden = SmallRun.distance([bare.embedded], [mean.embedded])
        #expect(hidden < 5e-3 && hidden > 1e-6)
    }
}
