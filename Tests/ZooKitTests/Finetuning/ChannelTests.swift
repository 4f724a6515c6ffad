import Foundations
import Layers
import Tensors
import TestSupport
import Testing
import ZooKit

/// Section 6 of the specification, 10: models of three channels that read one.
@Suite struct ChannelTests {
    /// Gray pictures, and the same with three equal channels.
    private func pictures() -> (gray: [[UInt8]], colour: [[UInt8]]) {
        let gray = [Small.picture(5, 1, bytes: 16), Small.picture(2, 2, bytes: 16)]
        return (gray, gray.map { $0.flatMap { [$0, $0, $0] } })
    }

    private func saved(_ folder: TemporaryFolder, _ workspace: Workspace) throws -> LanguageModel {
        let model = try LanguageModel(
            Small.config(.erniePixel), heads: .init(token: true, patch: true, labels: 3), seed: 8, workspace: workspace)
        try ModelFolder.write(model, to: folder.file("model"), workspace: workspace)
        return model
    }

    private func classes(_ model: LanguageModel, _ pictures: [[UInt8]], _ bytes: Int, _ workspace: Workspace) throws
        -> [[Double]]
    {
        let input = try ModelInput.images(
            pictures, seen: pictures.map { $0.count / bytes }, patchBytes: bytes, workspace: workspace)
        return try SmallRun(model, input, workspace).classes
    }

    @Test func summedChannelsReadGrayAsThreeEqualOnes() throws {
        let folder = try TemporaryFolder()
        let workspace = try KernelChoice.single.workspace()
        let colour = try saved(folder, workspace)
        let load = { (way: ChannelAdaptation) throws -> LanguageModel in
            let heads = LanguageModel.Heads(labels: 3)
            return try ModelFolder.load(
                folder.file("model"), heads: heads, workspace: workspace, trainable: true, singleChannel: way
            ).model
        }
        let (sum, mean) = (try load(.sum), try load(.mean))
        #expect(sum.base.config.channels == 1 && sum.patchHead == nil)
        #expect(sum.base.patches?.weight.shape == [16, 1, 4, 4])
        let pictures = pictures()
        let expected = try classes(colour, pictures.colour, 48, workspace)
        #expect(try SmallRun.distance(classes(sum, pictures.gray, 16, workspace), expected) < 1e-5)
        // The mean is no identity: what it gives before bias and norm is a third.
        #expect(try SmallRun.distance(classes(mean, pictures.gray, 16, workspace), expected) > 1e-3)
        let input = try workspace.bytes(Array(pictures.gray[0].prefix(32)), [2, 16])
        let three = try workspace.bytes(Array(pictures.colour[0].prefix(96)), [2, 48])
        func projected(_ model: LanguageModel, _ pixels: Tensor, channels: Int) throws -> [Double] {
            let weight = try #require(model.base.patches).weight
            let tape = Tape(workspace, mode: .inference)
            let matrix = try tape.leaf(weight).reshaped([16, pixels.columns])
            return try workspace.values(tape.patches(pixels, weight: matrix, channels: channels))
        }
        let whole = try projected(colour, three, channels: 3)
        #expect(try SmallRun.distance([projected(sum, input, channels: 1)], [whole]) < 1e-5)
        #expect(try SmallRun.distance([projected(mean, input, channels: 1)], [whole.map { $0 / 3 }]) < 1e-5)
        #expect(whole.contains { abs($0) > 0.1 })
    }

    /// A folder of one channel is what it is, and what is written is read again.
    @Test func theAdaptedModelIsAFolderOfOneChannel() throws {
        let folder = try TemporaryFolder()
        let workspace = try KernelChoice.single.workspace()
        _ = try saved(folder, workspace)
        let heads = LanguageModel.Heads(labels: 3)
        let adapted = try ModelFolder.load(
            folder.file("model"), heads: heads, workspace: workspace, trainable: true, singleChannel: .mean
        ).model
        let files = try ModelFolder.classifier(adapted, labels: ["a", "b", "c"], workspace: workspace)
        try Checkpoint(model: files).write(to: folder.file("gray"))
        let opened = try ModelFolder.open(folder.file("gray"))
        #expect(opened.config.channels == 1 && opened.heads == heads)
        #expect(opened.architecture == "ErniePixelForSequenceClassification")
        let again = try ModelFolder.load(
            opened, workspace: workspace, trainable: true, singleChannel: .sum
        ).model
        let pictures = pictures().gray
        #expect(try classes(again, pictures, 16, workspace) == classes(adapted, pictures, 16, workspace))
    }
}
