import Foundation
import Layers
import Patches
import Tensors
import Testing
import ZooKit

/// Pictures of text continued by small models of drawn weights.
@Suite struct PixelGenerationTests {
    private struct Setup {
        let workspace: Workspace
        let model: LanguageModel
        let generator: PixelGenerator

        init(_ kernels: KernelChoice, _ head: DecoderConfig.PatchHead) throws {
            workspace = try kernels.workspace()
            var config = Small.config(.erniePixel)
            config.patchHead = head
            config.positions = 24
            model = try LanguageModel(config, seed: 5, workspace: workspace)
            generator = PixelGenerator(model, in: workspace)
        }

        /// What the head predicts behind some patches, computed at once.
        func prediction(_ pixels: [UInt8]) throws -> [Double] {
            let input = try Small.images([pixels], workspace)
            return try SmallRun(model, input, workspace).patches.last ?? []
        }
    }

    private func request(_ id: Int, _ count: Int, _ change: (inout PixelOptions) -> Void = { _ in }) -> PixelRequest {
        var options = PixelOptions()
        options.maxPatches = 6
        options.drawing = .threshold
        change(&options)
        return PixelRequest(
            id: id, pixels: Array(Small.picture(count, UInt64(id)).dropLast(Small.patchBytes)), options: options)
    }

    /// Each patch is what a full pass over all before it predicts.
    @Test(arguments: DecoderConfig.PatchHead.allCases) func patchesAreThoseOfFullPasses(
        _ head: DecoderConfig.PatchHead
    ) throws {
        let setup = try Setup(.double, head)
        for drawing in PixelOptions.drawings(of: head) where drawing != .sample {
            let request = request(1, 5) { $0.drawing = drawing }
            let found = try setup.generator.generate([request])[0]
            #expect(found.reason == .length && found.pixels.count == 6 * Small.patchBytes)
            var all = request.pixels
            for patch in 0..<6 {
                let prediction = try setup.prediction(all)
                let together = prediction.indices.map { place in
                    prediction[place / 3 * 3..<place / 3 * 3 + 3].reduce(0, +) / 3
                }
                let white = together.max() ?? 0
                let expected: [UInt8] = (drawing == .colour ? prediction : together).map { x in
                    switch (head, drawing) {
                    case (.regressionRaw, .threshold): x > 0.5 ? 255 : 0
                    case (_, .threshold): x > 0 ? 255 : 0
                    case (.regressionRaw, _): UInt8((min(1, max(0, x)) * 255).rounded())
                    case (.bernoulli, _): UInt8((255 / (1 + exp(-x))).rounded())
                    case (.regressionNorm, _):
                        UInt8((255 * min(1, max(0, (x + 1 / white) / (white + 1 / white)))).rounded())
                    }
                }
                let got = Array(found.pixels[patch * Small.patchBytes..<(patch + 1) * Small.patchBytes])
                #expect(got == expected)
                all += got
            }
        }
    }

    @Test(arguments: KernelChoice.allCases) func rowsDoNotDependOnEachOther(_ kernels: KernelChoice) throws {
        let setup = try Setup(kernels, .bernoulli)
        let requests = (0..<5).map { index in
            request(index, 1 + 3 * index) {
                ($0.drawing, $0.maxPatches) = (index % 2 == 0 ? .sample : .threshold, 3 + index)
            }
        }
        let alone = try requests.map { try setup.generator.generate([$0])[0] }
        #expect(Set(alone.map(\.pixels)).count == 5)
        for batch in [1, 2, 5] {
            setup.generator.batch = batch
            #expect(try setup.generator.generate(requests) == alone)
            #expect(try setup.generator.generate(requests.reversed()) == alone.reversed())
        }
        var seen: [Int: [UInt8]] = [:]
        _ = try setup.generator.generate(requests) { seen[$0, default: []] += $1 }
        for generation in alone { #expect(seen[generation.id] == generation.pixels) }
        // The channels of a pixel are drawn together; another seed draws otherwise.
        let drawn = alone[0].pixels
        #expect(stride(from: 0, to: drawn.count, by: 3).contains { drawn[$0] == 255 && drawn[$0 + 1] == 255 })
        let other = request(0, 1) { ($0.drawing, $0.maxPatches, $0.seed) = (.sample, 3, 8) }
        #expect(try setup.generator.generate([other])[0].pixels != drawn)
    }

    @Test func aBlackPatchEndsATextWhereBrightnessIsKnown() throws {
        for head in DecoderConfig.PatchHead.allCases {
            let setup = try Setup(.single, head)
            let weight = try #require(setup.model.patchHead as? Linear).weight
            try weight.set([Double](repeating: 0, count: weight.count))
            let found = try setup.generator.generate([request(0, 3), request(1, 2)])
            for generation in found {
                let isBlack = generation.pixels.allSatisfy { $0 == 0 }
                #expect(isBlack && generation.reason == (head == .regressionNorm ? .length : .end))
                #expect(generation.pixels.count == (head == .regressionNorm ? 6 : 1) * Small.patchBytes)
            }
        }
    }

    /// A model that has learnt one picture by heart goes on with it, and stops where it ends.
    @Test(arguments: DecoderConfig.PatchHead.allCases) func whatWasLearntComesBack(
        _ head: DecoderConfig.PatchHead
    ) throws {
        let setup = try Setup(.single, head)
        let key = RandomKey(seed: 12)
        let ink: [UInt8] = (0..<6 * Small.patchBytes).map { key.uniform(at: $0 / 3) < 0.5 ? 0 : 255 }
        let picture = ink + [UInt8](repeating: 0, count: Small.patchBytes)
        let unit = OptimisationUnit(
            groups: [ParameterGroup("all", setup.model.parameters, decay: 0)],
            optimiser: AdamW(workspace: setup.workspace), schedule: Schedule(.constant, warmUp: 1, steps: 300),
            peakRate: 1e-2, workspace: setup.workspace)
        for _ in 0..<300 {
            unit.clearGradients()
            let context = ForwardContext(tape: Tape(setup.workspace), isTraining: true)
            let input = try Small.images([picture], setup.workspace)
            let loss = try setup.model.nextPatchLoss(setup.model.hidden(input, context), input, context)
            try context.tape.backward([(loss.sum, 1 / loss.weight)])
            _ = try unit.step()
        }
        let begun = Array(ink[..<(2 * Small.patchBytes)])
        var options = PixelOptions()
        options.maxPatches = head == .regressionNorm ? 4 : 12
        options.drawing = .threshold
        let found = try setup.generator.generate([PixelRequest(id: 0, pixels: begun, options: options)])[0]
        // Of normalised pixels the black patch has no sign that could be learnt.
        let expected = head == .regressionNorm ? ink : picture
        #expect(found.pixels == Array(expected[begun.count...]))
        #expect(found.reason == (head == .regressionNorm ? .length : .end))
    }

    /// Patches of black and white come back from their normalised pixels, exactly gray: ink in all channels, white paper white.
    @Test func grayUndoesTheNormalisationOfBlackOnWhite() {
        for black in [1, 40, 200] {
            let pixels = (0..<256).map { $0 * 7 % 256 < black ? 0.0 : 1.0 }.flatMap { [$0, $0, $0] }
            let mean = pixels.reduce(0, +) / Double(pixels.count)
            let deviation = (mean * (1 - mean)).squareRoot()
            var options = PixelOptions()
            options.drawing = .gray
            let drawing = PatchDrawing(head: .regressionNorm, channels: 3, options: options)
            let found = drawing.pixels(of: pixels.map { ($0 - mean) / deviation }, key: RandomKey(seed: 0))
            #expect(found == pixels.map { UInt8(255 * $0) })
            // A little of one colour leaves no coloured speck.
            let speck = pixels.enumerated().map { ($1 - mean) / deviation + ($0 == 4 ? 0.3 : 0) }
            let drawn = drawing.pixels(of: speck, key: RandomKey(seed: 0))
            #expect(stride(from: 0, to: drawn.count, by: 3).allSatisfy { Set(drawn[$0..<$0 + 3]).count == 1 })
        }
        let even = PatchDrawing(head: .regressionNorm, channels: 1, options: PixelOptions())
        #expect(even.pixels(of: [0.01, -0.02, 0, 0.004], key: RandomKey(seed: 0)).allSatisfy { $0 > 250 })
    }

    @Test func theModelsPositionsAreTheLimit() throws {
        let setup = try Setup(.single, .regressionNorm)
        let found = try setup.generator.generate([
            request(0, 20) { $0.maxPatches = 50 }, request(1, 24), request(2, 3) { $0.maxPatches = 0 },
        ])
        #expect(found.map(\.reason) == [.positions, .positions, .length])
        #expect(found.map { $0.pixels.count / Small.patchBytes } == [5, 1, 0])
    }

    @Test func whatCannotBeDrawnIsAnError() throws {
        func error(_ head: DecoderConfig.PatchHead, _ request: PixelRequest) throws -> GenerationError? {
            do {
                _ = try Setup(.single, head).generator.generate([request])
                return nil
            } catch let error as GenerationError { return error }
        }
        let colour = request(0, 2) { $0.drawing = .colour }
        guard case .option("drawing", "colour", _)? = try error(.regressionNorm, colour) else {
            Issue.record("normalised pixels have no colours")
            return
        }
        #expect(try error(.regressionRaw, request(0, 2) { $0.drawing = .sample }) != nil)
        #expect(try error(.bernoulli, request(0, 2) { $0.temperature = 0 }) != nil)
        #expect(try error(.bernoulli, request(3, 0)) == .emptyPrompt(id: 3))
        #expect(try error(.bernoulli, request(3, 25)) == .longPrompt(id: 3, tokens: 25, positions: 24))
        let workspace = try KernelChoice.single.workspace()
        let text = try LanguageModel(Small.config(.llama), seed: 1, workspace: workspace)
        #expect(throws: GenerationError.noHead("patch")) {
            try PixelGenerator(text, in: workspace).generate([request(0, 2)])
        }
    }

    /// Text moves to where the next patch begins; pictures fall into patches row by row.
    @Test func promptsAreAlignedAndCut() throws {
        var strip = Picture(width: 12, height: 4, channels: 1)
        for y in 0..<4 { strip.pixels[y * 12 + 2 + y] = UInt8(y) }
        for (gap, width, last) in [(0, 8, 7), (1, 8, 6), (2, 8, 5), (3, 12, 8)] {
            let moved = PixelPrompt.aligned(strip, gap: gap)
            #expect(moved.width == width && moved.height == 4)
            for y in 0..<4 {
                let row = Array(moved.pixels[y * width..<(y + 1) * width])
                #expect(row.indices.filter { row[$0] < 255 } == [last - 3 + y] && row[last - 3 + y] == UInt8(y))
            }
        }
        let blank = Picture(width: 8, height: 4, channels: 3)
        #expect(PixelPrompt.aligned(blank, gap: 1) == blank)
        let picture = Picture(width: 4, height: 4, channels: 1, pixels: (0..<16).map { UInt8($0) })
        let patches = try PixelPrompt.patches(of: picture, patchSize: 2, channels: 1)
        #expect(patches == [0, 1, 4, 5, 2, 3, 6, 7, 8, 9, 12, 13, 10, 11, 14, 15])
        #expect(try PixelPrompt.patches(of: picture, patchSize: 2, channels: 3) == patches.flatMap { [$0, $0, $0] })
        #expect(throws: GenerationError.picture(width: 4, height: 4, patchSize: 3)) {
            try PixelPrompt.patches(of: picture, patchSize: 3, channels: 1)
        }
        #expect(throws: GenerationError.channels(got: 3, wanted: 1)) {
            try PixelPrompt.patches(of: blank, patchSize: 4, channels: 1)
        }
    }
}
