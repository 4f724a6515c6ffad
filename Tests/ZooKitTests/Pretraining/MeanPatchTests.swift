import Foundations
import Layers
import Patches
import Tensors
import TestSupport
import Testing

@testable import ZooKit

/// The mean image of centred input: that of the training's patches, kept by the run.
@Suite struct MeanPatchTests {
    private func settings(_ mix: String) -> PretrainSettings {
        var settings = PretrainSettings()
        (settings.mix, settings.length, settings.batch, settings.steps) = (mix, 64, 2, 4)
        (settings.warmUp, settings.learningRate, settings.heldOut) = (1, 3e-3, 0.1)
        (settings.window, settings.evalEvery, settings.saveEvery) = (4, 0, 2)
        return settings
    }

    private func run(
        _ data: TrainingData, _ mix: String, to folder: String = "run", resumes: Bool = false, stopAfter: Int? = nil
    ) throws -> LanguageModel {
        var config = try data.config()
        (config.patchInput, config.patchNorm) = (.centred, 0.1)
        let run = try PretrainRun(
            settings(mix),
            .init(
                config: config, data: [.text: data.data, .image: data.data, .pair: data.data],
                options: try data.options()),
            folder: data.folder.file(folder), resumes: resumes, workspace: try KernelChoice.single.workspace())
        var step = 0
        _ = try run.run(shouldStop: { step == stopAfter }) { if case .stepped(let record) = $0 { step = record.step } }
        return run.program.model
    }

    @Test(arguments: ["0:1:0", "1:0:1"]) func itIsThatOfAllTrainingPatches(_ mix: String) throws {
        let data = try TrainingData()
        let kind: ExampleKind = mix == "0:1:0" ? .image : .pair
        let found = try #require(try run(data, mix).base.config.patchMean)
        var sums = [Double](repeating: 0, count: 256)
        var count = 0.0
        try data.loader("1:1:1").trainingExamples(kind) { example in
            for patch in 0..<max(0, example.patches - 1) {
                for place in 0..<256 { sums[place] += Double(example.pixels[patch * 768 + 3 * place]) / 255 }
                count += 1
            }
            return true
        }
        // Fewer than are read at most, and black on white: one channel.
        #expect(count > 500 && count < Double(MeanPatch.patches) && found.count == 256)
        for (number, sum) in zip(found, sums) {
            #expect(
                abs(Double(number) / Double(DecoderConfig.meanUnit) - sum / count) < 1 / Double(DecoderConfig.meanUnit))
        }
        // The run's folder keeps it; as a shape alone the folder has none.
        let folder = try #require(try ModelFolder.place(of: data.folder.file("run")))
        #expect(try ModelFolder.open(folder).config.patchMean == found)
        let shape = try ModelPresets.config(folder, in: "nowhere")
        #expect(shape.patchMean == nil && shape.patchInput == .centred)
    }

    @Test func aTrainingWithoutPicturesReadsInk() throws {
        let config = try run(TrainingData(), "1:0:0").base.config
        #expect(config.patchInput == .ink && config.patchMean == nil)
    }

    /// The published form in the checkpoint loses the bias's last bits; a resumed run has them.
    @Test func aRunInPiecesIsTheRunInOnePiece() throws {
        let data = try TrainingData()
        let whole = try run(data, "0:1:0", to: "whole")
        _ = try run(data, "0:1:0", to: "pieces", stopAfter: 2)
        let pieces = try run(data, "0:1:0", to: "pieces", resumes: true)
        for (a, b) in zip(whole.parameters, pieces.parameters) { #expect(try a.hostValues() == b.hostValues()) }
        for file in ["model.safetensors", "state/exact.safetensors", "config.json"] {
            let path = "checkpoints/step-00000004/\(file)"
            #expect(try data.folder.read("whole/\(path)") == data.folder.read("pieces/\(path)"))
        }
    }
}
