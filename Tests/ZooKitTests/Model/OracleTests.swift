import Layers
import ReferenceKernels
import Tensors
import Testing
import ZooKit

/// The models against PyTorch's in double precision.
@Suite struct OracleTests {
    static let cases = [
        "llama-text", "llama-left", "llama-packed", "pixel-text", "pixel-image", "pixel-raw", "pixel-pair",
        "pixel-packed",
    ]

    @Test(arguments: cases) func outputsLossesAndGradientsEqualPyTorchsInDouble(_ name: String) throws {
        let workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        let result = try OracleRun(ModelFixture(name), workspace: workspace)
        #expect(result.worst(in: \.outputs) < 1e-9)
        #expect(result.worst(in: \.losses) < 1e-9)
        #expect(result.worst(in: \.gradients) < 1e-9)
        #expect(result.gradients.count == result.fixture.gradients.count)
    }

    @Test(arguments: ["llama-packed", "pixel-pair"]) func recomputedBlocksGiveTheSameBits(_ name: String) throws {
        let workspace = try Workspace(kernels: ReferenceKernels(), precision: .fp64)
        let plain = try OracleRun(ModelFixture(name), workspace: workspace)
        let again = try OracleRun(ModelFixture(name), workspace: workspace, recomputes: true)
        #expect(plain.values == again.values)
    }
}
