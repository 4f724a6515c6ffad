import Foundations
import Layers
import ReferenceKernels
import Tensors
import TestSupport
import Testing
import ZooKit

@Suite struct DescriptionTests {
    private func workspace() throws -> Workspace { try Workspace(kernels: CPUKernels(threads: 1), precision: .fp32) }

    /// Making one of alike layers comes to the same as making them all.
    @Test func aShapeAndItsModelAreDescribedAlike() throws {
        var config = Small.config(.erniePixel)
        config.layerCount = 5
        for layers: [LayerConfig]? in [
            nil, [.init(innerWidth: 7), .init(), .init(), .init(innerWidth: 7), .init(keyHead: [0, 0, 0, 0])],
        ] {
            for tied in [false, true] {
                config.layers = layers
                config.tiesEmbeddings = tied
                let workspace = try workspace()
                let model = try LanguageModel(config, seed: 1, workspace: workspace)
                let whole = ModelDescription(model, length: 8)
                #expect(try ModelDescription(config, length: 8, workspace: workspace) == whole)
                #expect(whole.total.parameters == model.parameters.reduce(0) { $0 + $1.count })
                let names = whole.rows.map(\.part).filter { $0.hasPrefix("layers") }
                #expect(
                    names
                        == (layers == nil ? ["layers (each)"] : ["layers.0", "layers (each)", "layers.3", "layers.4"]))
            }
        }
    }

    @Test func bytesOfThePartsAreThoseOfTheWhole() throws {
        let config = Small.config(.erniePixel)
        let description = try ModelDescription(config, length: 8, workspace: workspace())
        let cached = 2 * config.groups * config.headWidth * config.layerCount
        #expect(description.cacheBytes == 2 * 8 * cached)
        #expect(description.rows.reduce(0) { $0 + $1.count * $1.cacheBytes } == description.cacheBytes)
        #expect(description.rows.reduce(0) { $0 + $1.count * $1.optimiserBytes } == description.optimiserBytes)
        #expect(description.optimiserBytes == 8 * description.total.parameters)
    }

    /// As many and as long layers as a configuration may have; the table of positions alone would be 1 GiB.
    @Test func theDescriptionOfAVastModelTakesNoMemory() throws {
        var config = Small.config(.erniePixel)
        config.layerCount = 4096
        config.positions = 1 << 22
        config.innerWidth = 15_000
        config.headWidth = 64
        let workspace = try workspace()
        let description = try ModelDescription(config, length: config.positions, workspace: workspace)
        #expect(description.rows.map(\.count).contains(4096))
        #expect(workspace.kernels.counters.allocatedBytes < 1 << 25)
    }
}
